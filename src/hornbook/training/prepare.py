"""From a design to rows ready for the network: reading, sampling, splitting, fitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.batching import PreparedRows, balanced_class_weights, row_weights
from hornbook.data import ReadOptions, Storage, Table, TableStore
from hornbook.design import (
    DesignFolder,
    check_code,
    check_table,
    check_test_table,
    design_targets,
)
from hornbook.errors import DataError, DesignError
from hornbook.features import (
    NO_RESOURCES,
    ROW,
    TARGET,
    FeaturePipeline,
    FitContext,
    LabelsEncoder,
    Resources,
    TargetEncoder,
    Targets,
    smallest_unsigned,
)
from hornbook.features.pipeline import rows_to_drop
from hornbook.metrics import PredictionType
from hornbook.training.cached_sets import CachedSets
from hornbook.training.image_check import ImageCheck
from hornbook.training.row_sets import DroppedRows, Rows, RowSets, RowSource, choose_row_sets

__all__ = [
    "DROPPED_BY_FEATURES",
    "Preparation",
    "PreparedData",
    "open_tables",
    "options_for_more_files",
    "prepare_data",
]

DROPPED_BY_FEATURES = "with a missing value in a feature that drops them"
"""The reason under which `PreparedData.dropped` counts such rows."""


_NO_IMAGE = "without an image that can be read"


@dataclass(frozen=True)
class PreparedData:
    """All a training is fed with.

    Attributes:
        train: weighted as the design says.
        test: measured on; sample weights count, class weights do not.
        validation: train rows set apart to choose the epoch on, if the design wants it.
        pipeline: the features, fitted on the train rows.
        targets: the encoders of what is predicted.
        dropped: rows left out, by reason.
        notes: what the reader of the data had to say.
        images: which images cannot be read.
    """

    train: PreparedRows
    test: PreparedRows
    validation: PreparedRows | None
    pipeline: FeaturePipeline
    targets: Targets
    dropped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    images: ImageCheck | None = None

    @property
    def measured(self) -> PreparedRows:
        """The rows that epochs are measured and chosen on."""
        return self.test if self.validation is None else self.validation


def open_tables(
    design: DesignFolder, store: TableStore, progress: Callable[[int, int], None] | None = None
) -> tuple[Table, Table | None]:
    """Reads the train table and the test table, and holds the design against them.

    Raises:
        DataError: a file cannot be read.
        DesignError: all mistakes in the files of the design and the columns it names.
    """
    problems = check_code(design)
    table = store.read(design.data_path, design.read_options, progress)
    test = None
    table_problems = check_table(design, table)
    if design.test_path is not None and not table_problems:
        test = _read_test_table(design, store, table, progress)
        table_problems = check_test_table(design, table, test)
    problems += table_problems
    if problems:
        raise DesignError(problems)
    return table, test


def prepare_data(
    design: DesignFolder, table: Table, test: Table | None, resources: Resources = NO_RESOURCES
) -> PreparedData:
    """Samples, splits, drops and fits as the design says; of several folds, the first one.

    Args:
        design: says how.
        table: the train data.
        test: the test data, where they are in a file of their own.
        resources: the user's code and image folders.

    Raises:
        DataError: too few rows are left.
        FeatureError: a feature has nothing to fit on.
    """
    preparation = Preparation(design, table, test, resources)
    return preparation.data(preparation.sets[0])


class Preparation:
    """The rows that a design chooses, and the data made of them, a fold at a time.

    Attributes:
        sets: the rows of each fold; one where there are no folds.

    Args:
        design: says how.
        table: the train data.
        test: the test data, where they are in a file of their own.
        resources: the user's code and image folders.
        caches: keeps preprocessed rows; they are made anew in each epoch where it is absent.

    Raises:
        DataError: too few rows are left.
    """

    def __init__(
        self,
        design: DesignFolder,
        table: Table,
        test: Table | None,
        resources: Resources = NO_RESOURCES,
        caches: CachedSets | None = None,
    ) -> None:
        self._design = design
        self._caches = caches
        self._table = table
        self._test = table if test is None else test
        self._resources = resources
        self._targets = design_targets(design, table)
        self._coded = {
            id(one): _CodedTargets.read(one, self._targets)
            for one in {id(one): one for one in (table, self._test)}.values()
        }
        self._images = ImageCheck(design.task.input_features, resources)
        self._dropped = DroppedRows()
        rows = self._source(table, "without a target")
        tests = None if test is None else self._source(test, "without a target in the test file")
        self.sets = choose_row_sets(design, rows, tests, self._dropped)

    def data(self, sets: RowSets) -> PreparedData:
        """Drops and fits as the design says.

        Raises:
            DataError: too few rows are left.
            FeatureError: a feature has nothing to fit on.
        """
        task, table, test = self._design.task, self._table, self._test
        dropped = DroppedRows(self._dropped.counts)
        train = _drop_missing(self._design, table, sets.train, dropped)
        tested = train
        if sets.test is not sets.train:
            tested = _drop_missing(self._design, test, sets.test, dropped)
        validation = sets.validation
        if validation is not None:
            validation = _drop_missing(self._design, table, validation, dropped)
        for name, rows in (("train", train), ("test", tested), ("validation", validation)):
            if rows is not None and not len(rows):
                raise DataError(
                    f"The {name} set is empty: {dropped or 'no row was dropped'}.",
                    fix="Use fewer features that drop rows with missing values, a filter that "
                    "takes more, or bring more rows.",
                )
        if task.weights.sample_weight is not None:
            for source, rows in ((table, train), (test, tested), (table, validation)):
                if rows is not None:
                    row_weights(source.read_column(task.weights.sample_weight).gather(rows))
        pipeline = FeaturePipeline.fit(
            task.input_features,
            _TrainBlocks(table, train, self._design, self._targets),
            FitContext(self._targets.n_leading_classes, task.seed, self._resources),
            task.steps,
        )
        measured = PreparedRows(
            table, _small(train), pipeline, self._targets, task.weights.sample_weight
        )
        notes = _notes(table) if test is table else (*_notes(table), *_notes(test))
        weights = _class_weights(self._design, measured)
        return PreparedData(
            train=self._cached("train", replace(measured, class_weights=weights, fitted=True)),
            test=self._cached("test", replace(measured, table=test, rows=_small(tested))),
            validation=None
            if validation is None
            else self._cached("validation", replace(measured, rows=_small(validation))),
            pipeline=pipeline,
            targets=self._targets,
            dropped=dict(dropped.counts),
            notes=(*notes, *self._images.notes(), *self._class_notes(train, tested)),
            images=self._images,
        )

    def _cached(self, name: str, rows: PreparedRows) -> PreparedRows:
        return rows if self._caches is None else self._caches.attach(name, rows)

    def _source(self, table: Table, reason: str) -> RowSource:
        """The rows of a table that have a target; the others are dropped for that reason."""
        return RowSource(
            table,
            self._dropped.keep(reason, self._coded[id(table)].usable),
            strata=partial(self._classes, table),
            readable=partial(self._readable, table),
        )

    def _readable(self, table: Table, rows: Rows) -> Rows:
        return rows[self._dropped.keep(_NO_IMAGE, self._images.usable(table, rows))]

    def _classes(self, table: Table, rows: Rows) -> NDArray[Any] | None:
        codes = self._coded[id(table)].first
        return None if codes is None else codes[rows]

    def _class_notes(self, train: Rows, tested: Rows) -> Iterator[str]:
        """Classes that one side lacks, which no stratification could help."""
        for name, table, rows, consequence in (
            ("train", self._table, train, "so that the model cannot learn it"),
            ("test", self._test, tested, "so that nothing says how well it is found"),
        ):
            for output, codes in self._coded[id(table)].codes.items():
                encoder = self._targets.encoders[output]
                assert isinstance(encoder, TargetEncoder)
                assert encoder.classes is not None
                counts = np.bincount(codes[rows], minlength=len(encoder.classes))
                lacking = [encoder.classes[code] for code in np.flatnonzero(counts == 0)]
                if lacking:
                    shown = ", ".join(map(repr, lacking[:5])) + (", …" if lacking[5:] else "")
                    whose = f" of '{encoder.column}'" if output else ""
                    yield f"No {name} row has the class {shown}{whose}, {consequence}."


@dataclass(frozen=True)
class _CodedTargets:
    """The targets of all rows of a table, as small as they go.

    Attributes:
        usable: whether a row has something to learn from, shape `(n_rows,)`.
        codes: for each output with classes, the code of each row's class; 0 where there is none.
    """

    usable: NDArray[np.bool_]
    codes: Mapping[str, NDArray[np.unsignedinteger]]

    @classmethod
    def read(cls, table: Table, targets: Targets) -> _CodedTargets:
        usable = np.zeros(table.n_rows, np.bool_)
        codes = {
            name: np.zeros(table.n_rows, smallest_unsigned(len(encoder.classes) - 1))
            for name, encoder in targets.encoders.items()
            if isinstance(encoder, TargetEncoder) and encoder.classes is not None
        }
        start = 0
        for frame in table.slices(targets.columns):
            is_usable = targets.usable_rows(frame)
            rows = start + np.flatnonzero(is_usable)
            usable[rows] = True
            encoded = targets.encode(frame.filter(pl.Series(is_usable)))
            for name, of_output in codes.items():
                of_output[rows] = encoded[name]
            start += len(frame)
        return cls(usable, codes)

    @property
    def first(self) -> NDArray[np.unsignedinteger] | None:
        """The codes by which a split keeps the shares of the classes."""
        return next(iter(self.codes.values()), None)


def _small(rows: Rows) -> NDArray[np.integer[Any]]:
    """Row numbers in half the memory, where four bytes hold them."""
    return rows.astype(np.uint32) if len(rows) and rows.max() < 2**32 else rows


def _notes(table: Table) -> tuple[str, ...]:
    """What the user should know about how a file was read."""
    if not table.n_rejected:
        return table.notes
    name = Path(table.source).name
    rejected = (
        f"{table.n_rejected:,} rows of {name} did not parse and are left out; "
        f"the first: {table.first_rejection}"
    )
    return (*table.notes, rejected)


def _read_test_table(
    design: DesignFolder,
    store: TableStore,
    table: Table,
    progress: Callable[[int, int], None] | None,
) -> Table:
    """Reads the test file with the column types of the train file."""
    path = design.base / (design.task.dataset.test_path or "")
    return store.read(path, options_for_more_files(design, table), progress)


def options_for_more_files(design: DesignFolder, table: Table) -> ReadOptions:
    """How files other than the train file are read, so that their columns mean the same."""
    storages = {
        feature.column: feature.handling.storage_to_read(table.column(feature.column).storage)
        for feature in design.task.input_features
    }
    for target in design.task.targets.values():
        for column in target.named_columns:
            storages[column] = table.column(column).storage
            if storages[column] is Storage.INTEGER and target.type is PredictionType.REGRESSION:
                storages[column] = Storage.FLOAT
    date_formats = {column: table.column(column).date_format or "" for column in storages}
    return replace(
        design.read_options,
        types=storages,
        types_may_be_absent=True,
        date_formats={column: form for column, form in date_formats.items() if form},
    )


def _drop_missing(design: DesignFolder, table: Table, rows: Rows, dropped: DroppedRows) -> Rows:
    """Leaves out rows in which a feature that drops rows has no value."""
    missing = rows_to_drop(design.task.input_features)
    if missing is None:
        return rows
    mask = table.scan().select(missing.alias("missing")).collect(engine="streaming")
    keep = ~mask["missing"].to_numpy()[rows]
    return rows[dropped.keep(DROPPED_BY_FEATURES, keep)]


@dataclass(frozen=True)
class _TrainBlocks:
    """The train rows, a block at a time, from front to back, as often as they are asked for."""

    table: Table
    rows: Rows
    design: DesignFolder
    targets: Targets

    def __iter__(self) -> Iterator[pl.DataFrame]:
        columns = [feature.column for feature in self.design.task.input_features]
        columns = list(dict.fromkeys([*columns, *self.targets.columns]))
        wanted = np.zeros(self.table.n_rows, np.bool_)
        wanted[self.rows] = True
        start = 0
        for frame in self.table.slices(columns):
            chosen = wanted[start : start + len(frame)]
            block = frame.filter(chosen)
            yield block.with_columns(
                pl.Series(TARGET, self.targets.leading(block)),
                pl.Series(ROW, start + np.flatnonzero(chosen)),
            )
            start += len(frame)


def _class_weights(design: DesignFolder, train: PreparedRows) -> dict[str, NDArray[np.float32]]:
    """Balancing weights for each output that predicts classes."""
    if not design.task.weights.class_weights:
        return {}
    targets, weight = train.read_targets()
    return {
        name: balanced_class_weights(targets[name], encoder.n_classes, weight)
        for name, encoder in train.targets.encoders.items()
        if encoder.n_classes is not None and not isinstance(encoder, LabelsEncoder)
    }
