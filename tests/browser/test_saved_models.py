"""A model after its training: deployed, trained again, rolled back, scored, evaluated, exported."""

from __future__ import annotations

import csv
import re
import zipfile
from importlib.resources import files

from browser_steps import open_sample, set_epochs, train
from playwright.sync_api import expect

LONG = 180_000


def part(page, name):
    nav = page.get_by_role("navigation", name="Parts of the saved model")
    nav.get_by_role("link", name=name, exact=True).click()


def choose(page, label, option):
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).first.click()


def saved(page, tmp_path, link):
    with page.expect_download() as download:
        link.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def deploy(page, name):
    page.get_by_role("button", name="Deploy", exact=True).click()
    page.get_by_role("combobox", name="Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Deploy").click()


def test_a_model_in_use(page, look, tmp_path):
    expect(page.get_by_role("button", name="Open the wine sample")).to_be_visible()
    page.get_by_role("link", name="Saved models").click()
    expect(page.get_by_role("heading", name="Nothing is deployed yet")).to_be_visible()
    look("empty")
    page.get_by_role("link", name="Overview").click()
    open_sample(page)
    set_epochs(page, 3)
    train(page, "First")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Open report").click()
    deploy(page, "Wine quality")
    expect(page.get_by_role("heading", name="Wine quality", level=1)).to_be_visible()
    versions = page.get_by_role("table", name="Versions")
    expect(versions.get_by_role("row", name=re.compile("v1 active"))).to_be_visible()

    retrain(page, look)
    roll_back(page, versions, look)
    compare(page, versions, look)
    score(page, look, tmp_path)
    evaluate(page, look)
    export(page, look, tmp_path)
    rename_and_delete(page, versions, look)


def retrain(page, look):
    part(page, "Retraining")
    expect(page.get_by_text(re.compile("It was not trained again yet"))).to_be_visible()
    page.get_by_role("button", name="Retrain", exact=True).click()
    page.get_by_role("button", name="Change a setting").click()
    page.get_by_role("combobox", name="Setting 1").fill("training.epochs")
    page.get_by_label("Value of setting 1").fill("0")
    choose(page, "Make the new version active", "Always")
    page.get_by_role("button", name="Start retraining").click()
    expect(page.get_by_role("alert").get_by_text(re.compile("epochs"))).to_be_visible()
    look("retrain-refused")
    page.get_by_label("Value of setting 1").fill("6")
    page.get_by_role("button", name="Start retraining").click()
    table = page.get_by_role("table", name="Retrainings")
    expect(table.get_by_role("link", name=re.compile("Retraining of Wine quality"))).to_be_visible()
    expect(table.get_by_text("v2 made active")).to_be_visible(timeout=LONG)
    look("retrained")


def roll_back(page, versions, look):
    part(page, "Versions")
    expect(versions.get_by_role("row", name=re.compile("v2 active"))).to_be_visible()
    page.get_by_role("button", name="Roll back to v1").click()
    expect(versions.get_by_role("row", name=re.compile("v1 active"))).to_be_visible()
    look("versions")
    versions.get_by_role("button", name="Make active: v2").click()
    expect(versions.get_by_role("row", name=re.compile("v2 active"))).to_be_visible()


def compare(page, versions, look):
    for version in ("v1", "v2"):
        versions.get_by_label(f"Mark {version}").check()
    page.get_by_role("link", name="Compare 2 marked").click()
    settings = page.get_by_role("table", name="Setting", exact=True)
    row = settings.get_by_role("row", name=re.compile("training.epochs"))
    expect(row.get_by_role("button", name="3, copy", exact=True)).to_be_visible()
    expect(row.get_by_role("button", name="6, copy", exact=True)).to_be_visible()
    look("compared")


