"""The OpenAPI description of an endpoint, with the columns of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from hornbook import __version__
from hornbook.features import FeatureType
from hornbook.serving.endpoint.catalog import ServedModel
from hornbook.serving.endpoint.row_values import ColumnReader

__all__ = ["description"]

_NULL = {"type": "null"}
_VALUES: dict[FeatureType, dict[str, Any]] = {
    FeatureType.NUMERICAL: {
        "anyOf": [
            {"type": ["number", "boolean", "null"]},
            {"type": "string", "pattern": "^-?[0-9]{1,15}([.][0-9]{1,15})?$"},
        ]
    },
    FeatureType.CATEGORICAL: {"description": "A category; what is no text is taken as its JSON."},
    FeatureType.TEXT: {"description": "A text; what is no text is taken as its JSON."},
    FeatureType.DATE: {
        "anyOf": [
            {"type": "string", "pattern": "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9])$"},
            _NULL,
        ]
    },
    FeatureType.VECTOR: {
        "anyOf": [{"type": "array", "items": {"type": ["number", "null"]}}, _NULL]
    },
    FeatureType.IMAGE: {
        "anyOf": [{"type": "string", "contentEncoding": "base64"}, _NULL],
        "description": "The bytes of an image file in Base64.",
    },
}
_STATUSES = {
    "400": "The request is not written as it must be.",
    "401": "The API key is missing or wrong.",
    "403": "The API key is for another model.",
    "404": "There is no such model, version or service.",
    "405": "The path has another method.",
    "408": "The body did not come whole in time.",
    "413": "The body is too large.",
    "415": "The body is no JSON.",
    "422": "A row cannot be read.",
    "429": "Too many rows wait; ask again later.",
    "503": "Not ready.",
    "504": "The prediction took too long.",
}


def description(models: Sequence[ServedModel], service: str, with_keys: bool) -> dict[str, Any]:
    """The document.

    Args:
        models: that are told of.
        service: the name of the service in the original's paths.
        with_keys: whether requests need a key.
    """
    paths: dict[str, Any] = {
        "/health": _get("Whether the process lives", open_to_all=True),
        "/ready": _get("Whether all models are loaded", open_to_all=True),
        "/v2/health/live": _get("Whether the process lives", open_to_all=True),
        "/v2/health/ready": _get("Whether all models are loaded", open_to_all=True),
        "/v2": _get("The server"),
        "/v1/models": _get("The models"),
    }
    schemas: dict[str, Any] = {"Error": _ERROR}
    for number, model in enumerate(models):
        if not model.versions:
            continue
        loaded = next(iter(model.versions.values())).loaded
        row = f"Row{number}"
        schemas[row] = _row(loaded.reader.columns, loaded.vector_lengths)
        paths |= _paths_of(model.name, service, {"$ref": f"#/components/schemas/{row}"})
    components: dict[str, Any] = {"schemas": schemas}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Hornbook endpoint", "version": __version__},
        "paths": paths,
        "components": components,
    }
    if with_keys:
        components["securitySchemes"] = {
            "key": {"type": "http", "scheme": "basic", "description": "The key as the user."}
        }
        document["security"] = [{"key": []}]
    return document


def _paths_of(name: str, service: str, row: dict[str, Any]) -> dict[str, Any]:
    quoted = quote(name, safe="")
    original = f"/public/api/v1/{quote(service, safe='')}/{quoted}"
    features = _object({"features": row}, ["features"])
    return {
        f"{original}/predict": _post(
            "Predict one row, in the original's form", features, {"result": {"type": "object"}}
        ),
        f"{original}/predict-multi": _post(
            "Predict several rows, in the original's form",
            _object({"items": _list(features)}, ["items"]),
            {"results": _list({"type": "object"})},
        ),
        f"/v1/models/{quoted}": _get("The model"),
        f"/v1/models/{quoted}/predict": _post(
            "Predict rows",
            _object({"rows": _list(row)}, ["rows"]),
            {"predictions": _list({"type": "object"})},
        ),
        f"/v2/models/{quoted}": _get("The model's tensors"),
        f"/v2/models/{quoted}/ready": _get("Whether the model is loaded"),
        f"/v2/models/{quoted}/infer": _post(
            "Predict rows as tensors, a column each; all have the same number of rows",
            _object({"id": {"type": ["string", "null"]}, "inputs": _list(_TENSOR)}, ["inputs"]),
            {"outputs": _list({"type": "object"})},
        ),
    }


def _row(readers: Sequence[ColumnReader], lengths: Mapping[str, int]) -> dict[str, Any]:
    values = {reader.column: _VALUES[reader.feature_type] for reader in readers}
    for column, length in lengths.items():
        vector = {"type": "array", "items": {"type": ["number", "null"]}}
        values[column] = {"anyOf": [vector | {"minItems": length, "maxItems": length}, _NULL]}
    return _object(values, [reader.column for reader in readers])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


_TENSOR = _object(
    {
        "name": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "datatype": {"enum": ["BYTES", "BOOL", "INT64", "FP64"]},
        "data": {"type": "array"},
    },
    ["name", "shape", "datatype", "data"],
)
_ERROR = _object(
    {
        "error": {"type": "string"},
        "fix": {"type": ["string", "null"]},
        "request_id": {"type": "string"},
    },
    ["error", "fix", "request_id"],
)


def _get(summary: str, *, open_to_all: bool = False) -> dict[str, Any]:
    operation: dict[str, Any] = {"summary": summary, "responses": _answers({"type": "object"})}
    # A probe's answer has the same form whether it is ready or not.
    operation["responses"]["503"]["content"]["application/json"]["schema"] = {"type": "object"}
    if open_to_all:
        operation["security"] = []
    return {"get": operation}


def _post(summary: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": _answers(_object(answer, list(answer))),
        }
    }


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error"}
    return {
        "200": {
            "description": "The answer.",
            "content": {"application/json": {"schema": schema}},
        },
        **{
            status: {"description": told, "content": {"application/json": {"schema": error}}}
            for status, told in _STATUSES.items()
        },
    }
