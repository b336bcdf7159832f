"""The process of an endpoint: it listens, serves, and ends without losing a request."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
import uvloop

from hornbook.backends.open import open_some_backend
from hornbook.processes import leave_imports_alone
from hornbook.registry import Registry
from hornbook.serving.endpoint.lines import LineWriter, audit_writer, log_writer, now
from hornbook.serving.endpoint.listening import BACKLOG, has_waiting, let_nobody_in
from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.resources import DesignResources

__all__ = ["serve_here"]

_IDLE_SECONDS = 1.0
_HANDSHAKE_SECONDS = 0.05
_SWITCH_SECONDS = 0.001


def serve_here(
    options: EndpointOptions,
    listening: socket.socket,
    on_ready: Callable[[], None],
    *,
    listen_when_ready: bool = False,
) -> None:
    """Serves in this process until SIGTERM or SIGINT.

    Args:
        options: of the endpoint.
        listening: a socket that listens; it is closed in the end.
        on_ready: called once all models answer.
        listen_when_ready: whether connections are left to other processes until then.

    Raises:
        HornbookError: a model does not exist.
    """
    # The loop and the model's thread take turns; the loop should not wait for 5 ms each time.
    sys.setswitchinterval(_SWITCH_SECONDS)
    with Registry(options.home) as registry:
        _open_backend(registry, options)
        # A collection over all of Keras is a tenth of a second in which nobody is answered.
        leave_imports_alone()
        log = log_writer()
        audit = None
        try:
            if options.audit is not None:
                audit = audit_writer(options.audit, options.audit_limit_bytes, options.audit_files)
            run = _serve(
                options,
                registry,
                listening,
                log=log,
                audit=audit,
                on_ready=on_ready,
                listen_when_ready=listen_when_ready,
            )
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run)
        finally:
            if audit is not None:
                audit.close()
            log.close()


async def _serve(
    options: EndpointOptions,
    registry: Registry,
    listening: socket.socket,
    *,
    log: LineWriter,
    audit: LineWriter | None,
    on_ready: Callable[[], None],
    listen_when_ready: bool,
) -> None:
    # With them comes Keras, whose backend was chosen a moment ago.
    from hornbook.serving.endpoint.endpoint import Endpoint

    endpoint = Endpoint(options, registry, log, audit)
    config = uvicorn.Config(
        endpoint.application,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=max(1, int(options.drain_seconds)),
    )
    server = _Server(config, endpoint.drain, options.drain_seconds)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.ask_to_end)

    async def follow() -> None:
        await endpoint.load()
        log.add({"time": now(), "level": "info", "event": "ready"})
        on_ready()
        ready.set()
        await endpoint.watch()

    ready = asyncio.Event()
    following = asyncio.create_task(follow())
    ended = asyncio.create_task(server.asked_to_end.wait())
    if listen_when_ready:
        first = asyncio.create_task(ready.wait())
        await asyncio.wait({first, following, ended}, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
    serving = asyncio.create_task(server.serve_sockets([listening]))
    # A failure to load ends the server, too.
    await asyncio.wait({serving, following}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    ended.cancel()
    if following.done():
        following.result()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    log.add({"time": now(), "level": "info", "event": "ended"})


class _Server(uvicorn.Server):
    """A server that ends as a careful shop does: it lets nobody in, and serves who is inside.

    Args:
        config: of uvicorn.
        on_drain: called when it begins to end.
        drain_seconds: how long that may take.
    """

    def __init__(
        self, config: uvicorn.Config, on_drain: Callable[[], None], drain_seconds: float
    ) -> None:
        super().__init__(config)
        self.asked_to_end = asyncio.Event()
        self._on_drain = on_drain
        self._drain_seconds = drain_seconds

    def ask_to_end(self) -> None:
        """Begins to end; a second time, ends at once."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self.asked_to_end.set()

    async def serve_sockets(self, sockets: list[socket.socket]) -> None:
        """Serves until asked to end."""
        await self._serve(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets nobody in any more, answers all who are, and closes.

        Each answer says that the connection closes after it. A connection without a request is
        closed after a moment only: the next request may be on its way.
        """
        self._on_drain()
        deadline = time.monotonic() + self._drain_seconds
        for listening in sockets or []:
            let_nobody_in(listening)
        await asyncio.sleep(_HANDSHAKE_SECONDS)
        while any(map(has_waiting, sockets or [])) and time.monotonic() < deadline:
            await asyncio.sleep(_HANDSHAKE_SECONDS)
        # Whoever was accepted a moment ago becomes a connection.
        await asyncio.sleep(_HANDSHAKE_SECONDS)
        for server in self.servers:
            server.close()
        idle_since: dict[Any, tuple[object, float]] = {}
        while self.server_state.connections and time.monotonic() < deadline:
            if self.force_exit:
                break
            for connection in list(self.server_state.connections):
                # Of httptools' protocol, which the configuration names.
                cycle = connection.cycle  # type: ignore[union-attr]
                if cycle is not None and not cycle.response_complete:
                    idle_since.pop(connection, None)
                    continue
                seen, since = idle_since.setdefault(connection, (cycle, time.monotonic()))
                if seen is not cycle:
                    idle_since[connection] = (cycle, time.monotonic())
                elif time.monotonic() - since >= _IDLE_SECONDS:
                    connection.shutdown()
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)


def _open_backend(registry: Registry, options: EndpointOptions) -> None:
    """Opens the backend that the first model was trained on; others are loaded on it, too.

    Raises:
        NotFoundError: a model does not exist.
    """
    versions = [registry.saved_model(name).active_version for name in options.names]
    folder = versions[0].folder
    resources = DesignResources.of_model(folder, options.home)
    open_some_backend(ModelArtifact.read(folder / MODEL_FOLDER, resources).backend)
