from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.errors import FeatureError, MissingExtraError
from hornbook.features import (
    Feature,
    FeaturePipeline,
    FitContext,
    Resources,
    TextEmbedding,
    handling_class,
)
from hornbook.features.resources import NO_RESOURCES

TEXTS = ["good food", "bad wine", None, " ", "good good wine " * 20]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "food", "wine", "word"]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of random weights, 8 numbers a text."""
    package = pytest.importorskip(
        "sentence_transformers", reason="needs hornbook[sentence-embedding]"
    )
    import torch
    import transformers

    base = tmp_path_factory.mktemp("transformer")
    (base / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(5)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    transformers.BertModel(config).save_pretrained(base)
    transformers.BertTokenizerFast(vocab_file=str(base / "vocab.txt")).save_pretrained(base)
    folder = tmp_path_factory.mktemp("model")
    package.SentenceTransformer(str(base), device="cpu").save(str(folder))
    return folder


class Folders:
    """Resources with one managed folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        return self._folder if name == "encoder" else NO_RESOURCES.folder(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(NO_RESOURCES, name)


def fitted(
    model: Path | str, resources: Resources = NO_RESOURCES, **options: Any
) -> FeaturePipeline:
    feature = Feature("t", TextEmbedding(model=str(model), **options))
    frame = pl.DataFrame({"t": TEXTS})
    return FeaturePipeline.fit([feature], [frame], FitContext(resources=resources))


@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"missing": "drop_rows"}])
def test_contract(check_contract, tiny_model: Path, options: dict) -> None:  # type: ignore[no-untyped-def,type-arg]
    handling = TextEmbedding(model=str(tiny_model), **options)
    check_contract(handling, pl.Series(TEXTS), ["unseen words", None])


def test_vectors_are_those_of_the_model(tiny_model: Path) -> None:
    import sentence_transformers

    model = sentence_transformers.SentenceTransformer(str(tiny_model), device="cpu")
    pipeline = fitted(tiny_model)
    found = pipeline.transform(pl.DataFrame({"t": TEXTS}))["main"]
    present = [0, 1, 4]
    expected = model.encode([TEXTS[row] for row in present])
    np.testing.assert_allclose(found[present], expected, rtol=1e-5, atol=1e-6)
    assert not found[[2, 3]].any()
    names = [one.name for one in pipeline.inputs["main"].columns]
    assert names == [f"t:embedding {index}" for index in range(8)]


def test_vectors_may_be_normalized(tiny_model: Path) -> None:
    found = fitted(tiny_model, normalize=True).transform(pl.DataFrame({"t": TEXTS}))["main"]
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 1, 0, 0, 1], rtol=1e-5)


def test_the_model_may_lie_in_a_managed_folder(tiny_model: Path, tmp_path: Path) -> None:
    resources: Any = Folders(tiny_model)
    pipeline = fitted("encoder", resources)
    pipeline.save(tmp_path)
    loaded = FeaturePipeline.load(tmp_path, resources)
    frame = pl.DataFrame({"t": TEXTS})
    np.testing.assert_array_equal(
        loaded.transform(frame)["main"], pipeline.transform(frame)["main"]
    )
    with pytest.raises(FeatureError, match="other"):
        fitted("other", resources)


def test_several_threads_embed_at_once(tiny_model: Path) -> None:
    pipeline = fitted(tiny_model)
    frames = [pl.DataFrame({"t": ["good wine " * n, "bad"] * 5}) for n in range(1, 7)]
    expected = [pipeline.transform(frame)["main"] for frame in frames]
    found: list[Any] = [None] * len(frames)

    def embed(index: int) -> None:
        found[index] = pipeline.transform(frames[index])["main"]

    threads = [threading.Thread(target=embed, args=(index,)) for index in range(len(frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_a_cell_of_a_megabyte_is_embedded(tiny_model: Path) -> None:
    pipeline = fitted(tiny_model)
    cells = pl.DataFrame({"t": ["good food " * 100_000, "x" * 1_000_000]})
    assert np.isfinite(pipeline.transform(cells)["main"]).all()


def test_without_the_extra_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "modules.json").write_text("[]")
    missing: dict[str, ModuleType | None] = {"sentence_transformers": None}
    monkeypatch.setattr(sys, "modules", {**sys.modules, **missing})
    with pytest.raises(MissingExtraError) as caught:
        fitted(tmp_path)
    assert str(caught.value) == (
        "The handling 'embedding' of text features needs the package 'sentence_transformers', "
        "which is not installed.\n  Fix: pip install 'hornbook[sentence-embedding]'"
    )


def test_a_folder_without_a_model_is_told_first(tmp_path: Path) -> None:
    with pytest.raises(FeatureError, match="There is no sentence-embedding model in"):
        fitted(tmp_path / "nowhere")


def test_the_model_must_be_named() -> None:
    kind = handling_class(TextEmbedding.feature_type, "embedding")
    with pytest.raises(ValidationError, match="model"):
        kind()
