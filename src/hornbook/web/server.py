"""The server process: one port for the pages and the API."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from hornbook.api import Studio, create_application
from hornbook.api.access import Access, hash_password
from hornbook.backends import BackendName, installed_backends
from hornbook.errors import UsageError
from hornbook.web.ending import EndingServer
from hornbook.web.pages import add_pages
from hornbook.web.tensorboard import add_tensorboard

__all__ = ["ServerOptions", "serve"]

_MOST_TRIES = 20
_CLOSE_SECONDS = 3


@dataclass(frozen=True)
class ServerOptions:
    """How a server runs.

    Attributes:
        home: the workspace's folder.
        host: the address that it listens on.
        port: 0 is any free one; a taken one is an error unless `or_next_port`.
        or_next_port: whether a taken port gives way to the next free one.
        password: that opens the studio, besides the token.
        token: of the link; a new one where absent.
        limit: how many trainings run at once.
        keep_worker_ready: whether a worker waits with its imports done.
        allowed_hosts: names under which it is reached.
        largest_upload_bytes: of one file.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8765
    or_next_port: bool = True
    password: str | None = None
    token: str | None = None
    limit: int = 1
    keep_worker_ready: bool = True
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    largest_upload_bytes: int = 20 * 2**30


def serve(options: ServerOptions, on_ready: Callable[[str, str], None]) -> None:
    """Serves until Ctrl-C or SIGTERM; trainings go on afterwards, and are found again.

    Args:
        options: how.
        on_ready: called with the address and with the link that opens it, once it listens.

    Raises:
        UsageError: the port is taken.
    """
    listening = _listening_socket(options)
    spares: tuple[BackendName, ...] = ()
    if options.keep_worker_ready and "jax" in installed_backends():
        spares = ("jax",)
    studio = Studio(
        options.home,
        limit=options.limit,
        spare_backends=spares,
        largest_upload_bytes=options.largest_upload_bytes,
    )
    access = Access(
        studio.registry,
        token=options.token or secrets.token_urlsafe(24),
        password_hash=None if options.password is None else hash_password(options.password),
        allowed_hosts=options.allowed_hosts | {options.host},
    )
    application = create_application(studio, access)
    add_tensorboard(application)
    add_pages(application)
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_CLOSE_SECONDS,
        ws_max_size=2**16,
        server_header=False,
    )
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::", "") else options.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    on_ready(address, f"{address}?token={access.token}")
    EndingServer(config, on_end=studio.end_checks).run(sockets=[listening])


def _listening_socket(options: ServerOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    tries = _MOST_TRIES if options.or_next_port and options.port else 1
    for port in range(options.port, options.port + tries):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((options.host, port))
            listening.listen(128)
        except OSError as error:
            listening.close()
            last = error
        else:
            return listening
    raise UsageError(
        f"The port {options.port} of {options.host} cannot be listened on: {last.strerror}.",
        fix="Choose another with --port, or 0 for any free one.",
    )
