from __future__ import annotations

from contextlib import closing

import pytest
from starlette.testclient import TestClient

from hornbook.registry import SessionStatus
from hornbook.training.events import EventWriter


@pytest.fixture
def session(client: TestClient, task: str) -> dict:
    made = client.post(f"{task}/sessions", json={"name": "First"})
    assert made.status_code == 201, made.text
    return made.json()


def path_of(session):
    return f"/api/v1/sessions/{session['reference']}"


def test_a_training_waits_in_the_queue(client, task, session):
    assert session["status"] == "queued"
    [listed] = client.get(f"{task}/sessions").json()
    assert (listed["name"], listed["target"]) == ("First", "bought")
    detail = client.get(path_of(session)).json()
    assert detail["result"] is None
    assert client.get(f"{path_of(session)}/files").json()["architecture.py"]
    settings = client.get(f"{path_of(session)}/settings").json()
    assert settings["target.column"] == "bought"
    assert settings["features.age.role"] == "input"
    assert settings["training.epochs"] == 10  # a default


def test_a_design_with_mistakes_makes_no_session(client, task):
    client.patch(f"{task}/design", json={"files": {"architecture.py": "def f(:\n"}})
    refused = client.post(f"{task}/sessions", json={})
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["line"] == 1
    assert client.get(f"{task}/sessions").json() == []


def test_a_queued_training_is_aborted(client, task, session):
    assert client.post(f"{path_of(session)}/stop").json()["status"] == "aborted"
    again = client.post(f"{path_of(session)}/abort")
    assert again.status_code == 400
    assert "has ended" in again.json()["detail"]


def test_a_session_is_named_and_starred(client, session):
    path = path_of(session)
    changed = client.patch(path, json={"name": "Better", "starred": True}).json()
    assert (changed["name"], changed["starred"]) == ("Better", True)
    assert client.patch(path, json={"description": "why"}).json()["name"] == "Better"
    assert client.patch(path, json={"name": " "}).status_code == 400


def test_a_model_that_is_not_there_says_so(client, session):
    for part in ("report", "predictions", "columns", "input-columns", "network"):
        answer = client.get(f"{path_of(session)}/{part}")
        assert answer.status_code == 404
        assert "has no model" in answer.json()["detail"]


def test_a_log_is_read_in_parts(client, studio, session):
    record = studio.registry.session(session["reference"])
    (record.folder / "worker.log").write_text("first\nsecond\n")
    whole = client.get(f"{path_of(session)}/log").json()
    assert whole == {"text": "first\nsecond\n", "next_offset": 13, "size_bytes": 13}
    rest = client.get(f"{path_of(session)}/log", params={"offset": 6}).json()
    assert rest["text"] == "second\n"
    last = client.get(f"{path_of(session)}/log", params={"offset": -7}).json()
    assert last["text"] == "second\n"


class Received:
    """The messages of a socket, one after the other; several may come as a list."""

    def __init__(self, socket):
        self._socket = socket
        self._waiting = []

    def next(self, kind):
        """The next message of a kind."""
        for _ in range(200):
            while not self._waiting:
                message = self._socket.receive_json()
                self._waiting += message if isinstance(message, list) else [message]
            message = self._waiting.pop(0)
            if message["type"] == kind:
                return message
        raise AssertionError(f"no {kind} came")


def test_events_come_as_they_are_written(client, studio, session):
    record = studio.registry.session(session["reference"])
    with client.websocket_connect("ws://127.0.0.1:8765/api/v1/events") as socket:
        messages = Received(socket)
        hello = messages.next("hello")
        assert hello["resumed"] is False
        assert [one["reference"] for one in hello["sessions"]] == [session["reference"]]
        with closing(EventWriter(record.folder)) as events:
            events.write("fit_started", epochs=10, batches=5)
            events.write("epoch", epoch=1, logs={"loss": 0.5}, best=True, seconds=0.1)
        progress = messages.next("progress")
        assert progress["progress"]["epochs"] == 10
        epoch = messages.next("epoch")
        assert (epoch["epoch"], epoch["logs"], epoch["best"]) == (1, {"loss": 0.5}, True)
    curves = client.get(f"{path_of(session)}/curves").json()
    assert curves["series"] == {"loss": [0.5]}
    assert (curves["best_epoch"], curves["batches"]) == (1, 5)
    assert curves["elapsed_seconds"] == [0.1]


