"""Training a model for each value of a column, and a whole model for all other rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from hornbook.data import RowFilter, Storage, Table, TableStore, open_rows
from hornbook.design import DesignFolder
from hornbook.design.toml_file import toml_value
from hornbook.errors import DataError, NotFoundError, UsageError, did_you_mean
from hornbook.features import FeatureType
from hornbook.features.categories import spelled
from hornbook.jobs.training import OPEN
from hornbook.registry import Registry, SessionRecord
from hornbook.reports.partitions import (
    PartitionReport,
    SubmodelState,
    partition_report,
    why_unfit,
)
from hornbook.training.partitions import (
    GROUP_FILE,
    Partition,
    PartitionMembership,
    Partitions,
)

__all__ = [
    "PartitionPlan",
    "PlannedSubmodel",
    "group_report",
    "has_open_submodels",
    "partition_columns",
    "plan_partitions",
    "submodel_states",
]

_MOST_VALUES = 50
_STORAGES = (Storage.STRING, Storage.BOOLEAN, Storage.INTEGER)
_TYPES = (FeatureType.CATEGORICAL, FeatureType.NUMERICAL)
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class PlannedSubmodel:
    """A submodel to train.

    Attributes:
        value: of the column, as categories are spelled.
        rows: of the train file.
        design: of the whole model, with filters that take these rows.
    """

    value: str
    rows: int
    design: DesignFolder


@dataclass(frozen=True)
class PartitionPlan:
    """What is to be trained, in order: each submodel, and the whole model at last.

    Attributes:
        column: that is gone by.
        storage: how it is read in files with rows to predict.
        design: of the whole model.
        submodels: one for each value, in order of the values.
        missing_rows: of the train file, without a value; the whole model answers for these.
    """

    column: str
    storage: Storage
    design: DesignFolder
    submodels: tuple[PlannedSubmodel, ...]
    missing_rows: int

    def name_of(self, submodel: PlannedSubmodel, name: str | None) -> str:
        """What the session of a submodel is called, by the name that was given to all."""
        value = submodel.value
        shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
        return f"{name}: {self.column} = {shown}" if name else f"{self.column} = {shown}"

    def name_of_whole(self, name: str | None) -> str:
        """What the session of the whole model is called."""
        return name or f"All rows, by {self.column}"

    def write(self, whole: SessionRecord, sessions: Sequence[SessionRecord]) -> Partitions:
        """Notes in the sessions' folders that they belong together.

        Args:
            whole: the session of the whole model.
            sessions: of the submodels, in their order.
        """
        group = Partitions(
            self.column,
            self.storage,
            tuple(
                Partition(one.value, session.reference, one.rows)
                for one, session in zip(self.submodels, sessions, strict=True)
            ),
        )
        group.write(whole.folder / GROUP_FILE)
        for one, session in zip(self.submodels, sessions, strict=True):
            membership = PartitionMembership(self.column, one.value, whole.reference)
            membership.write(session.folder)
        return group

    def queue(
        self,
        add: Callable[[DesignFolder, str], SessionRecord],
        name: str | None,
    ) -> SessionRecord:
        """Queues all sessions, and returns that of the whole model.

        Args:
            add: queues a design under the name of its session.
            name: of the sessions, if one was given.
        """
        sessions = [add(one.design, self.name_of(one, name)) for one in self.submodels]
        whole = add(self.design, self.name_of_whole(name))
        self.write(whole, sessions)
        return whole


def plan_partitions(design: DesignFolder, store: TableStore, column: str) -> PartitionPlan:
    """Finds the values of a column in the rows that a design trains on.

    Args:
        design: of the whole model.
        store: reads its table.
        column: texts, truth values or whole numbers, of at most 50 different values.

    Raises:
        NotFoundError: the table has no such column.
        UsageError: it is the target, is no column of categories, or has one value only.
        DataError: the table cannot be read, or a filter of the design does not suit it.
    """
    table = store.read(design.data_path, design.read_options)
    if column not in table.column_names:
        raise NotFoundError(
            f"{design.data_path.name} has no column '{column}' to train submodels by.",
            fix=did_you_mean(column, table.column_names),
        )
    storage = _checked_storage(design, table, column)
    _check_test_file(design, column)
    counts, missing = _counted(design, table, column)
    _check_values(column, list(counts))
    submodels = tuple(
        PlannedSubmodel(
            spelled(pl.Series([value]))[0],
            rows,
            _of_value(design, column, value, read_as=storage),
        )
        for value, rows in counts.items()
    )
    return PartitionPlan(column, storage, design, submodels, missing)


def partition_columns(design: DesignFolder, table: Table) -> tuple[str, ...]:
    """The columns of a table that are offered to train submodels by.

    They are those that will do, as far as the schema tells, and are no numbers to the design.
    """
    found = []
    numbers = {
        feature.column
        for feature in design.task.input_features
        if feature.handling.feature_type is FeatureType.NUMERICAL
    }
    for column in table.columns:
        if column.name in numbers or not 2 <= column.distinct <= _MOST_VALUES:
            continue
        try:
            _checked_storage(design, table, column.name)
        except UsageError:
            continue
        found.append(column.name)
    return tuple(found)


def submodel_states(
    registry: Registry, group: Partitions, whole: SessionRecord
) -> list[SubmodelState]:
    """How the training of each submodel stands, in the order of the partitions."""
    return [_state(registry, one, whole) for one in group]


def has_open_submodels(registry: Registry, session: SessionRecord) -> bool:
    """Whether a submodel of the session's group is still to be trained."""
    group = Partitions.read(session.folder / GROUP_FILE)
    return group is not None and any(
        state.status in OPEN for state in submodel_states(registry, group, session)
    )


