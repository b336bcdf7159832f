"""The key by which a server asks the endpoints of its workspace."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from contextlib import suppress

import psutil

from hornbook.errors import NotFoundError
from hornbook.registry import Registry

__all__ = ["STUDIO_KEY_PREFIX", "StudioKey"]

STUDIO_KEY_PREFIX = "studio process "
"""How the names of such keys begin."""


class StudioKey:
    """A key of all endpoints, made when it is first needed, known to this process alone.

    Only its hash is kept, as of any key, so that no file holds what opens an endpoint. It is
    revoked in the end; one that a killed server left behind is
    revoked by the next one of the machine. Any thread
    may ask for it.

    Args:
        registry: of the workspace.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._name = ""
        self._value: str | None = None

    def value(self) -> str:
        """The key."""
        with self._lock:
            if self._value is None:
                self._revoke_left_behind()
                self._name = f"{_prefix_here()}{os.getpid()} {secrets.token_hex(4)}"
                self._value = self._registry.add_endpoint_key(self._name)
            return self._value

    def revoke(self, refused: str | None = None) -> None:
        """Revokes the key, if there is one; the next time another one is made.

        Args:
            refused: only if it is still this one.
        """
        with self._lock:
            if self._value is None or refused not in (None, self._value):
                return
            self._value = None
            with suppress(NotFoundError):
                self._registry.remove_endpoint_key(self._name)

    def _revoke_left_behind(self) -> None:
        prefix = _prefix_here()
        for key in self._registry.endpoint_keys():
            pid = key.name.removeprefix(prefix).partition(" ")[0]
            is_of_here = key.name.startswith(prefix) and pid.isdecimal()
            if is_of_here and not psutil.pid_exists(int(pid)):
                with suppress(NotFoundError):
                    self._registry.remove_endpoint_key(key.name)


def _prefix_here() -> str:
    """How the names of the keys of this machine's servers begin."""
    return f"{STUDIO_KEY_PREFIX}{socket.gethostname()[:40]} "
