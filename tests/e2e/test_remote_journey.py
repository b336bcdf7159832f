"""A model of a server from a file to a rollback, by the client alone, on either database."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hornbook
from hornbook.serving.scoring_options import ScoringOptions

from ..postgresql import drop_tables

pytestmark = pytest.mark.slow

TEST_ROWS = 16_281


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, terminal):
    """The name of the database that the terminal's workspace is in."""
    if request.param == "sqlite":
        yield request.param
        return
    url = request.getfixturevalue("postgresql_url")
    terminal.environment["HORNBOOK_DATABASE"] = url
    yield request.param
    drop_tables(url)


def test_adult_from_the_file_to_a_rollback(terminal, database, serve, data_folder):
    train, test = (data_folder / f"adult_{part}.csv" for part in ("train", "test"))
    workspace = hornbook.connect(serve(), token="a-token-for-tests")
    task = workspace.create_task(
        workspace.upload(train), "income", test_dataset=workspace.upload(test)
    )
    session = task.train(settings={"training.epochs": 1, "training.batch_size": 256})
    assert (session.result.train_rows, session.result.epochs) == (32_561, 1)
    assert (terminal.home / "hornbook.db").exists() == (database == "sqlite")
    reported = session.model.test_predictions()
    assert reported["row"].tolist() == list(range(TEST_ROWS))
    assert reported["truth"].tolist() == pd.read_csv(test)["income"].tolist()

    session.model.deploy("Adult income")
    saved = workspace.saved_model("Adult income")
    scored_file = terminal.folder / "scored.csv"
    options = ScoringOptions(columns=("income",))
    scoring = workspace.score("Adult income", test, scored_file, options)
    assert (scoring.scored_rows, scoring.rejected_rows) == (TEST_ROWS, 0)
    scored = pd.read_csv(scored_file)
    assert scored["income"].tolist() == reported["truth"].tolist()
    same_predictions(scored, reported)
    evaluation = saved.evaluate(test)
    assert evaluation.rows == TEST_ROWS
    for name, value in session.model.metrics.items():
        assert evaluation.metric(name).value == pytest.approx(value, abs=1e-4), name

    newer = saved.retrain(settings={"training.epochs": 2}, activate="if-better")
    assert (newer.version_id, newer.result.epochs) == ("v2", 2)
    compared = newer.comparison
    assert (compared.compared_on, compared.rows) == ("same test rows", TEST_ROWS)
    assert compared.older == session.model.metrics["ROC AUC"]
    assert compared.newer == newer.metrics["ROC AUC"]
    assert newer.active == compared.is_better
    assert saved.activate("v2").active
    assert saved.rollback().version_id == "v1"
    assert saved.active_version.metrics == session.model.metrics
    assert [one.active for one in saved.versions] == [True, False]


def same_predictions(predicted, reported):
    """Expects the same classes, and the same probabilities but for float32's last digits."""
    assert predicted["prediction"].tolist() == reported["prediction"].tolist()
    for name in ("proba_<=50K", "proba_>50K"):
        np.testing.assert_allclose(predicted[name], reported[name], rtol=0, atol=1e-6)
