"""The texts of a notebook's cells: Markdown, and Python that trains a model again."""

from __future__ import annotations

__all__ = [
    "BUILD",
    "DATA",
    "DESIGN",
    "EVALUATE",
    "EVALUATION",
    "FEATURES",
    "MODEL",
    "PREDICT",
    "PREDICTIONS",
    "PREPARE",
    "READ",
    "ROWS",
    "SETTINGS",
    "SPLIT",
    "TITLE",
    "TRAIN",
    "TRAINING",
]

TITLE = """
# The model {model}, step by step

This notebook trains again what was trained before: it predicts `{target}` ({kind}). Every step
stands in a cell of its own: the design, the data, the split, the features, the network, the
training, the metrics. Run the cells from top to bottom; change any of them and run it again.

It needs Hornbook and the data. Everything it writes goes to a folder `rebuilt` beside it.
"""

SETTINGS = """
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

DESIGN = """
## The design

`task.toml` says what is predicted, from which columns, how rows are split, and how long is
trained. The code is yours: `architecture.py` builds and compiles the network.
"""

DATA = """
## The data

The file is read as for the training: the same separators, types and missing values. Rows that
do not parse are counted and left out.
"""

READ = """
import pandas as pd

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training.prepare import Preparation, open_tables
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

design = DesignFolder.read(DESIGN, base=BASE)
code = UserCode(design.path, design.libraries)
table, test_table = open_tables(design, TableStore(Path("rebuilt") / "datasets"))
print(f"{table.n_rows:,} rows, {len(table.column_names)} columns")
print(f"{table.n_rejected:,} rows did not parse")
next(iter(table.slices(table.column_names, 5))).to_pandas()
"""

ROWS = """
## Train and test rows

The split is `{method}`, with {share} of the rows to test on where no test file is named. The
seed {seed} decides it, so that it is the same as before.{folds}
"""

SPLIT = """
from hornbook.backends import set_seed

set_seed(design.task.seed)
resources = DesignResources.of_training(design, code, HOME)
preparation = Preparation(design, table, test_table, resources)
rows = preparation.sets[0]
n_validation = 0 if rows.validation is None else len(rows.validation)
print(f"rows: {len(rows.train):,} train, {len(rows.test):,} test, {n_validation:,} validation")
"""

FEATURES = """
## Features

Every handling is fitted on the train rows: means and deviations, categories, vocabularies. What
they make of a row goes into the named inputs of the network.
"""

PREPARE = """
data = preparation.data(rows)
for name, spec in data.pipeline.inputs.items():
    shown = ", ".join(column.name for column in spec.columns[:8])
    print(f"input {name!r}: {spec.dtype} of shape {spec.shape}: {shown}")
print("left out:", data.dropped or "nothing")
sample = next(iter(table.slices(data.pipeline.columns, 3)))
data.pipeline.transform(sample)
"""

MODEL = """
## The network

`build_model` of `architecture.py` gets the shapes of the inputs; `compile_model` gives it an
optimizer and a loss. The seed decides the initial weights.
"""

BUILD = """
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.fit import fit, make_measurer, metric_prefix

enter_design(design, HOME)
measurer = make_measurer(design, data.targets, code)
monitor = metric_prefix(design) + design.task.metric
context = TrainingContext(HOME, *IDS, monitor, measurer.greater_is_better)
user_model = build_for_training(
    design, data.pipeline.inputs, data.targets.n_classes, code, context
)
user_model.keras_model.summary()
"""

TRAINING = {
    "standard": """
## The training

{epochs} epochs at most. After each one all metrics are computed on the {measured} set; the epoch
with the best {metric} is kept, and its weights are those of the model at the end.
""",
    "advanced": """
## The training

`training.py` builds the sequences and calls `fit`. After each epoch all metrics are computed on
the {measured} set; the epoch with the best {metric} is kept, and its weights are those of the
model at the end.
""",
}

TRAIN = """
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

EVALUATION = """
## The metrics

Beside those that were measured when the model was trained. On the same machine with the same
versions they are the same; elsewhere the last digits may differ.
"""

EVALUATE = """
then = {metrics}
metrics = pd.DataFrame({{"now": outcome.measurement.metrics, "then": then}}, dtype=float)
metrics["difference"] = (metrics["now"] - metrics["then"]).abs()
metrics
"""

PREDICTIONS = """
## Predictions

What the network says of the first test rows.
"""

PREDICT = """
from hornbook.training.prediction import predict_inputs

tested = table if test_table is None else test_table
some = tested.take(rows.test[:5], list(dict.fromkeys(data.pipeline.columns)))
raw = predict_inputs(user_model.keras_model, data.pipeline.transform(some), len(some))
outputs = user_model.layout.by_name(raw)
some.to_pandas().assign(
    **{name or "network": [str(row) for row in array.tolist()] for name, array in outputs.items()}
)
"""
