"""All parts of an endpoint, put together."""

from __future__ import annotations

from collections.abc import Iterator

from hornbook.errors import HornbookError
from hornbook.registry import Registry
from hornbook.serving.endpoint.application import Application
from hornbook.serving.endpoint.audit import Audit
from hornbook.serving.endpoint.catalog import Catalog
from hornbook.serving.endpoint.figures import Figures
from hornbook.serving.endpoint.keys import Keys
from hornbook.serving.endpoint.lines import LineWriter
from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.serving.endpoint.routes import Routes
from hornbook.serving.endpoint.watcher import Watcher

__all__ = ["Endpoint"]


class Endpoint:
    """The application and what keeps it up to date; owned by the event loop.

    Args:
        options: as the command was told.
        registry: of the workspace.
        log: gets what happens.
        audit: gets inputs and outputs, if wanted.
    """

    def __init__(
        self,
        options: EndpointOptions,
        registry: Registry,
        log: LineWriter,
        audit: LineWriter | None,
    ) -> None:
        self._catalog = Catalog()
        keys = Keys(without=options.without_keys)
        figures = Figures(self._waiting)
        self._routes = Routes(
            self._catalog,
            keys,
            figures,
            None if audit is None else Audit(audit),
            service=options.service,
        )
        self.application = Application(options, self._routes, keys=keys, figures=figures, log=log)
        self._watcher = Watcher(
            registry, options, catalog=self._catalog, keys=keys, figures=figures, log=log
        )

    async def load(self) -> None:
        """Loads all models for the first time.

        Raises:
            HornbookError: one cannot be loaded; the log says why.
        """
        await self._watcher.look()
        if not self._catalog.is_ready:
            failed = [name for name, one in self._catalog.models.items() if not one.versions]
            raise HornbookError(
                f"Not loaded: {', '.join(failed) or 'any model'}.",
                fix="The lines of the log above say why.",
            )

    async def watch(self) -> None:
        """Follows the workspace until it is cancelled."""
        await self._watcher.run()

    def drain(self) -> None:
        """From now on the endpoint says that it is not ready, and closes connections."""
        self._routes.is_draining = True

    def _waiting(self) -> Iterator[tuple[str, str, int]]:
        for version in self._catalog.versions():
            yield version.name, version.version_id, version.waiting_rows
