"""TensorBoard's pages, passed on from its own process, for those who may see the studio."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from hornbook.api.dependencies import studio_of
from hornbook.jobs.tensorboard import TENSORBOARD_PATH

__all__ = ["add_tensorboard"]

_TIMEOUT_SECONDS = 60
_SENT = ("accept", "accept-encoding", "content-type")
_ANSWERED = ("content-type", "content-encoding", "cache-control", "content-security-policy", "etag")


def add_tensorboard(application: FastAPI) -> None:
    """Passes everything below `/tensorboard/` on, once it was started; before `add_pages`."""

    @application.api_route(
        TENSORBOARD_PATH + "/{path:path}", methods=["GET", "POST"], include_in_schema=False
    )
    async def passed_on(path: str, request: Request) -> Response:
        port = studio_of(request).tensorboard.running_port
        if port is None:
            return Response("TensorBoard does not run; open it from a session.", 503)
        query = f"?{request.url.query}" if request.url.query else ""
        address = f"http://127.0.0.1:{port}{TENSORBOARD_PATH}/{path}{query}"
        headers = {name: request.headers[name] for name in _SENT if name in request.headers}
        body = await request.body() if request.method == "POST" else None
        return await run_in_threadpool(_answer, address, headers, body)


def _answer(address: str, headers: Mapping[str, str], body: bytes | None) -> Response:
    asked = urllib.request.Request(address, data=body, headers=dict(headers))
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_SECONDS) as answer:
            return _copied(answer.read(), answer.status, answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return _copied(error.read(), error.code, error.headers)
    except OSError as error:
        return Response(f"TensorBoard does not answer: {error}", 502)


def _copied(content: bytes, status: int, headers: Message) -> Response:
    kept = {name: headers[name] for name in _ANSWERED if headers.get(name) is not None}
    return Response(content, status, kept)
