"""Weights of earlier models, asked for outside a training."""

from __future__ import annotations

import pytest

from hornbook.errors import HornbookError, NotFoundError
from hornbook.registry import Registry
from hornbook.registry.transfer import (
    get_keras_model_location_from_saved_model,
    get_keras_model_location_from_trained_model,
)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("HORNBOOK_HOME", str(tmp_path / "home"))
    with Registry(tmp_path / "home") as opened:
        yield opened


def test_outside_a_training_all_ids_are_needed(registry):
    with pytest.raises(HornbookError, match="analysis_id, mltask_id cannot be left out"):
        get_keras_model_location_from_trained_model(session_id="s1")


def test_ids_that_do_not_exist_are_named_with_those_that_do(registry, tmp_path):
    task = registry.ensure_task(tmp_path / "wine")
    session = registry.create_session(task)
    ids = {"analysis_id": task.analysis_id, "mltask_id": task.mltask_id}
    with pytest.raises(NotFoundError, match="s9") as unknown:
        get_keras_model_location_from_trained_model("s9", **ids)
    assert "s1" in str(unknown.value)
    with pytest.raises(NotFoundError, match="is queued and has no model"):
        get_keras_model_location_from_trained_model("s1", **ids)
    registry.update_session(session, has_model=True, status="finished")
    path = get_keras_model_location_from_trained_model("s1", **ids)
    assert path == str(session.folder / "model" / "model.keras")
    with pytest.raises(NotFoundError, match="xxxxxxxx"):
        get_keras_model_location_from_saved_model("xxxxxxxx")
