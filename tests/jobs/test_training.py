"""Workers without Keras: how their end is found, said and recorded, and who gets Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import psutil
import pytest

from hornbook.jobs import LOG_FILE, RunningTraining, settle_ended, training
from hornbook.jobs.training import _last_line, _silence, counted_interrupts, train_to_end
from hornbook.registry import Registry, SessionRecord, SessionStatus
from hornbook.training.job import STOP_FILE
from hornbook.training.result import TrainingResult

FINISHED = TrainingResult("finished", has_model=True, best_epoch=2, epochs=3)
SLEEP = "import time; print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def registry(home) -> Iterator[Registry]:
    with Registry(home) as opened:
        yield opened


@pytest.fixture
def queued(registry, tmp_path) -> SessionRecord:
    return registry.create_session(registry.ensure_task(tmp_path / "design"))


@pytest.fixture
def start():
    """Starts Python code as a worker is started; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run(registry, queued):
    """Marks the session as running in a process."""

    def run(pid: int, **changes) -> SessionRecord:
        values = {"host": socket.gethostname(), "worker_pid": pid, **changes}
        return registry.update_session(queued, status="running", **values)

    return run


def settled(registry: Registry, session: SessionRecord) -> SessionRecord:
    settle_ended(registry)
    return registry.session(session.reference)


def dead_pid(start) -> int:
    process = start("")
    process.wait()
    return process.pid


def test_a_session_whose_worker_is_gone_has_failed(registry, run, start):
    session = run(dead_pid(start))
    (session.folder / LOG_FILE).write_text("Epoch 1\nMemoryError: 8 TiB\n\n  \n")
    ended = settled(registry, session)
    assert ended.status == SessionStatus.FAILED
    assert ended.ended_at is not None
    assert ended.reason.startswith("The worker ended without a word")
    assert ended.reason.endswith(f"{LOG_FILE}, ends with: MemoryError: 8 TiB")


def test_a_session_without_a_log_names_where_it_would_be(registry, run, start):
    session = run(dead_pid(start))
    assert settled(registry, session).reason.endswith(f"Its log: {session.folder / LOG_FILE}")


def test_a_zombie_is_no_worker(registry, run, start):
    process = start("")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert settled(registry, run(process.pid)).status == SessionStatus.FAILED


def test_a_later_process_of_the_same_id_is_no_worker(registry, run, start):
    process = start(SLEEP)
    created = psutil.Process(process.pid).create_time()
    assert settled(registry, run(process.pid, worker_started=created)).status == "running"
    assert settled(registry, run(process.pid, worker_started=created - 60)).status == "failed"


def test_a_worker_of_another_host_is_left_alone(registry, run, start):
    session = run(dead_pid(start), host="elsewhere.example")
    assert settled(registry, session).status == SessionStatus.RUNNING


def test_a_queued_session_is_given_time_to_start(registry, queued, monkeypatch):
    assert settled(registry, queued).status == SessionStatus.QUEUED

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr(training, "datetime", Later)
    assert settled(registry, queued).status == SessionStatus.FAILED


def test_a_result_that_is_there_counts(registry, run, start):
    session = run(dead_pid(start))
    FINISHED.write(session.folder)
    ended = settled(registry, session)
    assert (ended.status, ended.has_model, ended.best_epoch) == ("finished", True, 2)
    assert ended.reason is None


def test_an_ended_session_stays_as_it_ended(registry, run, start):
    session = registry.update_session(
        run(dead_pid(start)), status="aborted", reason="Aborted by the user."
    )
    assert settled(registry, session) == session


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [
        (None, "without a word"),
        (-signal.SIGKILL, "out of memory"),
        (-signal.SIGTERM, "ended by SIGTERM"),
        (3, "exit code 3 before it had a result"),
        (0, "exit code 0 before it had a result"),
    ],
)
def test_a_silent_end_is_explained(exit_code, said):
    assert said in _silence(exit_code)


@pytest.mark.parametrize(
    ("log", "last"),
    [
        (b"", None),
        (b"\n \n", None),
        (b"one\ntwo", "two"),
        (b"10%\r100%\r", "100%"),
        (b"\xff\n", "\ufffd"),
        (b"one\n" * 100_000 + b"two\n\n", "two"),
    ],
)
def test_the_last_line_of_a_log(tmp_path, log, last):
    (tmp_path / LOG_FILE).write_bytes(log)
    assert _last_line(tmp_path / LOG_FILE) == last


def test_no_log_has_no_last_line(tmp_path):
    assert _last_line(tmp_path / LOG_FILE) is None


def test_waiting_records_the_end(registry, run, start):
    process = start("raise SystemExit(3)")
    ended = RunningTraining(registry, run(process.pid), process).wait()
    assert ended.status == SessionStatus.FAILED
    assert "exit code 3" in ended.reason


def test_aborting_ends_the_worker(registry, run, start):
    process = start(SLEEP)
    ended = RunningTraining(registry, run(process.pid), process).abort()
    assert process.returncode == -signal.SIGTERM
    assert (ended.status, ended.reason) == ("aborted", "Aborted by the user.")


def test_aborting_kills_a_worker_that_does_not_listen(registry, run, start, monkeypatch):
    monkeypatch.setattr(training, "_GRACE_SECONDS", 0.2)
    process = start(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}")
    assert process.stdout.readline() == b"ready\n"
    ended = RunningTraining(registry, run(process.pid), process).abort()
    assert process.returncode == -signal.SIGKILL
    assert ended.status == SessionStatus.ABORTED


@pytest.mark.parametrize("waited", [False, True])
def test_aborting_what_had_come_to_its_end_keeps_it(registry, run, start, waited):
    process = start("")
    session = run(process.pid)
    FINISHED.write(session.folder)
    if waited:
        process.wait()
    ended = RunningTraining(registry, session, process).abort()
    assert (ended.status, ended.has_model) == ("finished", True)


def test_aborting_what_another_has_settled_leaves_it(registry, run, start):
    process = start(SLEEP)
    session = run(process.pid)
    other = registry.update_session(session, status="failed", reason="Found dead.")
    assert RunningTraining(registry, session, process).abort() == other


def test_an_interrupt_while_the_worker_is_started_stops_it(registry, run, start, monkeypatch):
    code = (
        "import pathlib, sys, time\n"
        "while not pathlib.Path({!r}).exists(): time.sleep(0.01)\n"
        "raise SystemExit(3)"
    )

    def start_and_interrupt(registry, design, *, name, description, spares):
        session = run(0)
        process = start(code.format(str(session.folder / STOP_FILE)))
        signal.raise_signal(signal.SIGINT)
        return RunningTraining(registry, session, process)

    monkeypatch.setattr(training, "start_training", start_and_interrupt)
    calls = []
    before = signal.getsignal(signal.SIGINT)
    ended = train_to_end(
        registry,
        None,
        on_start=lambda session: calls.append(session.status),
        on_stop=lambda: calls.append("stop"),
    )
    assert calls == ["running", "stop"]
    assert "exit code 3" in ended.reason
    assert signal.getsignal(signal.SIGINT) == before


def test_two_interrupts_while_the_worker_is_started_abort_it(registry, run, start, monkeypatch):
    def start_and_interrupt(registry, design, *, name, description, spares):
        process = start(SLEEP)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return RunningTraining(registry, run(process.pid), process)

    monkeypatch.setattr(training, "start_training", start_and_interrupt)
    assert train_to_end(registry, None).status == SessionStatus.ABORTED


def test_interrupts_are_counted_and_then_raised_again():
    with counted_interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert len(interrupts) == 2
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
