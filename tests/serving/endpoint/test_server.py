"""One endpoint asked in all three forms, rightly and wrongly, and how it answers."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from processes import EndpointProcess, hornbook

from conftest import ROW, Trained

pytestmark = pytest.mark.slow

PREDICT = "/public/api/v1/hornbook/mixed/predict"
MULTI = "/public/api/v1/hornbook/mixed/predict-multi"
ROWS = "/v1/models/mixed/predict"
INFER = "/v2/models/mixed/infer"

OTHER = {
    "n": -0.5,
    "m": 7,
    "colour": "green",
    "review": "bad",
    "day": "2021-12-31T10:00:00Z",
    "vector": [1, 2, 3],
}
DROPPED = ROW | {"n": None}

LOCAL = """
import json, sys, warnings
import polars as pl
import hornbook
rows = json.load(sys.stdin)
schema = {"n": pl.Float64, "m": pl.Float64, "vector": pl.List(pl.Float64)}
with hornbook.open_workspace(sys.argv[1]) as workspace:
    predictor = workspace.model(sys.argv[2]).predictor()
    print(json.dumps(predictor.predict(pl.DataFrame(rows, schema_overrides=schema)).to_dicts()))
"""


@pytest.fixture(scope="module")
def expected(trained: Trained) -> list[dict[str, Any]]:
    """What the trained model itself predicts for `ROW`, `OTHER` and `DROPPED`."""
    done = subprocess.run(
        [sys.executable, "-c", LOCAL, str(trained.home), trained.sessions[1]],
        input=json.dumps([ROW, OTHER, DROPPED]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    assert found[2]["prediction"] is None
    return found


def close(found: Any, wanted: Any) -> bool:
    return bool(found == pytest.approx(wanted, abs=1e-6))


def test_one_row_in_the_originals_form(endpoint: EndpointProcess, expected: Any) -> None:
    answered = endpoint.post(PREDICT, {"features": ROW})
    assert answered.status == 200
    result = answered.json["result"]
    assert result["prediction"] == expected[0]["prediction"]
    assert set(result["probas"]) == {"no", "yes"}
    assert close(result["probas"]["yes"], expected[0]["proba_yes"])
    assert result["ignored"] is False
    assert set(answered.json["timing"]) == {"preProcessing", "wait", "prediction"}
    assert answered.json["apiContext"] == {
        "serviceId": "hornbook",
        "endpointId": "mixed",
        "serviceGeneration": "v2",
    }


def test_the_body_of_the_originals_own_client_is_understood(endpoint: EndpointProcess) -> None:
    # Its explanations are always there, with nothing in them.
    explanations = {
        "enabled": None,
        "method": None,
        "nExplanations": None,
        "nMonteCarloSteps": None,
    }
    body = {"features": ROW, "explanations": explanations, "context": {"user": 7}}
    assert endpoint.post(PREDICT, body | {"dispatch": {"forcedGeneration": "v2"}}).status == 200
    wrong = endpoint.post(PREDICT, body | {"dispatch": {"forcedGeneration": "v1"}})
    assert wrong.status == 404
    assert "served: v2" in wrong.json["error"]
    assert {"errorType", "message"} <= set(wrong.json)
    asked = endpoint.post(PREDICT, {"features": ROW, "explanations": {"enabled": True}})
    assert asked.status == 400


def test_several_rows_in_the_originals_form(endpoint: EndpointProcess, expected: Any) -> None:
    items = [{"features": row} for row in (ROW, OTHER, DROPPED)]
    results = endpoint.post(MULTI, {"items": items}).json["results"]
    assert [one["prediction"] for one in results] == [one["prediction"] for one in expected]
    assert close(results[1]["probas"]["yes"], expected[1]["proba_yes"])
    assert results[2]["ignored"] is True
    assert "'n'" in results[2]["ignoreReason"]


def test_many_rows_are_predicted_in_batches_and_stay_in_order(
    endpoint: EndpointProcess, expected: Any
) -> None:
    answered = endpoint.post(ROWS, {"rows": [ROW, OTHER, DROPPED] * 100})
    assert answered.status == 200
    assert (answered.json["model"], answered.json["version"]) == ("mixed", "v2")
    predictions = answered.json["predictions"]
    assert len(predictions) == 300
    for row, prediction in enumerate(predictions):
        wanted = expected[row % 3]
        assert prediction["prediction"] == wanted["prediction"]
        if row % 3 == 2:
            assert prediction["ignored"] is True
        else:
            assert close(prediction["probabilities"]["no"], wanted["proba_no"])


def tensor(name: str, datatype: str, data: list[Any], shape: list[int] | None = None) -> Any:
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data}


def tensors() -> list[Any]:
    return [
        tensor("n", "FP64", [ROW["n"], OTHER["n"], None]),
        tensor("m", "INT64", [ROW["m"], OTHER["m"], ROW["m"]], [3, 1]),
        tensor("colour", "BYTES", [ROW["colour"], OTHER["colour"], ROW["colour"]]),
        tensor("review", "BYTES", [ROW["review"], OTHER["review"], ROW["review"]]),
        tensor("day", "BYTES", [ROW["day"], OTHER["day"], ROW["day"]]),
        tensor("vector", "FP64", [*ROW["vector"], *OTHER["vector"], *ROW["vector"]], [3, 3]),
    ]


def test_the_open_inference_protocol(endpoint: EndpointProcess, expected: Any) -> None:
    assert endpoint.get("/v2/health/live").json == {"live": True}
    assert endpoint.get("/v2/health/ready").json == {"ready": True}
    assert endpoint.get("/v2").json["name"] == "hornbook"
    metadata = endpoint.get("/v2/models/mixed").json
    assert metadata["versions"] == ["v2"]
    assert {one["name"]: (one["datatype"], one["shape"]) for one in metadata["inputs"]} == {
        "n": ("FP64", [-1]),
        "m": ("FP64", [-1]),
        "colour": ("BYTES", [-1]),
        "review": ("BYTES", [-1]),
        "day": ("BYTES", [-1]),
        "vector": ("FP64", [-1, -1]),
    }
    assert endpoint.get("/v2/models/mixed/versions/v2/ready").json == {
        "name": "mixed",
        "ready": True,
    }
    assert endpoint.get("/v2/models/mixed/versions/v7").status == 404
    answered = endpoint.post("/v2/models/mixed/versions/v2/infer", {"id": "7", "inputs": tensors()})
    assert answered.status == 200, answered.json
    assert answered.json["id"] == "7"
    outputs = {one["name"]: one for one in answered.json["outputs"]}
    assert list(outputs) == [one["name"] for one in metadata["outputs"]]
    assert outputs["prediction"]["datatype"] == "BYTES"
    assert outputs["prediction"]["data"] == [one["prediction"] for one in expected]
    assert close(outputs["proba_yes"]["data"][:2], [one["proba_yes"] for one in expected[:2]])
    assert list(answered.json["parameters"]["ignored_rows"]) == ["2"]
    one = endpoint.post(INFER, {"inputs": tensors(), "outputs": [{"name": "proba_no"}]})
    assert [output["name"] for output in one.json["outputs"]] == ["proba_no"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"datatype": "INT9"}, "datatype"),
        ({"shape": [4]}, "3 values"),
        ({"shape": "3"}, "shape"),
        ({"shape": []}, "shape"),
        ({"shape": [1, 3]}, "shape"),
        ({"data": "x"}, "data"),
        ({"data": [1, 2, "x"]}, "FP64"),
        ({"name": 5}, "name"),
        ({"name": "m"}, "two inputs"),
        ({"shape": [2], "data": [1, 2]}, "rows"),
        ({"shape": [0], "data": []}, "rows"),
    ],
)
def test_a_wrong_tensor_is_refused(endpoint: EndpointProcess, change: Any, told: str) -> None:
    wrong = [tensors()[0] | change, *tensors()[1:]]
    answered = endpoint.post(INFER, {"inputs": wrong})
    assert answered.status == 400
    assert told in answered.json["error"]


def test_values_of_other_types_that_say_the_same(endpoint: EndpointProcess) -> None:
    same = ROW | {"n": "1.5", "m": 2.0, "vector": "[0.5, -1, 2]", "day": "2024-03-01T00:00:00"}
    plain, other = (endpoint.post(PREDICT, {"features": row}).json["result"] for row in (ROW, same))
    assert other == plain


def test_an_unknown_category_and_nested_texts_are_no_errors(endpoint: EndpointProcess) -> None:
    for more in (
        {"colour": "never seen"},
        {"colour": 3},
        {"colour": True},
        {"colour": 0.25},
        {"colour": None},
        {"review": {"title": "so", "body": ["good", "film"]}},
        {"review": 5},
        {"review": None},
        {"review": "\u0000 \ud83d\ude00 ünïcode"},
        {"m": None},
        {"m": True},
        {"day": None},
        {"vector": None},
        {"vector": []},
        {"vector": [1, None, 3]},
    ):
        answered = endpoint.post(PREDICT, {"features": ROW | more})
        assert answered.status == 200, (more, answered.json)
        assert answered.json["result"]["prediction"] in ("yes", "no")


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("m", "seven", "expected a number"),
        ("m", "NaN", "expected a number"),
        ("m", "", "expected a number"),
        ("m", [1], "expected a number"),
        ("m", {"a": 1}, "expected a number"),
        ("day", 5, "expected a date"),
        ("day", "yesterday", "learnt from dates"),
        ("vector", "x", "expected a list of numbers"),
        ("vector", [1, "x"], "expected a list of numbers"),
        ("vector", [[1]], "expected a list of numbers"),
        ("vector", 5, "expected a list of numbers"),
    ],
)
def test_a_wrong_value_is_named(
    endpoint: EndpointProcess, column: str, value: Any, told: str
) -> None:
    answered = endpoint.post(ROWS, {"rows": [ROW, ROW | {column: value}]})
    assert answered.status == 422, answered.json
    assert told in answered.json["error"]
    assert f"'{column}'" in answered.json["error"]
    assert answered.json["fix"]


def test_a_wrong_row_spoils_no_other_request(endpoint: EndpointProcess) -> None:
    bodies = [{"features": ROW | ({"day": "yesterday"} if at % 5 == 0 else {})} for at in range(60)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda body: endpoint.post(PREDICT, body), bodies))
    assert [one.status for one in answers] == [422 if at % 5 == 0 else 200 for at in range(60)]


def test_missing_columns_are_named_and_others_ignored(endpoint: EndpointProcess) -> None:
    lacking = {name: value for name, value in ROW.items() if name not in ("m", "day")}
    answered = endpoint.post(PREDICT, {"features": lacking})
    assert answered.status == 422
    assert answered.json["columns"] == ["m", "day"]
    more = endpoint.post(PREDICT, {"features": ROW | {"answer": "yes", "x": 1}})
    assert more.status == 200
    assert more.json["ignoredColumns"] == ["answer", "x"]
    rows = endpoint.post(ROWS, {"rows": [ROW, ROW | {"x": 1}]})
    assert rows.json["ignored_columns"] == ["x"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"", 400, "empty"),
        (b"{", 400, "no JSON"),
        (b'{"features": {"n": NaN}}', 400, "no JSON"),
        (b'{"features": {"n": -Infinity}}', 400, "no JSON"),
        (b'{"features": {"n": 1e999}}', 400, "no JSON"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"[" * 100_000, 400, "no JSON"),
        (b'{"features": ' + b'{"a":' * 2000, 400, "no JSON"),
        (b"[1]", 400, "expected a JSON object"),
        (b"null", 400, "expected a JSON object"),
        (b'{"rows": []}', 400, "lacks 'features'"),
        (b'{"features": 5}', 422, "expected an object"),
        (b'{"features": {}, "dispatch": 5}', 400, "dispatch"),
        (b'{"features": {}, "dispatch": {"dispatchKey": 5}}', 400, "dispatchKey"),
    ],
)
def test_a_body_that_is_no_request_is_refused(
    endpoint: EndpointProcess, body: bytes, status: int, told: str
) -> None:
    answered = endpoint.post(PREDICT, body)
    assert answered.status == status, answered.json
    assert told in answered.json["error"]
    assert answered.json["fix"]


def test_json_without_nan_says_so(endpoint: EndpointProcess) -> None:
    assert "no NaN" in endpoint.post(PREDICT, b'{"features": {"n": NaN}}').json["fix"]
    assert "no NaN" in endpoint.post(PREDICT, b'{"features": {"n": -Infinity}}').json["fix"]


def test_other_bodies_paths_and_methods(endpoint: EndpointProcess) -> None:
    text = endpoint.post(PREDICT, {"features": ROW}, {"content-type": "text/csv"})
    assert text.status == 415
    for rows in ({"rows": []}, {"rows": {}}, {"rows": [5]}, {"more": 1}):
        assert endpoint.post(ROWS, rows).status in (400, 422)
    assert endpoint.post(MULTI, {"items": [{"more": {}}]}).status == 400
    wrong = endpoint.post("/v1/models/mixedd/predict", {"rows": [ROW]})
    assert wrong.status == 404
    assert wrong.json["fix"] == "Did you mean 'mixed'?"
    assert endpoint.post("/public/api/v1/other/mixed/predict", {"features": ROW}).status == 404
    assert endpoint.get("/nowhere").status == 404
    refused = endpoint.get(PREDICT)
    assert (refused.status, refused.headers["allow"]) == (405, "POST")
    assert endpoint.post("/ready", {}).status == 405
    assert endpoint.ask("HEAD", "/health").body == b""


def test_keys(trained: Trained, endpoint: EndpointProcess) -> None:
    body = {"features": ROW}
    nobody = EndpointProcess.headers(endpoint) | {"authorization": ""}
    for header in (
        nobody["authorization"],
        "Basic " + base64.b64encode(b"hbk_wrong:").decode(),
        "Basic ???",
        "Bearer wrong",
        "Digest x",
    ):
        answered = endpoint.post(PREDICT, body, {"authorization": header})
        assert answered.status == 401
        assert answered.headers["www-authenticate"].startswith("Basic")
        assert "hornbook endpoint key add" in answered.json["fix"] or "curl" in answered.json["fix"]
    bearer = {"authorization": f"Bearer {trained.key}"}
    assert endpoint.post(PREDICT, body, bearer).status == 200
    assert endpoint.get("/health", {"authorization": ""}).status == 200
    assert endpoint.get("/metrics", {"authorization": ""}).status == 401
    assert trained.key not in endpoint.log


def test_the_key_of_one_model_and_a_revoked_key(
    trained: Trained, endpoint: EndpointProcess
) -> None:
    hornbook(trained.home, "deploy", trained.sessions[0], "--name", "other")
    added = [
        json.loads(hornbook(trained.home, "endpoint", "key", "add", name, "--for", model, "--json"))
        for name, model in (("only mixed", "mixed"), ("only other", "other"))
    ]
    mixed, other = ({"authorization": f"Bearer {one['key']}"} for one in added)
    listed = hornbook(trained.home, "endpoint", "key", "list")
    assert "only other  other" in listed
    assert not any(one["key"] in listed for one in added)

    def status(headers: dict[str, str], path: str = "/v1/models/mixed") -> int:
        return endpoint.get(path, headers).status

    wait_until(lambda: status(mixed) == 200 and status(other) == 403)
    assert endpoint.get("/v1/models", other).json == {"models": []}
    assert status(mixed, "/metrics") == 403
    hornbook(trained.home, "endpoint", "key", "revoke", "only mixed")
    wait_until(lambda: status(mixed) == 401)


def test_request_ids_go_in_and_out_and_into_the_log(endpoint: EndpointProcess) -> None:
    given = endpoint.post(PREDICT, {"features": ROW}, {"x-request-id": "my-request-7"})
    assert given.headers["x-request-id"] == "my-request-7"
    assert given.headers["x-hornbook-version"] == "v2"
    made = endpoint.post(PREDICT, {"features": {}}, {"x-request-id": "not one\\"})
    assert made.headers["x-request-id"] == made.json["request_id"] != "not one\\"

    def line(identifier: str) -> Any:
        return next(
            (one for one in endpoint.log_lines if one.get("request_id") == identifier), None
        )

    wait_until(lambda: line(made.json["request_id"]) is not None)
    told = line("my-request-7")
    assert (told["status"], told["model"], told["version"], told["rows"], told["key"]) == (
        200,
        "mixed",
        "v2",
        1,
        "all",
    )
    assert line(made.json["request_id"])["error"].startswith("features lacks")


def test_figures_for_prometheus(endpoint: EndpointProcess) -> None:
    endpoint.post(PREDICT, {"features": ROW})
    answered = endpoint.get("/metrics")
    assert answered.headers["content-type"].startswith("text/plain")
    text = answered.body.decode()
    for name in (
        'hornbook_endpoint_requests_total{model="mixed",route="predict",status="200",version="v2"}',
        'hornbook_endpoint_request_seconds_bucket{le="0.01",model="mixed",version="v2"}',
        'hornbook_endpoint_batch_rows_count{model="mixed",version="v2"}',
        'hornbook_endpoint_queue_rows{model="mixed",version="v2"} 0.0',
    ):
        assert name in text


def test_a_large_body_is_refused_before_it_is_read(endpoint: EndpointProcess) -> None:
    answered = endpoint.post(PREDICT, b" " * 50_000_000)
    assert answered.status == 413
    assert answered.json["limit_bytes"] == 16 * 2**20
    connection = endpoint.connect()
    # Without a length: in chunks.
    chunks = (b" " * 1_000_000 for _ in range(30))
    connection.request("POST", PREDICT, chunks, endpoint.headers(), encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    # Only the head is sent: whoever waits for the answer need not send the rest.
    connection = endpoint.connect()
    connection.putrequest("POST", PREDICT)
    for name, value in (endpoint.headers() | {"content-length": "50000000"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_strict_columns_and_the_audit(
    start: Callable[..., EndpointProcess], tmp_path: Path
) -> None:
    audit = tmp_path / "audit.jsonl"
    strict = start(
        *("--strict", "--audit", audit, "--audit-limit", "0.01", "--audit-files", "2"),
        *("--service", "shop"),
    )
    path = "/public/api/v1/shop/mixed/predict"
    refused = strict.post(path, {"features": ROW | {"colours": 1}})
    assert refused.status == 422
    assert "'colours'" in refused.json["error"]
    assert "Did you mean 'colour'?" in refused.json["fix"]
    for _ in range(100):
        assert strict.post(path, {"features": ROW}).status == 200
    wait_until(lambda: audit.with_name("audit.jsonl.2").exists())
    assert not audit.with_name("audit.jsonl.3").exists()
    strict.end()
    lines = [json.loads(line) for line in audit.with_name("audit.jsonl.1").read_text().splitlines()]
    assert lines[0]["inputs"]["colour"] == ["red"]
    assert lines[0]["outputs"]["prediction"][0] in ("yes", "no")
    assert (lines[0]["model"], lines[0]["version"], lines[0]["key"]) == ("mixed", "v2", "all")


def test_a_full_queue_and_a_late_answer(start: Callable[..., EndpointProcess]) -> None:
    limits = ("--queue-rows", "1", "--batch-limit", "8", "--time-limit", "3")
    small = start(*limits, "--no-log-requests")
    body = {"rows": [ROW] * 8}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: small.post(ROWS, body), range(160)))
    assert {one.status for one in answers} == {200, 429}
    refused = next(one for one in answers if one.status == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert "may" in refused.json["error"]
    late = small.post(ROWS, {"rows": [ROW] * 80_000})
    assert (late.status, late.json["errorType"]) == (504, "Timeout")
    assert small.post(ROWS, {"rows": [ROW]}).status == 200


def test_without_keys_only_this_machine_is_answered(start: Callable[..., EndpointProcess]) -> None:
    without = start("--no-keys")
    without.key = None
    assert without.post(PREDICT, {"features": ROW}).status == 200
    led = without.post(PREDICT, {"features": ROW}, {"host": "evil.example:80"})
    assert led.status == 403


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--no-keys", "--host", "0.0.0.0"), "anybody in the network"),
        (("--batch-limit", "48"), "power of two"),
        (("--share", "mixed=v1:0.5"), "add up to 0.5"),
        (("--share", "other=v1:1"), "not served here"),
        (("--share", "v1:1"), "NAME=SHARES"),
    ],
)
def test_options_that_do_not_go_together(
    trained: Trained, arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        EndpointProcess(trained.home, "mixed", *arguments)
    assert told in str(caught.value)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for what another process does in its own time."""
    import time

    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
