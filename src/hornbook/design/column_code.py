"""The user's code for single columns, checked without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hornbook.design.folder import TASK_FILE, DesignFolder
from hornbook.design.source import SourceFile
from hornbook.design.toml_file import dotted, line_of_key
from hornbook.errors import Problem
from hornbook.features import Feature

__all__ = ["check_column_code"]

_EXAMPLES = {
    "processor": "a class with fit(self, series) and transform(self, series), and "
    "processor = MyProcessor()",
    "preprocess_image": "def preprocess_image(image_file), which returns an array",
}


def check_column_code(design: DesignFolder) -> list[Problem]:
    """Files for columns that are missing, no Python, or without the name they must define."""
    columns: dict[str, str] = {}
    problems = []
    for feature in design.task.input_features:
        file = feature.handling.code_file(feature.column)
        if file is None:
            continue
        other = columns.setdefault(file, feature.column)
        if other != feature.column and not getattr(feature.handling, "code", ""):
            problems.append(_of_two_columns(design, feature, other, file))
        problems += _check_file(design, feature, file)
    return problems


def _check_file(design: DesignFolder, feature: Feature, file: str) -> Iterator[Problem]:
    name = feature.handling.code_defines
    path = design.path / file
    if not path.is_file():
        yield Problem(
            f"the file is missing; it holds the code for the column '{feature.column}'",
            file,
            fix=f"Write {file} with {_EXAMPLES[name]}. Or name another file in the feature's "
            'entry: code = "features/other.py".',
        )
        return
    source = replace(SourceFile.read(path), name=file)
    if source.syntax_problem:
        yield source.syntax_problem
    elif source.names.isdisjoint((name, "*")):
        yield Problem(f"{name} is missing", file, fix=f"Define {_EXAMPLES[name]}.")


def _of_two_columns(design: DesignFolder, feature: Feature, other: str, file: str) -> Problem:
    path = ("features", feature.column)
    return Problem(
        f"the columns '{other}' and '{feature.column}' would both have their code in {file}",
        TASK_FILE,
        line_of_key(design.text, path),
        dotted(path),
        fix='Name a file for this one: code = "features/other.py". It may be the same one.',
    )
