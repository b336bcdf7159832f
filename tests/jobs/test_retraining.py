"""What becomes of a retrained model: one version, whoever finishes it, active or not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hornbook.data import TableStore
from hornbook.design import DesignFolder, create_design
from hornbook.errors import NotFoundError, UntrustedModelError, UsageError
from hornbook.jobs import (
    Retraining,
    checked_policy,
    deploy_model,
    finish_retraining,
    finish_retrainings,
    plan_retraining,
    retrainings_of,
)
from hornbook.jobs.training import queue_training
from hornbook.registry import Registry, SessionStatus

from ..kept_sessions import frozen, keep_model


@pytest.fixture
def registry(home):
    with Registry(home) as one:
        yield one


@pytest.fixture
def design(registry, tmp_path):
    rows = "".join(f"{number % 20},{number % 2}\n" for number in range(200))
    (tmp_path / "table.csv").write_text("x,y\n" + rows)
    table = TableStore(registry.home / "datasets").read(tmp_path / "table.csv")
    create_design(tmp_path / "task", table, tmp_path / "table.csv", "y")
    return DesignFolder.read(tmp_path / "task")


@pytest.fixture
def deployed(registry, design):
    """A saved model with one version, of ROC AUC 0.8."""
    session = keep_model(registry, queue_training(registry, design))
    deploy_model(registry, session, "answers")
    return registry.saved_model("answers")


@pytest.fixture
def retrained(registry, deployed):
    """Queues a retraining, and ends its training with a value."""

    def make(value=0.9, activate="always", **kept):
        again, plan = plan_retraining(registry, deployed, activate=activate)
        session = queue_training(registry, again)
        plan.write(session.folder)
        return keep_model(registry, session, value=value, **kept)

    return make


def test_the_design_is_that_of_the_version_with_the_settings_in_it(
    registry, design, deployed, tmp_path
):
    (design.path / "architecture.py").write_text("broken(")
    newer = tmp_path / "newer.csv"
    newer.write_text("x,y\n")
    again, plan = plan_retraining(
        registry, deployed, data=newer, settings=["training.epochs=3"], version_id="v1"
    )
    assert again.task.training.epochs == 3
    assert again.data_path == newer
    assert again.path == deployed.active_version.folder / "design"
    assert registry.ensure_task(again.base) == registry.find_task(design.path)
    assert plan == Retraining(deployed.saved_model_id, "v1", "always")


def test_what_cannot_be_trained_again_says_why(registry, design, deployed, tmp_path):
    with pytest.raises(NotFoundError, match="has no version 'v9'"):
        plan_retraining(registry, deployed, version_id="v9")
    with pytest.raises(NotFoundError, match=r"There is no file .*none\.csv"):
        plan_retraining(registry, deployed, data=tmp_path / "none.csv")
    version = deployed.active_version.folder / "design"
    (version / "architecture.py").write_text("print('a stranger')")
    with pytest.raises(UntrustedModelError, match="needs the code of its design"):
        plan_retraining(registry, deployed)
    version.rename(version.with_name("elsewhere"))
    with pytest.raises(NotFoundError, match="has no design to train"):
        plan_retraining(registry, deployed)


def test_a_retrained_model_is_the_next_and_active_version(registry, deployed, retrained):
    session = retrained()
    ended = finish_retraining(registry, session)
    assert (ended.version_id, ended.activated, ended.reason) == ("v2", True, "as asked for")
    version = registry.saved_model("answers").active_version
    assert (version.version_id, version.session_reference) == ("v2", session.reference)
    assert Retraining.read(version.folder).from_version == "v1"
    assert Retraining.read(session.folder) == ended
    assert finish_retraining(registry, session) == ended
    [(found, told)] = retrainings_of(registry, registry.saved_model("answers"))
    assert (found.reference, told) == (session.reference, ended)


@pytest.mark.parametrize(
    ("value", "activate", "active", "words"),
    [
        (0.9, "if-better", "v2", "ROC AUC 0.9, better than 0.8 of v1, on the same 40 test rows"),
        (0.8, "if-better", "v1", "ROC AUC 0.8, not better than 0.8 of v1"),
        (0.9, "never", "v1", "no version is to be activated"),
        (0.1, "always", "v2", "as asked for"),
    ],
)
def test_the_policy_says_which_version_is_active(
    registry, retrained, value, activate, active, words
):
    ended = finish_retraining(registry, retrained(value, activate))
    assert words in ended.reason
    assert ended.activated == (active == "v2")
    assert registry.saved_model("answers").active_version.version_id == active
    assert (ended.comparison is not None) == (activate == "if-better")


def test_several_processes_finish_it_once(registry, retrained, home):
    session = retrained()

    def finish(_):
        with Registry(home) as other:
            return finish_retraining(other, session).version_id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(finish, range(4))) == {"v2"}
    assert len(registry.saved_model("answers").versions) == 2


def test_a_crash_between_version_and_note_makes_no_second_version(registry, retrained):
    session = retrained()
    ended = finish_retraining(registry, session)
    replace(ended, version_id=None, activated=False, reason=None).write(session.folder)
    assert finish_retraining(registry, session).version_id == "v2"
    assert len(registry.saved_model("answers").versions) == 2


def test_what_ended_unwatched_is_finished_later(registry, deployed, retrained):
    retrained()
    waiting, plan = plan_retraining(registry, deployed)
    plan.write(queue_training(registry, waiting).folder)
    finish_retrainings(registry)
    assert len(registry.saved_model("answers").versions) == 2
    states = [told.is_over for _, told in retrainings_of(registry, deployed)]
    assert states == [True, False]


def test_a_failed_training_makes_no_version(registry, deployed):
    again, plan = plan_retraining(registry, deployed)
    session = queue_training(registry, again)
    plan.write(session.folder)
    session = registry.update_session(session, status=SessionStatus.FAILED, reason="out of memory")
    ended = finish_retraining(registry, session)
    assert (ended.version_id, ended.reason) == (None, "The training failed: out of memory")
    assert len(registry.saved_model("answers").versions) == 1


def test_a_saved_model_that_is_gone_is_said(registry, retrained):
    session = retrained()
    registry.delete_saved_model("answers")
    ended = finish_retraining(registry, session)
    assert ended.version_id is None
    assert "does not exist" in ended.reason
    assert registry.saved_models() == []


def test_an_ordinary_session_is_no_retraining(registry, design):
    session = keep_model(registry, queue_training(registry, design))
    assert finish_retraining(registry, session) is None


@pytest.mark.slow
def test_other_metric_settings_are_no_common_measure(registry, deployed, retrained):
    session = retrained(0.9, "if-better")
    task = frozen(session)
    task.write_text(task.read_text() + "\n")
    text = task.read_text().replace("[metrics]", "[metrics]\nlift_share = 0.3", 1)
    task.write_text(text)
    comparison = finish_retraining(registry, session).comparison
    # The files of these sessions hold no network, so the older one cannot be measured again.
    assert comparison.compared_on == "own test rows"
    assert comparison.notes[0].startswith("v1 could not be measured on the new test rows: ")
    assert (comparison.older, comparison.newer, comparison.is_better) == (0.8, 0.9, True)


def test_a_cross_test_is_compared_by_what_the_trainings_measured(registry, retrained):
    from hornbook.training.result import FoldResult

    fold = FoldResult(1, {"ROC AUC": 0.7}, {}, 1, 2, 100, 100, None, 1.0)
    session = retrained(0.7, "if-better", digest="4567", folds=(fold,))
    comparison = finish_retraining(registry, session).comparison
    assert comparison.compared_on == "own test rows"
    assert "the new training is a cross-test" in comparison.notes[0]
    assert not comparison.is_better


def test_an_unknown_policy_is_refused():
    with pytest.raises(UsageError, match="expected one of always, never, if-better"):
        checked_policy("better")
