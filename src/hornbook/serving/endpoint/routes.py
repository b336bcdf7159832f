"""What each path of an endpoint answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from hornbook.serving.endpoint.audit import Audit
from hornbook.serving.endpoint.catalog import Catalog, ServedModel
from hornbook.serving.endpoint.exchange import Answer, Exchange
from hornbook.serving.endpoint.figures import CONTENT_TYPE, Figures
from hornbook.serving.endpoint.json_body import list_of, object_of
from hornbook.serving.endpoint.keys import Keys
from hornbook.serving.endpoint.open_inference import (
    infer_answer,
    model_metadata,
    rows_of,
    server_metadata,
    wanted_outputs,
)
from hornbook.serving.endpoint.openapi import description
from hornbook.serving.endpoint.original_form import (
    dispatch_of,
    features_of,
    items_of,
    results_of,
    timing_of,
)
from hornbook.serving.endpoint.predictions import Predictions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_reader import Rows
from hornbook.serving.endpoint.rows_form import predictions_of
from hornbook.serving.endpoint.served_version import ServedVersion

__all__ = ["Routes"]

_T = TypeVar("_T")
_FEW_ROWS = 256
_ROW_BYTES = 100


class Routes:
    """The answers; owned by the event loop.

    Args:
        catalog: the models.
        keys: who may ask.
        figures: for `/metrics`.
        audit: is told inputs and outputs, if anybody wants them.
        service: the name of the service in the original's paths.
    """

    def __init__(
        self, catalog: Catalog, keys: Keys, figures: Figures, audit: Audit | None, service: str
    ) -> None:
        self.is_draining = False
        self._catalog = catalog
        self._keys = keys
        self._figures = figures
        self._audit = audit
        self._service = service

    def get(self, exchange: Exchange, parts: tuple[str, ...]) -> Answer | None:  # noqa: PLR0911
        """What is answered without a body; `None` where there is no such path."""
        exchange.route = "/".join(("", *parts[:2]))
        match parts:
            case ("health",) | ("v2", "health", "live"):
                return Answer.of({"live": True})
            case ("ready",) | ("v2", "health", "ready"):
                return self._ready(self._catalog.is_ready, {})
            case ("metrics",):
                self._keys.require(exchange.key, None)
                return Answer(self._figures.text(), content_type=CONTENT_TYPE.encode())
            case ("openapi.json",):
                return Answer.of(
                    description(self._models(exchange), self._service, not self._keys.without)
                )
            case ("v1", "models"):
                return Answer.of({"models": [_told(model) for model in self._models(exchange)]})
            case ("v1", "models", name):
                return Answer.of(_told(self._model(exchange, name)))
            case ("v2",):
                return Answer.of(server_metadata())
            case ("v2", "models", name, *rest):
                return self._open_model(exchange, name, rest)
        return None

    async def post(
        self, exchange: Exchange, parts: tuple[str, ...], body: bytes, started: float
    ) -> Answer | None:
        """What is answered to a body; `None` where there is no such path."""
        match parts:
            case ("public", "api", "v1", service, name, "predict" | "predict-multi" as verb):
                exchange.route = verb
                if service != self._service:
                    raise RefusedError(
                        404,
                        f"There is no service '{service[:100]}' here.",
                        fix=f"The service is '{self._service}'; --service names it.",
                    )
                return await self._original(exchange, name, verb, body, started)
            case ("v1", "models", name, "predict"):
                return await self._rows(exchange, name, None, body)
            case ("v1", "models", name, "versions", version, "predict"):
                return await self._rows(exchange, name, version, body)
            case ("v2", "models", name, "infer"):
                return await self._infer(exchange, name, None, body)
            case ("v2", "models", name, "versions", version, "infer"):
                return await self._infer(exchange, name, version, body)
        return None

    async def _original(
        self, exchange: Exchange, name: str, verb: str, body: bytes, started: float
    ) -> Answer:
        model = self._model(exchange, name)
        value = object_of(exchange, body)
        found = features_of(value) if verb == "predict" else items_of(value)
        place = "features" if verb == "predict" else "items[{row}].features"
        key, forced = dispatch_of(value)
        version = self._version(exchange, model, key, forced)
        with version.in_use():
            rows = await _aside(len(found), version.loaded.reader.read, found, place)
            before = time.perf_counter() - started
            predictions = await self._predicted(exchange, version, rows)
        results = await _aside(rows.n_rows, results_of, version.loaded.outputs, predictions)
        answer: dict[str, Any] = (
            {"result": results[0]} if verb == "predict" else {"results": results}
        )
        answer["timing"] = timing_of(predictions, before)
        answer["apiContext"] = {
            "serviceId": self._service,
            "endpointId": name,
            "serviceGeneration": version.version_id,
        }
        if rows.ignored_columns:
            answer["ignoredColumns"] = rows.ignored_columns
        return Answer.of(answer)

    async def _rows(
        self, exchange: Exchange, name: str, version_id: str | None, body: bytes
    ) -> Answer:
        exchange.route = "rows"
        model = self._model(exchange, name)
        found = list_of(object_of(exchange, body), "rows", '{"rows": [{"COLUMN": VALUE, …}]}')
        version = self._version(exchange, model, None, version_id)
        with version.in_use():
            rows = await _aside(len(found), version.loaded.reader.read, found, "rows[{row}]")
            predictions = await self._predicted(exchange, version, rows)
        answer: dict[str, Any] = {
            "model": model.name,
            "version": version.version_id,
            "predictions": await _aside(
                rows.n_rows, predictions_of, version.loaded.outputs, predictions
            ),
        }
        if rows.ignored_columns:
            answer["ignored_columns"] = rows.ignored_columns
        return Answer.of(answer)

    async def _infer(
        self, exchange: Exchange, name: str, version_id: str | None, body: bytes
    ) -> Answer:
        exchange.route = "infer"
        model = self._model(exchange, name)
        value = object_of(exchange, body)
        version = self._version(exchange, model, None, version_id)
        with version.in_use():
            wanted = wanted_outputs(value, version.loaded.outputs)
            columns = version.loaded.reader.columns
            # How many rows there are is known when they are read.
            found = await _aside(len(body) // _ROW_BYTES, rows_of, value, columns)
            rows = await _aside(len(found), version.loaded.reader.read, found, "Row {row}")
            predictions = await self._predicted(exchange, version, rows)
        return Answer.of(infer_answer(version, value, wanted, predictions))

    async def _predicted(
        self, exchange: Exchange, version: ServedVersion, rows: Rows
    ) -> Predictions:
        exchange.rows = rows.n_rows
        predictions = await version.predict(rows)
        if self._audit is not None:
            self._audit.add(exchange, version, rows, predictions)
        return predictions

    def _version(
        self, exchange: Exchange, model: ServedModel, unit: str | None, version_id: str | None
    ) -> ServedVersion:
        header = exchange.header(b"x-hornbook-unit")
        if header is not None:
            unit = header.decode("latin-1")
        version = model.choose(unit, version_id)
        exchange.version = version.version_id
        return version

    def _model(self, exchange: Exchange, name: str) -> ServedModel:
        model = self._catalog.find(name)
        self._keys.require(exchange.key, model.saved_model_id)
        exchange.model = model.name
        return model

    def _models(self, exchange: Exchange) -> list[ServedModel]:
        """Those that the key of a request opens."""
        only = None if exchange.key is None else exchange.key.saved_model_id
        return [
            model
            for model in self._catalog.models.values()
            if only is None or only == model.saved_model_id
        ]

    def _open_model(self, exchange: Exchange, name: str, rest: list[str]) -> Answer | None:
        """The Open Inference Protocol's `…/models/<name>[/versions/<version>][/ready]`."""
        model = self._model(exchange, name)
        version_id = None
        if rest[:1] == ["versions"] and len(rest) > 1:
            version_id, rest = rest[1], rest[2:]
        if rest == ["ready"]:
            if version_id is not None:
                model.choose(None, version_id)
            return self._ready(bool(model.versions), {"name": model.name})
        if rest:
            return None
        return Answer.of(model_metadata(model, model.choose("", version_id)))

    def _ready(self, is_ready: bool, more: dict[str, Any]) -> Answer:
        is_ready = is_ready and not self.is_draining
        return Answer.of({**more, "ready": is_ready}, 200 if is_ready else 503)


async def _aside(n_rows: int, function: Callable[..., _T], *arguments: Any) -> _T:
    """Calls a function in a thread where there is much to do, so that others are answered."""
    if n_rows <= _FEW_ROWS:
        return function(*arguments)
    return await asyncio.to_thread(function, *arguments)


def _told(model: ServedModel) -> dict[str, Any]:
    """What is said of a model where models are listed."""
    told: dict[str, Any] = {
        "name": model.name,
        "saved_model_id": model.saved_model_id,
        "ready": bool(model.versions),
        "shares": dict(model.shares),
    }
    if model.versions:
        readers = next(iter(model.versions.values())).loaded.reader.columns
        told["columns"] = {reader.column: str(reader.feature_type) for reader in readers}
    return told
