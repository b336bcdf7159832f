"""The tokenizer says in ONNX what it says in Hornbook, and other code is refused."""

from __future__ import annotations

from contextlib import nullcontext
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from hornbook.errors import ExportError
from hornbook.features import NumericalCustom, TextCustom
from hornbook.features.resources import Resources

TEXTS = [
    "The good, the bad & the ugly!",
    None,
    "",
    "   ",
    "it's a well-known fact\tthat\nlines {end}",
    'a_b @c #d ~e `f` ^g |h| \\i/ [j] (k) <l> =m= +n+ *o* %p% $q$ "r" ?s? ;t; :u:',
    "École ÉTÉ Ärger straße ΟΔΟΣ Привет МИР 日本 語 😀 naïve",
    "the " * 50,
    "one" + "!" * 300 + "two",
]
MORE = [
    "THE UGLY été école ärger мир οδος",
    "nothing known",
    "....",
    "\t\n ",
    "the,the.the;the the\r\nthe\u00a0the\u3000the",
    "éCOLE ПрИвЕт ΟΔΟΣ",
    " lead and trail ",
    None,
]


class _Code:
    """Resources that hold a tokenizer."""

    def __init__(self, text: str) -> None:
        self.text = text

    def code(self, file: str) -> ModuleType:
        module = ModuleType("own")
        exec(compile(self.text, file, "exec"), module.__dict__)
        return module

    def running(self):
        return nullcontext()

    def folder(self, name: str):
        raise AssertionError(name)


def tokenizer(arguments: str) -> Resources:
    code = "from hornbook.features import TokenizerProcessor\n"
    return _Code(f"{code}processor = TokenizerProcessor({arguments})\n")


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("sizes", ["max_len=6", "num_words=5, max_len=3", "max_len=1"])
def test_word_numbers(check_parity, padding, truncating, sizes):
    arguments = f"{sizes}, padding={padding!r}, truncating={truncating!r}"
    check_parity(TextCustom(), TEXTS, MORE, resources=tokenizer(arguments))


def test_letters_beyond_ascii_are_put_in_lower_case(check_parity):
    upper = ["İSTANBUL KıRMıZı", "ΟΔΟΣ ΣΟΦΟΣ", "ÀÉÎÕÜ ŁÓDŹ ПРИВЕТ Ǆ ẞ Ⓐ 𐐀 Ⅷ", "Kelvin"]
    train = [text.lower() for text in upper]
    check_parity(TextCustom(), train, [*upper, *train, *MORE], resources=tokenizer("max_len=9"))


def test_random_texts(check_parity):
    random = np.random.default_rng(11)
    alphabet = np.array(list("abcXYZéÜπЖ日 .,!-_'\t\n0 1"))
    lengths = random.integers(0, 40, 300)
    texts = ["".join(random.choice(alphabet, length)) for length in lengths]
    check_parity(TextCustom(), texts[:150], texts, resources=tokenizer("num_words=80, max_len=7"))


def test_a_tokenizer_that_knows_no_word(check_parity):
    check_parity(TextCustom(), ["...", "", None], MORE, resources=tokenizer("max_len=4"))


def test_only_words_beyond_ascii_need_more_than_the_standard(check_parity):
    def domains(texts: list[str | None]) -> set[str]:
        before = check_parity(TextCustom(), texts, MORE, resources=tokenizer("max_len=6"))
        return {node.domain for node in before.model.graph.node}

    assert domains(["Good MOVIE", "bad film, very BAD"]) == {"", "ai.onnx.ml"}
    assert domains(TEXTS) == {"", "ai.onnx.ml", "com.microsoft"}


def test_code_of_the_author_is_refused(check_parity):
    code = "from sklearn.preprocessing import StandardScaler\nprocessor = StandardScaler()\n"
    handling = NumericalCustom(wants_matrix=True)
    with pytest.raises(ExportError, match="numerical custom: it runs Python code of the model's"):
        check_parity(handling, pl.Series([1.0, 2.0]), resources=_Code(code))
