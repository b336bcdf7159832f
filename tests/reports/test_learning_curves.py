from __future__ import annotations

from hornbook.reports import learning_curves
from hornbook.training.events import EventWriter
from hornbook.training.profile import EpochProfile
from hornbook.training.result import TrainingResult


def epoch(events, number, loss, *, best, **more):
    events.write("epoch", epoch=number, logs={"loss": loss, **more}, best=best, seconds=number / 2)


def test_nothing_has_happened_yet(tmp_path):
    curves = learning_curves(tmp_path)
    assert (curves.epochs, curves.series, curves.best_epoch, curves.ended) == ([], {}, None, False)


def test_a_running_training_is_followed(tmp_path):
    events = EventWriter(tmp_path)
    events.write("stage", stage="training")
    events.write("fit_started", epochs=10, batches=3)
    epoch(events, 1, 0.5, best=True)
    events.write("batch", epoch=2, batch=1, batches=3, batches_per_second=1.0)
    epoch(events, 2, 0.25, best=True, **{"Test ROC AUC": 0.75})
    epoch(events, 3, float("nan"), best=False)
    events.close()
    curves = learning_curves(tmp_path)
    assert curves.epochs == [1, 2, 3]
    assert curves.series == {"loss": [0.5, 0.25, None], "Test ROC AUC": [None, 0.75, None]}
    assert (curves.best_epoch, curves.epochs_run, curves.planned_epochs) == (2, 3, 10)
    assert curves.seconds == [0.5, 1.0, 1.5]
    assert (curves.elapsed_seconds, curves.batches) == ([0.5, 1.5, 3.0], 3)
    assert (curves.ended, curves.fold) == (False, None)


def test_a_fold_starts_anew(tmp_path):
    events = EventWriter(tmp_path)
    events.write("fold", fold=1, folds=3)
    epoch(events, 1, 0.5, best=True)
    events.write("fold", fold=2, folds=3)
    epoch(events, 1, 0.25, best=True)
    curves = learning_curves(tmp_path)
    assert (curves.series, curves.fold, curves.folds) == ({"loss": [0.25]}, 2, 3)
    events.write("retraining", epochs=4, train_rows=10)
    epoch(events, 1, 0.125, best=False)
    events.close()
    curves = learning_curves(tmp_path)
    assert (curves.series, curves.fold, curves.folds) == ({"loss": [0.125]}, None, 3)
    assert curves.best_epoch is None


def test_of_one_that_ended_the_result_is_told(tmp_path):
    n = 4_000
    profile = EpochProfile.of(0.5, {})
    TrainingResult(
        "finished",
        has_model=True,
        best_epoch=1_234,
        history={"loss": [float(at) for at in range(n)], "val_loss": [0.0] * n},
        profile=(profile,) * (n - 1),
    ).write(tmp_path)
    curves = learning_curves(tmp_path)
    assert curves.ended
    assert len(curves.epochs) <= 1_500
    assert (curves.epochs[0], curves.epochs[-1], curves.epochs_run) == (1, n, n)
    assert 1_234 in curves.epochs
    assert curves.series["loss"] == [number - 1 for number in curves.epochs]
    assert curves.seconds == [0.5] * (len(curves.epochs) - 1) + [None]
    # Of epochs that are left out, the time counts.
    assert curves.elapsed_seconds[:-1] == [number / 2 for number in curves.epochs[:-1]]
    assert (curves.elapsed_seconds[-1], curves.batches) == (None, None)


def test_a_training_that_failed_shows_what_it_did(tmp_path):
    events = EventWriter(tmp_path)
    epoch(events, 1, 0.5, best=False)
    events.close()
    TrainingResult("failed", reason="out of memory").write(tmp_path)
    curves = learning_curves(tmp_path)
    assert (curves.ended, curves.series) == (True, {"loss": [0.5]})