def group_report(registry: Registry, session: SessionRecord) -> PartitionReport | None:
    """What the submodels of a session's group are worth; `None` where it has none.

    Args:
        registry: the workspace.
        session: of the whole model.
    """
    group = Partitions.read(session.folder / GROUP_FILE)
    if group is None:
        return None
    return partition_report(group, session.folder, submodel_states(registry, group, session))


def _state(registry: Registry, partition: Partition, whole: SessionRecord) -> SubmodelState:
    try:
        session = registry.session(partition.session)
    except NotFoundError:
        return SubmodelState("gone", None, "Its session is no longer there.")
    if not session.has_model:
        ended = session.status not in OPEN
        reason = session.reason or (f"Its training {session.status}." if ended else None)
        return SubmodelState(str(session.status), None, reason)
    if session.status in OPEN:
        return SubmodelState(str(session.status), None, None)
    reason = why_unfit(whole.folder, session.folder) if whole.has_model else None
    folder = session.folder if reason is None else None
    return SubmodelState(str(session.status), folder, reason)


def _checked_storage(design: DesignFolder, table: Table, column: str) -> Storage:
    """How the column is read in more files.

    Raises:
        UsageError: there is to be no submodel for each of its values.
    """
    if column in design.task.target_columns:
        raise UsageError(
            f"'{column}' is the target: a submodel of one of its values would have nothing to "
            "learn.",
            fix="Name a column of categories that is known before the target is.",
        )
    storage = table.column(column).storage
    features = [one for one in design.task.input_features if one.column == column]
    kinds = [one.handling.feature_type for one in features]
    if storage not in _STORAGES or any(kind not in _TYPES for kind in kinds):
        what = f"{storage} values" if storage not in _STORAGES else f"values of type {kinds[0]}"
        raise UsageError(
            f"'{column}' holds {what}, expected texts, truth values or whole numbers: there is a "
            "submodel for each value.",
            fix="Name a column of categories.",
        )
    if features:
        return features[0].handling.storage_to_read(storage)
    return Storage.STRING if storage is Storage.INTEGER else storage


def _check_test_file(design: DesignFolder, column: str) -> None:
    if design.test_path is None:
        return
    rows = open_rows(str(design.test_path), design.read_options)
    if column not in rows.columns:
        raise UsageError(
            f"The test file {design.test_path.name} has no column '{column}', so that no submodel "
            "could be measured on its own rows.",
            fix="Bring a test file with the column.",
        )


def _counted(
    design: DesignFolder, table: Table, column: str
) -> tuple[dict[str | int | bool, int], int]:
    """The rows of each value that the design's filters leave, and those without one."""
    task = design.task
    columns = {one.name: one for one in table.columns}
    # By exact name: `pl.col` reads names such as `^a$` as patterns.
    query = table.scan()
    for condition in (task.sampling.filter, task.split.train_filter):
        if condition is not None:
            query = query.filter(RowFilter(condition).expression(columns))
    value = cs.by_name(column).as_expr().alias("value")
    found = query.select(value).group_by("value").len("rows").sort("value").collect()
    counts = dict(found.iter_rows())
    missing = counts.pop(None, 0)
    if not counts:
        raise DataError(f"No train row has a value in '{column}'.")
    return counts, missing


def _check_values(column: str, values: list[str | int | bool]) -> None:
    if len(values) > _MOST_VALUES:
        raise UsageError(
            f"'{column}' has {len(values):,} different values in the train rows, expected at most "
            f"{_MOST_VALUES}: each has a training of its own.",
            fix="Name a column with fewer values, or leave rows out by [sampling] filter.",
        )
    if len(values) == 1:
        raise UsageError(
            f"'{column}' is {values[0]!r} in all train rows that have a value, so there is nothing "
            "to divide.",
            fix="Name a column with two values or more, or train without submodels.",
        )


def _of_value(
    design: DesignFolder, column: str, value: str | int | bool, *, read_as: Storage
) -> DesignFolder:
    task = design.task
    chosen = RowFilter.equal(column, value).within(task.sampling.filter)
    settings = [f"sampling.filter={toml_value(chosen.text)}"]
    if design.test_path is not None:
        # A category of digits is read as a text in every file but that with the train rows.
        as_text = read_as is Storage.STRING and column in {
            one.column for one in task.input_features
        }
        tested = RowFilter.equal(column, str(value) if as_text else value)
        tested = tested.within(task.split.test_filter)
        settings.append(f"split.test_filter={toml_value(tested.text)}")
    return design.with_settings(settings)
