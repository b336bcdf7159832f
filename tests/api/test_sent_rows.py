"""Designs and rows that are sent, as far as no model is run."""

from __future__ import annotations

import pytest

DESIGNS = "/api/v1/projects/my-project/designs"


@pytest.fixture
def sent(client, task):
    """A design that trains, to be sent."""
    files = client.get(f"{task}/design").json()["files"]
    return {"name": "Sent here", "dataset": "people", "files": files}


def test_a_design_sent_twice_is_one_task(client, sent, studio):
    made = client.post(DESIGNS, json=sent)
    assert made.status_code == 201, made.text
    assert made.json()["name"] == "sent-here"
    assert made.json()["data_path"].endswith("people.csv")
    assert client.post(DESIGNS, json=sent).json()["reference"] == made.json()["reference"]
    other = {**sent, "files": {**sent["files"], "lib/mine.py": "answer = 42\n"}}
    refused = client.post(DESIGNS, json=other)
    assert (refused.status_code, refused.json()["kind"]) == (400, "UsageError")
    assert "replace" in refused.json()["fix"]
    replaced = client.post(DESIGNS, json={**other, "replace": True})
    assert replaced.json()["reference"] == made.json()["reference"]
    folder = studio.registry.task(*made.json()["reference"].split("/")).folder
    assert (folder / "lib" / "mine.py").read_text() == "answer = 42\n"


@pytest.mark.parametrize(
    "name",
    [
        "../out.py",
        "/tmp/out.py",
        "a/../../out.py",
        ".hidden.py",
        "a/.b/c.py",
        "x.so",
        "",
        "x.py/y.py",
    ],
)
def test_a_file_that_is_none_of_a_design_is_refused(client, sent, studio, name):
    files = {**sent["files"], "x.py": "", name: "1"}
    answer = client.post(DESIGNS, json={**sent, "files": files})
    assert answer.status_code in (400, 422), answer.text
    project = studio.projects.all()[0]
    assert [one.name for one in project.analyses.iterdir()] == ["predict-bought"]
    assert not (project.analyses.parent / "out.py").exists()


def test_an_invalid_design_is_not_kept(client, sent, studio):
    text = sent["files"]["task.toml"].replace("batch_size = 32", "batch_size = 0")
    answer = client.post(DESIGNS, json={**sent, "files": {**sent["files"], "task.toml": text}})
    assert (answer.status_code, answer.json()["kind"]) == (422, "DesignError")
    assert answer.json()["problems"][0]["key"] == "training.batch_size"
    answer = client.post(DESIGNS, json={**sent, "files": {**sent["files"], "task.toml": "a = ["}})
    assert (answer.status_code, answer.json()["kind"]) == (422, "DesignError")
    without = client.post(DESIGNS, json={**sent, "files": {"x.py": ""}})
    assert "task.toml" in without.json()["detail"]
    assert client.post(DESIGNS, json={**sent, "dataset": "nobody"}).status_code == 404
    assert len(studio.registry.tasks()) == 1


def test_rows_for_no_model_leave_nothing(client, studio):
    for path in ("scorings", "evaluations"):
        query = {"model": "nobody", "file_name": "rows.csv"}
        answer = client.post(f"/api/v1/{path}", params=query, content=b"a\n1\n")
        assert (answer.status_code, answer.json()["kind"]) == (404, "NotFoundError")
    assert client.get("/api/v1/model-inputs", params={"model": "nobody"}).status_code == 404
    assert not (studio.home / "model_jobs").exists()
    assert client.get("/api/v1/model-jobs/0123456789abcdef/result").status_code == 404
    assert client.delete("/api/v1/model-jobs/..%2F..%2Fhome").status_code in (404, 405)


def test_settings_and_events_of_a_training(client, task):
    wished = {"settings": {"training.epochs": 3, "training.shuffle": False}}
    started = client.post(f"{task}/sessions", json=wished).json()
    session = f"/api/v1/sessions/{started['reference']}"
    settings = client.get(f"{session}/settings").json()
    assert settings["training.epochs"] == 3
    assert settings["training.shuffle"] is False
    wrong = client.post(f"{task}/sessions", json={"settings": {"training.epochs": 0}})
    assert wrong.json()["problems"][0]["key"] == "training.epochs"
    events = client.get(f"{session}/events").json()
    assert events == {"events": [], "next_offset": 0, "is_over": False}
    assert client.get(f"{session}/events?offset=-1").status_code == 422
    by_name = {"reference": started["reference"]}
    found = client.get("/api/v1/sessions/by-name", params=by_name).json()
    assert found["reference"] == started["reference"]
    assert [one["reference"] for one in client.get("/api/v1/sessions").json()] == [
        started["reference"]
    ]
