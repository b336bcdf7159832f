from __future__ import annotations

import time
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError
from sklearn.feature_extraction.text import CountVectorizer

from hornbook.features import TextCount
from hornbook.features.text_terms import LONGEST_WORD, Terms

TEXTS = ["The cat, the DOG & a bird_1!", "", "été à l'école 日本語 x yz", "no-one's 42", "the the"]


def terms(text: str, **options: Any) -> list[str]:
    return Terms(**options).of(pl.Series([text]))["term"].to_list()


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("words", [(1, 1), (1, 2), (2, 3), (3, 3)])
@pytest.mark.parametrize("stop_words", [(), ("the", "cat")])
def test_terms_are_those_of_scikit_learn(
    lowercase: bool, words: tuple[int, int], stop_words: tuple[str, ...]
) -> None:
    vectorizer = CountVectorizer(
        lowercase=lowercase, ngram_range=words, stop_words=list(stop_words) or None
    )
    find = vectorizer.build_analyzer()
    frame = Terms(lowercase, *words, stop_words).of(pl.Series(TEXTS))
    for row, text in enumerate(TEXTS):
        assert sorted(frame.filter(pl.col("row") == row)["term"]) == sorted(find(text))


def test_terms_of_several_words_stay_within_a_text() -> None:
    found = Terms(min_words=2, max_words=2).of(pl.Series(["aa bb", "cc", "", "dd ee"]))
    assert found.rows() == [(0, "aa bb"), (3, "dd ee")]


def test_what_is_too_long_to_be_a_word_is_left_out() -> None:
    longest = "x" * LONGEST_WORD
    assert terms(f"{longest} {longest}x yy") == [longest, "yy"]


def test_the_stop_words_of_english_and_own_ones() -> None:
    handling = TextCount(stop_words="english", own_stop_words=("Film",))
    assert handling.terms.of(pl.Series(["This is THE film of films"]))["term"].to_list() == [
        "films"
    ]
    cased = TextCount(own_stop_words=("Film",), lowercase=False)
    assert cased.terms.of(pl.Series(["film Film"]))["term"].to_list() == ["film"]


def test_the_longest_term_cannot_be_shorter_than_the_shortest() -> None:
    with pytest.raises(ValidationError, match=r"max_words = 1 is below min_words = 2"):
        TextCount(min_words=2)


def test_state_goes_through_json() -> None:
    held = Terms(lowercase=False, min_words=1, max_words=3, stop_words=("aa",))
    assert Terms.from_json(held.to_json()) == held


@pytest.mark.parametrize("cell", ["word " * 200_000, "x" * 1_000_000, "é!" * 300_000])
def test_cells_of_a_megabyte_take_time_in_proportion(cell: str) -> None:
    started = time.perf_counter()
    Terms(max_words=2).of(pl.Series([cell] * 3))
    assert time.perf_counter() - started < 20
