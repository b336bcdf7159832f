"""The first design of a table: what to predict, and what each column is good for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hornbook.data import Column, Meaning, Storage, Table
from hornbook.errors import DataError, HornbookError, NotFoundError, did_you_mean
from hornbook.features import FeatureType, LabelsEncoder, TargetEncoder, Targets
from hornbook.features.handling import column_expression
from hornbook.features.targets import Encoder
from hornbook.metrics import PredictionType

__all__ = [
    "Guess",
    "GuessedFeature",
    "GuessedTarget",
    "guess_design",
    "guess_prediction_type",
]

_TYPE_OF_MEANING = {
    Meaning.NUMERIC: FeatureType.NUMERICAL,
    Meaning.CATEGORY: FeatureType.CATEGORICAL,
    Meaning.BOOLEAN: FeatureType.CATEGORICAL,
    Meaning.TEXT: FeatureType.TEXT,
    Meaning.DATE: FeatureType.DATE,
    Meaning.VECTOR: FeatureType.VECTOR,
    Meaning.IMAGE_PATH: FeatureType.IMAGE,
}
_MOST_CATEGORIES_OF_A_LEAK = 50
_FEWEST_WORDS, _MOST_WORDS = 8, 256
_IMAGE_SIDE = 64
_PATHS_TO_TRY = 20


@dataclass(frozen=True)
class GuessedTarget:
    """One column to predict.

    Attributes:
        column: of the table.
        prediction_type: guessed, or as the user said.
        classes: found on all rows; `None` for regression.
        separator: multilabel: what stands between the labels.
    """

    column: str
    prediction_type: PredictionType
    classes: tuple[Any, ...] | None = None
    separator: str = "|"

    @property
    def output_name(self) -> str:
        """A name for the network's output that predicts it, e.g. `"recommended_ind"`."""
        return re.sub(r"[^a-z0-9]+", "_", self.column.lower()).strip("_") or "output"


@dataclass(frozen=True)
class GuessedFeature:
    """How a column feeds the network.

    Attributes:
        type: of the feature.
        options: the keys of its entry besides the type.
        max_words: text: how many words of a row the network gets to see.
    """

    type: FeatureType
    options: Mapping[str, Any] = field(default_factory=dict)
    max_words: int | None = None


@dataclass(frozen=True)
class Guess:
    """What a new design says.

    Attributes:
        targets: what to predict, one or several.
        features: each column that feeds the network.
        rejected: each other column but the targets, with the reason.
        rows: usable rows, those with all targets.
        rows_without_target: dropped from everything.
    """

    targets: tuple[GuessedTarget, ...]
    features: Mapping[str, GuessedFeature]
    rejected: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    rows_without_target: int = 0

    @property
    def types(self) -> dict[str, FeatureType]:
        """The feature type of each column that feeds the network."""
        return {column: feature.type for column, feature in self.features.items()}

    @property
    def prediction_type(self) -> PredictionType:
        """Of the first target."""
        return self.targets[0].prediction_type

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """Of the first target."""
        return self.targets[0].classes


def guess_prediction_type(column: Column) -> PredictionType:
    """Two values are binary, other numbers regression, other values multiclass."""
    if column.distinct == 2 or column.storage is Storage.BOOLEAN:
        return PredictionType.BINARY
    if column.meaning is Meaning.NUMERIC or column.storage in (Storage.INTEGER, Storage.FLOAT):
        return PredictionType.REGRESSION
    return PredictionType.MULTICLASS


def guess_design(
    table: Table,
    target: str | Sequence[str],
    prediction_type: PredictionType | None = None,
    *,
    base: Path | None = None,
) -> Guess:
    """Guesses a whole design from a table.

    Args:
        table: the train data.
        target: the column to predict, or several for a network with as many outputs.
        prediction_type: given by the user, or guessed from the target.
        base: the folder of the design, from which the path of an image folder is told.

    Raises:
        NotFoundError: the table has no such column.
        DataError: a target cannot be predicted as that type.
    """
    names = [target] if isinstance(target, str) else list(dict.fromkeys(target))
    encoders: dict[str, Encoder] = {}
    guessed: list[GuessedTarget] = []
    for name in names:
        if name not in table.column_names:
            raise NotFoundError(
                f"The table has no column '{name}'. {did_you_mean(name, table.column_names)}",
                fix="Name the column to predict with --target.",
            )
        column = table.column(name)
        kind = prediction_type or guess_prediction_type(column)
        encoders[name] = _target_encoder(table.read_column(name), column, kind)
        separator = getattr(encoders[name], "separator", None) or "|"
        guessed.append(GuessedTarget(name, kind, encoders[name].classes, separator))
    features: dict[str, GuessedFeature] = {}
    rejected: dict[str, str] = {}
    for candidate in table.columns:
        if candidate.name in encoders:
            continue
        feature = _feature_of(table, candidate, base)
        if isinstance(feature, GuessedFeature):
            features[candidate.name] = feature
        else:
            rejected[candidate.name] = feature
    for one in guessed:
        if one.prediction_type in (PredictionType.BINARY, PredictionType.MULTICLASS):
            for name in _leaks(table, one.column, features):
                del features[name]
                rejected[name] = (
                    f"gives '{one.column}' away: each of its values goes with one class"
                )
    if not features:
        raise DataError(
            f"No column of the table can feed the network: {_sentence(rejected)}.",
            fix="Bring a table with columns that tell something of the target.",
        )
    frame = pl.DataFrame([table.read_column(name) for name in names])
    usable = Targets(encoders).usable_rows(frame)
    return Guess(
        tuple(guessed),
        features,
        rejected,
        rows=int(usable.sum()),
        rows_without_target=int((~usable).sum()),
    )


