from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.pipeline import make_pipeline

from hornbook.errors import FeatureError
from hornbook.features import ROW, Feature, FeaturePipeline, FitContext, TextSvd
from hornbook.features import text_svd as module

TEXTS = ["Good food, good wine", "bad food", "", "the wine of the house", "GOOD good good"]


def many_texts(n: int = 400, words: int = 60) -> list[str]:
    """Texts on a few subjects, so that some components matter more than others."""
    generator = np.random.default_rng(3)
    subjects = generator.dirichlet(np.full(words, 0.2), 6)
    return [
        " ".join(f"word{word}" for word in generator.choice(words, 12, p=subjects[row % 6]))
        for row in range(n)
    ]


def fitted(
    handling: TextSvd, texts: list[str], block: int = 1000, seed: int = 0
) -> FeaturePipeline:
    frame = pl.DataFrame({"t": texts, ROW: np.arange(len(texts))})
    context = FitContext(seed=seed)
    return FeaturePipeline.fit([Feature("t", handling)], frame.iter_slices(block), context)


@pytest.mark.parametrize("missing", ["empty", "drop_rows"])
@pytest.mark.parametrize("n_components", [3, 100])
def test_contract(check_contract, missing: str, n_components: int) -> None:  # type: ignore[no-untyped-def]
    train = pl.Series([*TEXTS, None, "x", "日本語 text"])
    handling = TextSvd(missing=missing, n_components=n_components)
    check_contract(handling, train, ["unseen words", "good", None])


@pytest.mark.parametrize("weigh", [True, False])
@pytest.mark.parametrize("n_hashed", [32, 1024])
def test_components_are_those_of_scikit_learn(weigh: bool, n_hashed: int) -> None:
    texts = many_texts()
    hashing = HashingVectorizer(n_features=n_hashed, norm=None if weigh else "l2")
    svd = TruncatedSVD(8, algorithm="arpack", random_state=0)
    steps = [hashing, TfidfTransformer(), svd] if weigh else [hashing, svd]
    expected = make_pipeline(*steps).fit(texts)
    handling = TextSvd(n_components=8, n_hashed=n_hashed, weigh_rare_terms=weigh)
    pipeline = fitted(handling, texts)
    more = [*texts[:50], "word1 unseen word2", ""]
    found = pipeline.transform(pl.DataFrame({"t": more}))["main"]
    wanted = expected.transform(more)
    signs = np.sign((found * wanted).sum(axis=0))
    np.testing.assert_allclose(found * signs, wanted, atol=2e-5)


@pytest.mark.parametrize("block", [1, 37, 400])
def test_rows_are_sampled_by_their_number_whatever_the_blocks(block: int) -> None:
    texts = many_texts()
    handling = TextSvd(n_components=5, n_hashed=256, fit_rows=100)
    frame = pl.DataFrame({"t": texts[:20]})
    in_blocks = fitted(handling, texts, block).transform(frame)["main"]
    whole = fitted(handling, texts).transform(frame)["main"]
    np.testing.assert_allclose(in_blocks, whole, atol=1e-6)
    other = fitted(handling, texts, seed=1).transform(frame)["main"]
    assert np.abs(other - whole).max() > 1e-3


def test_long_texts_make_a_smaller_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_VALUES", 200)
    texts = many_texts()
    found = fitted(TextSvd(n_components=50, n_hashed=256), texts, 30).inputs["main"].shape
    # A text has up to twelve different words.
    assert 15 <= found[0] <= 50


def test_two_fits_are_equal_to_the_last_bit() -> None:
    texts = many_texts()
    one, other = (
        fitted(TextSvd(n_components=20), texts, block=50).fitted[0].state().arrays for _ in range(2)
    )
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_missing_and_unseen_texts_are_zeros() -> None:
    pipeline = fitted(TextSvd(n_components=2), TEXTS)
    frame = pl.DataFrame({"t": [None, "", "unseen"]})
    assert not pipeline.transform(frame)["main"].any()
    assert [one.name for one in pipeline.inputs["main"].columns] == ["t:svd 1", "t:svd 2"]


def test_no_word_at_all_is_an_error() -> None:
    with pytest.raises(FeatureError, match="has no word in the train rows"):
        fitted(TextSvd(), ["", "a !"])
