"""Endpoints over REST, with a real process that serves a small trained model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from starlette.testclient import TestClient

from hornbook.api import Studio, create_application
from hornbook.api.access import Access

TOKEN = "token-of-this-test"
ENDPOINTS = "/api/v1/endpoints"
KEYS = "/api/v1/endpoint-keys"

pytestmark = pytest.mark.slow


def hornbook(home: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return subprocess.run(
        [sys.executable, "-m", "hornbook", *arguments],
        cwd=home.parent,
        env={**environment, "HORNBOOK_HOME": str(home)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the saved model `buyers` of two versions; v2 is active."""
    folder = tmp_path_factory.mktemp("endpoints")
    home = folder / "home"
    random = np.random.default_rng(0)
    with (folder / "people.csv").open("w") as file:
        file.write("age,income,city,born,answer\n")
        for _ in range(300):
            age, city = random.integers(20, 60), random.choice(["Paris", "Rome", "Oslo"])
            income = random.normal(30, 8)
            born = f"{2000 - age}-0{random.integers(1, 10)}-15"
            answer = "yes" if income + (city == "Rome") * 8 > 32 else "no"
            file.write(f"{age},{income:.2f},{city},{born},{answer}\n")
    hornbook(home, "init", "people", "--data", "people.csv", "--target", "answer")
    made = hornbook(home, "train", "people", "--set", "training.epochs=3", "--json")
    for _ in range(2):
        hornbook(home, "deploy", json.loads(made)["model"], "--name", "buyers")
    return home


@contextmanager
def server(home: Path) -> Iterator[TestClient]:
    """A server over the workspace."""
    studio = Studio(home)
    application = create_application(studio, Access(studio.registry, TOKEN))
    with TestClient(application, base_url="http://127.0.0.1:8765") as client:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        yield client


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with server(home) as client:
        yield client
    for process in psutil.process_iter(["cmdline"]):
        if any(str(home) in part for part in process.info["cmdline"] or ()):
            process.kill()


