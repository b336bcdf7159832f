"""Models in use from the terminal and by REST: scoring, resuming, evaluating, drift."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time

import cv2
import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.slow


def test_adult_scored_and_evaluated(terminal, data_folder):
    train, test = (data_folder / f"adult_{part}.csv" for part in ("train", "test"))
    terminal.run("init", "adult", "--data", train, "--test", test, "--target", "income")
    result = terminal.json("train", "adult", "--set", "training.epochs=3")
    terminal.run("deploy", "latest", "--name", "adult")

    scored = terminal.json("score", "adult", test, "scored.parquet")
    assert (scored["scored_rows"], scored["rejected_rows"]) == (16_281, 0)
    frame = pl.read_parquet(terminal.folder / "scored.parquet")
    kept = pl.read_parquet(f"{result['folder']}/test_predictions.parquet").sort("row")
    assert kept["row"].to_list() == list(range(16_281))
    np.testing.assert_allclose(frame["proba_>50K"], kept["output_0"], atol=1e-6)
    predicted = kept["output_0"] >= np.float32(result["threshold"])
    assert (frame["prediction"] == ">50K").to_list() == predicted.to_list()
    # The command for whole files says the same of every row.
    terminal.run("predict", "latest", test, "predicted.parquet")
    other = pl.read_parquet(terminal.folder / "predicted.parquet")
    assert other["prediction"].to_list() == frame["prediction"].to_list()

    found = terminal.json("evaluate", "adult", test, "--rows")
    assert found["evaluation_id"] == "e1"
    metrics = {one["name"]: one for one in found["metrics"]}
    assert list(metrics) == list(result["metrics"])
    for name, one in metrics.items():
        assert one["at_training"] == result["metrics"][name]
        assert one["difference"] == pytest.approx(0, abs=1e-4), name
    assert {one["column"] for one in found["drift"]} == set(frame.columns[:14])
    assert all(one["level"] == "none" for one in found["drift"])
    rows = pl.read_parquet(found["rows_file"])
    assert rows["correct"].mean() == pytest.approx(metrics["Accuracy"]["value"])

    moved = pl.read_csv(test).with_columns(pl.col("age") + 25).drop("income")
    moved.write_parquet(terminal.folder / "moved.parquet")
    found = terminal.json("evaluate", "adult", "moved.parquet")
    assert found["metrics"] == []
    assert (found["drift"][0]["column"], found["drift"][0]["level"]) == ("age", "strong")
    assert found["drift"][0]["p_value"] < 1e-10
    shown = terminal.run("evaluate", "adult", "moved.parquet").stdout
    assert "only drift is told" in shown
    assert "strong" in shown
    listed = terminal.json("evaluations", "adult")["evaluations"]
    assert [one["evaluation_id"] for one in listed] == ["e1", "e2", "e3"]
    assert "no truth" in terminal.run("evaluations", "adult").stdout


@pytest.fixture
def small_model(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    terminal.run("train", "task", "--set", "training.epochs=2")
    terminal.run("deploy", "latest", "--name", "small")
    return terminal


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_scoring_goes_on_after_it_was_ended(small_model, how):
    random = np.random.default_rng(0)
    n_rows = 1_500_000
    pl.DataFrame(
        {
            "id": np.arange(n_rows),
            "x": random.normal(size=n_rows),
            "z": random.normal(size=n_rows),
            "colour": random.choice(["red", "green", "blue"], n_rows),
        }
    ).write_parquet(small_model.folder / "many.parquet", row_group_size=100_000)
    arguments = ("score", "small", "many.parquet", "out.parquet", "--columns", "id")
    # A file that is read through a slow pipe would be no Parquet: batches of one row are slow.
    process = small_model.start(*arguments, "--batch-size", 64, "--json")
    part = small_model.folder / ".out.parquet.scoring" / "part-000000.arrow"
    until = time.monotonic() + 240
    while not part.exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, how)
    process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if how is signal.SIGKILL else 130)
    assert not (small_model.folder / "out.parquet").exists()
    result = small_model.json(*arguments, "--batch-size", 64)
    assert result["resumed_rows"] >= 262_144
    assert result["began_anew"] is None
    scored = pl.read_parquet(small_model.folder / "out.parquet")
    assert scored["id"].to_list() == list(range(n_rows))
    small_model.run("score", "small", "many.parquet", "whole.parquet", "--columns", "id")
    whole = pl.read_parquet(small_model.folder / "whole.parquet")
    np.testing.assert_allclose(scored["proba_yes"], whole["proba_yes"], atol=1e-6)
    assert not part.parent.exists()


def test_a_database_and_a_changed_threshold(small_model):
    frame = pl.read_csv(small_model.folder / "small.csv").with_row_index("id")
    with sqlite3.connect(small_model.folder / "x.db") as connection:
        connection.execute("create table rows_in (id integer primary key, x, z, colour text)")
        rows = frame.select("id", "x", "z", "colour").rows()
        connection.executemany("insert into rows_in values (?, ?, ?, ?)", rows)
    connection.close()
    url = f"sqlite:///{small_model.folder}/x.db"
    arguments = ("score", "small", f"{url}?table=rows_in", f"{url}?table=out")
    result = small_model.json(*arguments, "--threshold", 0.9)
    assert result["scored_rows"] == 400
    with sqlite3.connect(small_model.folder / "x.db") as connection:
        found = connection.execute("select prediction, proba_yes from out order by id").fetchall()
    connection.close()
    assert all((label == "yes") == (probability >= 0.9) for label, probability in found)
    assert "exists" in small_model.json(*arguments, code=2)["error"]
    assert small_model.json(*arguments, "--replace")["scored_rows"] == 400


def test_a_folder_of_images(terminal):
    random = np.random.default_rng(0)
    folder = terminal.folder / "images"
    folder.mkdir()
    names, labels = [], []
    for number in range(60):
        is_bright = number % 2 == 1
        image = random.integers(150 if is_bright else 0, 255 if is_bright else 100, (16, 16, 3))
        names.append(f"{number}.png")
        labels.append("bright" if is_bright else "dark")
        cv2.imwrite(str(folder / names[-1]), image.astype(np.uint8))
    table = pl.DataFrame({"photo": [f"images/{name}" for name in names], "label": labels})
    table.write_csv(terminal.folder / "photos.csv")
    terminal.run("init", "photos", "--data", "photos.csv", "--target", "label")
    terminal.run("train", "photos", "--set", "training.epochs=1")
    (folder / "nested").mkdir()
    cv2.imwrite(str(folder / "nested" / "new.png"), np.full((16, 16, 3), 220, np.uint8))
    (folder / "broken.png").write_bytes(b"no image")
    result = terminal.json("score", "latest", "images", "out.jsonl")
    scored = pl.read_ndjson(terminal.folder / "out.jsonl")
    assert {"0.png", "nested/new.png"} <= set(scored["photo"])
    assert result["scored_rows"] + result["rejected_rows"] == 62
    named = [one["value"] for one in result["unreadable_images"]]
    assert "broken.png" in named or result["rejected_rows"] == 1


def test_scoring_and_evaluating_by_rest(small_model):
    from hornbook.api import Studio, create_application
    from hornbook.api.access import Access

    studio = Studio(small_model.home)
    application = create_application(studio, Access(studio.registry, "token"))
    with TestClient(application, base_url="http://127.0.0.1:8765") as client:
        client.headers["authorization"] = "Bearer token"
        rows = (small_model.folder / "small.csv").read_bytes() + b"many,0.5,red,yes\n"
        where = "/api/v1/projects/my-project/uploads"
        sent = client.post(where, params={"name": "rows", "file_name": "r.csv"}, content=rows)
        assert sent.status_code == 201
        (model,) = client.get("/api/v1/saved-models").json()
        path = f"/api/v1/saved-models/{model['saved_model_id']}"
        source = {"project": "my-project", "dataset": "rows"}

        def ended(started):
            assert started.status_code == 202, started.text
            job = started.json()
            until = time.monotonic() + 240
            while job["status"] == "running" and time.monotonic() < until:
                time.sleep(0.2)
                job = client.get(f"/api/v1/model-jobs/{job['job_id']}").json()
            assert job["status"] == "finished", job
            return job

        job = ended(client.post(f"{path}/scorings", json={**source, "format": "jsonl"}))
        assert (job["scored_rows"], job["rejected_rows"], job["share"]) == (400, 1, 1.0)
        written = client.get(f"/api/v1/model-jobs/{job['job_id']}/output").text.splitlines()
        assert len(written) == 400
        assert json.loads(written[0])["prediction"] in ("yes", "no")
        apart = client.get(f"/api/v1/model-jobs/{job['job_id']}/rejected").text
        assert "holds 'many', expected a number" in apart
        again = client.post(f"/api/v1/model-jobs/{job['job_id']}/cancel")
        assert again.status_code == 400

        job = ended(client.post(f"{path}/evaluations", json=source))
        (kept,) = client.get(f"{path}/evaluations").json()
        assert kept["evaluation_id"] == job["evaluation_id"] == "e1"
        assert kept["metrics"][0]["at_training"] is not None
        one = client.get(f"{path}/evaluations/e1").json()
        assert one == kept
        assert [job["kind"] for job in client.get("/api/v1/model-jobs").json()] == [
            "evaluation",
            "scoring",
        ]
        wrong = client.post(f"{path}/scorings", json={**source, "columns": ["nothing"]}).json()
        until = time.monotonic() + 240
        while wrong["status"] == "running" and time.monotonic() < until:
            time.sleep(0.2)
            wrong = client.get(f"/api/v1/model-jobs/{wrong['job_id']}").json()
        assert wrong["status"] == "failed"
        assert "no column 'nothing'" in wrong["error"]
