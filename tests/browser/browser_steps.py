"""What people do on the pages, step by step."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

from playwright.sync_api import expect


def upload(page, path, name):
    page.get_by_role("button", name="Add dataset").first.click()
    page.get_by_label("Name").fill(name)
    with page.expect_file_chooser() as chooser:
        page.get_by_label("File", exact=True).click()
    chooser.value.set_files(str(path))
    page.get_by_role("button", name="Add", exact=True).click()


def create_task(page, target):
    page.get_by_role("link", name="Predict a column").click()
    page.get_by_role("combobox", name="Target").click()
    page.get_by_role("option", name=target, exact=True).click()
    expect(page.get_by_role("figure", name=f"Distribution of {target}")).to_be_visible()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()


def train(page, name):
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_label("Session name").fill(name)
    expect(page.get_by_label("Session name")).to_have_value(name)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def cancel(page):
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def open_sample(page):
    page.get_by_role("button", name="Open the wine sample").click()
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()


def set_epochs(page, epochs):
    page.get_by_role("link", name="Training", exact=True).click()
    with saving(page):
        page.get_by_label("Epochs", exact=True).fill(str(epochs))


@contextmanager
def saving(page):
    """Waits until what is done inside is saved."""
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        yield
    expect(page.get_by_role("status", name="Saved")).to_be_visible()


def shown_epoch(page, at_least, seconds=90):
    """Waits until the page says that so many epochs are done."""
    until = time.monotonic() + seconds
    epoch = page.get_by_text(re.compile(r"Epoch \d+ of"))
    while time.monotonic() < until:
        if epoch.count():
            number = int(re.search(r"Epoch (\d+)", epoch.first.text_content() or "")[1])
            if number >= at_least:
                return number
        page.wait_for_timeout(50)
    raise AssertionError(f"no epoch {at_least} in {seconds} s")
