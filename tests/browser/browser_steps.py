"""What people do on the pages, step by step."""

from __future__ import annotations

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
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
