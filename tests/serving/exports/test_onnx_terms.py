"""Counted, weighed and hashed terms say in ONNX what they say in Hornbook."""

from __future__ import annotations

import numpy as np
import pytest

from hornbook.features import TextCount, TextHash, TextSvd, TextTfidf

TEXTS = [
    "The good, the bad & the ugly!",
    None,
    "",
    "it's a well-known fact that 42 lines_end x yy",
    "École ÉTÉ été Ärger straße Привет МИР мир 日本語 😀 naïve “quoted” … ¾ Ⅷ ⓐⓑ",
    "the " * 50 + "w" * 101 + " end",
    "good good movie, not a bad movie",
    "combining e\u0301te\u0301 and zero\u200dwidth joiner",
]
MORE = [
    "THE UGLY été école",
    "nothing known",
    "....",
    None,
    "the\u00a0the\u3000the—the…bad",
    "a b c",
    "good " + "w" * 101 + " movie",
    "मूवी अच्छी है नहीं",
]

OPTIONS = [
    {},
    {"lowercase": False},
    {"min_words": 1, "max_words": 3},
    {"min_words": 2, "max_words": 2, "stop_words": "english"},
    {"own_stop_words": ("Good", "the"), "max_words": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_counts(check_parity, options):
    check_parity(TextCount(**options), TEXTS, MORE)
    check_parity(TextCount(presence=True, max_terms=7, **options), TEXTS, MORE)


@pytest.mark.parametrize("options", OPTIONS)
def test_tfidf(check_parity, options):
    check_parity(TextTfidf(**options), TEXTS, MORE)
    check_parity(TextTfidf(sublinear=True, norm="none", **options), TEXTS, MORE)


@pytest.mark.parametrize("options", OPTIONS)
def test_hashes(check_parity, options):
    check_parity(TextHash(n_features=64, **options), TEXTS, MORE)
    check_parity(TextHash(n_features=1000, norm="none", **options), TEXTS, MORE)


@pytest.mark.parametrize("options", OPTIONS)
def test_svd(check_parity, options):
    check_parity(TextSvd(n_components=3, n_hashed=256, **options), TEXTS, MORE)


def test_random_texts(check_parity):
    random = np.random.default_rng(2)
    words = np.array(["good", "Bad", "été", "ÜBER", "x", "42", "日本", "Ж", "movie's", "—", "_a_"])
    texts = [" ".join(random.choice(words, count)) for count in random.integers(0, 30, 200)]
    check_parity(TextTfidf(max_words=2), texts[:100], texts)
    check_parity(TextHash(n_features=32, max_words=2), texts[:100], texts)


def test_the_operators_of_onnx_runtime_alone_are_known(check_parity):
    before = check_parity(TextHash(n_features=8), TEXTS)
    own = {node.op_type for node in before.model.graph.node if node.domain == "com.microsoft"}
    assert own == {"Tokenizer", "MurmurHash3"}
