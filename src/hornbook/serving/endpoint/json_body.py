"""The JSON of a request, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import orjson

from hornbook.serving.endpoint.exchange import Exchange
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import shown

__all__ = ["list_of", "object_of", "optional_text"]

_NO_JSON_NUMBERS = (b"NaN", b"Infinity")


def object_of(exchange: Exchange, body: bytes) -> dict[str, Any]:
    """The object that a body spells.

    Raises:
        RefusedError: 415, the body is said to be something else than JSON; 400, it is no JSON, or
            no object.
    """
    content_type = exchange.header(b"content-type")
    if content_type is not None and b"json" not in content_type.lower():
        raise RefusedError(
            415,
            f"The body is said to be {content_type[:100].decode('latin-1')!r}, expected "
            "application/json.",
            fix="Send JSON, with Content-Type: application/json.",
        )
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(body, error) from error
    if type(value) is not dict:
        raise RefusedError(
            400,
            f"The body is {shown(value)}, expected a JSON object.",
            fix='Send an object, such as {"rows": [{…}]}.',
        )
    return value


def list_of(value: dict[str, Any], field: str, example: str) -> list[Any]:
    """A field that must be a list with something in it.

    Raises:
        RefusedError: 400, it is missing, no list, or empty.
    """
    found = value.get(field)
    if type(found) is list and found:
        return found
    received = f"{shown(found)}" if field in value else f"the fields {sorted(value)[:20]}"
    raise RefusedError(
        400,
        f"The field '{field}' should be a list with one entry or more; received {received}.",
        fix=f"Send {example}.",
    )


def optional_text(value: dict[str, Any], field: str, place: str) -> str | None:
    """A field that may be left out, or null.

    Raises:
        RefusedError: 400, it is no text.
    """
    found = value.get(field)
    if found is None or type(found) is str:
        return found
    raise RefusedError(
        400, f"'{place}' is {shown(found)}, expected a text.", fix=f"Leave '{place}' out."
    )


def _malformed(body: bytes, error: orjson.JSONDecodeError) -> RefusedError:
    if not body:
        return RefusedError(
            400, "The body is empty, expected JSON.", fix="Send a JSON object with the rows."
        )
    # Of a text that is no UTF-8 the parser counts no characters.
    start = len(error.doc[: error.pos].encode("utf-8", "replace")) if error.doc else 0
    near = body[max(0, start - 20) : start + 20].decode("utf-8", "replace")
    fix = "Send one JSON object in UTF-8."
    if any(word in body[max(0, start - 1) : start + 10] for word in _NO_JSON_NUMBERS):
        fix = "JSON has no NaN and no Infinity: send null where a number is missing."
    elif "infinity" in error.msg:
        fix = "Send a number that fits 64 bits, or null."
    return RefusedError(
        400,
        f"The body is no JSON: {error.msg} at line {error.lineno} column {error.colno}, near "
        f"{near!r}.",
        fix=fix,
    )
