"""Ending a server whose pages, uploads and checks are still open, without a traceback."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EndingServer"]

_CANCELS = "Cancel %s running task(s)"


class EndingServer(uvicorn.Server):
    """A server that ends quietly: what is still open after a while is answered that it ends.

    Args:
        config: of the server; its application is wrapped.
        on_end: called once the server is told to end, before it waits for what is open.
    """

    def __init__(self, config: uvicorn.Config, on_end: Callable[[], None]) -> None:
        config.app = _Cancellable(config.app)  # type: ignore[arg-type]
        super().__init__(config)
        self._on_end = on_end
        logging.getLogger("uvicorn.error").addFilter(_is_worth_saying)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what requests wait for, then waits for them, and cancels the rest."""
        await asyncio.get_running_loop().run_in_executor(None, self._on_end)
        await super().shutdown(sockets)


class _Cancellable:
    """An application whose requests may be cancelled by the server that ends."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._application(scope, receive, sending)
        except asyncio.CancelledError:
            if scope["type"] == "lifespan":
                raise
            if scope["type"] == "http" and not began:
                answer = JSONResponse({"detail": "The server is ending; nothing was done."}, 503)
                await answer(scope, receive, send)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's log tells the user anything: what it cancels does not."""
    return not str(record.msg).startswith(_CANCELS)
