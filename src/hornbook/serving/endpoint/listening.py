"""The socket of an endpoint: opened before the models are loaded, closed without losing anybody."""

from __future__ import annotations

import ctypes
import select
import socket
import struct
import sys
from contextlib import suppress

from hornbook.errors import UsageError

__all__ = ["BACKLOG", "has_waiting", "let_nobody_in", "listening_socket"]

BACKLOG = 2048
_SO_ATTACH_FILTER = 26
# A classic BPF program over a TCP header: drops what asks for a new connection (SYN), and keeps
# the rest, so that a handshake that has begun comes to its end.
_NO_NEW_CONNECTIONS = (
    (0x30, 0, 0, 13),  # ldb [13], the flags
    (0x45, 0, 1, 0x02),  # jset SYN, the next, the one after
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # keep
)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: the port is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"The port {port} of {host} cannot be listened on: {error.strerror}.",
            fix="Choose another with --port, or 0 for any free one.",
        ) from error
    return listening


def let_nobody_in(listening: socket.socket) -> None:
    """Leaves new connections unanswered from here on, and those made before to be accepted.

    Closing a socket resets the connections that wait in its queue, whose owners may have sent a
    request. On Linux, whoever asks for a new connection now hears nothing until the socket is
    closed, and is refused then; elsewhere the queue is as short as the system allows. Holds for
    all processes that share the socket.
    """
    with suppress(OSError):
        if sys.platform == "linux":
            code = b"".join(struct.pack("HBBI", *line) for line in _NO_NEW_CONNECTIONS)
            held = ctypes.create_string_buffer(code)
            program = struct.pack("HL", len(_NO_NEW_CONNECTIONS), ctypes.addressof(held))
            listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
        else:
            listening.listen(0)


def has_waiting(listening: socket.socket) -> bool:
    """Whether a connection waits to be accepted."""
    return bool(select.select([listening], [], [], 0)[0])
