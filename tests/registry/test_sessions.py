from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from hornbook.errors import HornbookError, NotFoundError
from hornbook.registry import Registry, SessionRecord, SessionStatus, TaskRecord


def test_sessions_of_a_task_are_numbered_from_one(
    registry: Registry, task: TaskRecord, tmp_path: Path
):
    other = registry.ensure_task(tmp_path / "other")
    ids = [registry.create_session(it).session_id for it in (task, task, other, task)]
    assert ids == ["s1", "s2", "s1", "s3"]


def test_a_new_session_waits_in_its_own_folder(home: Path, registry: Registry, task: TaskRecord):
    session = registry.create_session(task)
    assert session.status is SessionStatus.QUEUED
    assert (session.name, session.description, session.has_model) == ("Session 1", None, False)
    assert session.folder == home / "analyses" / task.analysis_id / task.mltask_id / "s1"
    assert session.reference == f"{task.analysis_id}/{task.mltask_id}/s1"
    written = json.loads((session.folder / "session.json").read_text())
    assert written["session_id"] == "s1"
    assert written["task_folder"] == str(task.folder)
    assert written["created_at"] == session.created_at.isoformat()


def test_name_and_description_are_kept(registry: Registry, task: TaskRecord):
    session = registry.create_session(task, name="wider", description="été")
    assert registry.session(session.reference) == session
    assert (session.name, session.description) == ("wider", "été")


def test_a_session_needs_a_task_of_this_workspace(registry: Registry):
    stranger = TaskRecord("nowhere1", "nowhere2", Path("/design"), datetime.now(UTC))
    with pytest.raises(NotFoundError, match="'nowhere1' does not exist"):
        registry.create_session(stranger)


def test_every_field_comes_back_as_it_was_given(registry: Registry, task: TaskRecord):
    session = registry.create_session(task)
    started = datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    changed = registry.update_session(
        session,
        name="renamed",
        description="d",
        status=SessionStatus.STOPPED,
        reason="interrupted",
        has_model=True,
        started_at=started,
        ended_at=started + timedelta(seconds=1),
        host="here",
        worker_pid=42,
        worker_started=1714557600.25,
        backend="jax",
        prediction_type="binary",
        target="quality",
        metric="ROC AUC",
        metric_value=0.75,
        best_epoch=3,
        epochs=5,
        train_rows=5_000_000_000,
        test_rows=10,
    )
    assert registry.session(session.reference) == changed
    assert changed.started_at == started
    assert changed.started_at is not None
    assert changed.started_at.tzinfo is UTC
    assert changed.train_rows == 5_000_000_000
    assert changed.created_at == session.created_at
    written = json.loads((session.folder / "session.json").read_text())
    assert (written["status"], written["metric_value"]) == ("stopped", 0.75)


def test_numpy_numbers_are_stored_as_numbers(registry: Registry, task: TaskRecord):
    session = registry.update_session(
        registry.create_session(task),
        metric_value=np.float32(0.5),
        best_epoch=np.int64(3),
        has_model=np.bool_(True),
    )
    assert registry.session(session.reference) == session
    assert (session.metric_value, session.best_epoch, session.has_model) == (0.5, 3, True)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_a_metric_that_is_not_finite_is_stored_as_none(
    registry: Registry, task: TaskRecord, value: float
):
    session = registry.update_session(registry.create_session(task), metric_value=value)
    assert session.metric_value is None
    assert registry.session(session.reference) == session
    assert json.loads((session.folder / "session.json").read_text())["metric_value"] is None


def test_fields_not_named_keep_what_others_wrote(registry: Registry, task: TaskRecord):
    before = registry.create_session(task)
    registry.update_session(before, epochs=3)
    assert registry.update_session(before, status="running").epochs == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epoch": 1}, "no field 'epoch' to change. Did you mean 'epochs'"),
        ({"session_id": "s9"}, "no field 'session_id' to change"),
        ({"folder": Path("/")}, "no field 'folder' to change"),
        ({"epochs": 1.5}, "Session field 'epochs'"),
        ({"name": None}, "Session field 'name'"),
        ({"ended_at": datetime(2024, 1, 1)}, "Session field 'ended_at'.*time zone"),
    ],
)
def test_wrong_changes_change_nothing(
    registry: Registry, task: TaskRecord, changes: dict[str, object], words: str
):
    session = registry.create_session(task)
    with pytest.raises(TypeError, match=words):
        registry.update_session(session, reason="changed", **changes)
    assert registry.session(session.reference) == session


def test_an_unknown_status_is_refused(registry: Registry, task: TaskRecord):
    with pytest.raises(ValueError, match="asleep"):
        registry.update_session(registry.create_session(task), status="asleep")


def test_of_two_observers_one_comes_second(registry: Registry, task: TaskRecord):
    session = registry.update_session(registry.create_session(task), status="running")
    alive = {SessionStatus.QUEUED, SessionStatus.RUNNING}
    first = registry.update_session_if(session, alive, status="failed", reason="first")
    second = registry.update_session_if(session, alive, status="aborted", reason="second")
    assert first is not None
    assert second is None
    assert registry.session(session.reference) == first
    assert json.loads((session.folder / "session.json").read_text())["reason"] == "first"


def test_latest_is_the_newest_with_a_model(registry: Registry, task: TaskRecord, tmp_path: Path):
    other = registry.ensure_task(tmp_path / "other")
    with pytest.raises(NotFoundError, match="of the 0 sessions"):
        registry.session("latest")
    first, second = (registry.create_session(it) for it in (task, other))
    registry.create_session(task)
    with pytest.raises(NotFoundError, match=r"of the 3 sessions in the workspace .* none has kept"):
        registry.session("latest")
    assert registry.latest_session(task) is None

    first = registry.update_session(first, has_model=True)
    assert registry.session("latest") == first
    second = registry.update_session(second, has_model=True)
    assert registry.session("latest") == second
    assert registry.latest_session(task) == first


def test_sessions_are_listed_oldest_first(registry: Registry, task: TaskRecord, tmp_path: Path):
    other = registry.ensure_task(tmp_path / "other")
    first, second, third = (registry.create_session(it) for it in (task, other, task))
    second = registry.update_session(second, status="failed")
    assert registry.sessions() == [first, second, third]
    assert registry.sessions(task) == [first, third]
    assert registry.sessions(statuses=[SessionStatus.FAILED]) == [second]
    assert registry.sessions(task, statuses=[SessionStatus.FAILED]) == []
    assert registry.sessions(statuses=[]) == []


@pytest.mark.parametrize("unknown", ["s3", "s01", "best"])
def test_an_unknown_session_is_named_and_the_others_listed(
    registry: Registry, task: TaskRecord, unknown: str
):
    registry.create_session(task)
    registry.create_session(task)
    with pytest.raises(NotFoundError) as caught:
        registry.session(f"{task.reference}/{unknown}")
    assert str(caught.value) == (
        f"Session '{unknown}' does not exist in ML task '{task.reference}'. "
        "Existing sessions: s1, s2."
    )


def test_a_reference_of_another_form_is_refused(registry: Registry):
    with pytest.raises(HornbookError, match="expected 3"):
        registry.session("s1")


def test_an_update_survives_a_deleted_folder(registry: Registry, trained: SessionRecord):
    (trained.folder / "session.json").unlink()
    registry.update_session(trained, reason="still here")
    assert (trained.folder / "session.json").exists()
