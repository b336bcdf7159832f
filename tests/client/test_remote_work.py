"""What a client makes of work that a server does not end well, and of events in parts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

import hornbook
from hornbook.errors import DataError, RemoteError, TrainingError

from .answering import serving

TASK = "/api/v1/tasks/Abcd3fgh/Abcd3fgh"
SESSION = "/api/v1/sessions/Abcd3fgh/Abcd3fgh/s1"


def answers(values: Mapping[str, Any]) -> dict[str, tuple[int, dict[str, str], bytes]]:
    return {path: (200, {}, json.dumps(one).encode()) for path, one in values.items()}


def test_a_job_that_fails_raises_its_own_error_and_is_forgotten(tmp_path):
    job = {"job_id": "1f", "status": "failed", "error_kind": "DataError", "error": "No rows."}
    told = answers({"/api/v1/scorings": {**job, "fix": "Send some."}})
    (tmp_path / "rows.csv").write_text("a\n")
    with serving(told) as (port, asked):
        workspace = hornbook.connect(f"http://127.0.0.1:{port}", token="x")
        with pytest.raises(DataError, match="No rows") as caught:
            workspace.score("Wine", tmp_path / "rows.csv", tmp_path / "scored.csv")
    assert caught.value.fix == "Send some."
    assert asked[-1][0] == "/api/v1/model-jobs/1f"
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]


def test_a_folder_that_is_exported_comes_whole_or_not_at_all(tmp_path):
    run = {"export_id": "Abcd3fgh", "status": "finished", "notes": ["Look."], "certificate": None}
    file = "/api/v1/exports/Abcd3fgh/file"
    told = answers({"/api/v1/exports": run})
    told[file] = (200, {}, zipped("model-python/export.json", "model-python/code/a.py"))
    with serving(told) as (port, asked):
        model = hornbook.connect(f"http://127.0.0.1:{port}", token="x").load("Wine")
        report = model.export("python", tmp_path / "wine")
        assert (report.path, report.notes) == (tmp_path / "wine", ("Look.",))
        assert (tmp_path / "wine" / "code" / "a.py").read_text() == "whole"
        assert asked[-1][0] == "/api/v1/exports/Abcd3fgh"
        for broken, said in ((b"PK", "broken export"), (zipped("../out.py"), "holds no")):
            told[file] = (200, {}, broken)
            with pytest.raises(RemoteError, match=said):
                model.export("python", tmp_path / "wine", force=True)
    found = sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*"))
    assert found == ["wine", "wine/code", "wine/code/a.py", "wine/export.json"]


def zipped(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "whole")
    return written.getvalue()


def test_a_training_that_fails_tells_its_events_once_and_why():
    session = {"reference": "Abcd3fgh/Abcd3fgh/s1", "status": "running", "reason": None}
    part = {"events": [], "next_offset": 20, "is_over": False}
    told = {
        TASK: {"reference": "Abcd3fgh/Abcd3fgh", "name": "wine"},
        f"{TASK}/sessions": session,
        f"{SESSION}/events?offset=0": {**part, "events": [{"event": "stage"}], "next_offset": 9},
        f"{SESSION}/events?offset=9": {**part, "events": [{"event": "ended"}]},
        f"{SESSION}/events?offset=20": {**part, "is_over": True},
        SESSION: {"summary": {**session, "status": "failed", "reason": "No layer."}},
    }
    events: list[dict[str, Any]] = []
    with serving(answers(told)) as (port, _):
        task = hornbook.connect(f"http://127.0.0.1:{port}", token="x").task("Abcd3fgh/Abcd3fgh")
        with pytest.raises(TrainingError, match=r"s1 failed: No layer\."):
            task.train(on_event=events.append)
    assert [one["event"] for one in events] == ["stage", "ended"]


def test_a_group_is_asked_for_by_its_column_and_told_with_its_submodels():
    session = {"reference": "Abcd3fgh/Abcd3fgh/s3", "status": "finished", "reason": None}
    report = {
        "column": "sex",
        "metric": "ROC AUC",
        "greater_is_better": True,
        "partitions": [],
        "pooled_rows": 9,
        "pooled": {"ROC AUC": 0.75},
        "whole": {},
    }
    path = SESSION.replace("s1", "s3")
    told = {
        TASK: {"reference": "Abcd3fgh/Abcd3fgh", "name": "wine"},
        f"{TASK}/sessions": session,
        f"{path}/events?offset=0": {"events": [], "next_offset": 0, "is_over": True},
        path: {"summary": session, "partitions": report},
    }
    with serving(answers(told)) as (port, asked):
        task = hornbook.connect(f"http://127.0.0.1:{port}", token="x").task("Abcd3fgh/Abcd3fgh")
        partitions = task.train(partition_by="sex").partitions
    sent = next(json.loads(body) for path, _, body in asked if path == f"{TASK}/sessions")
    assert sent["partition_by"] == "sex"
    assert partitions is not None
    assert (partitions.column, partitions.pooled) == ("sex", {"ROC AUC": 0.75})
