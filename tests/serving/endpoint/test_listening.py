"""An endpoint that ends: who is let in already is served, and nobody else is let in."""

from __future__ import annotations

import socket
import sys

import pytest

from hornbook.serving.endpoint.listening import has_waiting, let_nobody_in, listening_socket


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux' own")
def test_who_waits_is_accepted_and_nobody_is_let_in_after() -> None:
    with listening_socket("127.0.0.1", 0) as listening:
        address = listening.getsockname()
        with socket.create_connection(address) as waiting:
            waiting.sendall(b"asked")
            let_nobody_in(listening)
            assert has_waiting(listening)
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.recv(5) == b"asked"
                accepted.sendall(b"told")
                assert waiting.recv(4) == b"told"
        # An empty queue of length 0 would let one more in.
        assert not has_waiting(listening)
        with socket.socket() as late:
            late.settimeout(0.2)
            with pytest.raises(TimeoutError):
                late.connect(address)
