"""What submodels are worth together, from the predictions that their trainings kept."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from hornbook.data import Storage
from hornbook.metrics import PredictionType
from hornbook.reports import row_form
from hornbook.reports.partitions import SubmodelState, partition_report, why_unfit
from hornbook.training.partitions import Partition, Partitions
from hornbook.training.provenance import Environment, Provenance, TableOrigin
from hornbook.training.result import TrainingResult

from .conftest import KeptOutput, write_session

GROUP = Partitions(
    "sex",
    Storage.STRING,
    (Partition("f", "a/b/s1", 60), Partition("m", "a/b/s2", 40)),
)
TASK = '[dataset]\npath = "x.csv"\n\n[target]\ncolumn = "y"\ntype = "{}"\n'
BINARY = PredictionType.BINARY


def kept(folder, kind, truth, raw, rows, classes, fingerprint="aaaa"):
    """A session that was tested on some rows of a table."""
    output = KeptOutput(kind, np.asarray(truth), np.asarray(raw, float), classes)
    write_session(folder, {"": output}, rows=np.asarray(rows), design=TASK.format(kind))
    result = TrainingResult.read(folder)
    metric = "ROC AUC" if kind is BINARY else "Accuracy"
    TrainingResult(
        "finished",
        has_model=True,
        metric=metric,
        metrics=result.outputs[""].metrics,
        test_rows=len(truth),
        outputs=result.outputs,
    ).write(folder)
    table = TableOrigin("/x.csv", fingerprint, 1000)
    Provenance(table, table, None, Environment("", "", "", "jax", "", "", {})).write(folder)
    return folder


def states(*folders):
    return [SubmodelState("finished", folder, None) for folder in folders]


@pytest.fixture
def data(random):
    truth = random.integers(0, 2, 100)
    raw = np.clip(truth * 0.3 + random.random(100) * 0.7, 0, 1)[:, np.newaxis]
    return truth, raw


def test_submodels_are_measured_together_each_by_its_threshold(tmp_path, data, random):
    truth, raw = data
    whole_raw = random.random((100, 1))
    # The test rows of the whole model come in another order.
    order = random.permutation(100)
    classes = ("no", "yes")
    whole = kept(tmp_path / "w", BINARY, truth[order], whole_raw[order], order, classes)
    women = kept(tmp_path / "f", BINARY, truth[:60], raw[:60], np.arange(60), classes)
    men = kept(tmp_path / "m", BINARY, truth[60:], raw[60:] / 3, np.arange(60, 100), classes)
    report = partition_report(GROUP, whole, states(women, men))
    joined = np.concatenate([raw[:60], raw[60:] / 3])[:, 0]
    assert (report.pooled_rows, report.metric) == (100, "ROC AUC")
    assert report.pooled["ROC AUC"] == pytest.approx(roc_auc_score(truth, joined))
    assert report.pooled["Log Loss"] == pytest.approx(log_loss(truth, joined), rel=1e-5)
    decided = np.concatenate(
        [
            raw[:60, 0] >= TrainingResult.read(women).outputs[""].threshold,
            raw[60:, 0] / 3 >= TrainingResult.read(men).outputs[""].threshold,
        ]
    )
    assert report.pooled["Accuracy"] == pytest.approx(accuracy_score(truth, decided))
    assert report.whole["ROC AUC"] == pytest.approx(roc_auc_score(truth, whole_raw[:, 0]))
    f, m = report.partitions
    assert f.whole_value == pytest.approx(roc_auc_score(truth[:60], whole_raw[:60, 0]))
    assert m.whole_value == pytest.approx(roc_auc_score(truth[60:], whole_raw[60:, 0]))
    assert m.metric_value == pytest.approx(roc_auc_score(truth[60:], raw[60:, 0]))


def test_the_whole_model_is_left_out_where_it_has_learnt_from_a_row(tmp_path, data):
    truth, raw = data
    classes = ("no", "yes")
    whole = kept(tmp_path / "w", BINARY, truth[:99], raw[:99], np.arange(99), classes)
    women = kept(tmp_path / "f", BINARY, truth[:60], raw[:60], np.arange(60), classes)
    men = kept(tmp_path / "m", BINARY, truth[60:], raw[60:], np.arange(60, 100), classes)
    report = partition_report(GROUP, whole, states(women, men))
    assert report.whole == {}
    assert [one.whole_value is None for one in report.partitions] == [False, True]
    other = kept(tmp_path / "o", BINARY, truth[:60], raw[:60], np.arange(60), classes, "bbbb")
    report = partition_report(GROUP, whole, states(other, men))
    assert [one.whole_value for one in report.partitions] == [None, None]


def test_classes_are_matched_by_their_labels(tmp_path, random):
    kind = PredictionType.MULTICLASS
    truth = random.integers(0, 3, 90)
    raw = random.dirichlet(np.ones(3), 90)
    classes = ("a", "b", "c")
    whole = kept(tmp_path / "w", kind, truth, raw, np.arange(90), classes)
    # One that has never seen b, one whose classes stand in another order.
    mine = truth != 1
    two = raw[mine][:, [0, 2]]
    first = kept(tmp_path / "1", kind, truth[mine] // 2, two, np.arange(90)[mine], ("a", "c"))
    turned = kept(
        tmp_path / "2",
        kind,
        2 - truth[~mine],
        raw[~mine][:, ::-1],
        np.arange(90)[~mine],
        ("c", "b", "a"),
    )
    report = partition_report(GROUP, whole, states(first, turned))
    predicted = np.where(mine, raw[:, [0, 2]].argmax(axis=1) * 2, raw.argmax(axis=1))
    assert report.pooled["Accuracy"] == pytest.approx(accuracy_score(truth, predicted))
    assert why_unfit(whole, first) is None
    stranger = kept(tmp_path / "3", kind, truth[:9], raw[:9], np.arange(9), ("a", "b", "z"))
    assert why_unfit(whole, stranger) == "It predicts 'z', which the whole model does not."
    values = truth[:9] * 1.0
    number = kept(tmp_path / "4", PredictionType.REGRESSION, values, raw[:9, :1], range(9), None)
    assert why_unfit(whole, number) == "It does not predict what the whole model predicts."


def test_a_submodel_that_failed_is_told_of(tmp_path, data):
    truth, raw = data
    whole = kept(tmp_path / "w", BINARY, truth, raw, np.arange(100), ("no", "yes"))
    failed = SubmodelState("failed", None, "One class only.")
    report = partition_report(GROUP, whole, [failed, failed])
    assert [(one.answers, one.reason) for one in report.partitions] == [(False, failed.reason)] * 2
    assert (report.pooled_rows, report.pooled, report.whole) == (0, {}, {})


def test_a_form_asks_for_the_column_that_is_no_feature(tmp_path, data):
    truth, raw = data
    version = kept(tmp_path / "w", BINARY, truth, raw, np.arange(100), ("no", "yes"))
    design = version / "design" / "task.toml"
    design.write_text(design.read_text() + '\n[features]\nn = { type = "numerical" }\n')
    assert [one.column for one in row_form(version).fields] == ["n"]
    GROUP.write(version / "partitions.json")
    field = row_form(version).fields[-1]
    assert (field.column, field.type, field.value) == ("sex", "categorical", "f")
    assert [(one.value, one.rows) for one in field.categories] == [("f", 60), ("m", 40)]
