from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_new_design_is_complete(client, task):
    design = client.get(f"{task}/design").json()
    assert set(design["files"]) == {
        "task.toml",
        "architecture.py",
        "custom_score.py",
        "training.py",
    }
    assert design["problems"] == []
    assert design["written"]["target"]["column"] == "bought"
    assert design["n_rows"] == 200


def test_settings_are_changed_and_comments_stay(client, task):
    before = client.get(f"{task}/design").json()
    edit = {
        "revision": before["revision"],
        "settings": [
            {"path": ["training", "epochs"], "value": 3},
            {"path": ["training", "early_stopping", "enabled"], "value": True},
            {"path": ["features", "age", "rescaling"], "value": "minmax"},
            {"path": ["split", "test_share"], "value": None},
        ],
    }
    after = client.patch(f"{task}/design", json=edit).json()
    assert after["revision"] != before["revision"]
    assert after["written"]["training"]["epochs"] == 3
    assert after["written"]["features"]["age"]["rescaling"] == "minmax"
    assert "test_share" not in after["written"]["split"]
    assert "# chooses the epoch that is kept" in after["files"]["task.toml"]
    assert after["problems"] == []


def test_what_is_invalid_is_saved_and_said_at_its_key(client, task):
    edit = {"settings": [{"path": ["training", "epochs"], "value": 0}]}
    design = client.patch(f"{task}/design", json=edit).json()
    assert design["written"]["training"]["epochs"] == 0
    [problem] = design["problems"]
    assert problem["key"] == "training.epochs"
    assert problem["line"]


def test_two_hands_do_not_write_over_each_other(client, task):
    revision = client.get(f"{task}/design").json()["revision"]
    first = {"revision": revision, "files": {"architecture.py": "x = 1\n"}}
    assert client.patch(f"{task}/design", json=first).status_code == 200
    second = {"revision": revision, "files": {"architecture.py": "x = 2\n"}}
    assert client.patch(f"{task}/design", json=second).status_code == 409
    assert client.get(f"{task}/design").json()["files"]["architecture.py"] == "x = 1\n"
    over = client.patch(f"{task}/design", json={**second, "revision": None})
    assert over.json()["files"]["architecture.py"] == "x = 2\n"


def test_only_files_of_a_design_are_written(client, task, studio):
    for name in (
        "../evil.py",
        "/tmp/evil.py",
        "evil.sh",
        "features/../../evil.py",
        ".evil.py",
        "a/b.py",
    ):
        answer = client.patch(f"{task}/design", json={"files": {name: "x = 1"}})
        assert answer.status_code == 400, name
    made = client.patch(f"{task}/design", json={"files": {"features/age.py": "x = 1\n"}}).json()
    assert made["files"]["features/age.py"] == "x = 1\n"
    gone = client.patch(f"{task}/design", json={"files": {"features/age.py": None}}).json()
    assert "features/age.py" not in gone["files"]


def test_a_broken_task_toml_is_told_and_mended(client, task):
    text = client.get(f"{task}/design").json()["files"]["task.toml"]
    broken = client.patch(f"{task}/design", json={"files": {"task.toml": text + "[["}}).json()
    assert broken["problems"]
    setting = {"settings": [{"path": ["training", "epochs"], "value": 3}]}
    assert client.patch(f"{task}/design", json=setting).status_code == 400
    mended = client.patch(f"{task}/design", json={"files": {"task.toml": text}}).json()
    assert mended["problems"] == []


def test_the_schema_tells_every_setting(client):
    schema = client.get("/api/v1/design-schema").json()
    training = schema["settings"]["$defs"]["TrainingSection"]["properties"]
    assert training["epochs"]["description"] == "number of epochs"
    assert training["epochs"]["minimum"] == 1
    names = {(one["feature_type"], one["name"]) for one in schema["handlings"]}
    assert ("numerical", "regular") in names
    assert {"name", "greater_is_better"} <= set(schema["metrics"][0])


def test_the_committed_description_is_that_of_the_server():
    from hornbook.api.application import openapi_document

    kept = json.loads((ROOT / "studio" / "openapi.json").read_text("utf-8"))
    now = json.loads(json.dumps(openapi_document()))
    assert kept == now, "Run: make schema"
