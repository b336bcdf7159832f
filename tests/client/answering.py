"""A server that answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["serving"]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the test says and keeps what it was asked."""

    answers: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.path, dict(self.headers), body))
        path = self.path if self.path in self.answers else self.path.partition("?")[0]
        status, headers, content = self.answers.get(path, (200, {}, b"{}"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_DELETE = do_GET  # noqa: N815 - named by the base class

    def log_message(self, *arguments: object) -> None:
        """Nothing is to be printed."""


@contextmanager
def serving(
    answers: dict[str, tuple[int, dict[str, str], bytes]] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[tuple[int, list[tuple[str, dict[str, str], bytes]]]]:
    """A server on a free port: its port, and what it was asked."""
    handler = type("Told", (Handler,), {"answers": answers or {}, "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port, handler.asked
        finally:
            server.shutdown()
            thread.join()
