"""The keys that open endpoints."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hornbook.errors import NotFoundError, UsageError
from hornbook.registry.listing import existing
from hornbook.registry.records import EndpointKeyRecord
from hornbook.registry.tables import EndpointKeyRow

__all__ = ["add_key", "all_keys", "hash_key", "remove_key"]

_PREFIX = "hbk_"
_RANDOM_BYTES = 32


def hash_key(key: str) -> str:
    """What is kept of a key: SHA-256 is enough, since nobody can guess 256 random bits.

    Example:
        >>> len(hash_key("hbk_example"))
        64
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def add_key(transaction: Session, name: str, saved_model_id: str | None) -> str:
    """Makes a new key and returns it; it cannot be had again.

    Raises:
        UsageError: the name is empty, too long, or taken.
    """
    name = name.strip()
    if not name or len(name) > 100:
        raise UsageError("A key needs a name of 1 to 100 characters.")
    if transaction.scalar(select(EndpointKeyRow).where(EndpointKeyRow.name == name)) is not None:
        raise UsageError(
            f"There is a key '{name}' already.",
            fix=f"Choose another name, or revoke it first: hornbook endpoint key revoke {name}",
        )
    key = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    row = EndpointKeyRow(
        name=name,
        key_hash=hash_key(key),
        saved_model_id=saved_model_id,
        created_at=datetime.now(UTC),
    )
    transaction.add(row)
    transaction.flush()
    return key


def all_keys(transaction: Session) -> list[EndpointKeyRecord]:
    """Every key, by name."""
    rows = transaction.scalars(select(EndpointKeyRow).order_by(EndpointKeyRow.name))
    return [
        EndpointKeyRecord(row.name, row.key_hash, row.saved_model_id, row.created_at)
        for row in rows
    ]


def remove_key(transaction: Session, name: str) -> None:
    """Removes a key.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = transaction.scalar(select(EndpointKeyRow).where(EndpointKeyRow.name == name))
    if row is None:
        names = [key.name for key in all_keys(transaction)]
        raise NotFoundError(f"There is no key '{name}'. {existing('keys', names)}")
    transaction.delete(row)
