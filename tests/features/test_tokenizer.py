"""Texts as numbers of words: equal to what Keras' Tokenizer and pad_sequences give."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.errors import FeatureError
from hornbook.features import TokenizerProcessor

TEXTS = [
    "The good, the BAD and the ugly!",
    "",
    "naïve café\tÉTÉ\nline;end [x] {y}~",
    "the the the bad bad ugly one two three four five six",
    "  many   spaces--and dashes ",
    "'quoted' it's 100% 3.14",
]


@pytest.mark.parametrize("num_words", [None, 2, 5, 1000])
@pytest.mark.parametrize("max_len", [1, 4, 20])
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_equal_to_keras(num_words, max_len, padding, truncating):
    from keras.src.legacy.preprocessing.text import Tokenizer
    from keras.utils import pad_sequences

    keras = Tokenizer(num_words=num_words)
    keras.fit_on_texts(TEXTS)
    processor = TokenizerProcessor(num_words, max_len, padding, truncating)
    assert processor.fit(pd.Series(TEXTS)) is processor
    more = [*TEXTS, "never seen words", "good bad new ugly new the"]
    expected = pad_sequences(
        keras.texts_to_sequences(more), maxlen=max_len, padding=padding, truncating=truncating
    )
    found = processor.transform(pd.Series(more))
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, expected)
    kept = {w: n for w, n in keras.word_index.items() if num_words is None or n < num_words}
    assert processor.word_index == kept
    assert processor.vocabulary_size == len(kept) + 1


def test_defaults_are_those_of_pad_sequences():
    processor = TokenizerProcessor(num_words=10, max_len=2).fit(pd.Series(["a b c", "a b", "a"]))
    assert processor.transform(pd.Series(["a b c", "a"])).tolist() == [[2, 3], [0, 1]]


def test_blocks_give_the_vocabulary_of_the_whole():
    processor = TokenizerProcessor(max_len=3)
    series = pl.Series("t", TEXTS)
    blocks = []
    for start in range(0, len(series), 2):
        found = series[start : start + 2].to_frame().select(**processor.statistics(pl.col("t")))
        blocks.append({name: found[name][0] for name in found.columns})
    assert processor.fit_counts(blocks).word_index == (
        TokenizerProcessor(max_len=3).fit(TEXTS).word_index
    )


def test_missing_texts_have_no_words():
    processor = TokenizerProcessor(max_len=2).fit(pd.Series(["a", None, "b"]))
    assert processor.transform(pd.Series([None, "b", float("nan")])).tolist() == [
        [0, 0],
        [0, 2],
        [0, 0],
    ]
    assert processor.transform(pd.Series([], dtype=object)).shape == (0, 2)


def test_it_can_be_copied():
    processor = TokenizerProcessor(max_len=2).fit(["a b"])
    assert copy.deepcopy(processor).transform(["b"]).tolist() == [[0, 2]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_words": 1}, "num_words=1, expected a whole number of 2"),
        ({"num_words": 10.0}, "num_words=10.0"),
        ({"max_len": 0}, "max_len=0"),
        ({"padding": "left"}, "padding='left'"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(FeatureError, match=message):
        TokenizerProcessor(**arguments)


def test_wrong_calls():
    with pytest.raises(FeatureError, match="was not fitted"):
        TokenizerProcessor().transform(["a"])
    with pytest.raises(FeatureError, match=r"got 3.5, expected texts"):
        TokenizerProcessor().fit(pd.Series([3.5]))
    with pytest.raises(FeatureError, match="expected a series of texts"):
        TokenizerProcessor().fit(pd.DataFrame({"a": ["b"]}))
