"""Which submodels a column gives, and what becomes of a group of sessions."""

from __future__ import annotations

import json

import pytest

from hornbook.data import RowFilter, TableStore
from hornbook.design import DesignFolder, create_design
from hornbook.errors import ExportError, NotFoundError, UsageError
from hornbook.jobs import (
    deploy_model,
    finish_retraining,
    partitioning,
    plan_partitions,
    plan_retraining,
    retrained_session,
    train_group,
)
from hornbook.jobs.partitioning import group_report, partition_columns
from hornbook.jobs.training import queue_training
from hornbook.registry import Registry
from hornbook.reports.partitions import PartitionReport
from hornbook.serving.exports import ExportSource, export_model
from hornbook.training.partitions import Partition, PartitionMembership, Partitions

from ..kept_sessions import keep_model

CITIES = ("O'slo", 'B"ergen', "Bø\nd")


@pytest.fixture
def registry(home):
    with Registry(home) as one:
        yield one


@pytest.fixture
def store(registry):
    return TableStore(registry.home / "datasets")


@pytest.fixture
def make_design(store, tmp_path):
    """A design on 400 rows with a city that has no easy spelling, a floor and a house number."""

    def make(test_file=False, settings=()):
        rows = [
            {
                "x": number % 37 / 7,
                "city": None if number % 20 == 0 else CITIES[number % 3],
                "floor": number % 4,
                "house": number,
                "old": number % 8 < 3,
                "one": "same",
                "y": number % 2,
            }
            for number in range(400)
        ]
        file = tmp_path / "table.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        tests = None
        if test_file:
            tests = tmp_path / "test.jsonl"
            tests.write_text("".join(json.dumps(row) + "\n" for row in rows[:50]))
        folder = tmp_path / f"task {test_file}"
        create_design(folder, store.read(file), file, "y", test=tests)
        return DesignFolder.read(folder, settings)

    return make


def rows_of(design, store):
    table = store.read(design.data_path, design.read_options)
    return RowFilter(design.task.sampling.filter).rows(table).tolist()


def test_every_value_has_the_rows_that_hold_it(make_design, store, tmp_path):
    design = make_design()
    plan = plan_partitions(design, store, "city")
    assert [one.value for one in plan.submodels] == sorted(CITIES)
    assert plan.missing_rows == 20
    for one in plan.submodels:
        rows = rows_of(one.design, store)
        assert rows == [at for at in range(400) if at % 20 and CITIES[at % 3] == one.value]
        assert one.rows == len(rows)
        again = one.design.freeze(tmp_path / f"frozen {rows[0]}")
        assert DesignFolder.read(again.path).task == one.design.task
        assert one.design.task.split == design.task.split
    assert plan.design is design
    assert plan.name_of(plan.submodels[0], "Try") == 'Try: city = B"ergen'
    assert plan.name_of_whole(None) == "All rows, by city"


def test_whole_numbers_and_truth_values_are_values_too(make_design, store):
    design = make_design()
    floors = plan_partitions(design, store, "floor")
    assert [one.value for one in floors.submodels] == ["0", "1", "2", "3"]
    assert rows_of(floors.submodels[2].design, store) == list(range(2, 400, 4))
    old = plan_partitions(design, store, "old")
    assert [(one.value, one.rows) for one in old.submodels] == [("false", 250), ("true", 150)]


def test_filters_of_the_design_hold_besides(make_design, store):
    design = make_design(settings=['sampling.filter="house < 100 or house >= 390"'])
    plan = plan_partitions(design, store, "floor")
    assert [one.rows for one in plan.submodels] == [27, 27, 28, 28]
    assert rows_of(plan.submodels[0].design, store) == [*range(0, 100, 4), 392, 396]
    design = make_design(
        test_file=True, settings=['split.test_filter="house > 5"', 'split.train_filter="x > 1"']
    )
    task = plan_partitions(design, store, "old").submodels[1].design.task
    assert task.split.train_filter == "x > 1"
    assert task.split.test_filter == '(house > 5) and ("old" = true)'


@pytest.mark.parametrize(
    ("column", "error", "message"),
    [
        ("town", NotFoundError, "has no column 'town'"),
        ("y", UsageError, "is the target"),
        ("x", UsageError, "'x' holds float values"),
        ("house", UsageError, "400 different values"),
        ("one", UsageError, "is 'same' in all train rows"),
    ],
)
def test_what_is_no_column_to_divide_by_says_why(make_design, store, column, error, message):
    with pytest.raises(error, match=message):
        plan_partitions(make_design(), store, column)


def test_the_columns_to_choose_from_are_those_that_will_do(make_design, store):
    design = make_design()
    table = store.read(design.data_path, design.read_options)
    # A floor is a number to this design, so it is not offered.
    assert partition_columns(design, table) == ("city", "old")


def test_a_test_file_must_have_the_column(make_design, store):
    design = make_design(test_file=True)
    lines = [json.loads(line) for line in design.test_path.read_text().splitlines()]
    kept = [{key: value for key, value in one.items() if key != "old"} for one in lines]
    design.test_path.write_text("".join(json.dumps(row) + "\n" for row in kept))
    with pytest.raises(UsageError, match=r"test\.jsonl has no column 'old'"):
        plan_partitions(design, store, "old")


