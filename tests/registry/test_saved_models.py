from __future__ import annotations

import json
from pathlib import Path

import pytest

from hornbook.errors import NotFoundError
from hornbook.registry import Registry, SessionRecord, TaskRecord, WorkspaceError
from hornbook.registry import saved_models as saved_models_module


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_deploying_copies_all_but_the_traces_of_training(
    home: Path, registry: Registry, trained: SessionRecord
):
    (trained.folder / ".model.keras.0123.partial").write_bytes(b"half")
    version = registry.deploy(trained, name="quality")
    assert names(version.folder) == {
        "model.keras",
        "pipeline/fitted.json",
        "session.json",
        "version.json",
    }
    assert version.folder == home / "saved_models" / version.saved_model_id / "v1"
    assert (version.version_id, version.active) == ("v1", True)
    assert version.session_reference == trained.reference
    assert len(version.saved_model_id) == 8

    (trained.folder / "model.keras").write_bytes(b"other weights")
    assert (version.folder / "model.keras").read_bytes() == b"weights"


def test_only_the_named_files_are_copied(registry: Registry, trained: SessionRecord):
    version = registry.deploy(trained, name="quality", files=["pipeline/fitted.json"])
    assert names(version.folder) == {"pipeline/fitted.json", "version.json"}


def test_deploying_again_makes_the_next_version_active(registry: Registry, trained: SessionRecord):
    first = registry.deploy(trained, name="quality")
    second = registry.deploy(trained, name=" quality ")
    other = registry.deploy(trained, name="other")
    assert (first.version_id, second.version_id, other.version_id) == ("v1", "v2", "v1")

    saved_model = registry.saved_model("quality")
    assert registry.saved_model(first.saved_model_id) == saved_model
    assert saved_model.active_version == second
    assert [it.active for it in saved_model.versions] == [False, True]
    assert [it.name for it in registry.saved_models()] == ["quality", "other"]
    written = json.loads((second.folder.parent / "saved_model.json").read_text())
    assert written["active_version"] == "v2"


def test_a_session_without_a_model_is_refused(registry: Registry, task: TaskRecord):
    session = registry.create_session(task)
    with pytest.raises(WorkspaceError) as caught:
        registry.deploy(session, name="quality")
    assert f"'{session.reference}' is queued and has no trained model" in str(caught.value)
    assert registry.saved_models() == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["model.keras", "gone", "lost"], "Cannot deploy 'gone', 'lost': not found"),
        (["../s2/model.keras"], "Cannot deploy '../s2/model.keras': expected paths relative"),
        (["/etc/passwd"], "expected paths relative"),
    ],
)
def test_wrong_files_leave_nothing_behind(
    home: Path, registry: Registry, trained: SessionRecord, files: list[str], words: str
):
    with pytest.raises(WorkspaceError, match=words):
        registry.deploy(trained, name="quality", files=files)
    assert not (home / "saved_models").exists()


def test_a_name_is_needed(registry: Registry, trained: SessionRecord):
    with pytest.raises(WorkspaceError, match="needs a name"):
        registry.deploy(trained, name="  ")


def test_a_deployment_that_crashed_before_its_commit_is_replaced(
    home: Path, registry: Registry, trained: SessionRecord, monkeypatch: pytest.MonkeyPatch
):
    registry.deploy(trained, name="quality")

    def crash(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(saved_models_module, "write_saved_model", crash)
        with pytest.raises(OSError, match="No space left"):
            registry.deploy(trained, name="quality")
    assert registry.saved_model("quality").active_version.version_id == "v1"
    orphan = registry.saved_model("quality").active_version.folder.with_name("v2")
    (orphan / "leftover").write_text("")

    version = registry.deploy(trained, name="quality")
    assert version.version_id == "v2"
    assert "leftover" not in names(version.folder)
    assert [path for path in (home / "saved_models").rglob("*") if path.name.startswith(".")] == []


def test_an_unknown_saved_model_is_named_and_the_others_listed(
    registry: Registry, trained: SessionRecord
):
    with pytest.raises(NotFoundError, match="There are no saved models yet"):
        registry.saved_model("quality")
    version = registry.deploy(trained, name="quality")
    with pytest.raises(NotFoundError) as caught:
        registry.saved_model("qualty")
    assert str(caught.value) == (
        "Saved model 'qualty' does not exist. "
        f"Existing saved models: {version.saved_model_id} (quality)."
    )
