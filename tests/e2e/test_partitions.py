"""A model for each value of a column: trained, deployed, and each row predicted by its own."""

from __future__ import annotations

import json
import subprocess
import sys

import polars as pl
import pytest
from processes import EndpointProcess

pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
import hornbook, pandas
rows = pandas.read_csv("rows.csv")
names = json.loads(sys.argv[1])
said = {name: hornbook.load(name).predict(rows).to_dict("list") for name in names}
with hornbook.open_workspace() as workspace:
    scored = workspace.score("survival", "rows.csv", "scored.parquet")
rows = [scored.scored_rows, scored.rejected_rows]
print(json.dumps({"said": said, "rows": rows}))
"""


def test_titanic_by_sex(terminal, data_folder):
    # A column that feeds no network, with a value of too few rows, and rows without one.
    rows = pl.read_csv(data_folder / "titanic.csv").with_row_index("at")
    sex = pl.when(pl.col("at") < 2).then(pl.lit("child")).otherwise("sex")
    rows = rows.with_columns(pl.when(pl.col("at") > 880).then(None).otherwise(sex).alias("sex"))
    rows = rows.drop("at", "alive", "who", "adult_male")
    rows.write_csv(terminal.folder / "titanic.csv")
    terminal.run("init", "task", "--data", "titanic.csv", "--target", "survived")
    settings = ["--set", "training.epochs=2", "--set", "features.sex.role=reject"]
    whole = terminal.json("train", "task", *settings, "--partition-by", "sex", "--name", "By sex")

    assert (whole["status"], whole["session_id"], whole["name"]) == ("finished", "s4", "By sex")
    group = whole["partitions"]
    child, female, male = group["partitions"]
    assert [one["rows"] for one in (child, female, male)] == [2, 309, 570]
    assert (child["status"], child["answers"]) == ("failed", False)
    assert child["reason"]
    assert female["train_rows"] + female["test_rows"] == 309
    assert group["pooled_rows"] == female["test_rows"] + male["test_rows"]
    assert 0 < group["pooled"]["Accuracy"] < 1
    # Rows were drawn at random, so the whole model has learnt from some that these are tested on.
    assert (group["whole"], male["whole_value"]) == ({}, None)

    deployed = terminal.json("deploy", "latest", "--name", "survival")
    assert deployed["partitions"]["pooled"] == group["pooled"]
    shown = terminal.run("models", "show", "survival@v1").stdout
    assert "Rows go to submodels by 'sex'" in shown
    assert "sex = child falls to the whole model" in shown

    # Values that have no submodel: another one, none, and that whose training failed.
    new = rows.with_columns(
        pl.when(pl.int_range(pl.len()) % 50 == 7)
        .then(pl.lit("robot"))
        .otherwise("sex")
        .alias("sex")
    )
    new.write_csv(terminal.folder / "rows.csv")
    names = {"female": female["session"], "male": male["session"], "": whole["model"]}
    found = python(terminal, json.dumps([*names.values(), "survival"]))
    said = found["said"]
    assert found["rows"] == [891, 0]
    frame = pl.read_parquet(terminal.folder / "scored.parquet")
    assert frame["sex"].to_list() == new["sex"].to_list()
    expected = [
        {key: values[at] for key, values in said[names.get(value, whole["model"])].items()}
        for at, value in enumerate(new["sex"].fill_null("").to_list())
    ]
    for answers in (frame.to_dict(as_series=False), said["survival"]):
        assert answers["prediction"] == [one["prediction"] for one in expected]
        assert answers["proba_1"] == pytest.approx([one["proba_1"] for one in expected], abs=1e-6)
    pairs = zip(said[female["session"]]["proba_1"], said[male["session"]]["proba_1"], strict=True)
    assert any(abs(one - other) > 1e-3 for one, other in pairs)
    answered(terminal, frame)


def answered(terminal, frame):
    """An endpoint says of the rows what the scoring has said."""
    endpoint = EndpointProcess(terminal.home, "survival", "--no-keys", "--batch-limit", 4)
    try:
        told = [*range(12), 57, 107, 885]
        rows = [
            dict(row) for row in frame[told].drop("prediction", "proba_0", "proba_1").to_dicts()
        ]
        answer = endpoint.post("/v1/models/survival/predict", {"rows": rows})
        assert answer.status == 200, answer.body
        for at, one in zip(told, answer.json["predictions"], strict=True):
            assert one["prediction"] == frame["prediction"][at]
            assert one["probabilities"]["1"] == pytest.approx(frame["proba_1"][at], abs=1e-5)
        del rows[0]["sex"]
        answer = endpoint.post("/v1/models/survival/predict", {"rows": rows[:1]})
        assert answer.status == 422
        assert "lacks the columns 'sex'" in answer.json["error"]
    finally:
        endpoint.end()


def python(terminal, *arguments):
    """Runs the script in the terminal's workspace; what it prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=terminal.folder,
        env=terminal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
