"""The queue with real workers: so many at a time, the next when one has ended."""

from __future__ import annotations

import threading
import time

import pytest

from hornbook.data import TableStore
from hornbook.design import DesignFolder, create_design
from hornbook.errors import UsageError
from hornbook.jobs import TrainingQueue
from hornbook.registry import Registry, SessionStatus

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(home):
    with Registry(home) as one:
        yield one


@pytest.fixture
def design(registry, tmp_path):
    rows = "".join(f"{number % 20},{number % 2}\n" for number in range(200))
    (tmp_path / "table.csv").write_text("x,y\n" + rows)
    table = TableStore(registry.home / "datasets").read(tmp_path / "table.csv")
    create_design(tmp_path / "task", table, tmp_path / "table.csv", "y")
    return DesignFolder.read(tmp_path / "task", ["training.epochs=2"])


class Listening:
    """A queue whose listeners note what they are told."""

    def __init__(self, registry, limit):
        self.running = 0
        self.most = 0
        self.order = []
        self.epochs = []
        self.changed = threading.Condition()
        self._registry = registry
        self.queue = TrainingQueue(
            registry, limit=limit, on_event=self._event, on_session=self._session
        )

    def _event(self, session, event):
        if event["event"] == "epoch":
            self.epochs.append((session.session_id, event["epoch"]))

    def _session(self, session):
        with self.changed:
            open_now = self._registry.sessions(statuses=[SessionStatus.RUNNING])
            self.most = max(self.most, len(open_now))
            self.order.append((session.session_id, str(session.status)))
            self.changed.notify_all()

    def wait_for(self, *told, seconds=120):
        deadline = time.monotonic() + seconds
        with self.changed:
            while not set(told) <= set(self.order):
                assert self.changed.wait(deadline - time.monotonic()), self.order


@pytest.mark.parametrize(("limit", "at_once"), [(1, 1), (2, 2)])
def test_so_many_run_at_once_and_all_end(registry, design, limit, at_once):
    listening = Listening(registry, limit)
    for _ in range(3):
        assert listening.queue.add(design).status is SessionStatus.QUEUED
    listening.queue.start()
    try:
        listening.wait_for(*((f"s{number}", "finished") for number in (1, 2, 3)))
    finally:
        listening.queue.close()
    assert listening.most == at_once
    started = [name for name, status in listening.order if status == "running"]
    assert started == ["s1", "s2", "s3"]
    assert sorted(listening.epochs) == [(f"s{n}", epoch) for n in (1, 2, 3) for epoch in (1, 2)]


def test_a_session_that_somebody_else_starts_is_left_to_them(registry, design):
    from hornbook.jobs.training import queue_training

    theirs = queue_training(registry, design, waits=False)
    listening = Listening(registry, 1)
    listening.queue.start()
    try:
        listening.wait_for(("s1", "queued"))
        time.sleep(1)
    finally:
        listening.queue.close()
    assert registry.session(theirs.reference).status is SessionStatus.QUEUED


def test_what_has_ended_cannot_be_stopped(registry, design):
    listening = Listening(registry, 1)
    session = listening.queue.add(design)
    assert listening.queue.abort(session).status is SessionStatus.ABORTED
    with pytest.raises(UsageError, match="has ended"):
        listening.queue.stop(session)