def when(client: TestClient, name: str, status: str) -> dict[str, Any]:
    """The endpoint, once it has that status."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        found: dict[str, Any] = client.get(f"{ENDPOINTS}/{name}").json()
        if found["summary"]["status"] == status:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{found} is not {status}")


@dataclass(frozen=True)
class Running:
    client: TestClient
    name: str
    address: str

    @property
    def path(self) -> str:
        return f"{ENDPOINTS}/{self.name}"

    def typical(self) -> dict[str, Any]:
        form = self.client.get(f"{self.path}/form").json()["form"]
        return {one["column"]: one["value"] for one in form["fields"]}

    def ask(self, key: str, row: dict[str, Any]) -> int:
        """The status of what somebody else asks it."""
        request = urllib.request.Request(
            f"{self.address}/v1/models/buyers/predict",
            json.dumps({"rows": [row]}).encode(),
            {"authorization": f"Bearer {key}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture(scope="module")
def running(client: TestClient) -> Running:
    started = client.post(ENDPOINTS, json={"models": ["buyers"]})
    assert started.status_code == 201, started.text
    assert started.json()["status"] == "starting"
    name = started.json()["name"]
    found = when(client, name, "ready")
    return Running(client, name, found["summary"]["address"])


def test_it_serves_the_active_version(running: Running):
    listed = next(
        one for one in running.client.get(ENDPOINTS).json() if one["name"] == running.name
    )
    assert (listed["name"], listed["status"]) == ("buyers", "ready")
    [served] = running.client.get(running.path).json()["serving"]
    assert served["name"] == "buyers"
    assert served["ready"] is True
    assert served["shares"] == {"v2": 1.0}


def test_the_form_holds_a_typical_row(running: Running):
    found = running.client.get(f"{running.path}/form").json()
    assert found["version"] == "v2"
    fields = {one["column"]: one for one in found["form"]["fields"]}
    assert list(fields) == ["age", "income", "city", "born"]
    age, income = fields["age"], fields["income"]
    assert age["step"] == 1
    assert 20 <= age["minimum"] <= age["value"] <= age["maximum"] <= 59
    assert income["step"] == 0.1
    assert fields["city"]["value"] == fields["city"]["categories"][0]["value"]
    assert {one["value"] for one in fields["city"]["categories"]} == {"Paris", "Rome", "Oslo"}
    assert fields["born"]["value"].count("-") == 2
    assert fields["born"]["minimum"] < fields["born"]["value"] < fields["born"]["maximum"]
    refused = running.client.get(f"{running.path}/form", params={"model": "nobody"})
    assert refused.status_code == 404


def test_rows_are_tried_and_a_changed_value_changes_the_answer(running: Running):
    row = running.typical()
    rows = [row, {**row, "income": 60}]
    tried = running.client.post(f"{running.path}/try", json={"model": "buyers", "rows": rows})
    assert tried.status_code == 200, tried.text
    answer = tried.json()
    assert (answer["model"], answer["version"]) == ("buyers", "v2")
    typical, rich = (one["probabilities"]["yes"] for one in answer["predictions"])
    assert typical != rich
    other = running.client.post(
        f"{running.path}/try", json={"model": "buyers", "rows": rows, "version": "v1"}
    )
    assert other.status_code == 422
    assert "is not served" in other.json()["detail"]


def test_what_the_endpoint_refuses_is_told(running: Running):
    row = running.typical()
    trials = [
        ([{**row, "income": "much"}], "column 'income' holds \"much\""),
        ([{"age": 3}], "lacks the columns"),
    ]
    for rows, expected in trials:
        refused = running.client.post(f"{running.path}/try", json={"model": "buyers", "rows": rows})
        assert refused.status_code == 422
        assert expected in refused.json()["detail"]
        assert refused.json()["fix"]
    none = running.client.post(f"{running.path}/try", json={"model": "buyers", "rows": []})
    assert none.status_code == 422


def test_figures_are_counted(running: Running):
    body = {"model": "buyers", "rows": [running.typical()] * 3}
    before = counted(running)
    assert running.client.post(f"{running.path}/try", json=body).status_code == 200
    after = counted(running)
    assert after["requests"] == before["requests"] + 1
    assert after["rows"] >= before["rows"] + 3
    assert 0 < after["latency_seconds"]["0.5"] <= after["latency_seconds"]["0.99"]
    assert after["queue_rows"] == 0


def counted(running: Running) -> dict[str, Any]:
    figures = running.client.get(f"{running.path}/figures").json()["figures"]
    none = {"requests": 0, "rows": 0}
    return next((one for one in figures if one["version"] == "v2"), none)


def test_a_key_opens_it_until_it_is_revoked(running: Running):
    row = running.typical()
    made = running.client.post(KEYS, json={"name": "shop / till", "model": "buyers"})
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    listed = running.client.get(KEYS)
    assert [one["name"] for one in listed.json()] == ["shop / till"]
    assert key not in listed.text
    assert running.client.post(KEYS, json={"name": "shop / till"}).status_code == 400
    assert running.client.post(KEYS, json={"name": "studio process 1"}).status_code == 400
    assert until_answered(running, key, row, 200)
    assert running.ask("hbk_wrong", row) == 401
    assert running.client.delete(f"{KEYS}/shop%20%2F%20till").status_code == 204
    assert until_answered(running, key, row, 401)
    assert running.client.delete(f"{KEYS}/shop%20%2F%20till").status_code == 404


def until_answered(running: Running, key: str, row: dict[str, Any], status: int) -> bool:
    """The endpoint looks at the workspace once a second."""
    until = time.monotonic() + 30
    while running.ask(key, row) != status:
        assert time.monotonic() < until
        time.sleep(0.1)
    return True


def test_shares_are_set_and_followed(running: Running):
    path = f"{running.path}/models/buyers/shares"
    wrong = running.client.put(path, json={"shares": {"v1": 0.5, "v2": 0.1}})
    assert wrong.status_code == 400
    assert "add up to 0.6" in wrong.json()["detail"]
    assert running.client.put(path, json={"shares": {"v9": 1}}).status_code == 400
    shared = running.client.put(path, json={"shares": {"v1": 0.25, "v2": 0.75}})
    assert shared.json()["models"][0]["shares"] == {"v1": 0.25, "v2": 0.75}
    assert until_served(running, {"v1": 0.25, "v2": 0.75})
    body = {"model": "buyers", "rows": [running.typical()], "version": "v1"}
    assert running.client.post(f"{running.path}/try", json=body).json()["version"] == "v1"
    assert (
        running.client.put(path, json={"shares": None}).json()["models"][0]["has_shares"] is False
    )
    assert until_served(running, {"v2": 1.0})


def until_served(running: Running, shares: dict[str, float]) -> bool:
    until = time.monotonic() + 120
    while running.client.get(running.path).json()["serving"][0]["shares"] != shares:
        assert time.monotonic() < until
        time.sleep(0.2)
    return True


def test_names_and_ports_that_cannot_be_are_refused(running: Running):
    taken = {"models": ["buyers"], "name": "buyers"}
    assert "already" in running.client.post(ENDPOINTS, json=taken).json()["detail"]
    for name in ("../up", "Big", "-a", "a" * 51):
        refused = running.client.post(ENDPOINTS, json={"models": ["buyers"], "name": name})
        assert refused.status_code == 400, name
    port = int(running.address.rpartition(":")[2])
    busy = {"models": ["buyers"], "name": "other", "port": port}
    assert "is taken" in running.client.post(ENDPOINTS, json=busy).json()["detail"]
    assert running.client.post(ENDPOINTS, json={"models": ["none"]}).status_code == 404
    assert running.client.get(f"{ENDPOINTS}/..%2F..%2Fetc").status_code == 404
    assert running.client.delete(running.path).status_code == 400


def test_it_outlives_its_server_is_found_again_stopped_and_started(home: Path):
    path, body = f"{ENDPOINTS}/lasting", {"model": "buyers", "rows": [{}]}
    with server(home) as client:
        client.post(ENDPOINTS, json={"models": ["buyers"], "name": "lasting"})
        address = when(client, "lasting", "ready")["summary"]["address"]
    with server(home) as client:
        assert when(client, "lasting", "ready")["summary"]["address"] == address
        # The new server has a key of its own, which the endpoint soon knows.
        body["rows"] = [Running(client, "lasting", address).typical()]
        assert client.post(f"{path}/try", json=body).status_code == 200
        assert client.post(f"{path}/start").status_code == 400

        assert client.post(f"{path}/stop").json()["status"] in ("stopping", "stopped")
        stopped = when(client, "lasting", "stopped")
        assert stopped["summary"]["address"] is None
        assert '"event":"ended"' in stopped["log_end"]
        assert "does not run" in client.post(f"{path}/try", json=body).json()["detail"]

        assert client.post(f"{path}/start").status_code == 200
        assert when(client, "lasting", "ready")["summary"]["address"] == address
        client.post(f"{path}/stop", params={"at_once": True})
        when(client, "lasting", "stopped")
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404


def test_one_that_fails_shows_why(client: TestClient, home: Path):
    saved = client.get("/api/v1/saved-models").json()[0]["saved_model_id"]
    client.post(ENDPOINTS, json={"models": ["buyers"], "name": "gone"})
    client.post(f"{ENDPOINTS}/gone/stop", params={"at_once": True})
    when(client, "gone", "stopped")
    file = home / "endpoints" / "gone" / "endpoint.json"
    file.write_text(file.read_text("utf-8").replace(saved, "Zz345678"), "utf-8")
    client.post(f"{ENDPOINTS}/gone/start")
    failed = when(client, "gone", "failed")
    assert "Zz345678" in failed["log_end"]
    assert failed["summary"]["models"][0]["active_version"] is None
