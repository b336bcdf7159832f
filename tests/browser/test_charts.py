"""Charts looked at closely, a long log, and models side by side."""

from __future__ import annotations

import re

import pytest
from browser_steps import open_sample, shown_epoch
from playwright.sync_api import expect

NOISY = """
for number in range(3000):
    print(f"line {number}")
"""


def change(page, server, **settings):
    """Sets settings of the open task by the API."""
    edits = [{"path": key.split("__"), "value": value} for key, value in settings.items()]
    answer = page.request.patch(f"{task_api(page, server)}/design", data={"settings": edits})
    assert answer.ok, answer.text()


def task_api(page, server):
    reference = "/".join(re.search(r"/tasks/(\w+)/(\w+)/", page.url).groups())
    return f"{server.address}/api/v1/tasks/{reference}"


def train_by_api(page, server, name):
    answer = page.request.post(f"{task_api(page, server)}/sessions", data={"name": name})
    assert answer.ok, answer.text()


@pytest.fixture
def two_models(page, server):
    """A task with two models that differ in the size of their batches; the result is open."""
    open_sample(page)
    change(page, server, training__epochs=6)
    train_by_api(page, server, "Small batches")
    change(page, server, training__batch_size=256)
    train_by_api(page, server, "Large batches")
    page.get_by_role("link", name="Result", exact=True).click()
    expect(page.get_by_text("finished")).to_have_count(3, timeout=180_000)


def save(page, chart, kind):
    page.get_by_role("button", name=f"Download {chart}").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=f"Download {kind}").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def drag_over(page, chart, begin, end):
    box = chart.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=8)
    page.mouse.up()
    page.mouse.move(2, 2)


def test_a_chart_is_zoomed_enlarged_and_taken_away(page, two_models, look):
    loss = "Loss of each epoch"
    name, content = save(page, loss, "CSV")
    lines = content.decode().splitlines()
    assert (name, lines[0]) == ("loss-of-each-epoch.csv", "epoch,train,test,step,seconds")
    # 3,918 train rows are 16 batches of 256.
    assert [line.split(",")[3] for line in lines[1:3]] == ["16", "32"]
    assert float(lines[6].split(",")[4]) > float(lines[1].split(",")[4]) > 0
    name, content = save(page, loss, "PNG")
    assert (name, content[:8]) == ("loss-of-each-epoch.png", b"\x89PNG\r\n\x1a\n")
    name, content = save(page, loss, "SVG")
    assert name == "loss-of-each-epoch.svg"
    assert content.startswith(b"<svg")
    assert b">train</text>" in content

    figure = page.get_by_role("figure", name=loss)
    chart = figure.get_by_role("img", name=f"Chart: {loss}")
    resets = page.get_by_role("button", name=re.compile("^Reset zoom of"))
    expect(resets).to_have_count(0)
    drag_over(page, chart, 0.35, 0.75)
    # Both charts of the session show the same epochs.
    expect(resets).to_have_count(2)
    look("zoomed")
    resets.first.click()
    expect(resets).to_have_count(0)
    chart.focus()
    page.keyboard.press("+")
    expect(resets).to_have_count(2)
    page.keyboard.press("0")
    expect(resets).to_have_count(0)

    page.get_by_text("Time", exact=True).click()
    page.get_by_label("Log y").click()
    page.get_by_label("Ignore outliers").click()
    expect(page).to_have_url(re.compile("x=time&log=1&outliers=1"))
    expect(page.get_by_text(re.compile("have no place on a logarithmic axis"))).to_be_visible()

    page.get_by_role("button", name=f"Enlarge {loss}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{loss}")
    expect(dialog).to_contain_text("2 of 2")
    look("full-screen")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("1 of 2")
    page.keyboard.press("ArrowLeft")
    expect(dialog).to_contain_text(loss)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name=f"Enlarge {loss}")).to_be_focused()


