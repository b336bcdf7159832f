"""Versions that take over under load, shares between them, and the end of an endpoint."""

from __future__ import annotations

import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import EndpointProcess, Load, hornbook

from conftest import ROW, Trained

pytestmark = pytest.mark.slow

PREDICT = "/public/api/v1/hornbook/mixed/predict"
BODY = {"features": ROW}


def versions(load: Load) -> Counter[str | None]:
    return Counter(one.headers.get("x-hornbook-version") for one in load.answers)


def test_a_new_version_takes_over_and_no_request_is_lost(
    trained: Trained, start: Callable[..., EndpointProcess]
) -> None:
    endpoint = start("--no-log-requests")
    load = Load(endpoint, PREDICT, BODY, threads=8, reconnects=False)
    load.wait_for(lambda answers: len(answers) > 100)
    hornbook(trained.home, "deploy", trained.sessions[0], "--name", "mixed")
    load.wait_for(lambda answers: answers[-1].headers.get("x-hornbook-version") == "v3")
    at = len(load.answers)
    load.wait_for(lambda answers: len(answers) > at + 200)
    load.end()
    assert not load.lost
    assert {one.status for one in load.answers} == {200}
    assert set(versions(load)) == {"v2", "v3"}
    # Whatever is answered by the old version was asked before the new one took over.
    assert {one.headers["x-hornbook-version"] for one in load.answers[-100:]} == {"v3"}
    text = endpoint.get("/metrics").body.decode()
    assert 'hornbook_endpoint_version_switches_total{model="mixed"} 1.0' in text
    assert endpoint.end() == 0


def test_shares_and_callers_that_stay_with_a_version(
    trained: Trained, start: Callable[..., EndpointProcess]
) -> None:
    endpoint = start("--share", "mixed=v1:0.5,v2:0.5", "--no-log-requests")
    drawn = Counter(
        endpoint.post(PREDICT, BODY).json["apiContext"]["serviceGeneration"] for _ in range(60)
    )
    assert set(drawn) == {"v1", "v2"}
    for unit in range(10):
        header = {"x-hornbook-unit": f"customer {unit}"}
        key = {"dispatch": {"dispatchKey": f"customer {unit}"}}
        answered = {
            endpoint.post(PREDICT, BODY | more, headers).headers["x-hornbook-version"]
            for more, headers in (({}, header), ({}, header), (key, {}))
        }
        assert len(answered) == 1
    forced = BODY | {"dispatch": {"forcedGeneration": "v1"}}
    first = endpoint.post(PREDICT, forced)
    assert first.headers["x-hornbook-version"] == "v1"
    second = endpoint.post("/v1/models/mixed/versions/v2/predict", {"rows": [ROW]})
    assert second.json["version"] == "v2"
    one = first.json["result"]["probas"]["yes"]
    assert second.json["predictions"][0]["probabilities"]["yes"] != pytest.approx(one, abs=1e-9)
    assert set(endpoint.get("/v2/models/mixed").json["versions"]) == {"v1", "v2"}
    endpoint.end()


def test_shares_that_the_workspace_keeps_are_followed(
    trained: Trained, start: Callable[..., EndpointProcess]
) -> None:
    endpoint = start()
    before = endpoint.post(PREDICT, BODY).headers["x-hornbook-version"]
    assert before not in ("v1", None)
    load = Load(endpoint, PREDICT, BODY, threads=2, reconnects=False)
    hornbook(trained.home, "endpoint", "share", "mixed", "v1:1")
    load.wait_for(lambda answers: answers[-1].headers.get("x-hornbook-version") == "v1")
    (trained.home / "endpoints.toml").write_text("[shares.mixed]\nv9 = 1.0\n")
    at = len(load.answers)
    load.wait_for(lambda answers: len(answers) > at + 50)
    hornbook(trained.home, "endpoint", "share", "mixed")
    load.wait_for(lambda answers: answers[-1].headers.get("x-hornbook-version") == before)
    load.end()
    assert not load.lost
    assert {one.status for one in load.answers} == {200}


