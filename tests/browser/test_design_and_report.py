"""What a design says before it is trained, a table of 500 columns, and all parts of a report."""

from __future__ import annotations

import random
import re

from browser_steps import cancel, create_task, saving, set_epochs, train, upload
from playwright.sync_api import expect


def open_sample(page, name):
    page.get_by_role("button", name=f"Open the {name} sample").click()
    expect(page.get_by_role("heading", name="Architecture")).to_be_visible()


def validate(page):
    page.get_by_role("link", name="Architecture", exact=True).click()
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("Validation successful")).to_be_visible(timeout=90_000)


def written(page, server):
    reference = "/".join(re.search(r"/tasks/(\w+)/(\w+)/", page.url).groups())
    answer = page.request.get(f"{server.address}/api/v1/tasks/{reference}/design")
    return answer.json()["written"]


def wide_table(path, n_columns=500, n_rows=80):
    """Numbers, categories and a target, as wide as a design is tested with."""
    draw = random.Random(0)
    names = [f"{'number' if at % 5 else 'colour'}_{at:03}" for at in range(n_columns - 1)]
    lines = [",".join([*names, "bought"])]
    for row in range(n_rows):
        values = [
            f"{draw.gauss(0, 1):.4f}" if name.startswith("number") else draw.choice("abc")
            for name in names
        ]
        lines.append(",".join([*values, "yes" if row % 2 else "no"]))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_five_hundred_columns_are_changed_at_once(page, server, look, tmp_path):
    upload(page, wide_table(tmp_path / "wide.csv"), "wide")
    expect(page.get_by_text("80 rows, 500 columns")).to_be_visible()
    create_task(page, "bought")
    page.get_by_role("link", name="Features handling").click()
    expect(page.get_by_text("500 of 500 columns")).to_be_visible()
    before = written(page, server)["features"]

    # A search, and all that it shows marked, the rest of them out of sight.
    page.get_by_label("Search columns").fill("number")
    expect(page.get_by_text("399 of 500 columns")).to_be_visible()
    page.get_by_label("Mark all shown columns").check()
    expect(page.get_by_text("399 marked")).to_be_visible()
    page.get_by_role("combobox", name="Handling of the marked columns").click()
    with saving(page):
        page.get_by_role("option", name="quantize", exact=True).click()
    look("quantized")
    after = written(page, server)["features"]
    numbers = [name for name in after if name.startswith("number")]
    assert len(numbers) == 399
    assert {after[name]["handling"] for name in numbers} == {"quantize"}
    assert "handling" not in after["colour_000"]

    # The marks stay for the next action; marks that the filter hides are counted.
    page.get_by_label("Search columns").fill("number_00")
    expect(page.get_by_text("399 marked (391 not shown)")).to_be_visible()
    page.get_by_role("button", name="Clear marks").click()
    page.get_by_label("Mark all shown columns").check()
    expect(page.get_by_text("8 marked")).to_be_visible()
    with saving(page):
        page.get_by_role("button", name="Reject", exact=True).click()
    rejected = [one for one, entry in written(page, server)["features"].items() if rejects(entry)]
    assert sorted(rejected) == [f"number_{at:03}" for at in range(1, 10) if at % 5]

    # One press of Undo takes back what one action did.
    for _ in range(2):
        with saving(page):
            page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert written(page, server)["features"] == before

    page.get_by_label("Search columns").fill("")
    page.get_by_role("combobox", name="Show").click()
    page.get_by_role("option", name="categorical").click()
    expect(page.get_by_text("100 of 500 columns")).to_be_visible()
    page.get_by_role("table", name="Columns").press("End")
    page.get_by_role("button", name="colour_495").click()
    expect(page.get_by_role("region", name="Column colour_495")).to_be_visible()
    look("column")


def rejects(entry):
    return entry.get("role") == "reject"


def test_each_section_says_what_a_training_takes(page, server, look):
    open_sample(page, "wine")
    validate(page)
    memory = page.get_by_role("region", name="Estimated memory")
    expect(memory.get_by_text("Weights")).to_be_visible()
    time = page.get_by_role("region", name="Estimated time")
    expect(time.get_by_text(re.compile(r"for 10 epochs"))).to_be_visible(timeout=90_000)
    expect(memory.get_by_text(re.compile("The process that measured had"))).to_be_visible()
    look("validated")

    for section in ("Target", "Train / Test set", "Metrics", "Training", "Runtime environment"):
        page.get_by_role("link", name=section, exact=True).click()
        expect(page.get_by_role("heading", name=section)).to_be_visible()
        look(section.split()[0].lower())
    with saving(page):
        page.get_by_role("radio", name="Processor").check()
    assert written(page, server)["runtime"]["device"] == "cpu"
    expect(page.get_by_role("table", name="Packages").get_by_text("keras")).to_be_visible()

    page.get_by_role("link", name="Features handling").click()
    page.get_by_role("button", name="alcohol").click()
    page.get_by_role("button", name="Preview five rows").click()
    preview = page.get_by_role("table", name="Preview of alcohol")
    expect(preview.get_by_role("row")).to_have_count(6, timeout=60_000)
    look("features")


