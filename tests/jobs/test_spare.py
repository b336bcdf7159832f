"""Workers kept ready: used where they suit, and missed by nobody where they do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest

from hornbook.design import DesignFolder
from hornbook.jobs import LOG_FILE, SpareWorkers, start_training
from hornbook.registry import Registry
from hornbook.training.result import TrainingResult

pytestmark = pytest.mark.slow

TASK = """
[dataset]
path = "../rows.csv"
[target]
column = "y"
type = "regression"
[training]
epochs = 2
[features]
x = { type = "numerical" }
"""
ARCHITECTURE = """
import keras, os, sys

print("a line of the user's own", os.getcwd(), os.environ.get("OF_THE_USER"))
print("and one of errors", file=sys.stderr)

def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    return keras.Model(main, keras.layers.Dense(1)(main))

def compile_model(model):
    model.compile("adam", "mse")
    return model
"""


@pytest.fixture
def design(tmp_path: Path) -> DesignFolder:
    x = np.random.default_rng(0).normal(size=300)
    pl.DataFrame({"x": x, "y": 2 * x}).write_csv(tmp_path / "rows.csv")
    (tmp_path / "design").mkdir()
    (tmp_path / "design" / "task.toml").write_text(TASK)
    (tmp_path / "design" / "architecture.py").write_text(ARCHITECTURE)
    return DesignFolder.read(tmp_path / "design")


@pytest.fixture
def registry(home):
    with Registry(home) as opened:
        yield opened


@pytest.fixture
def spares(home):
    with closing(SpareWorkers(home, ("jax",))) as opened:
        assert opened.wait_until_ready()
        yield opened


def test_a_ready_worker_trains_as_a_new_one_does(design, registry, spares, monkeypatch, tmp_path):
    monkeypatch.setenv("OF_THE_USER", "set after the worker was started")
    monkeypatch.chdir(tmp_path)
    ready = spares._spare["jax"].process.pid
    session = start_training(registry, design, spares=spares).wait()
    assert session.status == "finished", session.reason
    assert session.worker_pid == ready
    result = TrainingResult.read(session.folder)
    assert result.seconds["imports"] < 1.0
    log = (session.folder / LOG_FILE).read_text()
    assert f"a line of the user's own {tmp_path} set after the worker was started" in log
    assert "and one of errors" in log
    # Another one is started at once, for the next training.
    assert spares._spare["jax"].process.pid != ready
    new = start_training(registry, design).wait()
    other = TrainingResult.read(new.folder)
    assert other.metrics == result.metrics
    assert other.history == result.history
    assert other.seconds["imports"] > 1.0


def test_a_ready_worker_can_be_aborted(design, registry, spares):
    running = start_training(
        registry, DesignFolder.read(design.path, ("training.epochs=100000",)), spares=spares
    )
    next(event for event in running.events() if event["event"] == "epoch")
    session = running.abort()
    assert session.status == "aborted"
    assert not psutil.pid_exists(session.worker_pid)


def test_a_dead_worker_is_replaced_by_a_new_one(design, registry, spares):
    dead = spares._spare["jax"].process
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    session = start_training(registry, design, spares=spares).wait()
    assert session.status == "finished"
    assert session.worker_pid != dead.pid


def test_the_next_worker_waits_while_the_training_needs_the_machine(home):
    with closing(SpareWorkers(home, ("jax",), refill_seconds=3600)) as spares:
        assert spares.wait_until_ready()
        taken = spares.take("jax", home)
        try:
            assert taken is not None
            assert spares._spare == {}
            assert spares.take("jax", home) is None
            spares.refill()
            assert spares._spare["jax"].process.pid != taken.process.pid
        finally:
            taken.end()


@pytest.mark.timeout(60)
def test_a_dead_worker_is_not_waited_for(spares):
    spares._spare["jax"].process.kill()
    spares._spare["jax"].process.wait()
    assert not spares.wait_until_ready(timeout_seconds=600.0)


def test_a_worker_that_dies_as_it_is_given_the_job_is_replaced_by_a_new_one(
    design, registry, spares, monkeypatch
):
    take, dead = spares.take, []

    def take_and_kill(backend, home):
        worker = take(backend, home)
        os.kill(worker.process.pid, signal.SIGSTOP)
        threading.Timer(0.5, worker.process.kill).start()
        dead.append(worker.process.pid)
        return worker

    monkeypatch.setattr(spares, "take", take_and_kill)
    session = start_training(registry, design, spares=spares).wait()
    assert session.status == "finished", session.reason
    assert session.worker_pid != dead[0]


def test_a_worker_is_not_used_where_what_it_imported_would_read_other_variables(
    home, spares, monkeypatch
):
    first = spares._spare["jax"].process
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert spares.take("jax", home) is None
    assert first.poll() is not None
    assert spares.wait_until_ready()
    second = spares.take("jax", home)
    assert second is not None
    second.end()


def test_a_worker_of_another_backend_or_workspace_is_left_alone(home, tmp_path, spares):
    assert spares.take("tensorflow", home) is None
    assert spares.take("jax", tmp_path / "another") is None
    taken = spares.take("jax", home / ".." / home.name)
    taken.end()
    assert taken.process.returncode == 0


def test_a_worker_that_is_not_ready_yet_is_not_waited_for(home):
    with closing(SpareWorkers(home, ("jax",))) as spares:
        starting = spares._spare["jax"].process
        assert spares.take("jax", home) is None
        assert spares._spare["jax"].process is starting
    assert starting.poll() is not None


KEEPER = """
import sys
from pathlib import Path
from hornbook.jobs import SpareWorkers
spares = SpareWorkers(Path(sys.argv[1]), ("jax",))
assert spares.wait_until_ready()
print(spares._spare["jax"].process.pid, flush=True)
sys.stdin.read()
"""


def test_a_worker_ends_with_the_process_that_keeps_it(home):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    worker = psutil.Process(int(keeper.stdout.readline()))
    keeper.kill()
    keeper.communicate()
    worker.wait(20)
