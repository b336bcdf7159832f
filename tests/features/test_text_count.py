from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from hornbook.features import Feature, FeaturePipeline, TextCount

TEXTS = ["Good food, good wine", "bad food", "", "the wine of the house", "GOOD good good"]


@pytest.mark.parametrize("options", [{}, {"presence": True}, {"max_words": 2, "lowercase": False}])
@pytest.mark.parametrize("missing", ["empty", "drop_rows"])
def test_contract(check_contract, options: dict, missing: str) -> None:  # type: ignore[no-untyped-def,type-arg]
    train = pl.Series([*TEXTS, None, "x", "日本語 text"])
    check_contract(TextCount(missing=missing, **options), train, ["unseen words", "good", None])


@pytest.mark.parametrize("presence", [True, False])
@pytest.mark.parametrize("words", [(1, 1), (1, 2)])
def test_counts_are_those_of_scikit_learn(presence: bool, words: tuple[int, int]) -> None:
    handling = TextCount(presence=presence, min_words=words[0], max_words=words[1])
    frame = pl.DataFrame({"t": TEXTS})
    pipeline = FeaturePipeline.fit([Feature("t", handling)], frame.iter_slices(2))
    vectorizer = CountVectorizer(binary=presence, ngram_range=words).fit(TEXTS)
    names = [one.name.removeprefix("t:") for one in pipeline.inputs["main"].columns]
    assert set(names) == set(vectorizer.vocabulary_)
    texts = [*TEXTS, "good unseen wine", "unseen"]
    expected = vectorizer.transform(texts).toarray()
    expected = expected[:, [vectorizer.vocabulary_[name] for name in names]]
    found = pipeline.transform(pl.DataFrame({"t": texts}))["main"]
    np.testing.assert_array_equal(found, expected)


def test_missing_and_unseen_texts_are_zeros() -> None:
    frame = pl.DataFrame({"t": TEXTS})
    pipeline = FeaturePipeline.fit([Feature("t", TextCount())], [frame])
    found = pipeline.transform(pl.DataFrame({"t": [None, "", "unseen"]}))["main"]
    assert not found.any()
    assert not pipeline.transform(pl.DataFrame({"t": [None]}))["main"].any()
    assert not pipeline.transform(pl.DataFrame({"t": [1.5]}))["main"].any()
