"""Trainings that stop early, are stopped, aborted, killed, and outlive their server."""

from __future__ import annotations

import os
import re
import signal
import time

import psutil
import pytest
from browser_steps import create_task, open_sample, saving, set_epochs, shown_epoch, train, upload
from playwright.sync_api import expect

SEED_EXAMPLE = """
from dataiku.doctor.deep_learning.shared_variables import get_variable
from tensorflow.keras.callbacks import EarlyStopping


def build_sequences(build_train, build_validation):
    return build_train(256), build_validation(256)


def fit_model(model, train_sequence, validation_sequence, base_callbacks):
    metric_to_monitor = get_variable("DKU_MODEL_METRIC")
    greater_is_better = get_variable("DKU_MODEL_METRIC_GREATER_IS_BETTER")
    early_stopping_callback = EarlyStopping(monitor=metric_to_monitor,
                                            mode="max" if greater_is_better else "min",
                                            min_delta=0,
                                            patience=2)
    model.fit(train_sequence, epochs=100, validation_data=validation_sequence,
              callbacks=base_callbacks + [early_stopping_callback])
"""


def downloaded(page, chart):
    """The rows of a chart's CSV file."""
    page.get_by_role("button", name=f"Download {chart}").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download CSV").click()
    return download.value.path().read_text().splitlines()[1:]


def test_the_seed_example_stops_early(page, look, data_folder):
    upload(page, data_folder / "adult_train.csv", "adult")
    create_task(page, "income")
    page.get_by_role("link", name="Training", exact=True).click()
    page.get_by_label("Advanced mode").check(force=True)
    code = page.get_by_role("textbox", name="Training code")
    code.fill(SEED_EXAMPLE.strip())
    expect(page.get_by_role("status", name="Saved")).to_be_visible()
    look("advanced")
    # Going back and forth loses nothing.
    page.get_by_role("button", name="Standard mode").click()
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()
    page.get_by_label("Advanced mode").check(force=True)
    expect(code).to_contain_text("early_stopping_callback = EarlyStopping")
    expect(page.get_by_role("status", name="Saved")).to_be_visible()

    train(page, "Stops early")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=240_000)
    page.get_by_role("button", name="Table").click()
    cells = page.get_by_role("row", name=re.compile("Stops early")).get_by_role("cell")
    epochs = int(cells.nth(4).text_content())
    assert 3 <= epochs < 100
    assert int(cells.nth(3).text_content()) == epochs - 2

    page.get_by_role("link", name="Stops early").click()
    look("binary-summary")
    page.get_by_role("link", name="Performance").click()
    expect(page.get_by_role("figure", name="ROC curve")).to_be_visible()
    look("binary-performance")
    accuracy = page.get_by_role("row", name=re.compile("^Accuracy"))
    before = accuracy.text_content()
    page.get_by_role("slider", name="Threshold").press("End")
    expect(accuracy).not_to_have_text(before)


def test_stop_keeps_a_model_and_abort_keeps_none(page):
    open_sample(page)
    set_epochs(page, 100_000)
    train(page, "To be stopped")
    shown_epoch(page, 3)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("stopped").first).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="Open report")).to_be_visible()

    page.get_by_role("link", name="Design", exact=True).click()
    train(page, "To be aborted")
    shown_epoch(page, 2)
    page.get_by_role("button", name="Abort", exact=True).click()
    expect(page.get_by_text("Aborted by the user.")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="Open report")).to_be_hidden()


def test_a_training_outlives_its_server(page, server):
    open_sample(page)
    set_epochs(page, 100_000)
    with saving(page):
        # Slow enough for curves of every epoch: of more than 1,500 they have some.
        page.get_by_label("Batch size", exact=True).fill("1")
    train(page, "Goes on")
    before = shown_epoch(page, 5)
    server.kill()
    expect(page.get_by_text("Connection lost, trying again")).to_be_visible()
    time.sleep(1)
    server.start()
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=60_000)
    after = shown_epoch(page, before + 5)
    reference = "/".join(re.search(r"/tasks/(\w+)/(\w+)/", page.url).groups())
    curves = page.request.get(f"{server.address}/api/v1/sessions/{reference}/s1/curves").json()
    assert curves["epochs"][:after] == list(range(1, after + 1))
    assert None not in curves["series"]["loss"]
    # The chart has every epoch, those that ended without a server included.
    lines = downloaded(page, "Loss of each epoch")
    for _ in range(20):
        if len(lines) >= after:
            break
        page.wait_for_timeout(500)
        lines = downloaded(page, "Loss of each epoch")
    assert len(lines) >= after
    assert all(line.split(",")[1] for line in lines)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("stopped").first).to_be_visible(timeout=30_000)


def test_a_killed_worker_is_said_within_two_seconds(page, server):
    open_sample(page)
    set_epochs(page, 100_000)
    train(page, "Killed")
    shown_epoch(page, 2)
    reference = "/".join(re.search(r"/tasks/(\w+)/(\w+)/", page.url).groups())
    detail = page.request.get(f"{server.address}/api/v1/sessions/{reference}/s1").json()
    os.kill(detail["worker_pid"], signal.SIGKILL)
    expect(page.get_by_text(re.compile(r"killed \(SIGKILL\)"))).to_be_visible(timeout=2_000)


@pytest.mark.parametrize("width", [400])
def test_it_is_usable_on_a_small_screen(page, look, width):
    page.set_viewport_size({"width": width, "height": 800})
    open_sample(page)
    page.get_by_role("button", name="Navigation").click()
    expect(page.get_by_role("link", name="Overview")).to_be_visible()
    page.get_by_role("link", name="predict-quality").click()
    page.get_by_role("link", name="Training", exact=True).click()
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()
    look(f"{width}-px")


def test_workers_end_with_the_server(server, page):
    """The spare worker does; there is no training here."""
    expect(page.get_by_role("heading", name="Begin with your table")).to_be_visible()
    children = psutil.Process(server.process.pid).children()
    server.end()
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []


def test_a_preview_and_tensorboard_of_the_wine_sample(page, look):
    open_sample(page)
    page.get_by_role("link", name="Features handling").click()
    page.get_by_role("button", name="alcohol").click()
    page.get_by_role("button", name="Preview five rows").click()
    preview = page.get_by_role("table", name="Preview of alcohol")
    expect(preview.get_by_role("row")).to_have_count(6, timeout=60_000)
    look("features")
    for section in ("Target", "Train / Test set", "Metrics", "Runtime environment", "All settings"):
        page.get_by_role("link", name=section, exact=True).click()
        expect(page.get_by_role("heading", name=section)).to_be_visible()
        look(section.split()[0].lower())
    set_epochs(page, 3)
    train(page, "Short")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=120_000)
    page.get_by_label("TensorBoard").click(force=True)
    board = page.frame_locator("iframe[title='TensorBoard of Short']")
    expect(board.get_by_text("epoch_loss").or_(board.get_by_text("loss")).first).to_be_visible(
        timeout=120_000
    )