def test_a_page_that_comes_back_gets_what_it_missed(client, studio, task):
    with client.websocket_connect("ws://127.0.0.1:8765/api/v1/events") as socket:
        hello = socket.receive_json()
    for name in ("a", "b"):
        client.post(f"{task}/sessions", json={"name": name})
    asked = f"?instance={hello['instance']}&after={hello['sequence']}"
    with client.websocket_connect(f"ws://127.0.0.1:8765/api/v1/events{asked}") as socket:
        messages = Received(socket)
        assert messages.next("hello")["resumed"] is True
        first = messages.next("session")
        assert first["sequence"] > hello["sequence"]
    with client.websocket_connect(
        "ws://127.0.0.1:8765/api/v1/events?instance=another&after=0"
    ) as socket:
        assert socket.receive_json()["resumed"] is False


def test_a_session_of_the_terminal_is_seen(client, studio, task):
    record = studio.registry.tasks()[0]
    with client.websocket_connect("ws://127.0.0.1:8765/api/v1/events") as socket:
        messages = Received(socket)
        messages.next("hello")
        made = studio.registry.create_session(record, name="By hand")
        seen = messages.next("session")
        assert seen["session"]["name"] == "By hand"
        studio.registry.update_session(made, status=SessionStatus.ABORTED)
        assert messages.next("session")["session"]["status"] == "aborted"


def test_a_sample_is_one_click(client):
    made = client.post("/api/v1/projects/my-project/samples/wine")
    assert made.status_code == 201
    assert made.json()["target"] == "quality"
    assert client.post("/api/v1/projects/my-project/samples/none").status_code == 404
    assert client.get("/api/v1/saved-models").json() == []
    assert client.get("/api/v1/runtime").json()["backends"]
    assert client.get("/api/v1/code-samples").json()["training"]


def test_a_submodel_for_each_value_is_queued_before_the_whole_model(client, task):
    plan = client.get(f"{task}/plan").json()["plan"]
    assert plan["partition_columns"] == ["city"]
    body = {"name": "By city", "partition_by": "city"}
    whole = client.post(f"{task}/sessions", json=body)
    assert whole.status_code == 201, whole.text
    listed = client.get(f"{task}/sessions").json()
    assert [(one["name"], one["status"]) for one in listed] == [
        ("By city", "queued"),
        ("By city: city = Rome", "queued"),
        ("By city: city = Paris", "queued"),
    ]
    assert whole.json()["reference"] == listed[0]["reference"]
    detail = client.get(f"/api/v1/sessions/{listed[0]['reference']}").json()
    values = [
        (one["value"], one["rows"], one["session"]) for one in detail["partitions"]["partitions"]
    ]
    assert values == [
        ("Paris", 133, listed[2]["reference"]),
        ("Rome", 67, listed[1]["reference"]),
    ]
    assert detail["partition"] is None
    detail = client.get(f"/api/v1/sessions/{listed[1]['reference']}").json()
    assert detail["partitions"] is None
    assert detail["partition"] == {
        "column": "city",
        "value": "Rome",
        "whole": listed[0]["reference"],
    }
    settings = client.get(f"/api/v1/sessions/{listed[1]['reference']}/settings").json()
    assert settings["sampling.filter"] == "\"city\" = 'Rome'"
    refused = client.post(f"{task}/sessions", json={"partition_by": "bought"})
    assert refused.status_code == 400, refused.text
    assert "is the target" in refused.text
    assert len(client.get(f"{task}/sessions").json()) == 3