@pytest.fixture
def group(registry, make_design, store):
    """Queues a group by `old`, as a server does; the sessions of false, true and the whole."""
    plan = plan_partitions(make_design(), store, "old")
    whole = plan.queue(lambda design, name: queue_training(registry, design, name=name), None)
    sessions = registry.sessions()
    assert sessions[-1] == whole
    return sessions


def test_a_group_knows_its_sessions_and_they_know_it(registry, group):
    false, true, whole = group
    assert [one.name for one in group] == ["old = false", "old = true", "All rows, by old"]
    report = group_report(registry, whole)
    assert [one.session for one in report.partitions] == [false.reference, true.reference]
    assert [one.status for one in report.partitions] == ["queued", "queued"]
    assert report.pooled == {}
    assert PartitionMembership.read(true.folder) == PartitionMembership(
        "old", "true", whole.reference
    )
    assert group_report(registry, true) is None


@pytest.fixture
def no_reading(monkeypatch):
    """Kept sessions have no network and no predictions that a report could be made from."""
    monkeypatch.setattr(partitioning, "why_unfit", lambda whole, submodel: None)


@pytest.mark.usefixtures("no_reading")
def test_a_version_has_the_submodels_that_were_trained(registry, group, tmp_path):
    false, true, whole = group
    keep_model(registry, whole)
    with pytest.raises(UsageError, match=rf"old = false, {false.reference}, is still queued"):
        deploy_model(registry, whole, "answers")
    registry.update_session(false, status="failed", reason="One class only.")
    keep_model(registry, true)
    version = deploy_model(registry, registry.session(whole.reference), "answers").version
    found = Partitions.read(version.folder / "partitions.json")
    assert found.partitions == (
        Partition("false", false.reference, 250, reason="One class only."),
        Partition("true", true.reference, 150, submodel="p2"),
    )
    assert found.submodels(version.folder) == {"true": version.folder / "partitions" / "p2"}
    copied = version.folder / "partitions" / "p2" / "model" / "model.keras"
    assert copied.read_bytes() == true.reference.encode()
    report = PartitionReport.read(version.folder)
    assert [one.answers for one in report.partitions] == [False, True]
    source = ExportSource("answers@v1", version.folder, registry.home)
    with pytest.raises(ExportError, match="a submodel for each value of 'old'") as refused:
        export_model(source, "keras", tmp_path / "out")
    assert f"hornbook export {true.reference} --format keras" in refused.value.fix

    # Trained again it is a group again, and the whole model alone decides nothing.
    record = registry.saved_model("answers")
    with pytest.raises(UsageError, match="such models are not compared"):
        plan_retraining(registry, record, activate="if-better")
    with pytest.raises(UsageError, match="such models are not compared"):
        deploy_model(registry, registry.session(whole.reference), "answers", "if-better")
    design, plan = plan_retraining(registry, record)
    assert plan.partition_by == "old"
    again = plan_partitions(design, TableStore(registry.home / "datasets"), "old")
    new = again.queue(lambda one, name: queue_training(registry, one, name=name), "Again")
    plan.write(new.folder)
    false, true, new = registry.sessions()[-3:]
    assert true.name == "Again: old = true"
    keep_model(registry, new)
    keep_model(registry, true)
    assert not finish_retraining(registry, new).is_over
    keep_model(registry, false)
    # Whichever session of the group ends last, the version is made then.
    assert retrained_session(registry, false).reference == new.reference
    assert retrained_session(registry, group[0]) is None
    ended = finish_retraining(registry, retrained_session(registry, false))
    assert (ended.version_id, ended.activated) == ("v2", True)
    second = registry.saved_model("answers").version("v2")
    assert len(Partitions.read(second.folder / "partitions.json").submodels(second.folder)) == 2


def test_stopped_by_the_user_the_trainings_behind_are_not_begun(registry, make_design, store):
    plan = plan_partitions(make_design(), store, "floor")
    trained = []

    def train(design, *, name, on_start, on_stop):
        session = queue_training(registry, design, name=name)
        on_start(session)
        trained.append(name)
        if len(trained) == 2:
            on_stop()
        return session

    group = train_group(plan, train)
    assert trained == ["floor = 0", "floor = 1"]
    assert group.whole is None
    assert [one.name for one in group.submodels] == trained

    trained.append("so that the count is passed")
    group = train_group(plan, train, name="All")
    assert group.whole.name == "All"
    assert len(group_report(registry, group.whole).partitions) == 4


def test_a_file_that_names_other_folders_is_refused(tmp_path):
    path = tmp_path / "partitions.json"
    value = {
        "column": "c",
        "storage": "string",
        "partitions": [
            {"value": "a", "session": "s", "rows": 1, "submodel": "../../other", "reason": None}
        ],
    }
    path.write_text(json.dumps(value))
    with pytest.raises(Exception, match=r"names the folder '\.\./\.\./other'"):
        Partitions.read(path)
