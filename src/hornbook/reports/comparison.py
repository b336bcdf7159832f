"""Models side by side: their metrics, and how their designs, code, data and software differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from hornbook.design import TASK_FILE, DesignFolder, read_design_files
from hornbook.errors import HornbookError, UsageError
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = ["CodeDifference", "ComparedValues", "ModelComparison", "compare_models"]


class ComparedValues(BaseModel):
    """One thing of every model."""

    name: str = Field(description="of the metric, setting or package")
    values: list[Any] = Field(description="in the order of the models; null where one has none")


class CodeDifference(BaseModel):
    """A file that is not the same in two models."""

    file: str
    before: str = Field(description="the model that the others are held against: the first")
    after: str = Field(description="the other model")
    diff: str = Field(description="in unified form, from the one to the other")


class ModelComparison(BaseModel):
    """Models side by side."""

    models: list[str] = Field(description="as they are called")
    metric: str | None = Field(description="that chose the first one's epoch")
    greater_is_better: bool | None = Field(description="of that metric")
    metrics: list[ComparedValues] = Field(description="on each model's own test rows")
    same_test_rows: bool | None = Field(
        description="whether all were measured on the same rows; null where that is not known"
    )
    facts: list[ComparedValues] = Field(description="epochs, rows, data and versions that differ")
    settings: list[ComparedValues] = Field(description="of the designs, where they differ")
    packages: list[ComparedValues] = Field(description="installed versions, where they differ")
    code: list[CodeDifference] = Field(description="of all files but task.toml")


def compare_models(models: Mapping[str, Path]) -> ModelComparison:
    """Models side by side; nothing of them is run.

    Args:
        models: their folders, by what they are to be called.

    Raises:
        UsageError: there are fewer than two.
    """
    if len(models) < 2:
        raise UsageError(
            f"A comparison needs two models, got {', '.join(models) or 'none'}.",
            fix="Name another one.",
        )
    folders = list(models.values())
    results = [TrainingResult.read(folder) or TrainingResult("failed") for folder in folders]
    known = [Provenance.read(folder) for folder in folders]
    metrics = [result.metrics for result in results]
    designs = [_settings(folder / DESIGN_FOLDER) for folder in folders]
    packages = [{} if one is None else dict(one.environment.packages) for one in known]
    return ModelComparison(
        models=list(models),
        metric=results[0].metric,
        greater_is_better=results[0].greater_is_better,
        metrics=list(_side_by_side(metrics)),
        same_test_rows=_same_test_rows(known),
        facts=list(_differing([_facts(*pair) for pair in zip(results, known, strict=True)])),
        settings=list(_differing(designs)),
        packages=[] if None in known else list(_differing(packages)),
        code=list(_code_differences(models)),
    )


def _same_test_rows(known: list[Provenance | None]) -> bool | None:
    first = known[0]
    if first is None or first.test_rows_digest is None:
        return None
    others = [one for one in known if one is not None and one.test_rows_digest is not None]
    return all(first.is_measured_like(one) for one in others) if len(others) == len(known) else None


def _facts(result: TrainingResult, known: Provenance | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "best epoch": result.best_epoch,
        "epochs": result.epochs,
        "threshold": result.threshold,
        "train rows": result.train_rows,
        "validation rows": result.validation_rows,
        "test rows": result.test_rows,
        "backend": result.backend,
    }
    if known is not None:
        environment = known.environment
        facts |= {
            "train data": known.train.path,
            "train data fingerprint": known.train.fingerprint,
            "test data": known.test.path,
            "test data fingerprint": known.test.fingerprint,
            "python": environment.python,
            "hornbook": environment.hornbook,
            "keras": environment.keras,
            "platform": environment.platform,
        }
    return facts


def _settings(folder: Path) -> dict[str, Any]:
    """All settings by their dotted keys, defaults too; as written, where they cannot be read."""
    try:
        values = DesignFolder.read(folder).task.model_dump(mode="json")
    except HornbookError:
        values = read_design_files(folder).written if (folder / TASK_FILE).is_file() else {}
    return dict(_flat(values))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _side_by_side(values: list[dict[str, Any]]) -> Iterator[ComparedValues]:
    for name in dict.fromkeys(name for one in values for name in one):
        yield ComparedValues(name=name, values=[one.get(name) for one in values])


def _differing(values: list[dict[str, Any]]) -> Iterator[ComparedValues]:
    for row in _side_by_side(values):
        if any(value != row.values[0] for value in row.values[1:]):
            yield row


def _code_differences(models: Mapping[str, Path]) -> Iterator[CodeDifference]:
    files = {name: _code(folder / DESIGN_FOLDER) for name, folder in models.items()}
    before, *others = models
    for file in sorted({file for one in files.values() for file in one}):
        for after in others:
            old, new = (files[name].get(file, "").splitlines() for name in (before, after))
            places = (f"{before}/{file}", f"{after}/{file}")
            lines = list(difflib.unified_diff(old, new, *places, lineterm=""))
            if lines:
                yield CodeDifference(
                    file=file, before=before, after=after, diff="\n".join(lines) + "\n"
                )


def _code(folder: Path) -> dict[str, str]:
    """The texts of all files of a frozen design but its settings."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != TASK_FILE and "__pycache__" not in path.parts
    }
