"""The application: all routes under `/api/v1`, behind the guard."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from hornbook import __version__
from hornbook.api import (
    datasets,
    design_uploads,
    designs,
    endpoint_keys,
    endpoints,
    evaluations,
    events,
    exports,
    folders,
    login,
    plans,
    runtime,
    samples,
    saved_models,
    sent_rows,
    sessions,
    tasks,
)
from hornbook.api.access import Access, AccessGuard
from hornbook.api.failures import Failure, answer_failures
from hornbook.api.studio import Studio

__all__ = ["create_application", "openapi_document"]

_PARTS = (
    login,
    datasets,
    folders,
    tasks,
    designs,
    design_uploads,
    plans,
    sessions,
    saved_models,
    evaluations,
    sent_rows,
    exports,
    endpoints,
    endpoint_keys,
    runtime,
    samples,
    events,
)


def create_application(studio: Studio, access: Access) -> FastAPI:
    """The application of a server; it opens and closes the studio.

    Args:
        studio: not started yet.
        access: who may come in.
    """

    @asynccontextmanager
    async def running(application: FastAPI) -> AsyncIterator[None]:
        studio.start()
        try:
            yield
        finally:
            studio.close()

    application = _application(running)
    application.state.studio = studio
    application.state.access = access
    application.add_middleware(AccessGuard, access=access)
    return application


def openapi_document() -> dict[str, object]:
    """The description of the API, from which the pages' client is made."""
    return _application(None).openapi()


def _application(lifespan: object) -> FastAPI:
    application = FastAPI(
        title="Hornbook",
        version=__version__,
        description="Deep learning on tables: datasets, designs, trainings, models.",
        lifespan=lifespan,  # type: ignore[arg-type]
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=_operation_name,
    )
    routes = APIRouter(prefix="/api/v1", responses={"4XX": {"model": Failure}})
    for part in _PARTS:
        routes.include_router(part.router)
    application.include_router(routes)
    answer_failures(application)
    return application


def _operation_name(route: APIRoute) -> str:
    return route.name


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")
