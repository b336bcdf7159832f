"""A design that is sent, trained and exported; what a client is told, and what is read here."""

from __future__ import annotations

import shutil
from functools import partial
from importlib.resources import as_file, files

import pandas as pd
import pytest

import hornbook
from hornbook.errors import DesignError, HornbookError, TrainingError

pytestmark = pytest.mark.slow

TOKEN = "a-token-for-tests"


def test_a_design_is_sent_trained_and_told_as_it_is_here(terminal, serve):
    make_designs(terminal)
    address = serve()
    there = hornbook.connect(address, token=TOKEN)
    task = there.task(terminal.folder / "wine")
    assert there.task(terminal.folder / "wine").reference == task.reference
    events = []
    session = task.train(name="First", settings={"training.epochs": 2}, on_event=events.append)
    assert [one["epoch"] for one in events if one["event"] == "epoch"] == [1, 2]
    assert events[-1]["event"] == "ended"
    saved = there.saved_model(session.model.deploy("Wine"))
    session.model.deploy("Wine", activate="never")
    assert [one.active for one in saved.versions] == [True, False]

    with hornbook.open_workspace(terminal.home) as here:
        for ask in (tell_tasks, tell_session, tell_saved_model, tell_refusals):
            assert ask(there, session.reference) == ask(here, session.reference), ask.__name__
        pd.testing.assert_frame_equal(
            there.model(session.reference).test_predictions(),
            here.model(session.reference).test_predictions(),
        )
        rows = pd.read_csv(terminal.folder / "wine.csv").drop(columns="quality").iloc[7:400:3]
        pd.testing.assert_frame_equal(
            there.load("Wine").predict(rows), here.load("Wine").predict(rows), rtol=0, atol=1e-5
        )

    exported(saved, terminal)
    refuse_on_the_way(there, terminal)
    # What a job was given and has written is not kept.
    assert list((terminal.home / "model_jobs").iterdir()) == []

    assert hornbook.load(f"{address}#Wine@v1", token=TOKEN).reference == "Wine@v1"
    assert saved.activate("v2").version_id == "v2"
    saved.delete_version("v1")
    saved.rename("White wine")
    assert [one.version_id for one in there.saved_model("White wine").versions] == ["v2"]
    saved.delete()
    assert there.saved_models() == []


def make_designs(terminal):
    with as_file(files("hornbook") / "samples" / "wine_quality_white.csv") as sample:
        shutil.copyfile(sample, terminal.folder / "wine.csv")
    terminal.run("init", "wine", "--data", "wine.csv", "--target", "quality")
    shutil.copytree(terminal.folder / "wine", terminal.folder / "invalid")
    task = (terminal.folder / "invalid" / "task.toml").read_text("utf-8")
    terminal.write("invalid/task.toml", task.replace("batch_size = 32", "batch_size = 0"))


def tell_tasks(workspace, session):
    task = workspace.task(session.rpartition("/")[0])
    return [
        task.name,
        [one.reference for one in workspace.tasks()],
        [one.reference for one in task.sessions()],
        [one.reference for one in workspace.sessions()],
        workspace.session("latest").reference,
    ]


def tell_session(workspace, reference):
    session = workspace.session(reference)
    model = session.model
    return [
        *(session.name, session.status, session.reason, session.created_at, session.result),
        *(session.diagnostics, model.reference, model.metrics, model.metric_margins),
        *(model.history, model.threshold, model.best_epoch),
    ]


def tell_saved_model(workspace, session):
    saved = workspace.saved_model("Wine")
    return [
        [one.saved_model_id for one in workspace.saved_models()],
        *(saved.saved_model_id, saved.name, saved.compare("v1", "v2"), saved.evaluations()),
        [
            [
                *(one.version_id, one.active, one.created_at, one.session_reference),
                *(one.result, one.metrics, one.design_files, one.provenance, one.comparison),
            ]
            for one in (saved.active_version, saved.version("v2"), *saved.versions)
        ],
    ]


def tell_refusals(workspace, session):
    task, saved = workspace.task(session.rpartition("/")[0]), workspace.saved_model("Wine")
    wrong = {"training.epochs": 0, "training.shuffel": 1}
    return [
        refused(action)
        for action in (
            partial(workspace.session, "nobody"),
            partial(workspace.session, "Abcd3fgh/Abcd3fgh/s1"),
            partial(workspace.task, "Abcd3fgh/Abcd3fgh"),
            partial(workspace.task, "nowhere"),
            partial(workspace.saved_model, "nobody"),
            partial(workspace.load, "nobody"),
            partial(workspace.load, "Wine@v9"),
            partial(workspace.evaluations, "nobody"),
            partial(workspace.model(session).test_predictions, "nobody"),
            partial(saved.version, "v9"),
            partial(saved.activate, "v9"),
            partial(saved.delete_version, "v1"),
            partial(saved.compare, "v1", "v9"),
            partial(saved.retrain, activate="sometimes"),
            partial(saved.retrain, settings=wrong),
            partial(saved.export, "kears"),
            partial(saved.export, "notebook", "/nowhere/model.ipynb"),
            partial(task.train, settings=wrong),
        )
    ]


def refused(action):
    """What an error says of what is asked."""
    with pytest.raises(HornbookError) as caught:
        action()
    problems = getattr(caught.value, "problems", ())
    return type(caught.value), caught.value.message, caught.value.fix, problems


def exported(saved, terminal):
    """An export comes here whole, and is not written over."""
    target = terminal.folder / "wine.ipynb"
    assert saved.export("notebook", target).path == target
    assert '"nbformat"' in target.read_text("utf-8")
    kind, message, *_ = refused(partial(saved.export, "notebook", target))
    assert (kind.__name__, "already" in message) == ("UsageError", True)
    assert [one.name for one in terminal.folder.iterdir() if one.name.startswith(".")] == []


def refuse_on_the_way(workspace, terminal):
    """What is wrong before and while a server works on it."""
    with pytest.raises(DesignError, match="batch_size"):
        workspace.task(terminal.folder / "invalid")
    wines = pd.read_csv(terminal.folder / "wine.csv")
    for action, said in (
        (
            partial(workspace.load("Wine").predict, wines.drop(columns="pH")),
            "lack the columns 'pH'",
        ),
        (partial(workspace.score, "Wine", terminal.folder / "no.csv", "out.csv"), "no file"),
        (partial(workspace.score, "Wine", terminal.folder / "wine.csv", "out.xlsx"), "written"),
        (partial(workspace.evaluate, "Wine", "sqlite:///x.db?table=rows"), "is no file"),
    ):
        assert said in refused(action)[1]
    wines.drop(columns="pH").to_csv(terminal.folder / "narrow.csv", index=False)
    with pytest.raises(TrainingError, match=r"gave no new version\..*'pH'"):
        workspace.saved_model("Wine").retrain(data=terminal.folder / "narrow.csv")
