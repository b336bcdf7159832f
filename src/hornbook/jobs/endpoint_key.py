"""The key by which a server asks the endpoints of its workspace."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from contextlib import suppress

import psutil

from hornbook.errors import NotFoundError
from hornbook.registry import Registry

__all__ = ["STUDIO_KEY_PREFIX", "StudioKey"]

STUDIO_KEY_PREFIX = "studio process "
"""How the names of such keys begin."""

_FOLLOWED_SECONDS = 1.2


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

    def wait_or_renew(self, *, is_last: bool) -> None:
        """After an endpoint refused the key: waits until it has looked for new ones.

        Args:
            is_last: whether it had time to see this one, so that another is made.
        """
        if is_last:
            self.revoke()
            self.value()
        time.sleep(_FOLLOWED_SECONDS)

    def revoke(self) -> None:
        """Revokes the key, if there is one; the next time another one is made."""
        with self._lock:
            if self._value is not None:
                with suppress(NotFoundError):
                    self._registry.remove_endpoint_key(self._name)
            self._value = None

    def _revoke_left_behind(self) -> None:
        for key in self._registry.endpoint_keys():
            pid = key.name.removeprefix(_prefix_here()).partition(" ")[0]
            if (
                pid.isdecimal()
                and key.name.startswith(_prefix_here())
                and not psutil.pid_exists(int(pid))
            ):
                with suppress(NotFoundError):
                    self._registry.remove_endpoint_key(key.name)


def _prefix_here() -> str:
    """How the names of the keys of this machine's servers begin."""
    return f"{STUDIO_KEY_PREFIX}{socket.gethostname()[:40]} "
