from __future__ import annotations

from pathlib import Path

import pytest

from hornbook.errors import FeatureError
from hornbook.features.sentence_model import fingerprint, open_sentence_model


def model_like(folder: Path) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    (folder / "1_Pooling" / "config.json").write_text("{}")
    return folder


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FeatureError) as caught:
        fingerprint(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"There is no sentence-embedding model in '{tmp_path / 'nowhere'}', which does not exist; "
        "a model has a file modules.json or config.json.\n"
        "  Fix: Name the folder that `SentenceTransformer.save` wrote: its path, or a managed "
        "folder."
    )


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(FeatureError, match="which has no files;"):
        fingerprint(tmp_path)
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(FeatureError, match=r"which has photo\.jpg;"):
        fingerprint(tmp_path)


def test_a_fingerprint_is_of_names_and_bytes_wherever_the_folder_lies(tmp_path: Path) -> None:
    one, other = model_like(tmp_path / "one"), model_like(tmp_path / "other")
    first = fingerprint(one)
    assert fingerprint(other) == first
    (other / ".cache").mkdir()
    (other / ".cache" / "lock").write_text("hidden")
    assert fingerprint(other) == first
    (other / "1_Pooling" / "config.json").write_text("[]")
    assert fingerprint(other) != first
    (one / "modules.json").rename(one / "config.json")
    assert fingerprint(one) != first


def test_another_model_than_in_training_is_refused(tmp_path: Path) -> None:
    folder = model_like(tmp_path / "model")
    with pytest.raises(FeatureError, match="is not the one that the training embedded its texts"):
        open_sentence_model(folder, "0" * 64)


def test_a_folder_that_only_looks_like_a_model(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="needs hornbook[sentence-embedding]")
    folder = model_like(tmp_path / "model")
    (folder / "modules.json").write_text(
        '[{"idx": 0, "name": "0", "path": "x", "type": "no.Such"}]'
    )
    with pytest.raises(FeatureError, match="holds no sentence-embedding model that can be opened"):
        open_sentence_model(folder, fingerprint(folder))
