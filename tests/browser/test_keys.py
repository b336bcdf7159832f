"""What hands do on the keyboard: go anywhere, save, validate, train, find the errors."""

from __future__ import annotations

import re

from browser_steps import open_sample
from playwright.sync_api import expect


def test_the_palette_goes_everywhere(page, look):
    open_sample(page)
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Search pages and actions")
    expect(search).to_be_focused()
    look("palette")
    search.fill("features")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Features handling")).to_be_visible()

    page.keyboard.press("Control+k")
    search.fill("validate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()
    expect(page.get_by_text("Validation successful")).to_be_visible(timeout=60_000)
    expect(page).not_to_have_url(re.compile("validate"))

    page.get_by_role("button", name="Search").click()
    search.fill("white wines")
    expect(page.get_by_role("option", name=re.compile("white wines 4,898 rows"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("4,898 rows, 12 columns")).to_be_visible()

    page.keyboard.press("Control+k")
    search.fill("no page of this name")
    expect(page.get_by_text("Nothing is called so.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(search).to_be_hidden()

    page.keyboard.press("Control+k")
    search.fill("dark colours")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()


def test_the_list_of_keys_is_that_of_the_registry(page, look):
    open_sample(page)
    page.get_by_role("heading", name="Architecture").click()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_role("row", name="Save the design now Ctrl S")).to_be_visible()
    expect(keys.get_by_role("row", name="Go to the next error in the code F8")).to_be_visible()
    expect(keys.get_by_role("row", name="Move lines up Alt ↑")).to_be_visible()
    look("list")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    # In a text it is a question mark.
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Search pages and actions")
    expect(search).to_be_focused()
    page.keyboard.press("?")
    expect(search).to_have_value("?")
    expect(keys).to_be_hidden()


def test_errors_are_gone_through_and_what_is_typed_is_validated(page, look):
    open_sample(page)
    code = page.get_by_role("textbox", name="Architecture code")
    text = "import keras\n\n\ndef build_model(shapes)\n    return None\n"
    code.fill(text)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status", name="Saved")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d problems? in this file"))).to_be_visible()
    page.keyboard.press("F8")
    told = page.get_by_role("status").filter(has_text=re.compile(r"^Error 1 of \d, line 4: "))
    expect(told).to_be_visible()
    expect(code).to_be_focused()
    look("error")
    # What is typed now takes the place of the marked line.
    page.keyboard.type("def build_model(input_shapes, n_classes=None):")
    expect(code).to_contain_text("def build_model(input_shapes, n_classes=None):")
    expect(code).not_to_contain_text("def build_model(shapes)")
    expect(told).to_be_hidden()
    page.keyboard.press("Shift+F8")

    # VS Code's keys: a line moves, a line is a comment.
    page.keyboard.press("Control+/")
    expect(code).to_contain_text("# ")
    page.keyboard.press("Control+/")

    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile(r"Error in architecture.py")).first).to_be_visible(
        timeout=60_000
    )

    page.get_by_role("link", name="Runtime environment").click()
    expect(page.get_by_role("heading", name="Runtime environment")).to_be_visible()
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Train")
    expect(dialog.get_by_label("Session name")).to_be_focused()
    # A design with errors is refused, and the dialog says why.
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_text(re.compile("architecture.py")).first).to_be_visible()
