"""What can be checked of a design without running it: its files, and its words against its data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import numpy as np

from hornbook.data import NUMBERS, Storage, Table
from hornbook.design.check_rows import check_row_sets, check_test_rows
from hornbook.design.column_code import check_column_code
from hornbook.design.folder import (
    ARCHITECTURE_FILE,
    CUSTOM_SCORE_FILE,
    TRAINING_FILE,
    DesignFolder,
)
from hornbook.design.source import SourceFile
from hornbook.design.task import TargetSection
from hornbook.errors import DataError, HornbookError, Problem, did_you_mean
from hornbook.features import (
    STEPS_INPUT,
    Encoder,
    FeatureType,
    LabelsEncoder,
    TargetEncoder,
    Targets,
)
from hornbook.features.target import Label
from hornbook.metrics import PredictionType

__all__ = ["check_code", "check_files", "check_table", "check_test_table", "design_targets"]

_FUNCTIONS = {
    ARCHITECTURE_FILE: (("build_model",), ("compile_model",)),
    TRAINING_FILE: (("build_sequences", "build_sequence"), ("fit_model",)),
    CUSTOM_SCORE_FILE: (("custom_score",),),
}
_SIGNATURES = {
    "build_model": "build_model(input_shapes, n_classes=None)",
    "compile_model": "compile_model(model)",
    "build_sequences": "build_sequences(build_train_sequence_with_batch_size, "
    "build_validation_sequence_with_batch_size)",
    "fit_model": "fit_model(model, train_sequence, validation_sequence, base_callbacks)",
    "custom_score": "custom_score(y_valid, y_pred)",
}
_TYPE_OF_STORAGE = {
    **dict.fromkeys(NUMBERS, FeatureType.NUMERICAL),
    Storage.STRING: FeatureType.CATEGORICAL,
    Storage.DATE: FeatureType.DATE,
    Storage.DATETIME: FeatureType.DATE,
    Storage.VECTOR: FeatureType.VECTOR,
}


def check_code(design: DesignFolder) -> list[Problem]:
    """Files that are missing, no Python, or without the functions they must define."""
    named = design.task.metrics.custom_scores
    problems = check_files(design.path, design.code_files, named)
    missing = _missing_custom_score(design)
    problems += [] if missing is None else [missing]
    return problems + check_column_code(design)


def _missing_custom_score(design: DesignFolder) -> Problem | None:
    """The function `custom_score`, or the whole file, where the design counts on it."""
    named = design.task.metrics.custom_scores
    chosen = design.task.metrics.optimize in ("Custom Score", "Custom score")
    path = ("metrics", "optimize") if chosen else ("metrics", "custom_scores")
    what = "the custom score is to be optimised" if chosen else "custom scores are named"
    if CUSTOM_SCORE_FILE not in design.code_files:
        if not (chosen or named):
            return None
        function = "custom_score" if chosen else next(iter(named))
        fix = f"Write it with: def {_signature(function)}"
        return _at(design, path, f"{what}, but there is no {CUSTOM_SCORE_FILE}", fix)
    source = SourceFile.read(design.path / CUSTOM_SCORE_FILE)
    if not (chosen and named) or source.syntax_problem:
        return None
    if not source.names.isdisjoint(("custom_score", "*")):
        return None
    return _at(
        design,
        path,
        f"{what}, but {CUSTOM_SCORE_FILE} has no function custom_score",
        f"Define: def {_signature('custom_score')}",
    )


def check_files(
    folder: Path, names: Iterable[str], custom_scores: Collection[str] = ()
) -> list[Problem]:
    """What `check_code` says of single files, for a design that cannot be read.

    Args:
        folder: the design folder.
        names: of the files.
        custom_scores: functions of `custom_score.py` that the design names.
    """
    problems = []
    for name in names:
        if not (folder / name).is_file():
            problems.append(_missing_file(name))
            continue
        source = SourceFile.read(folder / name)
        if source.syntax_problem:
            problems.append(source.syntax_problem)
            continue
        problems += [
            Problem(
                f"the function {accepted[0]} is missing",
                name,
                fix=f"Define: def {_signature(accepted[0])}",
            )
            for accepted in _wanted_functions(name, custom_scores)
            if source.names.isdisjoint((*accepted, "*"))
        ]
    return problems


def _wanted_functions(file: str, custom_scores: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """What a file must define; of names in one tuple any will do."""
    if file == CUSTOM_SCORE_FILE and custom_scores:
        # Then `custom_score` itself is one more that may be there.
        return tuple((name,) for name in custom_scores)
    return _FUNCTIONS[file]


def _signature(function: str) -> str:
    return _SIGNATURES.get(function, f"{function}(y_valid, y_pred)")


def check_table(design: DesignFolder, table: Table) -> list[Problem]:
    """The columns that the design names, against those of the train table."""
    problems = [*_unknown_columns(design, table)]
    known = set(table.column_names)
    for feature in design.task.input_features:
        if feature.column not in known:
            continue
        storage = table.column(feature.column).storage
        if storage not in feature.handling.storages:
            kind = feature.handling.feature_type
            wanted = " or ".join(sorted(feature.handling.storages))
            problems.append(
                _at(
                    design,
                    ("features", feature.column, "type"),
                    f"the handling '{feature.handling.name}' of {kind} features reads {wanted} "
                    f"values, column '{feature.column}' holds {storage} values",
                    f'Use type = "{_TYPE_OF_STORAGE[storage]}", or role = "reject".',
                )
            )
    if not design.task.input_features:
        problems.append(
            _at(
                design,
                ("features",),
                "no feature feeds the network",
                'Give at least one column an entry such as age = { type = "numerical" }.',
            )
        )
    elif design.task.steps and all(
        feature.input != STEPS_INPUT for feature in design.task.input_features
    ):
        section = "generation" if design.task.generation.steps else "reduction"
        problems.append(
            _at(
                design,
                (section,),
                f"[{section}] works on the input '{STEPS_INPUT}', and no feature goes there",
                f'Send features to it by input = "{STEPS_INPUT}", or leave [{section}] out.',
            )
        )
    problems += check_row_sets(design, table)
    weight = design.task.weights.sample_weight
    if weight in known and table.column(weight).storage not in NUMBERS:
        problems.append(
            _at(
                design,
                ("weights", "sample_weight"),
                f"weights are numbers, column '{weight}' holds {table.column(weight).storage} "
                "values",
                "Name a column of numbers, or leave sample_weight out.",
            )
        )
    for output, target in design.task.targets.items():
        if known.issuperset(target.named_columns):
            try:
                _encoder(target, table)
            except HornbookError as error:
                problems.append(_at(design, _section(output), error.message, error.fix))
    return problems


def check_test_table(design: DesignFolder, table: Table, test: Table) -> list[Problem]:
    """The test file, against what the design needs and the train file holds."""
    problems = []
    named = {
        *(feature.column for feature in design.task.input_features),
        *design.task.target_columns,
        *([design.task.weights.sample_weight] if design.task.weights.sample_weight else []),
    }
    missing = [
        name for name in table.column_names if name in named and name not in test.column_names
    ]
    if missing:
        problems.append(
            _at(
                design,
                ("dataset", "test_path"),
                f"the test file has no column {', '.join(map(repr, missing))}",
                "Bring a test file with the columns of the train file.",
            )
        )
    problems += [
        _at(
            design,
            ("dataset", "test_path"),
            f"column '{feature.column}' of the test file holds "
            f"{test.column(feature.column).storage} values, the train file has "
            f"{_values_of(table.column(feature.column).storage)}",
            "Bring a test file with such values there, or reject the feature.",
        )
        for feature in design.task.input_features
        if feature.column in test.column_names
        and test.column(feature.column).storage not in feature.handling.storages
        and test.column(feature.column).distinct
    ]
    problems += check_test_rows(design, test)
    if not problems:
        encoders = design_targets(design, table).encoders.values()
        unknown = [label for encoder in encoders for label in _unknown_labels(encoder, test)]
        if unknown:
            problems.append(
                _at(
                    design,
                    ("dataset", "test_path"),
                    f"the target of the test file holds classes that no train row has: "
                    f"{', '.join(map(repr, unknown[:5]))}",
                    "Leave such rows out, or train on rows of these classes too.",
                )
            )
    return problems


def _values_of(storage: Storage) -> str:
    return "numbers" if storage in NUMBERS else f"{storage} values"


def design_targets(design: DesignFolder, table: Table) -> Targets:
    """The encoders of the design's targets, classes found on all rows of the train table.

    Raises:
        DataError: a target cannot be predicted as the design says.
    """
    return Targets({name: _encoder(one, table) for name, one in design.task.targets.items()})


def _encoder(target: TargetSection, table: Table) -> Encoder:
    if target.type is PredictionType.MULTILABEL:
        if target.column is None:
            return LabelsEncoder.for_columns(table, target.columns)
        return LabelsEncoder.for_texts(table.read_column(target.column), target.separator)
    column = target.named_columns[0]
    if target.type is PredictionType.REGRESSION:
        storage = table.column(column).storage
        if storage not in NUMBERS:
            raise DataError(
                f"regression needs numbers, the target '{column}' holds {storage} values",
                fix='Use type = "multiclass", or another target.',
            )
        return TargetEncoder(column)
    encoder = TargetEncoder.for_classes(table.distinct(column), target.positive_class)
    if target.type is PredictionType.BINARY and encoder.n_classes != 2:
        raise DataError(
            f"binary classification needs two classes, the target '{column}' has "
            f"{encoder.n_classes}",
            fix='Use type = "multiclass".',
        )
    return encoder


def _unknown_labels(encoder: Encoder, table: Table) -> list[Label]:
    if isinstance(encoder, LabelsEncoder):
        rows = np.arange(table.n_rows)
        return list(encoder.unknown_labels(table.take(rows, list(encoder.columns))))
    return encoder.unknown_labels(table.distinct(encoder.column))


def _section(output: str) -> tuple[str, ...]:
    return ("outputs", output) if output else ("target",)


def _unknown_columns(design: DesignFolder, table: Table) -> Iterator[Problem]:
    paths: dict[str, tuple[str, ...]] = {
        column: ("features", column) for column in design.task.features
    }
    if design.task.weights.sample_weight:
        paths[design.task.weights.sample_weight] = ("weights", "sample_weight")
    for output, target in design.task.targets.items():
        key = "columns" if target.column is None else "column"
        paths |= {column: (*_section(output), key) for column in target.named_columns}
    for column, path in paths.items():
        if column not in table.column_names:
            yield _at(
                design,
                path,
                f"the table has no column '{column}'",
                did_you_mean(column, table.column_names),
            )


def _missing_file(name: str) -> Problem:
    functions = " and ".join(accepted[0] for accepted in _FUNCTIONS[name])
    fix = f"Write {name} with {functions}."
    if name == TRAINING_FILE:
        fix += ' Or set [training] mode = "standard".'
    return Problem("the file is missing", name, fix=fix)


def _at(
    design: DesignFolder, path: tuple[str, ...], message: str, fix: str | None = None
) -> Problem:
    return design.problem_at(path, message, fix)