def test_a_version_that_cannot_be_loaded_takes_over_nothing(
    trained: Trained, start: Callable[..., EndpointProcess]
) -> None:
    endpoint = start()
    before = endpoint.post(PREDICT, BODY).headers["x-hornbook-version"]
    session = trained.home / "analyses" / trained.sessions[0] / "model" / "model.keras"
    whole = session.read_bytes()
    session.write_bytes(whole[:1000])
    hornbook(trained.home, "deploy", trained.sessions[0], "--name", "mixed")
    load = Load(endpoint, PREDICT, BODY, threads=2, reconnects=False)
    failed = 'hornbook_endpoint_load_failures_total{model="mixed"} 1.0'
    load.wait_for(lambda _: failed in endpoint.get("/metrics").body.decode())
    load.end()
    assert set(versions(load)) == {before}
    assert {one.status for one in load.answers} == {200}
    session.write_bytes(whole)
    hornbook(trained.home, "deploy", trained.sessions[0], "--name", "mixed")


def test_a_model_whose_code_is_not_trusted_is_not_served(trained: Trained, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(trained.home, home)
    assert "features/m.py" in hornbook(home, "trust", "mixed", "--show")
    shutil.rmtree(home / "trusted")
    with pytest.raises(AssertionError) as caught:
        EndpointProcess(home, "mixed")
    assert "hornbook trust" in str(caught.value)
    assert "Not loaded: mixed" in str(caught.value)


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_under_load_loses_no_request(
    start: Callable[..., EndpointProcess], workers: int
) -> None:
    endpoint = start("--workers", workers, "--no-log-requests")
    load = Load(endpoint, PREDICT, BODY, threads=8, reconnects=True)
    load.wait_for(lambda answers: len(answers) > 200)
    endpoint.process.send_signal(signal.SIGTERM)
    code = endpoint.process.wait(60)
    load.join()
    assert code == 0
    assert not load.lost
    assert {one.status for one in load.answers} == {200}
    # Each of them was told that its connection ends, and then let in nowhere.
    assert load.refused == 8


def test_who_is_not_asked_anything_is_closed_and_probes_are_told(
    start: Callable[..., EndpointProcess],
) -> None:
    endpoint = start()
    idle, probing = endpoint.connect(), endpoint.connect()
    idle.connect()
    assert endpoint.ask("GET", "/ready", connection=probing).status == 200
    endpoint.process.send_signal(signal.SIGTERM)
    told = threading.Event()

    def probe() -> None:
        answered = endpoint.ask("GET", "/ready", connection=probing)
        if answered.status == 503 and answered.headers["connection"] == "close":
            told.set()

    while not told.is_set() and endpoint.process.poll() is None:
        probe()
    assert told.is_set()
    assert endpoint.process.wait(60) == 0
    assert idle.sock.recv(1) == b""
    idle.close()
    probing.close()


def test_workers_add_their_figures_up_and_are_replaced(
    start: Callable[..., EndpointProcess],
) -> None:
    import psutil

    endpoint = start("--workers", "2")
    for _ in range(20):
        assert endpoint.post(PREDICT, BODY).status == 200
    text = endpoint.get("/metrics").body.decode()
    line = 'hornbook_endpoint_requests_total{model="mixed",route="predict",status="200"'
    assert next(one for one in text.splitlines() if one.startswith(line)).endswith(" 20.0")
    first = psutil.Process(endpoint.process.pid).children()
    assert len(first) == 2
    first[0].kill()
    load = Load(endpoint, PREDICT, BODY, threads=4, reconnects=True)
    gone = {one.pid for one in first}

    def is_replaced(_: object) -> bool:
        now = {one.pid for one in psutil.Process(endpoint.process.pid).children()}
        return len(now) == 2 and now != gone

    load.wait_for(is_replaced)
    load.end()
    assert {one.status for one in load.answers} == {200}
    assert endpoint.end() == 0
