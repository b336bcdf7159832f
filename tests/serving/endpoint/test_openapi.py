"""The endpoint against its own description, by schemathesis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from processes import EndpointProcess
from schemathesis import checks
from schemathesis.generation import GenerationMode

from conftest import ROW

pytestmark = pytest.mark.slow

EXAMPLES = 25

ALWAYS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def described(start: Callable[..., EndpointProcess]) -> tuple[EndpointProcess, Any]:
    endpoint = start("--no-log-requests", "--time-limit", "60")
    document = endpoint.get("/openapi.json").json
    return endpoint, document


def test_the_description_knows_the_columns(described: Any) -> None:
    _, document = described
    assert list(document["components"]["schemas"]["Row0"]["properties"]) == list(ROW)
    assert "/public/api/v1/hornbook/mixed/predict" in document["paths"]
    assert document["security"] == [{"key": []}]


PATHS = [
    ("GET", "/v1/models/mixed"),
    ("GET", "/v2/models/mixed"),
    ("POST", "/public/api/v1/hornbook/mixed/predict"),
    ("POST", "/public/api/v1/hornbook/mixed/predict-multi"),
    ("POST", "/v1/models/mixed/predict"),
    ("POST", "/v2/models/mixed/infer"),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_whatever_is_sent_is_answered_as_described(
    described: Any, method: str, path: str, mode: GenerationMode
) -> None:
    endpoint, document = described
    if method == "GET" and mode is GenerationMode.NEGATIVE:
        return  # There is nothing that could be wrong.
    # Each request has the key: without it there would be nothing but 401 to see.
    schema = schemathesis.openapi.from_dict(document | {"security": []})
    operation = schema[path][method]
    base = f"http://127.0.0.1:{endpoint.port}"
    statuses: list[int] = []
    judges = [checks.negative_data_rejection]
    if mode is GenerationMode.POSITIVE:
        # That tensors have as many values as their shapes say cannot be described.
        judges = [] if "infer" in path else [checks.positive_data_acceptance]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        response = case.call(base_url=base, auth=(endpoint.key, ""))
        statuses.append(response.status_code)
        case.validate_response(response, checks=[*ALWAYS, *judges])

    ask()
    assert statuses
    if method == "POST" and "infer" not in path:
        wanted = 200 if mode is GenerationMode.POSITIVE else 400
        assert any(wanted <= status < wanted + 100 for status in statuses)
