"""What became of each column of the table: kept beside a model, for those who read its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.data import Table
from hornbook.design import DesignFolder
from hornbook.features import FeaturePipeline

__all__ = ["COLUMNS_FILE", "describe_columns", "read_columns", "write_columns"]

COLUMNS_FILE = "columns.json"
"""In the folder of a trained model."""

_MISSING_OPTIONS = ("missing", "impute_with", "impute_value")


def describe_columns(
    design: DesignFolder, table: Table, pipeline: FeaturePipeline
) -> dict[str, Any]:
    """The columns of the table with their roles, and the inputs with the columns that fill them.

    Args:
        design: as trained.
        table: of the train file.
        pipeline: fitted.

    Returns:
        JSON values. `columns`: each column of the table with `column`, `role` (`input`, `target`,
        `weight` or `reject`), `storage`, `missing_rows` and, where it feeds the network, `type`,
        `handling`, `options` that differ from their defaults, `missing` (the options on missing
        values), `input`, and `made`, the names of the numbers that its handling gives. `inputs`:
        each with `name`, `shape`, `dtype` and `columns`, each a `name` with its `sources`; with
        steps these are what is left after them, and `steps` says which.
    """
    features = {
        feature.column: (feature, fitted)
        for feature, fitted in zip(pipeline.features, pipeline.fitted, strict=True)
    }
    task = design.task
    columns = []
    for column in table.columns:
        described: dict[str, Any] = {
            "column": column.name,
            "role": "reject",
            "storage": str(column.storage),
            "missing_rows": column.missing,
        }
        if column.name in features:
            feature, fitted = features[column.name]
            handling = feature.handling
            options = handling.model_dump(mode="json")
            described |= {
                "role": "input",
                "type": str(handling.feature_type),
                "handling": handling.name,
                "missing": {name: options[name] for name in _MISSING_OPTIONS if name in options},
                "options": {
                    name: value
                    for name, value in handling.model_dump(
                        mode="json", exclude_defaults=True
                    ).items()
                    if name not in _MISSING_OPTIONS
                },
                "input": feature.input,
                "made": [output.name for output in fitted.outputs],
            }
        elif column.name in task.target_columns:
            described["role"] = "target"
        elif column.name == task.weights.sample_weight:
            described["role"] = "weight"
        columns.append(described)
    return {
        "columns": columns,
        "inputs": [
            {
                "name": spec.name,
                "shape": list(spec.shape),
                "dtype": spec.dtype,
                "columns": [
                    {"name": one.name, "sources": list(one.sources)} for one in spec.columns
                ],
                "steps": [step.name for step in pipeline.steps] if spec.name == "main" else [],
            }
            for spec in pipeline.inputs.values()
        ],
    }


def write_columns(
    design: DesignFolder, table: Table, pipeline: FeaturePipeline, folder: Path
) -> None:
    """Writes the description into the folder of a trained model."""
    write_json_atomically(folder / COLUMNS_FILE, describe_columns(design, table, pipeline))


def read_columns(folder: Path) -> dict[str, Any] | None:
    """The description in the folder of a trained model; `None` where it was not written."""
    try:
        found: dict[str, Any] = json.loads((folder / COLUMNS_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found
