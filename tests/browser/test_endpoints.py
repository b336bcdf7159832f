"""What people do with endpoints: start one, ask what if, take the question to a terminal."""

from __future__ import annotations

import base64
import json
import re
import shlex
import time
import urllib.request
import zipfile
from pathlib import Path

from browser_steps import set_epochs, train
from playwright.sync_api import expect

DIGITS = Path(__file__).parents[2] / "src" / "hornbook" / "samples" / "digits.zip"


def probabilities(page, row):
    text = page.get_by_role("status", name=f"Prediction of row {row}").inner_text()
    return [float(one) for one in re.findall(r"([\d.]+) %", text)]


def deploy_latest(page, server, name):
    """Waits for the training, and deploys its model."""
    body = {"session": "latest", "name": name}
    until = time.monotonic() + 240
    while time.monotonic() < until:
        answer = page.request.post(f"{server.address}/api/v1/saved-models", data=body)
        if answer.status == 201:
            return
        page.wait_for_timeout(500)
    raise AssertionError(answer.text())


def start_endpoint(page, look):
    page.get_by_role("link", name="Endpoints", exact=True).click()
    expect(page.get_by_text("No endpoint yet.")).to_be_visible()
    page.get_by_role("button", name="New endpoint").click()
    new = page.get_by_role("dialog", name="New endpoint")
    new.get_by_role("combobox", name="Saved models").click()
    page.get_by_role("option", name="adult").click()
    page.keyboard.press("Escape")
    look("new")
    new.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="adult", exact=True)).to_be_visible()
    expect(page.get_by_text("ready", exact=True)).to_be_visible(timeout=240_000)


def stop_and_remove(page, look):
    page.get_by_role("button", name="Stop adult").click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="All endpoints").click()
    expect(page.get_by_role("button", name="Start adult")).to_be_visible()
    look("list")
    page.get_by_role("button", name="Remove adult").click()
    expect(page.get_by_text("No endpoint yet.")).to_be_visible()


def test_a_model_is_served_tried_and_asked_by_curl(page, server, look):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Open the adult sample").click()
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()
    set_epochs(page, 2)
    train(page, "two epochs")
    deploy_latest(page, server, "adult")

    start_endpoint(page, look)
    first = page.get_by_role("status", name="Prediction of row 1")
    expect(first).to_contain_text("%")
    before = probabilities(page, 1)
    page.get_by_role("button", name="Copy row 1").click()
    # A slider by keys, a number by typing, a category from a list.
    page.get_by_role("slider", name=re.compile("^hours_per_week, row 2")).press("End")
    page.get_by_role("textbox", name="age, row 2", exact=True).fill("52")
    page.get_by_role("combobox", name="education, row 2").click()
    page.get_by_role("option", name="Masters", exact=True).click()
    expect(page.get_by_role("status", name="Prediction of row 2")).to_contain_text("%")
    page.wait_for_function(
        """(before) => {
            const found = document.querySelector('[aria-label="Prediction of row 2"]');
            return found.style.opacity === "1" && !found.innerText.includes(before);
        }""",
        arg=f"{before[0]:.2f} %",
    )
    assert probabilities(page, 1) == before
    after = probabilities(page, 2)
    assert len(after) == 2
    assert abs(sum(after) - 100) < 0.02
    expect(page.get_by_text("Answered by version v1.")).to_be_visible()

    page.get_by_label("Name of the key").fill("terminal")
    page.get_by_role("button", name="Make a key").click()
    told = page.get_by_role("status").filter(has_text="shown this once")
    key = told.locator("code").inner_text()
    look("page")

    page.get_by_text("Row 2", exact=True).last.click()
    page.get_by_role("button", name="Copy curl line").click()
    words = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    assert words[0] == "curl"
    sent = json.loads(words[-1])["rows"][0]
    assert (sent["age"], sent["education"], sent["hours_per_week"]) == (52, "Masters", 99)
    assert words[words.index("-u") + 1] == "YOUR_API_KEY:"
    answer = asked(words[1], key, words[-1])
    shown = [round(100 * one, 2) for one in answer["predictions"][0]["probabilities"].values()]
    assert shown == after

    page.get_by_role("button", name="Remove row 2").click()
    expect(page.get_by_role("status", name="Prediction of row 2")).to_be_hidden()

    stop_and_remove(page, look)


def test_an_image_is_dropped_and_versions_share_the_requests(page, server, look):
    page.get_by_role("button", name="Open the digits sample").click()
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()
    set_epochs(page, 1)
    train(page, "one epoch")
    for _ in range(2):
        deploy_latest(page, server, "digits")
    made = page.request.post(f"{server.address}/api/v1/endpoints", data={"models": ["digits"]})
    assert made.status == 201, made.text()
    page.goto(f"{server.address}/endpoints/digits")
    expect(page.get_by_text("ready", exact=True)).to_be_visible(timeout=240_000)

    with zipfile.ZipFile(DIGITS) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")][:2]
        contents = [archive.read(name) for name in pictures]
    prediction = page.get_by_role("status", name="Prediction of row 1")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("^Choose .*, row 1$")).click()
    chooser.value.set_files({"name": "one.png", "mimeType": "image/png", "buffer": contents[0]})
    picture = page.get_by_role("img", name=re.compile(", row 1$"))
    expect(picture).to_have_attribute(
        "src", f"data:;base64,{base64.b64encode(contents[0]).decode()}"
    )
    expect(prediction).to_contain_text("%")

    page.get_by_role("button", name="Copy row 1").click()
    drop(page, page.get_by_role("img", name=re.compile(", row 2$")), contents[1])
    expect(page.get_by_role("img", name=re.compile(", row 2$"))).to_have_attribute(
        "src", f"data:;base64,{base64.b64encode(contents[1]).decode()}"
    )
    drop(page, picture, b"no picture")
    expect(page.get_by_role("alert")).to_contain_text("holds no image that can be read")
    page.get_by_role("button", name="Remove row 1").click()
    expect(page.get_by_role("alert")).to_be_hidden()

    page.get_by_label("v1", exact=True).fill("25")
    expect(page.get_by_text("Together 125 %, expected 100 %.")).to_be_visible()
    page.get_by_label("v2, active").fill("75")
    page.get_by_role("button", name="Set shares").click()
    expect(page.get_by_text("Answering now: v1 25 %, v2 75 %.")).to_be_visible(timeout=60_000)
    page.get_by_role("combobox", name="Version that answers").click()
    page.get_by_role("option", name="v1").click()
    expect(page.get_by_text("Answered by version v1.")).to_be_visible()
    look("image")


def drop(page, target, content):
    """Drops a file as a hand does that brings it from another window."""
    files = page.evaluate_handle(
        """(base64) => {
            const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
            return carried;
        }""",
        base64.b64encode(content).decode(),
    )
    target.dispatch_event("dragover", {"dataTransfer": files})
    target.dispatch_event("drop", {"dataTransfer": files})


def asked(address, key, body):
    """What the curl line asks; the key stands in the place of its placeholder."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(address, body.encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)
