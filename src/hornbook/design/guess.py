"""The first design of a table: what to predict, and what each column is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from hornbook.data import Column, Meaning, Storage, Table
from hornbook.errors import DataError, NotFoundError, did_you_mean
from hornbook.features import FeatureType, TargetEncoder
from hornbook.features.handling import column_expression
from hornbook.features.target import Label
from hornbook.metrics import PredictionType

__all__ = ["Guess", "guess_design", "guess_prediction_type"]

_TYPE_OF_MEANING = {
    Meaning.NUMERIC: FeatureType.NUMERICAL,
    Meaning.CATEGORY: FeatureType.CATEGORICAL,
    Meaning.BOOLEAN: FeatureType.CATEGORICAL,
}
_MOST_CATEGORIES_OF_A_LEAK = 50


@dataclass(frozen=True)
class Guess:
    """What a new design says.

    Attributes:
        prediction_type: of the target.
        classes: found on all rows; `None` for regression.
        types: the feature type of each column that feeds the network.
        rejected: each other column but the target, with the reason.
        rows: usable rows, those with a target.
        rows_without_target: dropped from everything.
    """

    prediction_type: PredictionType
    classes: tuple[Label, ...] | None
    types: Mapping[str, FeatureType]
    rejected: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    rows_without_target: int = 0


def guess_prediction_type(column: Column) -> PredictionType:
    """Two values are binary, other numbers regression, other values multiclass."""
    if column.distinct == 2 or column.storage is Storage.BOOLEAN:
        return PredictionType.BINARY
    if column.meaning is Meaning.NUMERIC or column.storage in (Storage.INTEGER, Storage.FLOAT):
        return PredictionType.REGRESSION
    return PredictionType.MULTICLASS


def guess_design(table: Table, target: str, prediction_type: PredictionType | None = None) -> Guess:
    """Guesses a whole design from a table.

    Args:
        table: the train data.
        target: the column to predict.
        prediction_type: given by the user, or guessed from the target.

    Raises:
        NotFoundError: the table has no such column.
        DataError: the target cannot be predicted as that type.
    """
    if target not in table.column_names:
        raise NotFoundError(
            f"The table has no column '{target}'. {did_you_mean(target, table.column_names)}",
            fix="Name the column to predict with --target.",
        )
    column = table.column(target)
    chosen = prediction_type or guess_prediction_type(column)
    series = table.read_column(target)
    encoder = _target_encoder(series, column, chosen)
    usable = encoder.usable_rows(series)
    types: dict[str, FeatureType] = {}
    rejected: dict[str, str] = {}
    for candidate in table.columns:
        if candidate.name == target:
            continue
        reason = _reason_to_reject(candidate)
        if reason is None:
            types[candidate.name] = _TYPE_OF_MEANING[candidate.meaning]
        else:
            rejected[candidate.name] = reason
    if encoder.classes is not None:
        for name in _leaks(table, target, types):
            del types[name]
            rejected[name] = f"gives '{target}' away: each of its values goes with one class"
    if not types:
        raise DataError(
            f"No column of the table can feed the network: {_sentence(rejected)}.",
            fix="Bring a table with columns of numbers or categories.",
        )
    return Guess(
        chosen,
        encoder.classes,
        types,
        rejected,
        rows=int(usable.sum()),
        rows_without_target=int((~usable).sum()),
    )


def _target_encoder(
    series: pl.Series, column: Column, prediction_type: PredictionType
) -> TargetEncoder:
    if prediction_type is not PredictionType.REGRESSION:
        encoder = TargetEncoder.for_classes(series)
        classes = encoder.classes or ()
        if prediction_type is PredictionType.BINARY and len(classes) != 2:
            raise DataError(
                f"The target '{column.name}' has {len(classes)} classes, "
                "binary classification needs two.",
                fix="Use --type multiclass.",
            )
        return encoder
    encoder = TargetEncoder(column.name)
    if column.storage not in (Storage.INTEGER, Storage.FLOAT, Storage.BOOLEAN):
        raise DataError(
            f"The target '{column.name}' holds {column.storage} values, regression needs numbers.",
            fix="Use --type multiclass, or choose another target.",
        )
    if not encoder.usable_rows(series).any():
        raise DataError(f"The target '{column.name}' has no value in any row.")
    return encoder


def _reason_to_reject(column: Column) -> str | None:
    if column.distinct <= 1:
        if not column.distinct:
            return "no value in any row"
        return f"the same value in every row{' that has one' if column.missing else ''}"
    if column.meaning is Meaning.IDENTIFIER:
        return "an identifier: a value of its own in every row"
    if column.meaning not in _TYPE_OF_MEANING:
        return f"no handling for the meaning '{column.meaning}' yet"
    return None


def _leaks(table: Table, target: str, types: Mapping[str, FeatureType]) -> list[str]:
    """Categories that hold the target under another spelling.

    A column leaks when each of its few values goes with exactly one class and it tells
    all classes apart.
    """
    candidates = [
        name
        for name, kind in types.items()
        if kind is FeatureType.CATEGORICAL
        and table.column(name).distinct <= _MOST_CATEGORIES_OF_A_LEAK
        and table.column(name).distinct * 10 < table.n_rows
    ]
    known = table.scan().filter(column_expression(target).is_not_null())
    leaks = []
    for name in candidates:
        values = column_expression(name).alias("value")
        classes = known.group_by(values).agg(column_expression(target).n_unique().alias("classes"))
        most = classes.select(pl.col("classes").max()).collect(engine="streaming").item()
        if most == 1:
            leaks.append(name)
    return leaks


def _sentence(rejected: Mapping[str, str]) -> str:
    return "; ".join(f"'{name}' ({reason})" for name, reason in list(rejected.items())[:5])
