"""A typical row of a model, and what its columns may hold: a form to try the model with."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from hornbook.design import DesignFolder
from hornbook.features import FeatureType
from hornbook.features.column_sketch import ColumnSketch
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.feature_columns import read_columns
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.kept_sketches import read_sketches
from hornbook.training.partitions import PARTITIONS_FILE, Partitions

__all__ = ["FormCategory", "FormField", "RowForm", "row_form"]

_MOST_CATEGORIES = 200
_STEPS = 100
_DAY_SECONDS = 86_400


class FormCategory(BaseModel):
    """A category that the train rows have."""

    model_config = ConfigDict(frozen=True)

    value: str
    rows: int = Field(description="of the sample that was kept of the train rows")


class FormField(BaseModel):
    """A column that the model reads."""

    model_config = ConfigDict(frozen=True)

    column: str
    type: FeatureType
    value: float | str | list[float] | None = Field(
        description="a typical one: the median, the most frequent category, zeros for a vector"
    )
    minimum: float | str | None = Field(None, description="of the train rows; dates as texts")
    maximum: float | str | None = None
    step: float | None = Field(None, description="of a slider between these; 1 for whole numbers")
    has_time: bool = Field(False, description="whether dates are moments of a day")
    has_missing: bool = Field(False, description="whether train rows lack a value")
    categories: list[FormCategory] = Field(
        default_factory=list, description="the most frequent first"
    )
    has_more_categories: bool = False


class RowForm(BaseModel):
    """The columns of a row, in the order of the table."""

    model_config = ConfigDict(frozen=True)

    fields: list[FormField]
    is_typical: bool = Field(
        description="whether the values of some columns are known, from what the model kept of "
        "its train rows"
    )


def row_form(folder: Path) -> RowForm:
    """The form of a model.

    Args:
        folder: of a session with a model, or of a version.
    """
    sketches = (read_sketches(folder / MODEL_FOLDER) or {}).get("inputs", {})
    kept = read_columns(folder / MODEL_FOLDER)
    if kept is None:
        features = DesignFolder.read(folder / DESIGN_FOLDER).task.input_features
        columns = {one.column: (one.handling.feature_type, 0) for one in features}
    else:
        columns = {
            one["column"]: (FeatureType(one["type"]), len(one["made"]))
            for one in kept["columns"]
            if one["role"] == "input"
        }
    fields = [
        _field(column, kind, n_made, sketches.get(column))
        for column, (kind, n_made) in columns.items()
    ]
    partitions = Partitions.read(folder / PARTITIONS_FILE)
    if partitions is not None and partitions.column not in columns:
        fields.append(_partition_field(partitions))
    return RowForm(
        fields=fields, is_typical=any(one.minimum is not None or one.categories for one in fields)
    )


def _partition_field(partitions: Partitions) -> FormField:
    """The column that decides which submodel answers, where it is no feature."""
    largest = sorted(partitions, key=lambda one: -one.rows)
    return FormField(
        column=partitions.column,
        type=FeatureType.CATEGORICAL,
        value=largest[0].value,
        categories=[FormCategory(value=one.value, rows=one.rows) for one in largest],
    )


def _field(column: str, kind: FeatureType, n_made: int, sketch: ColumnSketch | None) -> FormField:
    if kind is FeatureType.VECTOR:
        return FormField(column=column, type=kind, value=[0.0] * n_made)
    if kind is FeatureType.TEXT:
        return FormField(column=column, type=kind, value="")
    empty = FormField(column=column, type=kind, value=None)
    if sketch is None:
        return empty
    known = empty.model_copy(update={"has_missing": sketch.missing > 0})
    if kind is FeatureType.CATEGORICAL:
        known = _with_categories(known, sketch)
    elif kind is FeatureType.NUMERICAL and len(sketch.numbers):
        known = _with_range(known, sketch.numbers)
    elif kind is FeatureType.DATE and len(sketch.numbers):
        known = _with_moments(known, sketch.numbers)
    return known


def _with_categories(field: FormField, sketch: ColumnSketch) -> FormField:
    shown = list(sketch.counts.items())[:_MOST_CATEGORIES]
    more = len(shown) < len(sketch.counts) or sketch.others > 0
    return field.model_copy(
        update={
            "value": shown[0][0] if shown else None,
            "categories": [FormCategory(value=value, rows=rows) for value, rows in shown],
            "has_more_categories": more,
        }
    )


def _with_range(field: FormField, numbers: NDArray[np.float64]) -> FormField:
    lowest, highest = float(numbers[0]), float(numbers[-1])
    step = 1.0
    if not (numbers == np.round(numbers)).all():
        # A number of a power of ten, so that sliders stop at short ones.
        step = 10.0 ** math.floor(math.log10((highest - lowest) / _STEPS or 1.0))
    return field.model_copy(
        update={
            # One that came, not the middle of two.
            "value": float(numbers[len(numbers) // 2]),
            "minimum": lowest,
            "maximum": highest,
            "step": step,
        }
    )


def _with_moments(field: FormField, seconds: NDArray[np.float64]) -> FormField:
    has_time = bool((seconds % _DAY_SECONDS != 0).any())

    def spelled(moment: float) -> str:
        text = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None).isoformat("T", "seconds")
        return text if has_time else text.partition("T")[0]

    return field.model_copy(
        update={
            "value": spelled(float(seconds[len(seconds) // 2])),
            "minimum": spelled(float(seconds[0])),
            "maximum": spelled(float(seconds[-1])),
            "has_time": has_time,
        }
    )
