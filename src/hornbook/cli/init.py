"""`hornbook init`: the first design of a table."""

from __future__ import annotations

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
from hornbook.design import TASK_FILE, Guess, create_design
from hornbook.metrics import PredictionType

__all__ = ["init"]


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
        guess = create_design(
            folder,
            table,
            data,
            target,
            test=test,
            prediction_type=prediction_type,
            advanced=advanced,
        )
        if as_json:
            print_json(_summary(folder, table, guess))
        else:
            _say(folder, table, guess)


def _read(store: TableStore, path: Path, progress: Any) -> Table:
    require_file(path)
    return store.read(path, progress=progress)


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
