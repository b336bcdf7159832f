"""`hornbook demo`: the main job on a small table that comes with the package."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hornbook.cli.draw import curve
from hornbook.cli.output import (
    FAILED,
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
)
from hornbook.cli.train import ended_well, say_outcome, training_json
from hornbook.cli.train_one import run_training
from hornbook.data import TableStore, bring_sample, get_sample
from hornbook.design import TASK_FILE, DesignFolder, create_design
from hornbook.training.result import TrainingResult

__all__ = ["demo"]


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo's design and data go.")] = Path(
        "hornbook-demo"
    ),
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Train the quality of 4,898 white wines: design, training, curves, what to do next."""
    with reported_errors(as_json), open_registry(home) as registry:
        design_folder = folder / "predict-quality"
        data = bring_sample(get_sample("wine", registry.home), folder, registry.home)
        if not (design_folder / TASK_FILE).exists():
            table = TableStore(registry.home / "datasets").read(data)
            create_design(design_folder, table, data, "quality")
        if not as_json:
            console.print(
                Text.assemble(
                    "Predicting ",
                    ("quality", "bold"),
                    f" of white wines (Cortez et al. 2009) with the design in {design_folder}",
                )
            )
        session = run_training(registry, DesignFolder.read(design_folder), "Demo", quiet=as_json)
        result = TrainingResult.read(session.folder)
        if as_json:
            print_json(training_json(session, result))
        else:
            if result is not None and result.has_model:
                _draw(result)
            say_outcome(session, result)
        if not ended_well(session):
            raise typer.Exit(FAILED)
        if not as_json:
            _say_next(design_folder, data)


def _draw(result: TrainingResult) -> None:
    width = min(80, console.width)
    losses = {"train loss": result.history["loss"], "test loss": result.history["val_loss"]}
    chosen = f"Test {result.metric}"
    for title, series in (("Loss", losses), (chosen, {chosen: result.history[chosen]})):
        console.print(curve(series, title=title, width=width, best_epoch=result.best_epoch))


def _say_next(design_folder: Path, data: Path) -> None:
    # As it was called, where a shell would not find it by its name alone.
    command = "hornbook" if shutil.which("hornbook") else sys.argv[0]
    console.print(
        f"""
What to do next
  {command} show latest
  {command} predict latest {data} predictions.csv
  edit {design_folder / "architecture.py"}, then
  {command} train {design_folder} --name "Wider"
  {command} init my-task --data my.csv --target my_column""",
        soft_wrap=True,
    )
