"""Questions about designs: one process each, the next one ready, all ended with the server."""

from __future__ import annotations

import threading
from contextlib import closing

import psutil
import pytest

from hornbook.design import DesignFolder
from hornbook.errors import NotFoundError, TrainingError
from hornbook.jobs import CheckProcesses, check_design, preview_column
from hornbook.registry import Registry

pytestmark = pytest.mark.slow

ROWS = "x,y\n" + "".join(f"{number % 17},{number % 17 * 2}\n" for number in range(200))
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
import keras, os

with open(os.path.join(os.path.dirname(__file__), "pid.txt"), "w") as file:
    file.write(str(os.getpid()))

def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    return keras.Model(main, keras.layers.Dense(1)(main))

def compile_model(model):
    model.compile("adam", "mse")
    return model
"""
HANGS = "import time\ntime.sleep(600)\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "design").mkdir()
    (tmp_path / "design" / "task.toml").write_text(TASK)
    (tmp_path / "design" / "architecture.py").write_text(ARCHITECTURE)
    return tmp_path / "design"


@pytest.fixture
def processes(home):
    with closing(CheckProcesses(home, keeps_ready=True)) as opened:
        yield opened


@pytest.fixture
def task(home, folder):
    with Registry(home) as registry:
        yield registry.ensure_task(folder)


def test_a_check_is_answered_by_the_process_kept_ready_and_goes_on_to_measure(
    folder, home, processes, task
):
    processes.expect(DesignFolder.read(folder))
    ready = processes._spare.process.pid
    report = check_design(folder, home, task=task, processes=processes)
    assert report.problems == ()
    assert (folder / "pid.txt").read_text() == str(ready)
    assert report.memory["weights"] == 8
    assert report.measures
    measured = processes.measured(task.reference)
    assert measured["batch_size"] == 32
    assert measured["steps_per_epoch"] == 5
    assert 0 < measured["step_seconds_low"] <= measured["step_seconds_high"]
    assert measured["epoch_seconds_high"] >= 5 * measured["step_seconds_high"]
    assert measured["process_bytes"] > 2**27
    # It ran the user's code, so that it answers nothing else; the next one is another.
    assert not psutil.pid_exists(ready) or psutil.Process(ready).status() == "zombie"
    assert processes._spare.process.pid != ready
    preview = preview_column(folder, home, "x", processes=processes)
    assert preview.problems == ()
    assert len(preview.after) == 5


def test_a_design_with_mistakes_is_not_measured(folder, home, processes, task):
    code = folder / "architecture.py"
    code.write_text(code.read_text().replace("Dense(1)", "Dense(3)"))
    report = check_design(folder, home, task=task, processes=processes)
    assert [problem.severity for problem in report.problems] == ["error"]
    assert not report.measures
    with pytest.raises(NotFoundError, match="Nothing was measured"):
        processes.measured(task.reference)


def test_the_sequences_of_the_advanced_mode_are_measured(folder, home, processes, task):
    toml = folder / "task.toml"
    toml.write_text(toml.read_text().replace("epochs = 2", 'mode = "advanced"'))
    training = folder / "training.py"
    training.write_text(
        "def build_sequences(build_train, build_validation):\n"
        "    return build_train(10), build_validation(10)\n"
        "def fit_model(model, train_sequence, validation_sequence, base_callbacks):\n"
        "    model.fit(train_sequence, epochs=3, callbacks=base_callbacks)\n"
    )
    report = check_design(folder, home, task=task, processes=processes)
    assert report.problems == ()
    # How many rows a batch has, is known once the sequences are built.
    assert report.memory is None
    measured = processes.measured(task.reference)
    assert (measured["batch_size"], measured["steps_per_epoch"]) == (10, 16)
    assert measured["epochs"] is None
    assert measured["memory"]["batch_size"] == 10
    training.write_text(training.read_text().replace("build_train(10)", "build_train(1 / 0)"))
    assert check_design(folder, home, task=task, processes=processes).measures
    assert "division by zero" in processes.measured(task.reference)["unmeasured"]


def test_closing_ends_a_check_that_hangs(folder, home, processes, task):
    (folder / "architecture.py").write_text(ARCHITECTURE + HANGS)
    raised = []

    def check():
        try:
            check_design(folder, home, task=task, processes=processes)
        except TrainingError as error:
            raised.append(error)

    thread = threading.Thread(target=check)
    thread.start()
    while not (folder / "pid.txt").exists() or not (folder / "pid.txt").read_text():
        thread.join(0.05)
    worker = psutil.Process(int((folder / "pid.txt").read_text()))
    processes.close()
    thread.join(20)
    assert len(raised) == 1
    assert not worker.is_running() or worker.status() == "zombie"
    with pytest.raises(TrainingError, match="server is ending"):
        check_design(folder, home, task=task, processes=processes)


def test_one_without_processes_of_a_server_leaves_none(folder, home):
    report = check_design(folder, home)
    assert report.problems == ()
    assert report.memory["batch_size"] == 32
    assert not report.measures
