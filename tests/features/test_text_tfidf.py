from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from hornbook.features import (
    Feature,
    FeaturePipeline,
    FeatureType,
    TextTfidf,
    handling_names,
)

TEXTS = ["Good food, good wine", "bad food", "", "the wine of the house", "GOOD good good"]


def fitted(handling: TextTfidf, texts: list[str | None], block: int = 2) -> FeaturePipeline:
    frame = pl.DataFrame({"t": texts})
    return FeaturePipeline.fit([Feature("t", handling)], frame.iter_slices(block))


@pytest.mark.parametrize("options", [{}, {"norm": "none"}, {"max_words": 2, "sublinear": True}])
@pytest.mark.parametrize("missing", ["empty", "drop_rows"])
def test_contract(check_contract, options: dict, missing: str) -> None:  # type: ignore[no-untyped-def,type-arg]
    train = pl.Series([*TEXTS, None, "x", "日本語 text"])
    check_contract(TextTfidf(missing=missing, **options), train, ["unseen words", "good", None])


def test_it_is_the_default_of_texts() -> None:
    assert handling_names(FeatureType.TEXT)[0] == "tfidf"


@pytest.mark.parametrize("sublinear", [True, False])
@pytest.mark.parametrize("norm", ["l2", "none"])
@pytest.mark.parametrize("words", [(1, 1), (1, 2)])
def test_weights_are_those_of_scikit_learn(
    sublinear: bool, norm: str, words: tuple[int, int]
) -> None:
    handling = TextTfidf(sublinear=sublinear, norm=norm, min_words=words[0], max_words=words[1])
    pipeline = fitted(handling, TEXTS)
    vectorizer = TfidfVectorizer(
        sublinear_tf=sublinear, norm=None if norm == "none" else norm, ngram_range=words
    ).fit(TEXTS)
    names = [one.name.removeprefix("t:") for one in pipeline.inputs["main"].columns]
    assert set(names) == set(vectorizer.vocabulary_)
    texts = [*TEXTS, "good unseen wine", "unseen"]
    expected = vectorizer.transform(texts).toarray()
    expected = expected[:, [vectorizer.vocabulary_[name] for name in names]]
    found = pipeline.transform(pl.DataFrame({"t": texts}))["main"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_two_fits_are_equal_to_the_last_bit() -> None:
    texts = [f"word{row % 7} word{row % 13} word{row}" for row in range(500)]
    one, other = (fitted(TextTfidf(), texts, block=100).fitted[0].state() for _ in range(2))
    assert one.values == other.values
    assert one.arrays["weights"].tobytes() == other.arrays["weights"].tobytes()


def test_a_column_of_cells_of_a_megabyte_is_fitted_and_transformed() -> None:
    cells = [f"row{row} " + "lorem ipsum dolor sit amet " * 40_000 for row in range(12)]
    started = time.perf_counter()
    pipeline = fitted(TextTfidf(), [*cells, "z" * 1_000_000], block=5)
    found = pipeline.transform(pl.DataFrame({"t": cells}))["main"]
    assert time.perf_counter() - started < 60
    assert found.shape == (12, 17)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
