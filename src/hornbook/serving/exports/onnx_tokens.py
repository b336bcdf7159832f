"""The word numbers of a `TokenizerProcessor` in operators of ONNX; other user code is refused."""

from __future__ import annotations

from hornbook.features.custom import FittedCustom
from hornbook.features.tokenizer import SEPARATORS, TokenizerProcessor
from hornbook.serving.exports.onnx_conversion import NotInOnnxError, convert, dense_rows
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor
from hornbook.serving.exports.onnx_lowercase import ascii_lowercase, lowercase_words
from hornbook.serving.exports.onnx_words import Words, kept, sums_by_row

__all__: list[str] = []

_LONGEST_PATTERN = 1000
"""In characters, of what a regular expression may count; longer words are found all the same."""


@convert.register
def _custom(handling: FittedCustom, graph: OnnxGraph, column: Tensor) -> Tensor:
    tokenizer = handling.tokenizer
    if tokenizer is None:
        raise NotInOnnxError("it runs Python code of the model's author")
    return _word_numbers(graph, column, tokenizer).cast(handling.dtype)


def _word_numbers(graph: OnnxGraph, texts: Tensor, tokenizer: TokenizerProcessor) -> Tensor:
    known = tokenizer.word_index
    words = Words.of(ascii_lowercase(texts))
    for separator in SEPARATORS:
        words = words.split(separator)
    if not all(word.isascii() for word in known):
        # Where all are, a word with any other letter is none of them, in whatever case.
        longest = max(map(len, known))
        words = lowercase_words(words.up_to(longest) if longest <= _LONGEST_PATTERN else words)
    if not known:
        # Nothing is ever found; the lookup needs a word.
        known = {"": 0}
    found = graph.lookup(words.words, known, otherwise=0)
    numbers, rows = kept(found > 0, found, words.rows)
    lengths = sums_by_row(words.n_rows, rows, graph.op("Sign", numbers))
    zero = graph.constant(0, "int64")
    starts = graph.op("CumSum", lengths, zero, exclusive=1)
    one = graph.constant(1, "int64")
    counted = graph.op("Range", zero, rows.length().reshape(), one)
    place = counted - starts.gather(rows)
    length = lengths.gather(rows)
    max_len = tokenizer.max_len
    if tokenizer.truncating == "pre":
        place = place - graph.op("Max", length - max_len, zero)
    inside = (place >= 0) & (place < max_len)
    if tokenizer.padding == "pre":
        place = place + graph.op("Max", (length - max_len) * -1, zero)
    numbers, rows, place = kept(inside, numbers, rows, place)
    return dense_rows(words.n_rows, max_len, rows, place, numbers)
