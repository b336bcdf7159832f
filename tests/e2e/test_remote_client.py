"""One script, run on a workspace of this machine and on a server of the same workspace."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.resources import as_file, files

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import contextlib, json, pathlib, sys
import hornbook, pandas
from hornbook.errors import DesignError, HornbookError
from hornbook.serving.scoring_options import ScoringOptions

address, name = sys.argv[1:]
rows = pandas.read_csv("wine.csv").drop(columns="quality").iloc[7:400:3]
told, events = {}, []

def refused(action):
    try:
        action()
    except HornbookError as error:
        problems = [one.key for one in getattr(error, "problems", ())]
        return [type(error).__name__, error.message.replace(name, "NAME"), error.fix, problems]

workspace = hornbook.connect(address) if address else hornbook.open_workspace()
with workspace:
    task = workspace.task("wine")
    again = workspace.task(task.reference)
    session = task.train(name=name, settings={"training.epochs": 2}, on_event=events.append)
    model = session.model
    told["session"] = [session.name == name, session.status, session.reason]
    told["tasks"] = [
        again.reference == task.reference, task.name,
        task.reference in [one.reference for one in workspace.tasks()],
        [one.reference for one in task.sessions()] == [session.reference],
        workspace.sessions()[-1].reference == session.reference,
        workspace.session("latest").reference == session.reference,
    ]
    told["events"] = [one["event"] for one in events if one["event"] != "batch"]
    told["epochs"] = [
        {**one, "time": 0, "seconds": 0, "profile": 0} for one in events if one["event"] == "epoch"
    ]
    told["model"] = [
        model.metrics, model.metric_margins, model.history, model.threshold, model.best_epoch
    ]
    told["result"] = [
        session.result.outputs[""].metrics, session.result.train_rows, session.result.warnings
    ]
    told["diagnostics"] = [one.to_json() for one in session.diagnostics]
    model.predict(rows).to_pickle(f"{name}.pickle")

    saved_id = model.deploy(name)
    saved = workspace.saved_model(name)
    told["deployed"] = [
        saved.saved_model_id == saved_id, saved.name == name, saved.active_version.active,
        saved.active_version.session_reference == session.reference,
        saved_id in [one.saved_model_id for one in workspace.saved_models()],
        sorted(saved.active_version.design_files),
        saved.active_version.provenance.train.rows,
    ]
    version = saved.retrain(settings=["training.epochs=4"], activate="if-better")
    told["retrained"] = [
        version.version_id, version.metrics, version.result.epochs,
        version.comparison.compared_on, version.comparison.older, version.active,
    ]
    told["versions"] = [one.version_id for one in saved.versions]
    told["activated"] = [
        saved.activate("v2").version_id, saved.rollback().version_id, saved.activate("v2").active
    ]
    compared = saved.compare("v1", "v2")
    told["compared"] = [
        one.model_dump() for one in compared.settings if one.name != "dataset.path"
    ]
    told["newer data"] = saved.retrain(
        version_id="v1", data="newer.csv", settings={"training.epochs": 1}, activate="never"
    ).result.train_rows

    options = ScoringOptions(columns=("alcohol",))
    scored = workspace.score(f"{name}@v1", "wine.csv", f"{name}.csv", options)
    told["scored"] = [scored.rows, scored.scored_rows, scored.rejected_rows, scored.columns]
    found = [saved.evaluate("wine.csv"), workspace.evaluate(name, "wine.csv")]
    told["evaluated"] = [
        [one.rows, [metric.model_dump() for metric in one.metrics],
         [drift.model_dump() for drift in one.drift]] for one in found
    ]
    told["evaluations"] = [one.evaluation_id for one in workspace.evaluations(name)]
    loaded = hornbook.load(f"{address}#{name}@v1") if address else hornbook.load(f"{name}@v1")
    loaded.predict(rows.head(3)).to_pickle(f"{name}-loaded.pickle")
    report = saved.export("notebook", f"{name}.ipynb")
    told["exported"] = [
        report.path == pathlib.Path(f"{name}.ipynb").absolute(), report.path.stat().st_size > 1000
    ]
    folder = version.export("python", f"{name}-python").path
    told["folder"] = sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))

    told["refused"] = [
        refused(lambda: workspace.session("nobody")),
        refused(lambda: workspace.session("Abcd3fgh/Abcd3fgh/s1")) is not None,
        refused(lambda: workspace.saved_model("nobody"))[::2],
        refused(lambda: saved.version("v9")),
        refused(lambda: saved.delete_version("v2")),
        refused(lambda: saved.retrain(activate="sometimes")),
        refused(lambda: task.train(settings={"training.epochs": 0, "training.shuffel": 1})),
        refused(lambda: model.predict(rows.drop(columns="pH"))),
        refused(lambda: workspace.score(name, "nowhere.csv", "out.csv")),
        refused(lambda: workspace.score(name, "wine.csv", "out.xlsx")) is not None,
        refused(lambda: saved.export("kears")),
        refused(lambda: saved.export("notebook", f"{name}.ipynb"))[0],
        refused(lambda: workspace.task("nowhere")),
        refused(lambda: workspace.task("invalid")),
        refused(lambda: workspace.task("failing").train())[0],
        "no layer of mine" in refused(lambda: workspace.task("failing").train())[1],
    ]
    saved.delete_version("v1")
    saved.rename(name + " renamed")
    told["end"] = [saved.name == name + " renamed", [one.version_id for one in saved.versions]]
    saved.delete()
    told["deleted"] = name in [one.name for one in workspace.saved_models()]
print(json.dumps(told))
"""


def test_a_script_does_the_same_on_a_server(terminal, serve):
    with as_file(files("hornbook") / "samples" / "wine_quality_white.csv") as sample:
        shutil.copyfile(sample, terminal.folder / "wine.csv")
    wines = pd.read_csv(terminal.folder / "wine.csv")
    wines.head(2000).to_csv(terminal.folder / "newer.csv", index=False)
    for folder in ("wine", "failing", "invalid"):
        terminal.run("init", folder, "--data", "wine.csv", "--target", "quality")
    terminal.write("failing/architecture.py", FAILING)
    task = (terminal.folder / "invalid" / "task.toml").read_text("utf-8")
    terminal.write("invalid/task.toml", task.replace("[training]", "[training]\nbatch_size = 0"))

    here = run(terminal, "", "here")
    there = run(terminal, serve(), "there")
    assert there == here
    assert here["refused"][6][0] == "DesignError"
    assert len(here["refused"][6][3]) == 2
    for name in ("{}.pickle", "{}-loaded.pickle"):
        one, other = (pd.read_pickle(terminal.folder / name.format(it)) for it in ("here", "there"))
        pd.testing.assert_frame_equal(one, other, rtol=0, atol=1e-5)
    one, other = (pd.read_csv(terminal.folder / f"{name}.csv") for name in ("here", "there"))
    assert list(one.columns) == ["alcohol", "prediction"]
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=1e-5)
    # What was sent to be scored is not kept.
    assert list((terminal.home / "model_jobs").iterdir()) == []


FAILING = """
def build_model(input_shapes, n_classes=None):
    raise ValueError("no layer of mine")

def compile_model(model):
    return model
"""


def run(terminal, address, name):
    """What the script tells."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, address, name],
        cwd=terminal.folder,
        env=terminal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