def test_models_are_compared_with_a_baseline(page, two_models, look):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Compare models").click()
    settings = page.get_by_role("table", name="Setting")
    metrics = page.get_by_role("table", name="Metric")
    batches = settings.get_by_role("row", name=re.compile(r"training\.batch_size"))
    expect(batches).to_be_visible()
    # What is alike is left out, until one wants all of it.
    expect(settings.get_by_role("row")).to_have_count(2)
    keys = page.get_by_label("Search keys")
    keys.fill("training epochs")
    expect(page.get_by_text("Nothing differs here.")).to_be_visible()
    page.get_by_label("Differences only").click(force=True)
    epochs = settings.get_by_role("row", name=re.compile(r"^training\.epochs"))
    expect(epochs.get_by_role("button", name="6, copy")).to_have_count(2)
    expect(batches).to_be_hidden()
    page.get_by_label("Differences only").click(force=True)
    keys.fill("")

    settings.get_by_role("button", name="Compare with Small batches (s1)").click()
    expect(page).to_have_url(re.compile("baseline=s1"))
    expect(batches).to_contain_text("256")
    expect(batches).to_contain_text("+224")
    expect(metrics.get_by_role("row", name=re.compile("^R2 Score"))).to_contain_text(
        re.compile(r"[+−]\d")
    )
    look("baseline")
    batches.get_by_role("button", name="256, copy").click()
    expect(page.get_by_text("Copied 256")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "256"

    # What is pointed at in one place shows in the others.
    page.get_by_role("group", name="Models").or_(
        page.get_by_role("region", name="Models")
    ).get_by_text("Large batches (s2)").hover()
    expect(settings.get_by_role("columnheader", name="Large batches")).to_have_attribute(
        "data-hovered", ""
    )
    page.get_by_label("Small batches (s1)", exact=True).click()
    expect(page.get_by_text("1 of 2 shown")).to_be_visible()
    expect(settings.get_by_role("columnheader", name="Small batches")).to_be_hidden()
    page.get_by_role("button", name="All", exact=True).click()

    page.get_by_role("button", name="Colour of Large batches (s2)").click()
    page.get_by_role("dialog", name="Colour of Large batches (s2)").get_by_role("button").nth(
        3
    ).click()
    kept = page.evaluate("Object.entries(localStorage).find(([key]) => key.includes('colours'))[1]")
    assert "s2" in kept
    page.keyboard.press("Escape")

    page.get_by_role("link", name="All sessions").click()
    table = page.get_by_role("table", name="Sessions")
    expect(table.get_by_role("columnheader", name="Test rows")).to_be_hidden()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Search columns").fill("rows")
    page.get_by_label("Test rows", exact=True).check()
    page.get_by_role("button", name="Pin Test rows").click()
    expect(table.get_by_role("columnheader").first).to_have_text("Test rows")
    look("columns")
    page.reload()
    expect(table.get_by_role("columnheader").first).to_have_text("Test rows")


def test_a_zoom_stays_and_a_log_is_followed_while_a_training_goes_on(page, server):
    open_sample(page)
    code = page.request.get(f"{task_api(page, server)}/design").json()["files"]["architecture.py"]
    answer = page.request.patch(
        f"{task_api(page, server)}/design", data={"files": {"architecture.py": code + NOISY}}
    )
    assert answer.ok
    change(page, server, training__epochs=100_000)
    train_by_api(page, server, "Goes on")
    page.get_by_role("link", name="Result", exact=True).click()
    shown_epoch(page, 2)
    expect(page).to_have_title(re.compile(r"^▶ \d+/100000 Result of"))
    icon = page.locator("#favicon")
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))

    page.get_by_role("button", name="Log", exact=True).click()
    log = page.get_by_role("log", name="Log of the training")
    expect(log.get_by_text("line 2999", exact=True)).to_be_visible()
    assert log.locator("div > div").count() < 200
    log.evaluate("element => element.scrollTo(0, 0)")
    expect(log.get_by_text("line 0", exact=True)).to_be_visible()
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(log.get_by_text("line 2999", exact=True)).to_be_visible()

    shown_epoch(page, 40)
    chart = page.get_by_role("figure", name="Loss of each epoch").get_by_role("img", name="Chart")
    # Early epochs, which new ones do not change.
    drag_over(page, chart, 0.2, 0.32)
    page.wait_for_timeout(1000)
    before = chart.screenshot()
    at = shown_epoch(page, 1)
    shown_epoch(page, at + 30)
    page.wait_for_timeout(1000)
    assert chart.screenshot() == before
    page.get_by_role("button", name="Reset zoom of Loss of each epoch").click()
    page.wait_for_timeout(1000)
    assert chart.screenshot() != before
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page).to_have_title(re.compile(r"^(✓ finished )?Result of"), timeout=30_000)
