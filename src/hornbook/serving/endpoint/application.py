"""The endpoint as an ASGI application: every request has one way through it."""

from __future__ import annotations

import asyncio
import time
import traceback
from functools import lru_cache
from urllib.parse import unquote

from hornbook.serving.endpoint.exchange import (
    Answer,
    Exchange,
    Receive,
    Scope,
    Send,
    linger,
    read_body,
)
from hornbook.serving.endpoint.figures import Figures
from hornbook.serving.endpoint.keys import Keys
from hornbook.serving.endpoint.lines import LineWriter, now
from hornbook.serving.endpoint.options import LOOPBACK, EndpointOptions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.routes import Routes

__all__ = ["Application"]

_OPEN = frozenset({("health",), ("ready",), ("v2", "health", "live"), ("v2", "health", "ready")})
_LINGER_BYTES = 256 * 2**20


class Application:
    """Checks a request, has it answered, counts and logs it; owned by the event loop.

    Args:
        options: of the endpoint.
        routes: answer.
        keys: who may ask.
        figures: count.
        log: gets a line a request.
    """

    def __init__(
        self,
        options: EndpointOptions,
        routes: Routes,
        *,
        keys: Keys,
        figures: Figures,
        log: LineWriter,
    ) -> None:
        self._options = options
        self._routes = routes
        self._keys = keys
        self._figures = figures
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        exchange = Exchange(scope)
        unread = False
        try:
            answer = await self._answer(exchange, receive, started)
        except RefusedError as refused:
            answer = Answer.of(refused.body(exchange.request_id), refused.status)
            answer.headers += [
                (name.encode(), value.encode()) for name, value in refused.headers.items()
            ]
            exchange.error = refused.message
            unread = exchange.method == "POST" and refused.status in (401, 403, 408, 413)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            answer = self._failed(exchange, error)
        await self._send(exchange, answer, send, receive if unread else None)
        seconds = time.perf_counter() - started
        self._figures.add_request(
            exchange.model, exchange.version, exchange.route, answer.status, seconds
        )
        if self._options.log_requests:
            self._log_request(exchange, answer.status, seconds)

    async def _answer(self, exchange: Exchange, receive: Receive, started: float) -> Answer:
        parts = _parts(exchange.path)
        if self._keys.without:
            _require_loopback(exchange)
        if parts not in _OPEN:
            exchange.key = self._keys.who_asks(exchange.header(b"authorization"))
        body = None
        try:
            async with asyncio.timeout(self._options.time_limit_seconds):
                if exchange.method != "POST":
                    return self._without_body(exchange, parts)
                body = await read_body(exchange, receive, self._options.body_limit_bytes)
                found = await self._routes.post(exchange, parts, body, started)
        except TimeoutError:
            raise self._too_late(body) from None
        if found is None:
            raise self._nowhere(exchange, parts)
        return found

    def _without_body(self, exchange: Exchange, parts: tuple[str, ...]) -> Answer:
        if exchange.method in ("GET", "HEAD"):
            found = self._routes.get(exchange, parts)
            if found is not None:
                return found
        raise self._nowhere(exchange, parts)

    def _nowhere(self, exchange: Exchange, parts: tuple[str, ...]) -> RefusedError:
        """The refusal of a path that is not there, or not for the method."""
        verb = parts[-1] if parts else ""
        allowed = None
        if verb in ("predict", "predict-multi", "infer"):
            allowed = "POST"
        elif exchange.method not in ("GET", "HEAD") and self._routes.get(exchange, parts):
            allowed = "GET, HEAD"
        if allowed is not None and exchange.method not in allowed:
            return RefusedError(
                405,
                f"Received {exchange.method[:20]}, expected {allowed}.",
                fix=f"Send {allowed.partition(',')[0]}.",
                headers={"allow": allowed},
            )
        return RefusedError(
            404,
            f"There is nothing at '/{'/'.join(parts)[:200]}'.",
            fix="GET /openapi.json describes all paths.",
        )

    def _too_late(self, body: bytes | None) -> RefusedError:
        seconds = self._options.time_limit_seconds
        if body is None:
            return RefusedError(
                408,
                f"The body did not come whole within {seconds:g} s.",
                fix="Send it faster, or less.",
            )
        return RefusedError(
            504,
            f"The prediction was not there within {seconds:g} s.",
            fix="Send fewer rows at once, or start the endpoint with a larger --time-limit.",
        )

    def _failed(self, exchange: Exchange, error: Exception) -> Answer:
        """The answer to what should not have happened; the log says what it was."""
        exchange.error = f"{type(error).__name__}: {error}"
        self._log.add(
            {
                "time": now(),
                "level": "error",
                "event": "failed",
                "request_id": exchange.request_id,
                "error": exchange.error,
                "trace": "".join(traceback.format_exception(error)),
            }
        )
        refused = RefusedError(
            500,
            "The endpoint failed.",
            fix="Look for the request's id in its log.",
        )
        return Answer.of(refused.body(exchange.request_id), 500)

    async def _send(
        self, exchange: Exchange, answer: Answer, send: Send, unread: Receive | None
    ) -> None:
        headers = [
            (b"content-type", answer.content_type),
            (b"content-length", b"%d" % len(answer.body)),
            (b"x-request-id", exchange.request_id.encode()),
            *answer.headers,
        ]
        if exchange.version:
            headers.append((b"x-hornbook-version", exchange.version.encode()))
        if self._routes.is_draining or unread is not None:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if exchange.method == "HEAD":
            answer.body = b""
        if unread is not None:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            await linger(unread, _LINGER_BYTES)
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.body", "body": answer.body})

    def _log_request(self, exchange: Exchange, status: int, seconds: float) -> None:
        line = {
            "time": now(),
            "level": "info" if status < 500 or status == 503 else "error",
            "event": "request",
            "request_id": exchange.request_id,
            "method": exchange.method,
            "path": exchange.path.decode("latin-1"),
            "status": status,
            "model": exchange.model or None,
            "version": exchange.version or None,
            "rows": exchange.rows,
            "key": None if exchange.key is None else exchange.key.name,
            "ms": round(seconds * 1000, 2),
        }
        if exchange.error is not None:
            line["error"] = exchange.error
        self._log.add(line)


@lru_cache(1024)
def _parts(path: bytes) -> tuple[str, ...]:
    """The segments of a path, each decoded by itself: a name may have a slash in it."""
    segments = path.partition(b"?")[0].strip(b"/").split(b"/")
    return tuple(unquote(segment.decode("latin-1")) for segment in segments if segment)


def _require_loopback(exchange: Exchange) -> None:
    """Refuses a page of another site that a browser was led to ask by this machine's name."""
    host = (exchange.header(b"host") or b"").decode("latin-1")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.strip("[]") not in LOOPBACK:
        raise RefusedError(
            403,
            f"The request is for the host '{host[:100]}'; without keys it must be this machine.",
            fix="Ask 127.0.0.1, or serve with keys: hornbook endpoint key add NAME",
        )