def _target_encoder(series: pl.Series, column: Column, prediction_type: PredictionType) -> Encoder:
    if prediction_type is PredictionType.MULTILABEL:
        return _labels_encoder(series)
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


def _labels_encoder(series: pl.Series) -> LabelsEncoder:
    """With the separator that makes the labels repeat most."""
    found = []
    for separator in ("|", ",", ";", " "):
        try:
            found.append(LabelsEncoder.for_texts(series, separator))
        except HornbookError:
            continue
    with_separator = [
        encoder
        for encoder in found
        if series.cast(pl.String).str.contains(encoder.separator or "", literal=True).any()
    ]
    if not with_separator:
        raise DataError(
            f"The target '{series.name}' holds no rows of several labels, such as 'red|small'.",
            fix="Use --type multiclass; or write [target] columns = […] for labels with columns "
            "of their own.",
        )
    return min(with_separator, key=lambda encoder: encoder.n_classes)


def _feature_of(table: Table, column: Column, base: Path | None) -> GuessedFeature | str:
    """How a column feeds the network, or why it does not."""
    if column.distinct <= 1:
        if not column.distinct:
            return "no value in any row"
        return f"the same value in every row{' that has one' if column.missing else ''}"
    if column.meaning is Meaning.IDENTIFIER:
        return "an identifier: a value of its own in every row"
    kind = _TYPE_OF_MEANING[column.meaning]
    if kind is FeatureType.TEXT:
        return GuessedFeature(kind, {"handling": "custom"}, _words_to_see(table, column.name))
    return _images(table, column.name, base) if kind is FeatureType.IMAGE else GuessedFeature(kind)


def _images(table: Table, column: str, base: Path | None) -> GuessedFeature | str:
    folder = _image_folder(table, column)
    if folder is None:
        return (
            'paths of images that are not found beside the table; give it type = "image" and '
            "folder = the name or path of their folder"
        )
    path = folder if base is None else _from(base, folder)
    size = {"height": _IMAGE_SIDE, "width": _IMAGE_SIDE}
    return GuessedFeature(FeatureType.IMAGE, {"folder": path.as_posix(), **size})


def _words_to_see(table: Table, column: str) -> int:
    """As many words as 95 of 100 texts have at most, within limits."""
    words = column_expression(column).str.count_matches(r"\S+").quantile(0.95)
    found = table.scan().select(words.alias("words")).collect(engine="streaming").item()
    return int(np.clip(np.ceil(found or 1), _FEWEST_WORDS, _MOST_WORDS))


def _image_folder(table: Table, column: str) -> Path | None:
    """The table's folder, or one in it, in which the first images are."""
    beside = Path(table.source).parent
    paths = table.read_column(column).drop_nulls().head(_PATHS_TO_TRY).to_list()
    inner = sorted(path for path in beside.iterdir() if path.is_dir())
    for folder in (beside, *inner):
        found = sum(_is_file(folder / path.lstrip("/")) for path in paths)
        if 2 * found > len(paths):
            return folder
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # No path at all, such as an image in Base64.
        return False


def _from(base: Path, folder: Path) -> Path:
    """A folder's path from the design folder; absolute where that is far."""
    relative = Path(os.path.relpath(folder.resolve(), base.resolve()))
    return relative if sum(part == ".." for part in relative.parts) <= 4 else folder.resolve()


def _leaks(table: Table, target: str, features: Mapping[str, GuessedFeature]) -> list[str]:
    """Categories that hold the target under another spelling.

    A column leaks when each of its few values goes with exactly one class and it tells
    all classes apart.
    """
    candidates = [
        name
        for name, feature in features.items()
        if feature.type is FeatureType.CATEGORICAL
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
