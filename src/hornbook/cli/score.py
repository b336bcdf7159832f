"""`hornbook score`: rows of any number with their predictions, again from where it broke off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hornbook.cli.output import (
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
    status_console,
)
from hornbook.cli.progress import scoring_progress
from hornbook.client import Workspace
from hornbook.serving.score_model import score_model
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult

__all__ = ["AnyModel", "score"]

AnyModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="The name or id of a saved model, <analysis_id>/<mltask_id>/<session_id>, or latest.",
    ),
]


def score(
    model: AnyModel,
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A file, a folder of images, or the URL of a table: sqlite:///x.db?table=rows.",
        ),
    ],
    output: Annotated[
        str,
        typer.Argument(
            metavar="OUTPUT", help="A .csv, .parquet or .jsonl file, or the URL of a table."
        ),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option("--columns", help="An input column to keep; several times. All by default."),
    ] = None,
    no_columns: Annotated[
        bool, typer.Option("--no-columns", help="Keep no input column, write predictions alone.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Predict positive from this probability on."),
    ] = None,
    without_probabilities: Annotated[
        bool, typer.Option("--without-probabilities", help="Leave out those of the classes.")
    ] = False,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", help="Rows that the network sees at once.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a table of a database that exists.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Score rows of any number: a file, a folder of images or a table in, predictions out."""
    with reported_errors(as_json), open_registry(home) as registry:
        folder = Workspace(registry).model_folder(model)
        options = ScoringOptions(
            threshold=threshold,
            columns=() if no_columns else tuple(columns) if columns else None,
            batch_size=batch_size,
            with_probabilities=not without_probabilities,
            replace_table=replace,
        )
        with scoring_progress("Scoring", quiet=as_json) as progress:
            try:
                result = score_model(
                    folder, Path(registry.home), source, output, options=options, progress=progress
                )
            except KeyboardInterrupt:
                status_console.print("What is scored is kept: the same command goes on from there.")
                raise
        if as_json:
            print_json({"model": model, **result.to_json()})
        else:
            _say(result)


def _say(result: ScoringResult) -> None:
    if result.began_anew:
        console.print(f"Begun anew, since {result.began_anew} changed since it broke off.")
    if result.resumed_rows:
        console.print(f"Gone on after {result.resumed_rows:,} rows that were scored before.")
    rate = f"{result.rows_per_second:,.0f} rows/s"
    console.print(
        f"Wrote {result.scored_rows:,} rows with their predictions to {result.output} ({rate}).",
        soft_wrap=True,
    )
    if result.rejected_rows:
        console.print(
            Text(
                f"{result.rejected_rows:,} rows could not be scored; they are in "
                f"{result.rejected_file}. The first is {result.first_rejection}."
            ),
            soft_wrap=True,
        )
    if result.unreadable_images:
        first = result.unreadable_images[0]
        console.print(
            Text(
                f"{len(result.unreadable_images):,} images could not be read and were zeros to the "
                f"network. The first: {first['column']} {first['value']}: {first['reason']}"
            ),
            soft_wrap=True,
        )
