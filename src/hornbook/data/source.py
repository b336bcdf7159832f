"""A source file as a stream of bytes: hashed, unpacked and brought to UTF-8 on the way."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, cast

from hornbook.errors import DataError

__all__ = ["SAMPLE_BYTES", "WINDOWS", "Progress", "SourceFile", "TextStream"]

Progress = Callable[[int, int], None]
"""Called with the work done and all of the work, both in bytes of the source file."""

WINDOWS = "windows-1252"
"""What text that is not UTF-8 is taken for: Latin-1 with the signs of Windows."""

_BLOCK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 18
"""How much of a file is looked at to find out what it is."""

_GZIP_MAGIC = b"\x1f\x8b"
_TAIL_BYTES = 64
_LONGEST_LINE_BYTES = 64 << 20


class SourceFile:
    """A file to be read as a table.

    Args:
        path: an existing file.
        progress: told the bytes of the file that were read.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path = path
        self.size_bytes = path.stat().st_size
        self.progress = progress
        with path.open("rb") as stream:
            self.is_gzip = stream.read(2) == _GZIP_MAGIC

    @property
    def name(self) -> str:
        """The file as the user knows it."""
        return self.path.name

    def report(self, share: float) -> None:
        """Tells which share of the work is done."""
        if self.progress is not None:
            self.progress(min(self.size_bytes, int(share * self.size_bytes)), self.size_bytes)

    def sample(self) -> bytes:
        """The first 256 KiB, unpacked."""
        with self.path.open("rb") as raw:
            stream = gzip.GzipFile(fileobj=raw) if self.is_gzip else raw
            try:
                return stream.read(SAMPLE_BYTES)
            except (OSError, EOFError, zlib.error) as error:
                raise self.broken_gzip(error) from error

    def digest(self, share_of_work: float = 0.0) -> str:
        """A hash of the bytes of the file, for files that are not read front to back."""
        with HashedFile(self, share_of_work) as stream:
            while stream.read(_BLOCK_BYTES):
                pass
            return stream.digest

    def broken_gzip(self, error: Exception) -> DataError:
        """What to raise where the packed bytes make no sense."""
        return DataError(
            f"{self.name} begins as a gzip file but cannot be unpacked: {error}.",
            fix="Pack the file again, or give it unpacked.",
        )


class HashedFile(io.RawIOBase):
    """The bytes of a source file as they stand, hashed as they are read."""

    def __init__(self, source: SourceFile, share_of_work: float = 0.0) -> None:
        super().__init__()
        self._source = source
        self._share = share_of_work
        self._stream = source.path.open("rb", buffering=0)
        self._hash = hashlib.blake2b(digest_size=20)
        self._n_read = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next `size` bytes, fewer at the end of the file."""
        # No further than the file went at first: one that is still written to would never end.
        left = self._source.size_bytes - self._n_read
        data = self._stream.read(left if size < 0 else min(size, left)) or b""
        self._hash.update(data)
        self._n_read += len(data)
        if data and self._share:
            self._source.report(self._share * self._n_read / max(1, self._source.size_bytes))
        return data

    @property
    def digest(self) -> str:
        """The hash of all that was read."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()
        super().close()


class _Decoder(Protocol):
    def decode(self, data: bytes, final: bool = False, /) -> str: ...


class TextStream(io.RawIOBase):
    """The text of a source file as UTF-8 without a byte order mark, for readers of bytes.

    A context manager, owned by one reader, read by one thread at a time.

    Args:
        source: the file.
        encoding: what the file is written in.
        share_of_work: how much of the whole work reading to the end is.

    Raises:
        UnicodeDecodeError: on reading bytes that `encoding` does not know.
        DataError: on reading a broken gzip file.
    """

    def __init__(self, source: SourceFile, encoding: str, share_of_work: float = 0.0) -> None:
        super().__init__()
        self._source = source
        self._raw = HashedFile(source, share_of_work)
        self._bytes: BinaryIO = cast("BinaryIO", self._raw)
        if source.is_gzip:
            self._bytes = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw))
        name = codecs.lookup(encoding).name
        self._as_is = name in ("utf-8", "utf-8-sig", "ascii")
        name = "utf-8" if self._as_is else name
        errors = "c1-as-latin-1" if name == "cp1252" else "strict"
        self._decoder: _Decoder = codecs.getincrementaldecoder(name)(errors)
        self._left = b""
        self._begun = False
        self._ended = False
        self.tail = b""

    def __enter__(self) -> TextStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next `size` bytes of UTF-8 at most; none at the end."""
        while not self._left and not self._ended:
            self._left = self._next_block(_BLOCK_BYTES if size < 0 else size)
        if size < 0:
            data, self._left = self._left, b""
            return data if self._ended else data + self.read()
        data, self._left = self._left[:size], self._left[size:]
        self.tail = (self.tail + data)[-_TAIL_BYTES:] if data else self.tail
        return data

    def lines(self) -> Iterator[str]:
        """The text line by line, without line ends.

        Raises:
            DataError: a line is longer than 64 MiB.
        """
        begun = b""
        while block := self.read(_BLOCK_BYTES):
            *whole, begun = (begun + block).split(b"\n")
            for line in whole:
                yield line.decode("utf-8").removesuffix("\r")
            if len(begun) > _LONGEST_LINE_BYTES:
                raise DataError(
                    f"{self._source.name} has a line of more than 64 MiB.",
                    fix="Write every row on a line of its own.",
                )
        if begun:
            yield begun.decode("utf-8").removesuffix("\r")

    def digest(self) -> str:
        """The hash of the whole source file; reads what is left of it."""
        while self._raw.read(_BLOCK_BYTES):
            pass
        return self._raw.digest

    def close(self) -> None:
        """Closes the file."""
        self._raw.close()
        super().close()

    def _next_block(self, size: int) -> bytes:
        try:
            data = self._bytes.read(size)
        except (OSError, EOFError, zlib.error) as error:
            if not self._source.is_gzip:
                raise
            raise self._source.broken_gzip(error) from error
        self._ended = not data
        text = self._decoder.decode(data, self._ended)
        block = data if self._as_is else text.encode("utf-8")
        if not self._begun and block:
            self._begun = True
            block = block.removeprefix(codecs.BOM_UTF8)
        return block


def _c1_as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that Windows leaves undefined, as the Encoding Standard reads them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("c1-as-latin-1", _c1_as_latin_1)
