"""Trainings that are stopped, killed or broken: what is said, what is kept, what goes on."""

from __future__ import annotations

import json
import os
import signal
import time

import psutil
import pytest

pytestmark = pytest.mark.slow

HEAD = """
    import keras
    from keras import layers

    def build_model(input_shapes, n_classes=None):
        main = keras.Input(shape=input_shapes["main"], name="main")
        return keras.Model(main, layers.Dense(1, activation="sigmoid")(main))

"""
COMPILE = """
    def compile_model(model):
        model.compile("adam", "binary_crossentropy")
        return model
"""


@pytest.fixture
def task(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    return terminal


def wait_for(terminal, event, at_least=1, seconds=120):
    """Waits until a running session has written so many events of a kind."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in terminal.event_files():
            lines = path.read_text().splitlines()
            if sum(f'"event": "{event}"' in line for line in lines) >= at_least:
                return path.parent
        time.sleep(0.05)
    raise AssertionError(f"no {event} event in {seconds} s")


def test_one_interrupt_keeps_the_best_epoch(task):
    process = task.start("train", "task", "--set", "training.epochs=100000", "--json")
    wait_for(task, "epoch", at_least=3)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert time.monotonic() - asked < 30
    result = json.loads(output)
    assert process.returncode == 0
    assert result["status"] == "stopped"
    assert 3 <= result["epochs"] < 100_000
    assert result["metrics"]["ROC AUC"] == max(result["history"]["Test ROC AUC"])
    assert task.json("show", "latest")["model"] == result["model"]


def test_two_interrupts_abort(task):
    task.write(
        "task/training.py",
        """
        import time

        def build_sequences(build_train, build_validation):
            return build_train(32), build_validation(32)

        def fit_model(model, train_sequence, validation_sequence, base_callbacks):
            model.fit(train_sequence, epochs=1, callbacks=base_callbacks)
            time.sleep(600)
        """,
    )
    process = task.start("train", "task", "--set", "training.mode=advanced", "--json")
    folder = wait_for(task, "epoch")
    process.send_signal(signal.SIGINT)
    until = time.monotonic() + 30
    while not (folder / "stop").exists() and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert json.loads(output)["status"] == "aborted"
    assert process.returncode == 1
    assert [row["status"] for row in task.json("sessions")["sessions"]] == ["aborted"]
    assert task.json("train", "task", "--set", "training.epochs=1")["status"] == "finished"


def test_a_killed_worker_is_said_and_the_next_training_works(task):
    process = task.start("train", "task", "--set", "training.epochs=100000", "--json")
    wait_for(task, "epoch")
    [running] = task.json("sessions")["sessions"]
    assert running["status"] == "running"
    os.kill(running["worker_pid"], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    failed = json.loads(output)
    assert process.returncode == 1
    assert failed["status"] == "failed"
    assert "killed (SIGKILL)" in failed["reason"]
    assert "worker.log" in failed["reason"]
    listed = task.run("sessions").stdout
    assert "failed" in listed
    assert "killed (SIGKILL)" in listed
    assert task.json("train", "task", "--set", "training.epochs=1")["session_id"] == "s2"


def test_a_worker_that_died_with_its_command_is_found_dead(task):
    process = task.start("train", "task", "--set", "training.epochs=100000")
    wait_for(task, "epoch")
    [running] = task.json("sessions")["sessions"]
    process.kill()
    process.communicate()
    worker = psutil.Process(running["worker_pid"])
    assert worker.is_running()
    assert task.json("sessions")["sessions"][0]["status"] == "running"
    worker.kill()
    psutil.wait_procs([worker], timeout=30)
    [ended] = task.json("sessions")["sessions"]
    assert ended["status"] == "failed"
    assert "ended without a word" in ended["reason"]


def test_a_worker_outlives_its_command_and_is_recorded(task):
    process = task.start("train", "task", "--set", "training.epochs=3")
    wait_for(task, "fit_started")
    process.kill()
    process.communicate()
    wait_for(task, "ended")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        [session] = task.json("sessions")["sessions"]
        if session["status"] != "running":
            break
    assert session["status"] == "finished"
    assert session["best_epoch"]


@pytest.mark.parametrize(
    ("compile_code", "reason"),
    [
        ("import sys; sys.exit(3)", "architecture.py:10: called sys.exit(3)"),
        ("import os; os._exit(4)", "exit code 4"),
        ("raise KeyError('colour')", "architecture.py:10: KeyError: 'colour'"),
        ("raise MemoryError", "ran out of memory"),
        ("model.compile('adam', 'nonsense')", "architecture.py:9: Keras has no loss 'nonsense'"),
    ],
)
def test_user_code_that_fails_shows_its_own_line(task, compile_code, reason):
    task.write(
        "task/architecture.py",
        HEAD + f"    def compile_model(model):\n        {compile_code}\n        return model\n",
    )
    failed = task.json("train", "task", code=1)
    assert failed["status"] == "failed"
    assert reason in failed["reason"]
    shown = task.run("train", "task", code=1).stderr
    assert reason.split(":")[0] in shown
    assert "site-packages" not in shown


def test_a_loss_that_becomes_nan_says_so_and_keeps_what_was_good(task):
    task.write("task/architecture.py", HEAD + COMPILE)
    task.write(
        "task/training.py",
        """
        import keras

        class Spoil(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    weights = [weight * float("nan") for weight in self.model.get_weights()]
                    self.model.set_weights(weights)

        def build_sequences(build_train, build_validation):
            return build_train(32), build_validation(32)

        def fit_model(model, train_sequence, validation_sequence, base_callbacks):
            model.fit(train_sequence, epochs=5, callbacks=base_callbacks + [Spoil()])
        """,
    )
    failed = task.json("train", "task", "--set", "training.mode=advanced", code=1)
    assert failed["status"] == "failed"
    assert "The loss became NaN in epoch 3" in failed["reason"]
    assert "learning rate" in failed["reason"]
    assert failed["has_model"]
    assert failed["best_epoch"] in (1, 2)
    assert task.json("show", "latest")["model"] == failed["model"]


def test_a_first_epoch_that_is_nan_keeps_nothing(task):
    task.write(
        "task/architecture.py",
        HEAD
        + """
    def compile_model(model):
        model.compile("adam", lambda truth, predicted: predicted * float("nan"))
        return model
""",
    )
    failed = task.json("train", "task", code=1)
    assert "The loss became NaN in epoch 1" in failed["reason"]
    assert not failed["has_model"]
    assert "none has kept a model" in task.json("show", "latest", code=2)["error"]


def test_two_trainings_share_one_workspace(task):
    processes = [
        task.start("train", "task", "--set", "training.epochs=2", "--json") for _ in range(2)
    ]
    results = [json.loads(process.communicate(timeout=180)[0]) for process in processes]
    assert sorted(result["session_id"] for result in results) == ["s1", "s2"]
    assert results[0]["metrics"] == results[1]["metrics"]


def test_wrong_use_ends_with_2_and_a_failed_job_with_1(terminal, tmp_path):
    assert "not a design folder" in terminal.json("train", "nowhere", code=2)["error"]
    assert terminal.json("show", "latest", code=2)["error"]
    terminal.run("train", "--nonsense", code=2)
    assert "nosuch" in terminal.json("show", "nosuch", code=2)["error"]
    (tmp_path / "empty.csv").write_text("")
    refused = terminal.json("init", "t", "--data", tmp_path / "empty.csv", "--target", "y", code=1)
    assert "empty" in refused["error"]
