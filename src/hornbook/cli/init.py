"""`hornbook init`: the first design of a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as RichTable
from rich.text import Text

from hornbook.cli.output import (
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
    require_file,
)
from hornbook.cli.progress import reading_progress
from hornbook.data import Table, TableStore
from hornbook.design import (
    ARCHITECTURE_FILE,
    CUSTOM_SCORE_FILE,
    TASK_FILE,
    TRAINING_FILE,
    Guess,
    architecture_template,
    custom_score_template,
    guess_design,
    task_template,
    text_template,
    training_template,
)
from hornbook.errors import UsageError
from hornbook.features.code_file import code_file
from hornbook.metrics import PredictionType

__all__ = ["create_design", "init"]

_MOST_STEPS_UP = 4


def init(
    folder: Annotated[Path, typer.Argument(help="The design folder to make.")],
    data: Annotated[Path, typer.Option("--data", help="The file with the rows to learn from.")],
    target: Annotated[
        list[str],
        typer.Option("--target", help="The column to predict; several for as many outputs."),
    ],
    test: Annotated[
        Path | None, typer.Option("--test", help="A file with the rows to measure on.")
    ] = None,
    prediction_type: Annotated[
        PredictionType | None,
        typer.Option("--type", help="What to predict; guessed from the target when absent."),
    ] = None,
    advanced: Annotated[
        bool, typer.Option("--advanced", help="Also write training.py and use it.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a design folder: guess everything from a table, write task.toml and architecture.py."""
    with reported_errors(as_json), open_registry(home) as registry:
        store = TableStore(registry.home / "datasets")
        with reading_progress(quiet=as_json) as progress:
            table = _read(store, data, progress)
            if test is not None:
                _read(store, test, progress)
        guess = create_design(folder, table, data, target, test, prediction_type, advanced=advanced)
        if as_json:
            print_json(_summary(folder, table, guess))
        else:
            _say(folder, table, guess)


def create_design(
    folder: Path,
    table: Table,
    data: Path,
    target: str | Sequence[str],
    test: Path | None = None,
    prediction_type: PredictionType | None = None,
    *,
    advanced: bool = False,
) -> Guess:
    """Writes the files of a new design.

    Raises:
        UsageError: the folder holds a design already, or is a file.
        DataError: the target cannot be predicted.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"'{folder}' is a file, expected a folder to make.", fix="Choose another name."
        )
    if (folder / TASK_FILE).exists():
        raise UsageError(
            f"'{folder}' holds a design already.",
            fix=f"Choose another folder, or delete {folder / TASK_FILE} first.",
        )
    guess = guess_design(table, target, prediction_type, base=folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        TASK_FILE: task_template(
            guess,
            data_path=_path_from(folder, data),
            test_path=None if test is None else _path_from(folder, test),
            mode="advanced" if advanced else "standard",
        ),
        ARCHITECTURE_FILE: architecture_template(guess),
        CUSTOM_SCORE_FILE: custom_score_template(guess.prediction_type),
    }
    if advanced:
        files[TRAINING_FILE] = training_template()
    for column, feature in guess.features.items():
        if feature.max_words is not None:
            files[code_file(column)] = text_template(feature.max_words)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")
    return guess


def _read(store: TableStore, path: Path, progress: Any) -> Table:
    require_file(path)
    return store.read(path, progress=progress)


def _path_from(folder: Path, data: Path) -> str:
    """The data's path as the design says it: relative while that is short."""
    relative = Path(os.path.relpath(data.resolve(), folder.resolve()))
    steps_up = sum(part == ".." for part in relative.parts)
    return relative.as_posix() if steps_up <= _MOST_STEPS_UP else data.resolve().as_posix()


def _summary(folder: Path, table: Table, guess: Guess) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "rows": table.n_rows,
        "rejected_rows": table.n_rejected,
        "first_rejection": table.first_rejection,
        "notes": list(table.notes),
        "target": ", ".join(target.column for target in guess.targets),
        "targets": [
            {
                "column": target.column,
                "type": str(target.prediction_type),
                "classes": None if target.classes is None else list(target.classes),
            }
            for target in guess.targets
        ],
        "type": str(guess.prediction_type),
        "classes": None if guess.classes is None else list(guess.classes),
        "rows_without_target": guess.rows_without_target,
        "features": {name: str(kind) for name, kind in guess.types.items()},
        "rejected_columns": dict(guess.rejected),
    }


def _say(folder: Path, table: Table, guess: Guess) -> None:
    rows = (f"{table.n_rows:,}", "bold")
    console.print(Text.assemble("Read ", rows, f" rows, {len(table.columns)} columns."))
    for note in table.notes:
        console.print(f"  {note}")
    if table.n_rejected:
        console.print(
            f"  {table.n_rejected:,} rows did not parse and are kept in "
            f"{table.folder / 'rejected.jsonl'}. The first: {table.first_rejection}"
        )
    if guess.rows_without_target:
        console.print(f"  {guess.rows_without_target:,} rows have no target and are dropped.")
    for target in guess.targets:
        what = Text.assemble("Predicting ", (target.column, "bold"), f": {target.prediction_type}")
        if target.classes is not None:
            shown = ", ".join(map(str, target.classes[:8]))
            more = ", …" if len(target.classes) > 8 else ""
            kind = "labels" if target.prediction_type is PredictionType.MULTILABEL else "classes"
            what.append(f", {len(target.classes)} {kind} ({shown}{more})")
        console.print(what.append("."))
    columns = RichTable()
    columns.add_column("Column")
    columns.add_column("Use")
    for name, kind in list(guess.types.items())[:40]:
        columns.add_row(Text(name), str(kind))
    for name, reason in list(guess.rejected.items())[:40]:
        columns.add_row(Text(name), Text(f"not used: {reason}"), style="dim")
    console.print(columns)
    if max(len(guess.types), len(guess.rejected)) > 40:
        console.print("  … the rest stands in task.toml.")
    others = [
        file.relative_to(folder).as_posix()
        for file in sorted([*folder.glob("*.py"), *folder.glob("features/*.py")])
    ]
    console.print(
        Text.assemble(
            "Wrote ",
            (str(folder / TASK_FILE), "bold"),
            f", {', '.join(others)}.\n"
            f"Next:  hornbook check {folder}\n"
            f"       hornbook train {folder}",
        )
    )