def score(page, look, tmp_path):
    part(page, "Scoring")
    form = page.get_by_role("form", name="Score rows")
    expect(form.get_by_role("button", name="Score")).to_be_disabled()
    form.get_by_label("a file on the server").check()
    form.get_by_label("Path").fill("/nowhere/rows.csv")
    form.get_by_role("button", name="Score").click()
    expect(form.get_by_role("alert")).to_contain_text("There is no file '/nowhere/rows.csv'")
    form.get_by_label("Path").fill(str(one_good_and_one_strange_row(tmp_path)))
    form.get_by_role("button", name="Score").click()
    one = page.get_by_role("region", name="new.csv by v2")
    expect(one.get_by_role("link", name="Download 1 scored row")).to_be_visible(timeout=LONG)
    rejected = saved(page, tmp_path, one.get_by_role("link", name="Download 1 rejected row"))
    assert "strange" in rejected.read_text("utf-8")

    form.get_by_label("a dataset").check()
    choose_first_dataset(page)
    form.get_by_label("Columns to keep").fill("alcohol")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Score").click()
    expect(page.get_by_text("No row was rejected")).to_be_visible(timeout=LONG)
    look("scored")
    link = page.get_by_role("link", name="Download 4,898 scored rows")
    with saved(page, tmp_path, link).open(newline="") as file:
        scored = list(csv.DictReader(file))
    assert len(scored) == 4898
    assert set(scored[0]) == {"alcohol", "prediction"}


def choose_first_dataset(page):
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option").first.click()


def one_good_and_one_strange_row(tmp_path):
    """Two wines, the second of which has a word where a number belongs."""
    tables = [one for one in (files("hornbook") / "samples").iterdir() if "wine" in one.name]
    [table] = [one for one in tables if one.name.endswith(".csv")]
    header, good, *_ = table.read_text("utf-8").splitlines()
    path = tmp_path / "new.csv"
    path.write_text(f"{header}\n{good}\nstrange,{good.partition(',')[2]}\n")
    return path


def evaluate(page, look):
    part(page, "Evaluations")
    expect(page.get_by_text(re.compile("There are none yet"))).to_be_visible()
    table = page.get_by_role("table", name="Evaluations")
    for number, version in ((1, "v2 (active)"), (2, "v1")):
        page.get_by_role("button", name="Evaluate", exact=True).click()
        choose_first_dataset(page)
        choose(page, "Version", version)
        page.get_by_role("button", name="Start evaluation").click()
        expect(table.get_by_role("link", name=f"e{number}")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("figure", name="Metrics of the evaluations")).to_be_visible()
    expect(page.get_by_role("figure", name="Drift of the evaluations")).to_be_visible()
    look("evaluations")
    table.get_by_role("link", name="e1").click()
    expect(page.get_by_role("heading", name="Evaluation e1 of Wine quality")).to_be_visible()
    metrics = page.get_by_role("table", name="Metrics")
    expect(metrics.get_by_role("row", name=re.compile("R2"))).to_be_visible()
    drift = page.get_by_role("table", name="Drift of columns")
    drift.get_by_role("button", name="alcohol").press("Enter")
    expect(page.get_by_role("figure", name="alcohol then and now")).to_be_visible()
    look("evaluation")
    page.reload()
    expect(page.get_by_role("figure", name="alcohol then and now")).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    look("evaluation-narrow")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_role("link", name="All evaluations").click()


def export(page, look, tmp_path):
    part(page, "Export")
    page.get_by_role("radio", name="python").check()
    page.get_by_role("button", name="Export", exact=True).click()
    one = page.get_by_role("region", name="python of v2")
    link = one.get_by_role("link", name=re.compile("Download zip"))
    expect(link).to_be_visible(timeout=LONG)
    look("exported")
    with zipfile.ZipFile(saved(page, tmp_path, link)) as archive:
        assert any(name.endswith("predict.py") for name in archive.namelist())
    one.get_by_role("button", name="Remove python of v2").click()
    expect(page.get_by_text("Nothing was exported from here yet.")).to_be_visible()


def rename_and_delete(page, versions, look):
    part(page, "Versions")
    versions.get_by_role("button", name="Delete v1").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(versions.get_by_role("button", name="Delete v1")).to_have_count(0)
    page.get_by_role("button", name="More of Wine quality").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Cellar wines")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Cellar wines", level=1)).to_be_visible()
    page.get_by_role("link", name="Saved models").click()
    row = page.get_by_role("table", name="Saved models").get_by_role("row", name="Cellar wines")
    expect(row.get_by_text("v2", exact=True)).to_be_visible()
    look("list")
    page.get_by_role("link", name="Cellar wines").click()
    page.get_by_role("button", name="More of Cellar wines").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Nothing is deployed yet")).to_be_visible()