def test_sets_of_an_earlier_training_are_named_before_the_next(page, look):
    open_sample(page, "wine")
    set_epochs(page, 5)
    page.get_by_role("button", name="Train", exact=True).click()
    plan = page.get_by_role("table", name="What will be trained")
    expect(plan.get_by_text("1 model on 11 features")).to_be_visible()
    expect(plan.get_by_text(re.compile("About 3,918 rows to train on, 980"))).to_be_visible()
    expect(plan.get_by_text(re.compile("No sets of an earlier training"))).to_be_visible()
    expect(plan.get_by_text(re.compile("Processor, .* GiB free"))).to_be_visible()
    look("plan")
    cancel(page)
    train(page, "First")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=120_000)

    page.get_by_role("link", name="Design", exact=True).click()
    page.get_by_role("button", name="Train", exact=True).click()
    reused = re.compile("Re-using train and test sets computed on")
    expect(plan.get_by_text(reused)).to_be_visible()
    expect(plan.get_by_text(re.compile("^3,918 rows to train on, 980"))).to_be_visible()
    look("plan-again")
    cancel(page)
    page.get_by_role("link", name="Result", exact=True).click()
    page.get_by_role("link", name="Open report").click()
    read_the_model(page, look)


def read_the_model(page, look):
    """The parts of a report that tell what was trained."""
    page.get_by_role("link", name="Features", exact=True).click()
    columns = page.get_by_role("table", name="Columns of the table")
    expect(columns.get_by_role("row", name=re.compile("alcohol Feature"))).to_be_visible()
    expect(columns.get_by_role("row", name=re.compile("quality Target"))).to_be_visible()
    numbers = page.get_by_role("table", name="Columns of the input main")
    expect(numbers.get_by_role("row", name=re.compile("10 alcohol alcohol"))).to_be_visible()
    look("report-features")
    page.get_by_role("link", name="Architecture", exact=True).click()
    expect(page.get_by_role("group", name="Drawing of the network")).to_be_visible()
    expect(page.get_by_role("cell", name="prediction", exact=True)).to_be_visible()
    look("report-architecture")
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_label("Log of the training")).to_be_visible()
    look("report-log")
    page.get_by_role("link", name="Training", exact=True).click()
    expect(page.get_by_role("heading", name="Where the time went")).to_be_visible()
    look("report-training")


def test_an_architecture_is_copied_from_and_to_another_task(page, server):
    open_sample(page, "wine")
    code = page.get_by_role("textbox", name="Architecture code")
    with saving(page):
        code.fill("# of the first task\n" + code.inner_text())
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Samples").click()
    open_sample(page, "adult")

    page.get_by_role("button", name="Copy from another task").click()
    page.get_by_role("combobox", name="Task").click()
    page.get_by_role("option", name=re.compile("predict-quality")).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(code).to_contain_text("# of the first task")
    with saving(page):
        code.fill("# of the second task")
    page.get_by_role("button", name="Copy to another task").click()
    page.get_by_role("combobox", name="Task").click()
    page.get_by_role("option", name=re.compile("predict-quality")).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("predict-quality has this architecture now.")).to_be_visible()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="predict-quality").first.click()
    expect(code).to_contain_text("# of the second task")


def test_the_samples_train(page, look):
    """One of two classes and one of pictures."""
    look("samples")
    open_sample(page, "adult")
    set_epochs(page, 3)
    train(page, "Income")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=180_000)
    page.get_by_role("link", name="Open report").click()
    look("adult-summary")
    page.get_by_role("link", name="Performance").click()
    expect(page.get_by_role("figure", name="ROC curve")).to_be_visible()
    look("adult-performance")
    page.get_by_role("link", name="Features", exact=True).click()
    expect(page.get_by_text(re.compile("became 105 columns of numbers"))).to_be_visible()
    look("adult-features")

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Samples").click()
    open_sample(page, "digits")
    set_epochs(page, 3)
    train(page, "Digits")
    expect(page.get_by_text("finished").first).to_be_visible(timeout=300_000)
    page.get_by_role("link", name="Open report").click()
    page.get_by_role("link", name="Performance").click()
    expect(page.get_by_role("figure", name="Confusion matrix")).to_be_visible()
    look("digits-performance")
    page.get_by_role("link", name="Architecture", exact=True).click()
    expect(page.get_by_role("group", name="Drawing of the network")).to_be_visible()
    look("digits-architecture")
