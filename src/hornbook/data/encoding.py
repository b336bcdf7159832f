"""Finding out what a text file is written in."""

from __future__ import annotations

import codecs

from hornbook.data.source import SAMPLE_BYTES, WINDOWS

__all__ = ["decode_sample", "guess_encoding"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def guess_encoding(sample: bytes) -> str | None:
    r"""The encoding of a file that begins with `sample`; `None` where it is no text.

    Example:
        >>> guess_encoding("né".encode())
        'utf-8'
        >>> guess_encoding("né".encode("latin-1"))
        'windows-1252'
        >>> guess_encoding(b"\x00\x01\x02\x03") is None
        True
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if b"\x00" in sample:
        return _wide_encoding(sample) or _with_stray_zeros(sample)
    try:
        # A sample of a longer file may cut its last character in two.
        codecs.getincrementaldecoder("utf-8")().decode(sample, len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return WINDOWS
    return "utf-8"


def decode_sample(sample: bytes, encoding: str) -> str:
    """The text of `sample`, without a mark and without the character that it cuts in two."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(sample).removeprefix("\ufeff")


def _with_stray_zeros(sample: bytes) -> str | None:
    """Text in which a faulty program left zeros; other control characters mean binary data."""
    if any(byte < 32 and byte not in b"\x00\t\n\r\x0b\x0c" for byte in set(sample)):
        return None
    return guess_encoding(sample.replace(b"\x00", b" "))


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark, known by the zero that stands beside nearly every letter."""
    pairs = len(sample) // 2
    first, second = sample[: 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if pairs and second > 0.6 * pairs and first < 0.05 * pairs:
        return "utf-16-le"
    if pairs and first > 0.6 * pairs and second < 0.05 * pairs:
        return "utf-16-be"
    return None
