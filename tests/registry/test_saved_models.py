from __future__ import annotations

import json
from pathlib import Path

import pytest

from hornbook.errors import NotFoundError
from hornbook.registry import (
    Registry,
    SavedModelRecord,
    SessionRecord,
    TaskRecord,
    WorkspaceError,
)
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


@pytest.fixture
def three(registry: Registry, trained: SessionRecord) -> SavedModelRecord:
    """A saved model whose versions became active one after the other."""
    for _ in range(3):
        registry.deploy(trained, name="quality")
    return registry.saved_model("quality")


def active(saved_model: SavedModelRecord) -> str:
    return saved_model.active_version.version_id


def test_a_version_need_not_become_active(registry: Registry, trained: SessionRecord):
    first = registry.deploy(trained, name="quality", activate=False)
    assert first.active, "a saved model always has an active version"
    second = registry.deploy(trained, name="quality", activate=False)
    third = registry.add_version(first.saved_model_id, trained, activate=False)
    assert (second.version_id, second.active, third.version_id) == ("v2", False, "v3")
    saved_model = registry.saved_model("quality")
    assert active(saved_model) == "v1"
    assert saved_model.previous_version is None
    with pytest.raises(NotFoundError, match="Saved model 'other' does not exist"):
        registry.add_version("other", trained)


def test_rolling_back_goes_back_the_way_that_was_come(registry: Registry, three: SavedModelRecord):
    assert active(registry.activate_version("quality", "v1")) == "v1"
    assert active(registry.activate_version(three.saved_model_id, "v1")) == "v1"
    saved_model = registry.saved_model("quality")
    assert [one.version_id for one in saved_model.activations] == ["v1", "v2", "v3", "v1"]
    assert saved_model.previous_version == saved_model.versions[2]
    assert [active(registry.roll_back("quality")) for _ in range(3)] == ["v3", "v2", "v1"]
    with pytest.raises(WorkspaceError) as caught:
        registry.roll_back("quality")
    assert "no version was active before v1" in str(caught.value)
    assert "v1, v2, v3" in str(caught.value)
    written = json.loads((three.active_version.folder.parent / "saved_model.json").read_text())
    assert written["active_version"] == "v1"
    assert [one["version"] for one in written["activations"]] == ["v1"]


def test_an_unknown_version_is_named_and_the_others_listed(
    registry: Registry, three: SavedModelRecord
):
    for call in (registry.activate_version, registry.delete_version):
        with pytest.raises(NotFoundError) as caught:
            call("quality", "v7")
        assert str(caught.value) == (
            "The saved model 'quality' has no version 'v7'. Existing versions: v1, v2, v3."
        )


def test_a_deleted_version_leaves_no_trace_and_no_number(
    registry: Registry, three: SavedModelRecord, trained: SessionRecord
):
    registry.activate_version("quality", "v2")
    registry.activate_version("quality", "v3")
    registry.delete_version("quality", "v2")
    saved_model = registry.saved_model("quality")
    assert [one.version_id for one in saved_model.versions] == ["v1", "v3"]
    assert [one.version_id for one in saved_model.activations] == ["v1", "v3"]
    assert sorted(path.name for path in three.active_version.folder.parent.iterdir()) == [
        "saved_model.json",
        "v1",
        "v3",
    ]
    assert active(registry.roll_back("quality")) == "v1"
    registry.delete_version("quality", "v3")
    assert registry.deploy(trained, name="quality").version_id == "v4"


def test_the_active_version_is_not_deleted(registry: Registry, three: SavedModelRecord):
    with pytest.raises(WorkspaceError, match="v3 of 'quality' is active and cannot be deleted"):
        registry.delete_version("quality", "v3")
    assert registry.saved_model("quality") == three
    assert three.active_version.folder.is_dir()


def test_a_saved_model_is_deleted_whole(
    home: Path, registry: Registry, three: SavedModelRecord, trained: SessionRecord
):
    other = registry.deploy(trained, name="other")
    registry.delete_saved_model("quality")
    assert [one.name for one in registry.saved_models()] == ["other"]
    assert [path.name for path in (home / "saved_models").iterdir()] == [other.saved_model_id]
    assert trained.folder.is_dir()
    with pytest.raises(NotFoundError, match="Saved model 'quality' does not exist"):
        registry.delete_saved_model("quality")
    assert registry.deploy(trained, name="quality").saved_model_id != three.saved_model_id


def test_a_saved_model_is_renamed(
    registry: Registry, three: SavedModelRecord, trained: SessionRecord
):
    registry.deploy(trained, name="other")
    renamed = registry.rename_saved_model("quality", "  White wines ")
    assert (renamed.name, renamed.saved_model_id) == ("White wines", three.saved_model_id)
    assert registry.saved_model("White wines").versions == three.versions
    assert registry.rename_saved_model("White wines", "White wines") == renamed
    for taken in ("other", registry.saved_model("other").saved_model_id):
        with pytest.raises(WorkspaceError, match=f"There is a saved model '{taken}' already"):
            registry.rename_saved_model("White wines", taken)


@pytest.mark.parametrize(
    "name", ["wine@v2", "a/b", "a\\b", "latest", "~wine", ".wine", "wi\nne", "x" * 201]
)
def test_names_that_mean_something_else_are_refused(
    registry: Registry, three: SavedModelRecord, trained: SessionRecord, name: str
):
    with pytest.raises(WorkspaceError, match="A saved model cannot be called"):
        registry.deploy(trained, name=name)
    with pytest.raises(WorkspaceError, match="A saved model cannot be called"):
        registry.rename_saved_model("quality", name)
    assert registry.saved_models() == [three]
