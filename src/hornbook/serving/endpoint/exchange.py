"""One request and its answer, as the routes see them."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hornbook.registry import EndpointKeyRecord
from hornbook.serving.endpoint.refusal import RefusedError

__all__ = ["Answer", "Exchange", "Receive", "Scope", "Send", "read_body"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:+/=@-]{1,128}")
_LINGER_SECONDS = 5.0
_JSON = b"application/json"


@dataclass
class Answer:
    """What is sent back.

    Attributes:
        body: as bytes.
        status: of the HTTP answer.
        headers: besides content type and length.
        content_type: of the body.
    """

    body: bytes
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content_type: bytes = _JSON

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Answer:
        """An answer in JSON; what is no finite number is null."""
        return cls(orjson.dumps(value), status)


class Exchange:
    """A request on its way; owned by the event loop.

    Args:
        scope: of ASGI.
    """

    __slots__ = (
        "_headers",
        "error",
        "key",
        "method",
        "model",
        "path",
        "request_id",
        "route",
        "rows",
        "version",
    )

    def __init__(self, scope: Scope) -> None:
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.method: str = scope["method"]
        self.path: bytes = scope.get("raw_path") or scope["path"].encode()
        given = self.header(b"x-request-id")
        self.request_id = (
            given.decode()
            if given is not None and _REQUEST_ID.fullmatch(given)
            else secrets.token_hex(12)
        )
        self.route = "unknown"
        self.model = ""
        self.version = ""
        self.rows = 0
        self.key: EndpointKeyRecord | None = None
        self.error: str | None = None

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, by its name in lower case."""
        for key, value in self._headers:
            if key == name:
                return value
        return None


async def read_body(exchange: Exchange, receive: Receive, limit_bytes: int) -> bytes:
    """The body of a request; one that is too large is not read.

    Raises:
        RefusedError: 413, it is larger than the limit; 400, the caller went away.
    """
    length = exchange.header(b"content-length")
    # The server's parser has seen to it that it is a number.
    if length is not None and int(length) > limit_bytes:
        raise _too_large(int(length), limit_bytes)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts = [body]
        size = len(body)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit_bytes:
                raise _too_large(size, limit_bytes)
        body = b"".join(parts)
    if message["type"] == "http.disconnect":
        raise RefusedError(400, "The connection ended before the body did.")
    return body


async def linger(receive: Receive, limit_bytes: int) -> None:
    """Reads on and forgets, so that a caller that sends first and reads then gets the answer."""
    left = limit_bytes
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _too_large(size_bytes: int, limit_bytes: int) -> RefusedError:
    return RefusedError(
        413,
        f"The body has {size_bytes:,} bytes or more; {limit_bytes:,} are accepted.",
        fix="Send fewer rows or smaller images at once, or start the endpoint with a larger "
        "--body-limit.",
        limit_bytes=limit_bytes,
    )
