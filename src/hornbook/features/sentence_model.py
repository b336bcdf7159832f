"""A sentence-embedding model in a folder on disk: found, opened once, and asked for vectors."""

from __future__ import annotations

import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import FeatureError, HornbookError
from hornbook.extras import import_extra

__all__ = ["SentenceModel", "fingerprint", "open_sentence_model"]

_FILES = ("modules.json", "config.json")
"""One of which every model has: of sentence-transformers, or of a plain transformer."""

_CHARACTERS_PER_TOKEN = 100


class SentenceModel:
    """Makes a vector of each text; safe to use from several threads.

    Args:
        folder: where the model lies.

    Attributes:
        dimension: the length of the vectors.
    """

    def __init__(self, folder: Path) -> None:
        # No name is ever looked up on the network, whatever the folder's files name.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        package = import_extra(
            "sentence_transformers",
            extra="sentence-embedding",
            wanted_by="The handling 'embedding' of text features",
        )
        try:
            self._model: Any = package.SentenceTransformer(
                str(folder), device="cpu", local_files_only=True, trust_remote_code=False
            )
            # The first text also tells a model that cannot run from one that can.
            self._lock = threading.Lock()
            self._longest: int | None = None
            self.dimension = self.embed(["word"]).shape[1]
        except HornbookError:
            raise
        except Exception as error:
            raise FeatureError(
                f"The folder '{folder}' holds no sentence-embedding model that can be opened: "
                f"{type(error).__name__}: {error}",
                fix="Bring the folder that `SentenceTransformer.save` wrote, with all its files.",
            ) from error
        tokens = getattr(self._model, "max_seq_length", None)
        self._longest = int(tokens) * _CHARACTERS_PER_TOKEN if tokens else None

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """The vectors of texts, shape `(n_texts, dimension)`.

        The model reads the first tokens of a text, as many as it was made for, and so are only
        the first characters given to it, a hundred a token.
        """
        texts = [text[: self._longest] for text in texts]
        # Tokenizers keep the length they cut at to themselves: two threads would disturb it.
        with self._lock:
            vectors = self._model.encode(
                texts, convert_to_numpy=True, show_progress_bar=False, batch_size=32
            )
        return np.asarray(vectors, np.float32)


def open_sentence_model(folder: Path, expected: str) -> SentenceModel:
    """The model in a folder, opened the first time it is asked for.

    Args:
        folder: where it lies.
        expected: its `fingerprint`.

    Raises:
        FeatureError: there is no model, or another one.
        MissingExtraError: the package for it is not installed.
    """
    with _OPENING:
        return _open(folder, expected)


_OPENING = threading.Lock()


@lru_cache(maxsize=4)
def _open(folder: Path, expected: str) -> SentenceModel:
    if fingerprint(folder) != expected:
        raise FeatureError(
            f"The model in '{folder}' is not the one that the training embedded its texts with.",
            fix="Bring the files of that time back, or train again.",
        )
    return SentenceModel(folder)


def fingerprint(folder: Path) -> str:
    """Of the names and the bytes of a model's files; hidden ones do not count.

    Raises:
        FeatureError: the folder holds no model.
    """
    if not any((folder / name).is_file() for name in _FILES):
        found = sorted(path.name for path in folder.iterdir())[:5] if folder.is_dir() else None
        what = "does not exist" if found is None else f"has {', '.join(found) or 'no files'}"
        raise FeatureError(
            f"There is no sentence-embedding model in '{folder}', which {what}; a model has a "
            f"file {' or '.join(_FILES)}.",
            fix="Name the folder that `SentenceTransformer.save` wrote: its path, or a managed "
            "folder.",
        )
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
