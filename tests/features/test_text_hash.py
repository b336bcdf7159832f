from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from hornbook.features import Feature, FeaturePipeline, TextHash

TEXTS = ["Good food, good wine", "bad food", "", "the wine of the house", "GOOD good good"]


@pytest.mark.parametrize("missing", ["empty", "drop_rows"])
def test_contract(check_contract, missing: str) -> None:  # type: ignore[no-untyped-def]
    train = pl.Series([*TEXTS, None, "x", "日本語 text"])
    handling = TextHash(missing=missing, n_features=16, max_words=2)
    check_contract(handling, train, ["unseen words", "good", None])


@pytest.mark.parametrize("n_features", [4, 1000])
@pytest.mark.parametrize("norm", ["l2", "none"])
@pytest.mark.parametrize("words", [(1, 1), (1, 3)])
def test_values_are_those_of_scikit_learn(
    n_features: int, norm: str, words: tuple[int, int]
) -> None:
    handling = TextHash(n_features=n_features, norm=norm, min_words=words[0], max_words=words[1])
    frame = pl.DataFrame({"t": [*TEXTS, "été à l'école 日本語"]})
    pipeline = FeaturePipeline.fit([Feature("t", handling)], [frame])
    vectorizer = HashingVectorizer(
        n_features=n_features, norm=None if norm == "none" else norm, ngram_range=words
    )
    expected = vectorizer.transform(frame["t"].to_list()).toarray()
    np.testing.assert_allclose(pipeline.transform(frame)["main"], expected, rtol=1e-6)


def test_unseen_words_count_and_missing_texts_are_zeros() -> None:
    frame = pl.DataFrame({"t": ["a train text", None]})
    pipeline = FeaturePipeline.fit([Feature("t", TextHash())], [frame])
    found = pipeline.transform(pl.DataFrame({"t": ["unseen", None, ""]}))["main"]
    assert [bool(row.any()) for row in found] == [True, False, False]
    assert pipeline.inputs["main"].columns[3].name == "t:hash 3"
