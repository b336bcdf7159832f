"""Saved models over REST; what a training would have kept is put there by hand."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient

from hornbook.jobs import Retraining
from hornbook.registry import SessionStatus

from ..kept_sessions import keep_model

URL = "/api/v1/saved-models"


@pytest.fixture
def trained(client, studio, task):
    """Makes a session of the task with a model in it."""

    def make(value=0.8):
        made = client.post(f"{task}/sessions", json={}).json()
        record = studio.registry.session(made["reference"])
        keep_model(studio.registry, record, value=value)
        return made["reference"]

    return make


@pytest.fixture
def deployed(client, trained):
    """A saved model with three versions, deployed one after the other."""
    for value in (0.7, 0.8, 0.9):
        made = client.post(URL, json={"name": "Buyers", "session": trained(value)})
        assert made.status_code == 201, made.text
    return client.get(f"{URL}/Buyers").json()


def active(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["active_version"]


def test_a_session_is_deployed_by_either_route(client: TestClient, trained):
    reference = trained()
    made = client.post(f"/api/v1/sessions/{reference}/deploy", json={"name": "Buyers"})
    assert made.status_code == 201
    assert (made.json()["version_id"], made.json()["active"]) == ("v1", True)
    better = client.post(
        URL, json={"name": "Buyers", "session": trained(0.7), "activate": "if-better"}
    ).json()
    assert (better["version_id"], better["active"]) == ("v2", False)
    assert better["comparison"]["compared_on"] == "same test rows"
    assert "not better than 0.8 of v1" in better["reason"]
    assert client.post(URL, json={"name": "a@v1", "session": "latest"}).status_code == 400
    assert (
        client.post(URL, json={"name": "x", "session": "latest", "activate": "no"}).status_code
        == 422
    )
    assert client.post(URL, json={"name": "x", "session": "a/b/s9"}).status_code == 404


def test_saved_models_are_listed_with_what_their_versions_are_worth(client, deployed):
    [listed] = client.get(URL).json()
    assert listed == deployed
    assert client.get(f"{URL}/{deployed['saved_model_id']}").json() == deployed
    assert (deployed["active_version"], deployed["previous_version"]) == ("v3", "v2")
    versions = client.get(f"{URL}/Buyers/versions").json()
    assert [one["metric_value"] for one in versions] == [0.7, 0.8, 0.9]
    assert versions[0]["metrics"] == {"Accuracy": 0.35, "ROC AUC": 0.7}
    missing = client.get(f"{URL}/Sellers")
    assert missing.status_code == 404
    assert "Existing saved models" in missing.json()["detail"]


def test_a_version_tells_its_design_data_and_software(client, deployed):
    version = client.get(f"{URL}/Buyers/versions/v2").json()
    assert version["summary"]["active"] is False
    assert version["result"]["metrics"]["ROC AUC"] == 0.8
    assert version["provenance"]["train"]["fingerprint"] == "aaaa"
    assert version["provenance"]["environment"]["packages"] == {"keras": "3.12.0"}
    assert "def build_model" in version["files"]["architecture.py"]
    assert version["retraining"] is None
    assert client.get(f"{URL}/Buyers/versions/v9").status_code == 404


def test_versions_are_activated_and_rolled_back(client, deployed):
    assert active(client.post(f"{URL}/Buyers/versions/v1/activate")) == "v1"
    assert active(client.post(f"{URL}/Buyers/rollback")) == "v3"
    assert active(client.post(f"{URL}/Buyers/rollback")) == "v2"
    assert active(client.post(f"{URL}/Buyers/rollback")) == "v1"
    refused = client.post(f"{URL}/Buyers/rollback")
    assert refused.status_code == 400
    assert "no version was active before v1" in refused.json()["detail"]


def test_a_saved_model_is_renamed_and_deleted(client, deployed):
    renamed = client.patch(f"{URL}/Buyers", json={"name": "Customers"})
    assert renamed.json()["saved_model_id"] == deployed["saved_model_id"]
    assert client.patch(f"{URL}/Customers", json={"name": "latest"}).status_code == 400
    refused = client.delete(f"{URL}/Customers/versions/v3")
    assert (refused.status_code, "is active" in refused.json()["detail"]) == (400, True)
    assert client.delete(f"{URL}/Customers/versions/v1").status_code == 204
    assert client.delete(f"{URL}/Customers").status_code == 204
    assert client.get(URL).json() == []


def test_versions_are_compared(client, deployed):
    compared = client.get(f"{URL}/Buyers/compare", params={"version": ["v3", "v1"]}).json()
    assert compared["models"] == ["v3", "v1"]
    assert compared["metrics"][1] == {"name": "ROC AUC", "values": [0.9, 0.7]}
    assert compared["same_test_rows"] is True
    assert client.get(f"{URL}/Buyers/compare").json()["models"] == ["v1", "v2", "v3"]
    assert client.get(f"{URL}/Buyers/compare", params={"version": "v1"}).status_code == 400


def test_a_retraining_is_a_session_and_then_a_version(client, studio, deployed, upload):
    assert upload("age,city,bought\n1,Rome,0\n2,Oslo,1\n", name="newer").status_code == 201
    answer = client.post(
        f"{URL}/Buyers/retrain",
        json={
            "version": "v1",
            "dataset": "newer",
            "settings": {"training.epochs": 7, "training.shuffle": False},
            "activate": "if-better",
            "description": "Autumn",
        },
    )
    assert answer.status_code == 201, answer.text
    session = answer.json()
    assert (session["status"], session["name"]) == ("queued", "Retraining of Buyers")
    frozen = client.get(f"/api/v1/sessions/{session['reference']}/files").json()["task.toml"]
    assert "epochs = 7" in frozen
    assert "shuffle = false" in frozen
    newer = client.get("/api/v1/projects/my-project/datasets/newer").json()
    assert newer["path"] in frozen
    [running] = client.get(f"{URL}/Buyers/retrainings").json()
    assert (running["session"]["status"], running["retraining"]["reason"]) == ("queued", None)

    # The server makes the version when it sees the training end.
    record = studio.registry.session(session["reference"])
    ended = keep_model(studio.registry, record, value=0.95)
    studio.tell_session(studio.registry.update_session(ended, ended_at=ended.created_at))
    deadline = time.monotonic() + 60
    while not Retraining.read(record.folder).is_over and time.monotonic() < deadline:
        time.sleep(0.05)
    [over] = client.get(f"{URL}/Buyers/retrainings").json()
    assert (over["retraining"]["version_id"], over["retraining"]["activated"]) == ("v4", True)
    assert active(client.get(f"{URL}/Buyers")) == "v4"
    version = client.get(f"{URL}/Buyers/versions/v4").json()
    assert version["retraining"]["from_version"] == "v1"
    assert version["retraining"]["comparison"]["older"] == 0.9


def test_a_retraining_that_cannot_be_is_refused(client, deployed):
    for body, status in (
        ({"version": "v9"}, 404),
        ({"dataset": "none"}, 404),
        ({"settings": {"training.epochs": 0}}, 422),
        ({"settings": {"training.epoch": 3}}, 422),
        ({"activate": "perhaps"}, 422),
        ({"path": "relative.csv"}, 400),
        ({"path": "/nowhere/rows.csv"}, 404),
        ({"path": "/nowhere/rows.csv", "dataset": "people"}, 400),
    ):
        answer = client.post(f"{URL}/Buyers/retrain", json=body)
        assert answer.status_code == status, (body, answer.text)
    assert client.get(f"{URL}/Buyers/retrainings").json() == []


def test_newer_data_may_be_a_file_on_the_server(client, deployed, tmp_path):
    rows = tmp_path / "newer rows.csv"
    rows.write_text("age,city,bought\n1,Rome,0\n2,Oslo,1\n")
    answer = client.post(f"{URL}/Buyers/retrain", json={"path": str(rows)})
    assert answer.status_code == 201, answer.text
    files = client.get(f"/api/v1/sessions/{answer.json()['reference']}/files").json()
    assert str(rows) in files["task.toml"]


@pytest.mark.parametrize("job", ["scorings", "evaluations"])
def test_rows_are_named_by_dataset_or_path(client, deployed, job):
    for body, status in (
        ({}, 400),
        ({"project": "my-project"}, 400),
        ({"path": "rows.csv"}, 400),
        ({"path": "/nowhere/rows.csv"}, 404),
        ({"path": "/rows\0.csv"}, 400),
        ({"path": "~nobody-of-this-name/rows.csv"}, 400),
        ({"project": "my-project", "dataset": "people", "path": "/rows.csv"}, 400),
    ):
        answer = client.post(f"{URL}/Buyers/{job}", json=body)
        assert answer.status_code == status, (body, answer.text)
    assert client.get("/api/v1/model-jobs").json() == []


def test_a_restarted_server_makes_the_versions_that_are_owed(client, studio, deployed):
    session = client.post(f"{URL}/Buyers/retrain", json={}).json()
    record = studio.registry.session(session["reference"])
    keep_model(studio.registry, record, value=0.95)
    studio._finish_retrainings()
    assert active(client.get(f"{URL}/Buyers")) == "v4"
    assert studio.registry.session(session["reference"]).status is SessionStatus.FINISHED


def test_changes_are_told_to_all_pages(client, studio, deployed):
    with client.websocket_connect("ws://127.0.0.1:8765/api/v1/events") as socket:
        assert socket.receive_json()["type"] == "hello"
        client.post(f"{URL}/Buyers/rollback")
        received = []
        while not any(one["type"] == "saved_model" for one in received):
            message = socket.receive_json()
            received += message if isinstance(message, list) else [message]
        told = next(one for one in received if one["type"] == "saved_model")
        assert told["saved_model_id"] == deployed["saved_model_id"]
