"""Files of this machine as datasets of a server: sent once, known by what is in them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from hornbook.client.remote_connection import Connection, path_of
from hornbook.errors import NotFoundError

__all__ = ["send_dataset"]

_DIGEST_LETTERS = 10
_LONGEST_STEM = 60


def send_dataset(connection: Connection, project: str, path: Path, name: str | None = None) -> str:
    """Sends a file, unless the project has one of the same content under the same name.

    Args:
        connection: to the server.
        project: the key of the project that gets it.
        path: the file.
        name: of the dataset; made of the file's name and content when absent.

    Returns:
        The name of the dataset.

    Raises:
        NotFoundError: there is no such file.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file '{path}'.")
    datasets = path_of("projects", project, "datasets")
    if name is None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:_DIGEST_LETTERS]
        stem = re.sub(r"[^\w-]+", " ", path.name.partition(".")[0]).strip()[:_LONGEST_STEM]
        name = f"{stem or 'data'} {digest}"
        if any(one["name"] == name for one in connection.get(datasets)):
            return name
    query = {"name": name, "file_name": path.name}
    sent = connection.post(path_of("projects", project, "uploads"), query=query, body=path)
    return str(sent["name"])
