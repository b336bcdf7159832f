"""What the terminal shows of saved models and their versions, in words and as JSON."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.draw import format_number, metrics_table
from hornbook.cli.output import console
from hornbook.cli.partitions import partitions_json, say_partitions
from hornbook.design import read_design_files
from hornbook.errors import NotFoundError
from hornbook.jobs import Retraining
from hornbook.registry import SavedModelRecord, VersionRecord
from hornbook.reports import PartitionReport
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = [
    "saved_model_json",
    "saved_models_table",
    "say_saved_model",
    "say_version",
    "version_details",
]


def saved_model_json(record: SavedModelRecord) -> dict[str, Any]:
    """A saved model with its versions."""
    before = record.previous_version
    return {
        "saved_model_id": record.saved_model_id,
        "name": record.name,
        "created_at": record.created_at.isoformat(),
        "active_version": record.active_version.version_id,
        "previous_version": None if before is None else before.version_id,
        "versions": [_version_json(version) for version in record.versions],
    }


def version_details(version: VersionRecord) -> dict[str, Any]:
    """One version with its design, data, software, and how it came about."""
    known = Provenance.read(version.folder)
    retraining = Retraining.read(version.folder)
    return {
        "version": {
            **_version_json(version),
            "threshold": (
                TrainingResult.read(version.folder) or TrainingResult("failed")
            ).threshold,
            "provenance": None if known is None else known.to_json(),
            "retraining": None if retraining is None else retraining.to_json(),
            "partitions": partitions_json(version.folder),
            "files": _files(version),
        }
    }


def saved_models_table(records: list[SavedModelRecord]) -> Table:
    """A row a saved model, with what its active version is worth."""
    table = _table("Id", "Name", "Active", "Versions", "Target", "Metric", "Value")
    for record in records:
        active = _version_json(record.active_version)
        table.add_row(
            record.saved_model_id,
            Text(record.name),
            active["version_id"],
            str(len(record.versions)),
            Text(active["target"] or ""),
            Text(active["metric"] or ""),
            format_number(active["metric_value"]),
        )
    return table


def say_saved_model(record: SavedModelRecord) -> None:
    """A saved model with its versions, the active one starred."""
    console.print(Text.assemble((record.name, "bold"), f"  {record.saved_model_id}"))
    table = _table("Version", "Metric", "Value", "Epoch", "Deployed", "Model")
    for version in record.versions:
        known = _version_json(version)
        table.add_row(
            f"{'★' if version.active else ' '} {version.version_id}",
            Text(known["metric"] or ""),
            format_number(known["metric_value"]),
            f"{known['best_epoch']}/{known['epochs']}" if known["best_epoch"] else "",
            f"{version.created_at.astimezone():%Y-%m-%d %H:%M}",
            version.session_reference,
        )
    console.print(table)
    if record.previous_version is not None:
        console.print(f"A rollback activates {record.previous_version.version_id}.")


def say_version(record: SavedModelRecord, version: VersionRecord) -> None:
    """One version with all that is known of it."""
    is_active = "active" if version.active else "not active"
    heading = (f"{record.name}@{version.version_id}", "bold")
    console.print(Text.assemble(heading, f"  {is_active}, a copy of {version.session_reference}"))
    result = TrainingResult.read(version.folder)
    if result is not None:
        console.print(metrics_table(result.metrics, result.metric, result.metric_margins))
        console.print(
            f"{result.prediction_type} of {result.target}; epoch {result.best_epoch} of "
            f"{result.epochs}; {result.train_rows or 0:,} train rows, "
            f"{result.test_rows or 0:,} test rows",
            soft_wrap=True,
        )
    partitions = PartitionReport.read(version.folder)
    if partitions is not None:
        console.print(
            f"These metrics are of the whole model. Rows go to submodels by '{partitions.column}':",
            soft_wrap=True,
        )
        say_partitions(partitions)
    known = Provenance.read(version.folder)
    if known is not None:
        for title, table in (("Train", known.train), ("Test", known.test)):
            console.print(
                f"{title} data: {table.path}, {table.rows:,} rows, {table.fingerprint}",
                soft_wrap=True,
            )
        environment = known.environment
        console.print(
            f"Python {environment.python}, Hornbook {environment.hornbook}, Keras "
            f"{environment.keras} on {environment.backend} {environment.backend_version}, "
            f"{len(environment.packages)} packages"
        )
    retraining = Retraining.read(version.folder)
    if retraining is not None:
        console.print(f"Retrained from {retraining.from_version}.")
        if retraining.comparison is not None:
            console.print(f"{retraining.comparison.sentence}.", soft_wrap=True)
    console.print(f"Files: {version.folder}", soft_wrap=True)


def _version_json(version: VersionRecord) -> dict[str, Any]:
    result = TrainingResult.read(version.folder) or TrainingResult("failed")
    return {
        "version_id": version.version_id,
        "active": version.active,
        "created_at": version.created_at.isoformat(),
        "model": version.session_reference,
        "prediction_type": result.prediction_type,
        "target": result.target,
        "metric": result.metric,
        "metric_value": result.metric_value,
        "greater_is_better": result.greater_is_better,
        "metrics": result.to_json()["metrics"],
        "best_epoch": result.best_epoch,
        "epochs": result.epochs,
        "train_rows": result.train_rows,
        "test_rows": result.test_rows,
        "folder": str(version.folder),
    }


def _files(version: VersionRecord) -> dict[str, str]:
    try:
        return dict(read_design_files(version.folder / DESIGN_FOLDER).files)
    except NotFoundError:
        return {}


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold", justify="right" if name == "Value" else "left")
    return table
