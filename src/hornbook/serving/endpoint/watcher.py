"""Follows the workspace: active versions, shares and keys, as they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hornbook.errors import HornbookError
from hornbook.registry import EndpointKeyRecord, Registry, SavedModelRecord
from hornbook.serving.endpoint.catalog import Catalog, ServedModel
from hornbook.serving.endpoint.figures import Figures
from hornbook.serving.endpoint.keys import Keys
from hornbook.serving.endpoint.lines import LineWriter, now
from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.serving.endpoint.served_version import (
    BatchSettings,
    LoadedVersion,
    ServedVersion,
    load_version,
)
from hornbook.serving.endpoint.shares import Shares, checked_shares, read_shares

__all__ = ["Watcher"]

_RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class _Seen:
    """What a look at the workspace found."""

    models: Mapping[str, tuple[SavedModelRecord, Shares]]
    keys: list[EndpointKeyRecord]
    problems: tuple[str, ...]


class Watcher:
    """Keeps a catalog as the workspace has it; a task of the event loop, which loads in threads.

    A version that takes over is loaded and warm before it answers, and the one before answers
    until then. One that cannot be loaded takes over nothing; it is tried again after a while, as
    its code may be trusted by then.

    Args:
        registry: of the workspace.
        options: of the endpoint.
        catalog: to keep.
        keys: to keep.
        figures: count what happens.
        log: is told what happens.
    """

    def __init__(
        self,
        registry: Registry,
        options: EndpointOptions,
        *,
        catalog: Catalog,
        keys: Keys,
        figures: Figures,
        log: LineWriter,
    ) -> None:
        self._registry = registry
        self._options = options
        self._catalog = catalog
        self._keys = keys
        self._figures = figures
        self._log = log
        self._failed_until: dict[tuple[str, str], float] = {}
        self._told = ""
        self._batches = BatchSettings(
            options.batch_limit, options.queue_rows, options.batch_window_ms / 1000
        )

    async def run(self) -> None:
        """Looks again and again, until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._options.watch_seconds)

    async def look(self) -> None:
        """Takes over what has changed."""
        try:
            seen = await asyncio.to_thread(self._read)
        except HornbookError as error:
            # Whatever is served goes on: the workspace may be back in a moment.
            self._tell_once({"level": "error", "event": "workspace unread", "error": error.message})
            return
        self._keys.replace(seen.keys)
        for record, _ in seen.models.values():
            if record.name not in self._catalog.models:
                self._catalog.add(ServedModel(record.name, record.saved_model_id))
        for record, shares in seen.models.values():
            await self._follow(record, shares)
        if seen.problems:
            self._tell_once(
                {"level": "error", "event": "not followed", "error": " ".join(seen.problems)}
            )

    def _read(self) -> _Seen:
        models: dict[str, tuple[SavedModelRecord, Shares]] = {}
        problems: list[str] = []
        keys = self._registry.endpoint_keys()
        kept: Mapping[str, Shares] = {}
        try:
            kept = read_shares(self._registry.home)
        except HornbookError as error:
            problems.append(error.message)
        for name in self._options.names:
            try:
                record = self._registry.saved_model(name)
                shares = self._options.shares.get(name) or kept.get(record.name)
                models[name] = (record, checked_shares(record, shares))
            except HornbookError as error:
                problems.append(error.message)
        return _Seen(models, keys, tuple(problems))

    async def _follow(self, record: SavedModelRecord, shares: Shares) -> None:
        model = self._catalog.models[record.name]
        wanted = dict(shares)
        if tuple(wanted.items()) == model.shares:
            return
        versions: dict[str, ServedVersion] = {}
        for version_id in wanted:
            version = model.versions.get(version_id) or await self._load(record, version_id)
            if version is None:
                for other in versions.values():
                    if other.version_id not in model.versions:
                        other.retire()
                return
            versions[version_id] = version
        if model.versions:
            self._figures.add_switch(model.name)
        before = [version.version_id for version in model.versions.values()]
        model.switch(versions, wanted)
        self._tell("info", "serving", model=record.name, shares=wanted, before=before)

    async def _load(self, record: SavedModelRecord, version_id: str) -> ServedVersion | None:
        if time.monotonic() < self._failed_until.get((record.saved_model_id, version_id), 0.0):
            return None
        version = next(one for one in record.versions if one.version_id == version_id)
        started = time.perf_counter()
        try:
            loaded: LoadedVersion = await asyncio.to_thread(
                load_version,
                version,
                self._registry.home,
                self._batches,
                strict=self._options.strict,
            )
        except (HornbookError, OSError, ValueError, KeyError) as error:
            self._failed_until[record.saved_model_id, version_id] = (
                time.monotonic() + _RETRY_SECONDS
            )
            self._figures.add_load_failure(record.name)
            self._tell(
                "error", "not loaded", model=record.name, version=version_id, error=str(error)
            )
            return None
        self._tell(
            "info",
            "loaded",
            model=record.name,
            version=version_id,
            seconds=round(time.perf_counter() - started, 2),
        )
        counter = self._figures.batch_counter(record.name, version_id)
        return ServedVersion(record.name, loaded, self._batches, counter)

    def _tell(self, level: str, event: str, **values: Any) -> None:
        self._told = ""
        self._log.add({"time": now(), "level": level, "event": event, **values})

    def _tell_once(self, values: dict[str, Any]) -> None:
        """Tells what is so again and again only when it begins."""
        if str(values) != self._told:
            self._told = str(values)
            self._log.add({"time": now(), **values})
