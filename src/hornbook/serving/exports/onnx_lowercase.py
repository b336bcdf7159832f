"""Lower case in operators of ONNX, the same on every machine.

`StringNormalizer` puts texts in lower case by a language of the machine that runs it, which may
not be installed there. The language C is everywhere and knows the letters of ASCII; of all other
letters it is done here, character by character, in the different words that have such.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from hornbook.serving.exports.onnx_graph import CONTRIBUTED, ML, Tensor
from hornbook.serving.exports.onnx_words import Words

__all__ = ["ascii_lowercase", "lowercase_words"]

_CODE_POINTS = 0x110000
_SURROGATES = range(0xD800, 0xE000)


def ascii_lowercase(texts: Tensor) -> Tensor:
    """Texts with the letters of ASCII in lower case; one text at least."""
    return texts.graph.op(
        "StringNormalizer", texts, case_change_action="LOWER", is_case_sensitive=1, locale="C"
    )


def lowercase_words(words: Words) -> Words:
    """Words with the letters of all languages in lower case, those of ASCII being so already.

    A sigma at the end of a word becomes the sigma of ends.
    """
    graph = words.words.graph
    different, _, inverse, _ = graph.ops(
        "Unique", words.words, dtypes=("string", "int64", "int64", "int64"), sorted=0
    )
    beyond = graph.op("RegexFullMatch", different, dtype="bool", pattern=r"(?s).*[^\x00-\x7F].*")
    places = beyond.apply("NonZero", "int64").reshape(-1)
    lower = _lowercase(different.gather(places))
    mended = graph.op("ScatterElements", different, places, lower, axis=0)
    return Words(mended.gather(inverse), words.rows, words.n_rows)


def _lowercase(words: Tensor) -> Tensor:
    graph = words.graph
    # With one word more there is always one; it goes in the end.
    filled = graph.concat([words, graph.constant(["é"], "string")], axis=0)
    characters = graph.op(
        "Tokenizer",
        filled,
        domain=CONTRIBUTED,
        separators=[""],
        mark=0,
        mincharnum=1,
        pad_value="",
    )
    # By position in the word, then by word.
    characters = graph.op("Transpose", characters)
    letters = _lower_letters()
    lower = graph.op(
        "LabelEncoder",
        characters,
        domain=ML,
        keys_strings=list(letters),
        values_strings=list(letters.values()),
        default_string="",
    )
    lower = graph.where(lower.equals(""), characters, lower)
    lower = lower.where(~_is_last_sigma(characters), "ς")
    return graph.joined_rows(lower).slice(0, -1)


def _is_last_sigma(characters: Tensor) -> Tensor:
    graph = characters.graph
    n_words = characters.slice(0, 1).gather(0).length()
    row = graph.concat([graph.constant([1], "int64"), n_words], axis=0)
    nothing = graph.op("Expand", graph.constant("", "string"), row)
    after = graph.concat([characters.slice(1, None), nothing], axis=0)
    before = graph.concat([nothing, characters.slice(0, -1)], axis=0)
    return characters.equals("Σ") & after.equals("") & ~before.equals("")


@cache
def _lower_letters() -> dict[str, str]:
    """The letters beyond ASCII that lower case changes, as Polars does it."""
    codes = (code for code in range(128, _CODE_POINTS) if code not in _SURROGATES)
    letters = pl.Series([chr(code) for code in codes])
    lower = letters.str.to_lowercase()
    changed = lower != letters
    return dict(zip(letters.filter(changed), lower.filter(changed), strict=True))
