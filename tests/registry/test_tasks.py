from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest

from hornbook.errors import NotFoundError
from hornbook.registry import Registry, TaskRecord


def test_a_folder_is_known_by_its_resolved_path(
    registry: Registry, design: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    task = registry.ensure_task(design)
    link = tmp_path / "link"
    link.symlink_to(design)
    monkeypatch.chdir(tmp_path)

    assert registry.ensure_task(link) == task
    assert registry.ensure_task(Path("predict-quality")) == task
    assert registry.find_task(link) == task
    assert registry.tasks() == [task]
    assert task.folder == design.resolve()
    assert task.created_at.tzinfo is UTC


def test_finding_does_not_create(registry: Registry, design: Path):
    assert registry.find_task(design) is None
    assert registry.tasks() == []


def test_ids_outlive_the_registry(home: Path, design: Path):
    with Registry(home) as registry:
        task = registry.ensure_task(design)
    with Registry(home) as registry:
        assert registry.find_task(design) == task
        assert registry.task(task.analysis_id, task.mltask_id) == task


def test_a_task_is_written_beside_its_sessions(home: Path, task: TaskRecord):
    path = home / "analyses" / task.analysis_id / task.mltask_id / "task.json"
    assert json.loads(path.read_text())["folder"] == str(task.folder)


def test_an_unknown_analysis_is_named_and_the_tasks_listed(registry: Registry, task: TaskRecord):
    with pytest.raises(NotFoundError) as caught:
        registry.task("nowhere1", task.mltask_id)
    assert str(caught.value) == (
        f"Analysis 'nowhere1' does not exist. Existing ML tasks: {task.reference} ({task.folder})."
    )


def test_an_unknown_task_is_named_with_those_of_its_analysis(registry: Registry, task: TaskRecord):
    with pytest.raises(NotFoundError) as caught:
        registry.task(task.analysis_id, "nowhere1")
    assert str(caught.value) == (
        f"ML task 'nowhere1' does not exist in analysis '{task.analysis_id}'. "
        f"Existing ML tasks: {task.mltask_id}."
    )


def test_an_empty_workspace_says_so(registry: Registry):
    with pytest.raises(NotFoundError, match="There are no ML tasks yet"):
        registry.task("nowhere1", "nowhere2")
