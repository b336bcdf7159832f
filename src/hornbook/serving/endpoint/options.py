"""How an endpoint runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from hornbook.errors import UsageError

__all__ = ["LOOPBACK", "EndpointOptions"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class EndpointOptions:
    """What `hornbook endpoint serve` was told.

    Attributes:
        home: the workspace's folder.
        names: of the saved models, or their ids.
        service: the name of the service in the original's paths.
        host: the address that it listens on.
        port: 0 is any free one.
        workers: how many processes share the port.
        without_keys: whether requests need no API key; only on a loopback address.
        strict: whether columns that a model does not know are refused.
        shares: of versions, by the name given for the model; others as the workspace keeps them.
        batch_limit: the rows of a batch, a power of two.
        batch_window_ms: the longest wait for more requests, under load.
        queue_rows: how many rows may wait for a model.
        body_limit_bytes: of one request.
        time_limit_seconds: of one request.
        drain_seconds: how long the last requests may take after SIGTERM.
        watch_seconds: between two looks at the workspace.
        log_requests: whether each request is logged.
        audit: the file that inputs and outputs are written to.
        audit_limit_bytes: of one such file.
        audit_files: how many older files are kept.
    """

    home: Path
    names: tuple[str, ...]
    service: str = "hornbook"
    host: str = "127.0.0.1"
    port: int = 8770
    workers: int = 1
    without_keys: bool = False
    strict: bool = False
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    batch_limit: int = 64
    batch_window_ms: float = 1.0
    queue_rows: int = 1024
    body_limit_bytes: int = 16 * 2**20
    time_limit_seconds: float = 10.0
    drain_seconds: float = 30.0
    watch_seconds: float = 1.0
    log_requests: bool = True
    audit: Path | None = None
    audit_limit_bytes: int = 64 * 2**20
    audit_files: int = 5

    def check(self) -> None:
        """Refuses what does not go together.

        Raises:
            UsageError: says what, and how to write it.
        """
        if self.without_keys and self.host not in LOOPBACK:
            raise UsageError(
                f"Received --no-keys with --host {self.host}: anybody in the network could ask.",
                fix="Listen on 127.0.0.1, or make a key: hornbook endpoint key add NAME",
            )
        if self.batch_limit & (self.batch_limit - 1):
            raise UsageError(
                f"Received --batch-limit {self.batch_limit}, expected a power of two.",
                fix="Choose 1, 2, 4, 8, 16, 32, 64, 128, 256, …",
            )
        unserved = set(self.shares) - set(self.names)
        if unserved:
            raise UsageError(
                f"Received --share for {', '.join(sorted(unserved))}, which is not served here.",
                fix="Name the models as in NAME…",
            )

    def to_json(self) -> str:
        """For the workers."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote."""
        values = json.loads(text)
        values["home"] = Path(values["home"])
        values["names"] = tuple(values["names"])
        values["audit"] = None if values["audit"] is None else Path(values["audit"])
        return cls(**values)
