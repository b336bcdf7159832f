"""`notebook`: a Jupyter notebook that trains the model again, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.errors import ExportError
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource
from hornbook.training.result import TrainingResult

__all__ = ["export_notebook"]

_CODE_ENDINGS = (".py", ".toml", ".json", ".txt", ".yaml", ".yml")


def export_notebook(source: ExportSource, target: Path) -> ExportReport:
    """Writes the notebook; running it needs Hornbook and the data, not the workspace.

    Raises:
        ExportError: the session that trained the model is no longer there.
    """
    result = TrainingResult.read(source.folder)
    if source.job is None or result is None:
        raise ExportError(
            f"The model {source.reference} cannot be trained again: the session that trained it "
            "is no longer there, so where its data are is not known.",
            fix="Export the model of a session.",
        )
    cells = list(_cells(source, result))
    write_json_atomically(target, _notebook(cells))
    notes = ["Running it needs Hornbook, its data and a Jupyter kernel of this environment."]
    if not source.design.data_path.is_file():
        notes.append(f"The data are not where they were, in {source.design.data_path}.")
    if source.design.task.split.folds is not None:
        notes.append("It trains the first fold; the metrics of the model are means over all.")
    return ExportReport("notebook", target, tuple(notes))


def _cells(source: ExportSource, result: TrainingResult) -> Iterator[tuple[str, str]]:
    """The cells in order: their kind and their text."""
    task = source.design.task
    files = _design_files(source.design_path)
    yield (
        "markdown",
        _TITLE.format(model=source.reference, target=result.target, kind=result.prediction_type),
    )
    yield (
        "code",
        _SETTINGS.format(
            backend=source.artifact.backend,
            base=str(source.base),
            home=str(source.home),
            ids=source.ids,
            folders=sorted({str(path.relative_to(source.design_path).parent) for path in files}),
        ),
    )
    yield "markdown", _DESIGN
    for path in files:
        name = json.dumps(f"rebuilt/design/{path.relative_to(source.design_path)}")
        yield "code", f"%%writefile {name}\n{path.read_text('utf-8')}"
    yield "markdown", _DATA
    yield "code", _READ
    yield (
        "markdown",
        _ROWS.format(
            seed=task.seed,
            method=task.split.method,
            share=f"{task.split.test_share:.0%}",
            folds=""
            if task.split.folds is None
            else f" The design tests in {task.split.folds} folds; this notebook trains the first one.",
        ),
    )
    yield "code", _SPLIT
    yield "markdown", _FEATURES
    yield "code", _PREPARE
    yield "markdown", _MODEL
    yield "code", _BUILD
    yield (
        "markdown",
        _TRAINING[task.training.mode].format(
            epochs=task.training.epochs, metric=task.metric, measured=result.measured_on
        ),
    )
    yield "code", _TRAIN
    yield "markdown", _EVALUATION
    yield "code", _EVALUATE.format(metrics=pformat(result.metrics, sort_dicts=False))
    yield "markdown", _PREDICTIONS
    yield "code", _PREDICT


def _design_files(folder: Path) -> list[Path]:
    """The files of a design, `task.toml` first."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _CODE_ENDINGS and "__pycache__" not in path.parts
    ]
    return sorted(files, key=lambda path: path.name != "task.toml")


def _notebook(cells: list[tuple[str, str]]) -> dict[str, Any]:
    """Cells in the form of `nbformat` 4.5."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "id": f"cell-{number}",
                "cell_type": kind,
                "metadata": {},
                "source": text.strip("\n").splitlines(keepends=True),
                **({"execution_count": None, "outputs": []} if kind == "code" else {}),
            }
            for number, (kind, text) in enumerate(cells, start=1)
        ],
    }


_TITLE = """
# The model {model}, step by step

This notebook trains again what was trained before: it predicts `{target}` ({kind}). Every step stands in a
cell of its own: the design, the data, the split, the features, the network, the training, the metrics. Run
the cells from top to bottom; change any of them and run it again.

It needs Hornbook and the data. Everything it writes goes to a folder `rebuilt` beside it.
"""

_SETTINGS = """
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = {backend!r}  # what the model was trained on

BASE = Path({base!r})  # the folder that the data paths of the design start from
HOME = Path({home!r})  # the workspace: managed folders of images, and weights of other models
IDS = {ids!r}

DESIGN, RUN = Path("rebuilt/design"), Path("rebuilt/run")
RUN.mkdir(parents=True, exist_ok=True)
for folder in {folders!r}:
    (DESIGN / folder).mkdir(parents=True, exist_ok=True)

