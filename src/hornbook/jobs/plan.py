"""What a training would be, as far as that is known before it reads its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hornbook.backends import choose_backend
from hornbook.data import SetCache, Table
from hornbook.data.set_recipes import SetRecipes
from hornbook.design import DesignFolder, SourceFile
from hornbook.design.row_sets import SampleSection
from hornbook.errors import MissingExtraError
from hornbook.features import FeatureType
from hornbook.jobs.partitioning import partition_columns
from hornbook.training.set_recipe import set_recipe

__all__ = ["PlannedSet", "TrainingPlan", "plan_training"]


@dataclass(frozen=True)
class PlannedSet:
    """A set of rows that the training will be fed with or measured on.

    Attributes:
        name: such as `"train"`; several of one name where there are folds.
        n_rows: how many rows it has, exactly.
        computed: when an earlier training prepared it, where it is still kept and used again.
    """

    name: str
    n_rows: int
    computed: datetime | None


@dataclass(frozen=True)
class TrainingPlan:
    """What a press of Train would do.

    Attributes:
        models: how many times the network is trained.
        features: how many columns of the table feed the network.
        table_rows: of the train file, where its table is read already.
        train_rows, test_rows, validation_rows: about how many each set will have; exact where
            `sets` are known, `None` where it cannot be told.
        sets: the sets that an earlier training on the same files with the same settings came to;
            empty where there was none.
        keeps_sets: whether preprocessed rows are kept and used again at all.
        backend, backend_reason: what Keras will run on, and why.
        device: that the design asks for.
        partition_columns: columns that submodels can be trained by; empty where the train file
            is not read yet.
        unknown: what is not known before the data are read, in sentences.
    """

    models: int
    features: int
    table_rows: int | None
    train_rows: int | None
    test_rows: int | None
    validation_rows: int | None
    sets: tuple[PlannedSet, ...]
    keeps_sets: bool
    backend: str | None
    backend_reason: str
    device: str
    partition_columns: tuple[str, ...]
    unknown: tuple[str, ...]


def plan_training(
    design: DesignFolder, home: Path, table: Table | None, test_table: Table | None
) -> TrainingPlan:
    """Looks at a design, its files' states and the cached sets, and reads no row.

    Args:
        design: what would be trained.
        home: the workspace's folder.
        table: of the train file, if it is read already.
        test_table: of the test file, likewise.
    """
    task = design.task
    sets = _noted_sets(design, home)
    rows = _rows_of(sets) if sets else _rows_about(design, table, test_table)
    backend, reason = _backend(design)
    split = task.split
    return TrainingPlan(
        models=1 if split.folds is None else split.folds + split.retrain,
        features=len(task.input_features),
        table_rows=None if table is None else table.n_rows,
        train_rows=rows["train"],
        test_rows=rows["test"],
        validation_rows=rows["validation"],
        sets=sets,
        keeps_sets=task.training.cache_preprocessed,
        backend=backend,
        backend_reason=reason,
        device=task.runtime.device,
        partition_columns=() if table is None else partition_columns(design, table),
        unknown=tuple(_unknown(design, sets)),
    )


def _noted_sets(design: DesignFolder, home: Path) -> tuple[PlannedSet, ...]:
    recipe = set_recipe(design)
    noted = None if recipe is None else SetRecipes.of_workspace(home).read(recipe)
    if not noted:
        return ()
    kept = {one.key: one.computed for one in SetCache.of_workspace(home).sets()}
    keeps = design.task.training.cache_preprocessed
    return tuple(
        PlannedSet(one.name, one.n_rows, kept.get(one.key) if keeps else None) for one in noted
    )


def _rows_of(sets: tuple[PlannedSet, ...]) -> dict[str, int | None]:
    """The rows of each set; of several folds, those of the first."""
    found: dict[str, int | None] = dict.fromkeys(("train", "test", "validation"))
    for one in reversed(sets):
        found[one.name] = one.n_rows
    return found


def _rows_about(
    design: DesignFolder, table: Table | None, test_table: Table | None
) -> dict[str, int | None]:
    """About how many rows each set will have, from the tables' lengths and the shares alone."""
    task, split = design.task, design.task.split
    train = None if table is None or task.sampling.filter else _sampled(table, task.sampling)
    test: int | None
    if design.test_path is not None:
        test = None
        if test_table is not None and split.test_filter is None:
            test = _sampled(test_table, task.test_sampling)
        train = None if split.train_filter else train
    elif split.method == "filters" or train is None:
        train = test = None
    else:
        share = split.test_share if split.folds is None else 1 / split.folds
        test = round(train * share)
        train -= test
    validation = None
    if split.validation_share and train is not None:
        validation = round(train * split.validation_share)
        train -= validation
    return {"train": train, "test": test, "validation": validation}


def _sampled(table: Table, sample: SampleSection) -> int | None:
    match sample.method:
        case "none":
            return table.n_rows
        case "first" | "random" | "first_sorted" | "rebalance" | "column_values":
            return min(table.n_rows, sample.rows)
        case "random_ratio" if sample.ratio is not None:
            return round(table.n_rows * sample.ratio)
        case _:
            return None


def _backend(design: DesignFolder) -> tuple[str | None, str]:
    files = [design.path / name for name in design.code_files]
    sources = [SourceFile.read(file) for file in files if file.is_file()]
    runtime = design.task.runtime
    if runtime.backend == "race":
        return None, "the fastest of a race at the beginning of the training"
    try:
        chosen = choose_backend(
            runtime.backend, sources, reads_images=design.task.reads_images, device=runtime.device
        )
    except MissingExtraError as error:
        return None, error.message
    return chosen.name, chosen.reason


def _unknown(design: DesignFolder, sets: tuple[PlannedSet, ...]) -> list[str]:
    found = []
    if not sets:
        found.append(
            "The rows are counted once the data are read: those without a target, those that a "
            "filter or a feature leaves out, and those that do not parse are fewer."
        )
        if design.task.training.cache_preprocessed:
            found.append(
                "No training with these settings on these files is noted here; sets of another "
                "one are used again if they turn out to be the same."
            )
    elif any(kept.computed for kept in sets) and any(
        one.handling.feature_type is FeatureType.IMAGE for one in design.task.input_features
    ):
        found.append("Sets with images are used again only if no image file was changed.")
    return found
