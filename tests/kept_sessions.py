"""Sessions with the files of a model, as trainings leave them; no network is in them."""

from __future__ import annotations

from pathlib import Path

from hornbook.registry import Registry, SessionRecord
from hornbook.training.provenance import Environment, Provenance, TableOrigin
from hornbook.training.result import TrainingResult
from hornbook.training.trust import TrustedModels

__all__ = ["keep_model"]


def keep_model(
    registry: Registry,
    session: SessionRecord,
    *,
    value: float = 0.8,
    fingerprint: str = "aaaa",
    digest: str | None = "0123",
    packages: dict[str, str] | None = None,
    **result: object,
) -> SessionRecord:
    """Ends a session as if it had kept a model whose ROC AUC is `value`."""
    model = session.folder / "model"
    (model / "features").mkdir(parents=True)
    (model / "model.keras").write_bytes(session.reference.encode())
    (model / "model.json").write_text("{}")
    (session.folder / "design").mkdir(exist_ok=True)
    values = {
        "has_model": True,
        "prediction_type": "binary",
        "target": "bought",
        "metric": "ROC AUC",
        "greater_is_better": True,
        "metrics": {"Accuracy": value / 2, "ROC AUC": value},
        "measured_on": "test",
        "best_epoch": 1,
        "epochs": 2,
        "train_rows": 160,
        "test_rows": 40,
        **result,
    }
    TrainingResult("finished", **values).write(session.folder)  # type: ignore[arg-type]
    table = TableOrigin("/data/people.csv", fingerprint, 200)
    environment = Environment(
        "3.11.7", "0.1.0", "3.12.0", "jax", "0.6.0", "Linux", packages or {"keras": "3.12.0"}
    )
    Provenance(table, table, digest, environment).write(session.folder)
    TrustedModels(registry.home).add(session.folder, "trained here")
    return registry.update_session(
        session, status="finished", has_model=True, metric="ROC AUC", metric_value=value
    )


def frozen(session: SessionRecord, name: str = "task.toml") -> Path:
    """A file of a session's frozen design."""
    return session.folder / "design" / name
