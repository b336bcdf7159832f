from __future__ import annotations

import json
from pathlib import Path

from hornbook.registry import Registry, SessionRecord, rebuild


def lose_database(home: Path) -> None:
    for path in home.glob("hornbook.db*"):
        path.unlink()


def test_a_lost_database_comes_back_from_the_folders(home: Path, design: Path, tmp_path: Path):
    with Registry(home) as registry:
        tasks = [registry.ensure_task(design), registry.ensure_task(tmp_path / "other")]
        for number in range(12):
            registry.create_session(tasks[number % 2], description=str(number))
        first, second, *_ = registry.sessions()
        registry.update_session(
            first,
            status="finished",
            has_model=True,
            metric_value=0.5,
            ended_at=first.created_at,
        )
        registry.update_session(second, status="failed", reason="out of memory", worker_pid=1)
        for _ in range(3):
            registry.deploy(first, name="quality")
        registry.deploy(first, name="quality", activate=False)
        registry.roll_back("quality")
        registry.activate_version("quality", "v1")
        registry.delete_version("quality", "v4")
        sessions, saved_models = registry.sessions(), registry.saved_models()
    lose_database(home)

    rebuilt = rebuild(home)
    assert (rebuilt.tasks, rebuilt.sessions, rebuilt.saved_models, rebuilt.versions) == (
        2,
        12,
        1,
        3,
    )
    assert rebuilt.unusable == []
    with Registry(home) as registry:
        assert {it.reference: it for it in registry.tasks()} == {it.reference: it for it in tasks}
        assert registry.sessions() == sessions
        assert registry.saved_models() == saved_models
        assert registry.ensure_task(design) == tasks[0]
        assert registry.create_session(tasks[0]).session_id == "s7"
        assert registry.roll_back("quality").active_version.version_id == "v2"
        assert registry.deploy(first, name="quality").version_id == "v5"


def test_a_saved_model_of_before_there_were_activations_comes_back(
    home: Path, registry: Registry, trained: SessionRecord
):
    registry.deploy(trained, name="quality")
    version = registry.deploy(trained, name="quality")
    file = version.folder.parent / "saved_model.json"
    told = json.loads(file.read_text())
    del told["activations"], told["last_version"]
    file.write_text(json.dumps(told))
    lose_database(home)

    assert rebuild(home).unusable == []
    with Registry(home) as rebuilt:
        saved_model = rebuilt.saved_model("quality")
    assert saved_model.active_version.version_id == "v2"
    assert [one.version_id for one in saved_model.activations] == ["v2"]
    assert saved_model.last_version_id == "v2"


def test_rebuilding_twice_adds_nothing(home: Path, registry: Registry, trained: SessionRecord):
    registry.deploy(trained, name="quality")
    before = registry.sessions(), registry.saved_models()
    rebuilt = rebuild(home)
    assert (rebuilt.tasks, rebuilt.sessions, rebuilt.saved_models, rebuilt.versions) == (0, 0, 0, 0)
    assert (registry.sessions(), registry.saved_models()) == before


def test_unusable_files_are_told_and_their_numbers_stay_taken(home: Path, design: Path):
    with Registry(home) as registry:
        task = registry.ensure_task(design)
        sessions = [registry.create_session(task) for _ in range(4)]
    (sessions[1].folder / "session.json").write_text('{"session_id": ')
    (sessions[2].folder / "session.json").write_text("[]")
    (sessions[3].folder / "session.json").write_text('{"session_id": "s4"}')
    lose_database(home)

    rebuilt = rebuild(home)
    assert rebuilt.sessions == 1
    assert [line.split("/")[-2] for line in rebuilt.unusable] == ["s2", "s3", "s4"]
    assert "it has no analysis_id" in rebuilt.unusable[2]
    with Registry(home) as registry:
        assert registry.sessions() == [sessions[0]]
        assert registry.create_session(task).session_id == "s5"


def test_an_empty_workspace_is_rebuilt_to_nothing(home: Path):
    home.mkdir()
    assert rebuild(home).tasks == 0