from hornbook.backends import open_backend

open_backend({backend!r})  # also lets code written for tensorflow.keras run on it
"""

_DESIGN = """
## The design

`task.toml` says what is predicted, from which columns, how rows are split, and how long is trained. The
code is yours: `architecture.py` builds and compiles the network.
"""

_DATA = """
## The data

The file is read as for the training: the same separators, types and missing values. Rows that do not parse
are counted and left out.
"""

_READ = """
import pandas as pd

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training.prepare import Preparation, open_tables
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

design = DesignFolder.read(DESIGN, base=BASE)
code = UserCode(design.path, design.libraries)
table, test_table = open_tables(design, TableStore(Path("rebuilt") / "datasets"))
print(f"{table.n_rows:,} rows, {len(table.column_names)} columns; {table.n_rejected:,} rows did not parse")
next(iter(table.slices(table.column_names, 5))).to_pandas()
"""

_ROWS = """
## Train and test rows

The split is `{method}`, with {share} of the rows to test on where no test file is named. The seed {seed}
decides it, so that it is the same as before.{folds}
"""

_SPLIT = """
from hornbook.backends import set_seed

set_seed(design.task.seed)
resources = DesignResources.of_training(design, code, HOME)
preparation = Preparation(design, table, test_table, resources)
rows = preparation.sets[0]
n_validation = 0 if rows.validation is None else len(rows.validation)
print(f"{len(rows.train):,} train rows, {len(rows.test):,} test rows, {n_validation:,} validation rows")
"""

_FEATURES = """
## Features

Every handling is fitted on the train rows: means and deviations, categories, vocabularies. What they make of
a row goes into the named inputs of the network.
"""

_PREPARE = """
data = preparation.data(rows)
for name, spec in data.pipeline.inputs.items():
    shown = ", ".join(column.name for column in spec.columns[:8])
    print(f"input {name!r}: {spec.dtype} of shape {spec.shape}: {shown}")
print("left out:", data.dropped or "nothing")
sample = next(iter(table.slices(data.pipeline.columns, 3)))
data.pipeline.transform(sample)
"""

_MODEL = """
## The network

`build_model` of `architecture.py` gets the shapes of the inputs; `compile_model` gives it an optimizer and
a loss. The seed decides the initial weights.
"""

_BUILD = """
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.fit import fit, make_measurer, metric_prefix

enter_design(design, HOME)
measurer = make_measurer(design, data, code)
monitor = metric_prefix(design) + design.task.metric
context = TrainingContext(HOME, *IDS, monitor, measurer.greater_is_better)
user_model = build_for_training(
    design, data.pipeline.inputs, data.targets.n_classes, code, context
)
user_model.keras_model.summary()
"""

_TRAINING = {
    "standard": """
## The training

{epochs} epochs at most. After each one all metrics are computed on the {measured} set; the epoch with the best
{metric} is kept, and its weights are those of the model at the end.
""",
    "advanced": """
## The training

`training.py` builds the sequences and calls `fit`. After each epoch all metrics are computed on the {measured}
set; the epoch with the best {metric} is kept, and its weights are those of the model at the end.
""",
}

_TRAIN = """
from hornbook.training.events import EventWriter

events = EventWriter(RUN)
outcome = fit(
    design,
    data,
    user_model=user_model,
    measurer=measurer,
    code=code,
    events=events,
    folder=RUN,
)
events.close()
print(f"{outcome.epochs} epochs; number {outcome.epoch} is kept")
pd.DataFrame(outcome.history, index=range(1, outcome.epochs + 1)).rename_axis("epoch")
"""

_EVALUATION = """
## The metrics

Beside those that were measured when the model was trained. On the same machine with the same versions they
are the same; elsewhere the last digits may differ.
"""

_EVALUATE = """
then = {metrics}
metrics = pd.DataFrame({{"now": outcome.measurement.metrics, "then": then}}, dtype=float)
metrics["difference"] = (metrics["now"] - metrics["then"]).abs()
metrics
"""

_PREDICTIONS = """
## Predictions

What the network says of the first test rows.
"""

_PREDICT = """
from hornbook.training.prediction import predict_inputs

tested = table if test_table is None else test_table
some = tested.take(rows.test[:5], list(dict.fromkeys(data.pipeline.columns)))
raw = predict_inputs(user_model.keras_model, data.pipeline.transform(some), len(some))
some.to_pandas().assign(network=list(map(str, user_model.layout.by_name(raw).popitem()[1].tolist())))
"""
