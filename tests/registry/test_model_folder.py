from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hornbook.errors import HornbookError, NotFoundError
from hornbook.registry import Registry, SessionRecord, TaskRecord, VersionRecord
from hornbook.registry.model_folder import find_model_folder


@pytest.fixture
def kept(trained: SessionRecord) -> SessionRecord:
    """A session with the files of a model."""
    (trained.folder / "model").mkdir()
    (trained.folder / "model" / "model.json").write_text("{}")
    return trained


@pytest.fixture
def version(registry: Registry, kept: SessionRecord) -> VersionRecord:
    registry.deploy(kept, name="white wines")
    return registry.deploy(kept, name="white wines")


def test_a_session_is_found_by_its_name_and_as_the_latest(registry: Registry, kept: SessionRecord):
    assert find_model_folder(registry, kept.reference) == kept.folder
    assert find_model_folder(registry, "latest") == kept.folder


def test_a_saved_model_means_its_active_version(registry: Registry, version: VersionRecord):
    assert version.version_id == "v2"
    assert find_model_folder(registry, "white wines") == version.folder
    assert find_model_folder(registry, version.saved_model_id) == version.folder


def test_a_version_is_named_behind_an_at(registry: Registry, version: VersionRecord):
    first = version.folder.with_name("v1")
    assert find_model_folder(registry, "white wines@v1") == first
    assert find_model_folder(registry, f"{version.saved_model_id}@v1") == first


def test_a_folder_is_found_wherever_it_lies(
    registry: Registry, version: VersionRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = tmp_path / "copies" / "wines"
    shutil.copytree(version.folder, copy)
    monkeypatch.chdir(tmp_path)
    for named in (copy, str(copy), "./copies/wines", "copies/wines", "copies/wines/model"):
        assert find_model_folder(registry, named) == copy


def test_a_saved_model_goes_before_a_folder_of_its_name(
    registry: Registry, version: VersionRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    copy = tmp_path / "white wines"
    shutil.copytree(version.folder, copy)
    assert find_model_folder(registry, "white wines") == version.folder
    assert find_model_folder(registry, "./white wines") == copy


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("wines", "Saved model 'wines' does not exist. Existing saved models: "),
        ("white wines@v9", "has no version 'v9'. Existing versions: v1, v2."),
        ("./nothing", "'nothing' is not the folder of a model: it is not there"),
        ("a/b", "'a/b' does not name a trained model: found 2 ids, expected 3"),
        ("Ab3dE6gH/Zx9wV7uT/s2", "'Ab3dE6gH' does not exist"),
        (".", "it holds no model/model.json"),
    ],
)
def test_what_is_not_there_is_named(
    registry: Registry,
    version: VersionRecord,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reference: str,
    words: str,
):
    monkeypatch.chdir(tmp_path)
    named = Path(reference) if reference == "." else reference
    with pytest.raises(HornbookError) as caught:
        find_model_folder(registry, named)
    assert words in str(caught.value)


def test_a_session_without_a_model_says_so(registry: Registry, task: TaskRecord):
    session = registry.create_session(task)
    with pytest.raises(NotFoundError, match="is queued and has no model"):
        find_model_folder(registry, session.reference)
