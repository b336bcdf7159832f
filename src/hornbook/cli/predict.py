"""`hornbook predict`: a trained model in use."""

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
    require_file,
    status_console,
)
from hornbook.cli.progress import row_progress
from hornbook.cli.sessions import AnyModel
from hornbook.client import LoadedModel, Workspace
from hornbook.data import TableStore
from hornbook.errors import UsageError

__all__ = ["predict"]

_MOST_SHOWN = 5


def predict(
    model: AnyModel,
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="A file with rows, read like training data.")
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help="A .csv or .parquet file to write.")
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Predict the rows of a file; its columns are kept, the predictions stand beside them."""
    with reported_errors(as_json), open_registry(home) as registry:
        require_file(source)
        _require_ending(output)
        trained = LoadedModel(Workspace(registry).model_folder(model), registry.home)
        store = TableStore(registry.home / "datasets")
        table = store.read(source, trained.read_options)
        if not as_json:
            status_console.print(f"Loading {trained.reference}")
        predictor = trained.predictor()
        # Imported here: with it come Keras and its backend, which takes seconds.
        from hornbook.serving.predict_rows import predict_file

        with row_progress("Predicting", quiet=as_json) as progress:
            unscored = predict_file(predictor, table, output, progress)
        if as_json:
            print_json(
                {
                    "model": trained.reference,
                    "output": str(output),
                    "rows": table.n_rows,
                    "unscored_rows": unscored,
                    "rejected_rows": table.n_rejected,
                    "unreadable_images": predictor.unreadable_images,
                    "columns": list(predictor.output_columns),
                }
            )
            return
        console.print(f"Wrote {table.n_rows:,} rows with their predictions to {output}.")
        if unscored:
            console.print(f"{unscored:,} rows lack a value the model needs; they have none.")
        unreadable = predictor.unreadable_images
        if unreadable:
            console.print(f"{len(unreadable):,} images could not be read:")
            for one in unreadable[:_MOST_SHOWN]:
                shown = f"  {one['column']} {one['value'] or '(missing)'}: {one['reason']}"
                console.print(Text(shown), soft_wrap=True)
            if len(unreadable) > _MOST_SHOWN:
                console.print("  …  --json lists all.")
        if table.n_rejected:
            console.print(f"{table.n_rejected:,} rows did not parse: {table.first_rejection}")


def _require_ending(output: Path) -> None:
    """Refuses an output of another format before anything is loaded."""
    if output.suffix.lower() not in (".csv", ".parquet"):
        raise UsageError(
            f"Received the output file '{output}', expected a .csv or .parquet file.",
            fix="Name the output something.csv or something.parquet.",
        )
