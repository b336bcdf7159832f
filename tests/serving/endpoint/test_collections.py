"""Python's garbage collector in the process of an endpoint."""

from __future__ import annotations

import gc
import socket
import sys

import pytest

from hornbook.serving.endpoint import server
from hornbook.serving.endpoint.options import EndpointOptions


@pytest.fixture(autouse=True)
def _as_it_was():
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()


def test_what_is_imported_before_the_models_is_left_alone(tmp_path, monkeypatch):
    frozen = []

    async def serve(*_, **__):
        frozen.append(gc.get_freeze_count())

    monkeypatch.setattr(server, "_open_backend", lambda *_: gc.unfreeze())
    monkeypatch.setattr(server, "_serve", serve)
    with socket.socket() as listening:
        server.serve_here(EndpointOptions(tmp_path, ("buyers",)), listening, lambda: None)
    assert frozen[0] > 10_000
