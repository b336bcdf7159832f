"""Serving an endpoint, by one process or several."""

from __future__ import annotations

from collections.abc import Callable

from hornbook.errors import HornbookError
from hornbook.serving.endpoint.listening import listening_socket
from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.serving.endpoint.server import serve_here
from hornbook.serving.endpoint.workers import serve_by_workers

__all__ = ["serve_endpoint"]


def serve_endpoint(
    options: EndpointOptions,
    on_listening: Callable[[str], None],
    on_ready: Callable[[str], None],
) -> None:
    """Serves until SIGTERM or SIGINT, and answers all requests that were accepted.

    Args:
        options: what to serve, and how.
        on_listening: called with the address before the models are loaded.
        on_ready: called with the address once all models answer.

    Raises:
        UsageError: the options do not go together, or the port is taken.
        HornbookError: a model cannot be loaded.
    """
    options.check()
    listening = listening_socket(options.host, options.port)
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::", "") else options.host
    port = listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    on_listening(address)
    if options.workers == 1:
        serve_here(options, listening, lambda: on_ready(address))
        return
    if not serve_by_workers(options, listening, lambda: on_ready(address)):
        raise HornbookError(
            "A worker of the endpoint failed.", fix="The lines of the log above say why."
        )
