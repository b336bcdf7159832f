"""A newcomer's way from an empty workspace to a judged model, by what is seen and said."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from browser_steps import create_task, train, upload
from playwright.sync_api import expect

WINE = Path(str(files("hornbook") / "samples" / "wine_quality_white.csv"))


def test_from_a_file_to_a_judged_model(page, look):
    expect(page.get_by_role("heading", name="Begin with your table")).to_be_visible()
    look("empty")
    upload(page, WINE, "wine")
    expect(page.get_by_text("4,898 rows, 12 columns")).to_be_visible()
    expect(page.get_by_role("cell", name="20.7").first).to_be_visible()
    look("dataset")
    create_task(page, "quality")

    code = page.get_by_role("textbox", name="Architecture code")
    expect(code).to_contain_text("def build_model(input_shapes, n_classes=None):")
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("Validation successful")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("cell", name="prediction", exact=True)).to_be_visible()
    look("architecture")

    page.get_by_role("link", name="Training", exact=True).click()
    page.get_by_label("Epochs", exact=True).fill("200")
    expect(page.get_by_role("status", name="Saved")).to_be_visible()
    train(page, "First try")
    seen = set()
    epoch = page.get_by_text(re.compile(r"Epoch \d+ of 200"))
    expect(epoch).to_be_visible(timeout=60_000)
    for _ in range(200):
        seen.add(epoch.text_content() if epoch.count() else "")
        if len(seen - {""}) >= 2:
            break
        page.wait_for_timeout(100)
    assert len(seen - {""}) >= 2, seen
    expect(page.get_by_text(re.compile(r"Epoch \d+ kept"))).to_be_visible()
    expect(page.get_by_text("finished").first).to_be_visible(timeout=120_000)
    look("result")

    page.get_by_role("link", name="Open report").click()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    look("summary")
    page.get_by_role("link", name="Performance").click()
    expect(page.get_by_role("figure", name="Predicted against actual")).to_be_visible()
    look("performance")
    page.get_by_role("link", name="Predicted data").click()
    expect(page.get_by_role("table", name="Predicted rows")).to_be_visible()
    look("predictions")

    page.get_by_role("link", name="predict-quality").click()
    page.get_by_role("link", name="Design", exact=True).click()
    page.get_by_role("link", name="Architecture", exact=True).click()
    text = code.inner_text()
    code.fill(
        text.replace('layers.Dense(1, name="prediction")', 'layers.Dense(3, name="prediction")')
    )
    page.get_by_role("button", name="Validate").click()
    line = next(
        number for number, one in enumerate(text.splitlines(), 1) if "layers.Dense(1" in one
    )
    expect(page.get_by_text(re.compile(r"Error in architecture.py, line \d+"))).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_role("button", name=f"Go to line {line}")).to_be_visible()
    look("wrong")
