"""The process that checks a design whole, started by `module_command` with a request.

It runs the user's `build_model` and `compile_model`, so it is a process of its own. The request
is a JSON file with `folder`, `home`, `analysis_id`, `mltask_id`, `settings`, `answer`, `measures`
and `measured`; what was found is written to the file that `answer` names. Where `measures` is true
and the design valid, a few steps are trained afterwards, and how long they took is written to the
file that `measured` names.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from hornbook.atomic import write_json_atomically
from hornbook.backends import open_backend, set_seed
from hornbook.data import TableStore
from hornbook.design import (
    ARCHITECTURE_FILE,
    TRAINING_FILE,
    DesignFolder,
    SourceFile,
)
from hornbook.errors import HornbookError
from hornbook.training.answer import answering
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.events import json_safe
from hornbook.training.fit import make_measurer, metric_prefix
from hornbook.training.memory_need import memory_need
from hornbook.training.model import UserModel
from hornbook.training.network import describe_network
from hornbook.training.prepare import PreparedData, open_tables, prepare_data
from hornbook.training.resources import DesignResources
from hornbook.training.run_time import measure_run
from hornbook.training.user_code import UserCode

__all__ = ["main"]


@dataclass(frozen=True)
class _Checked:
    """A design that was found valid, with all that was made for that."""

    design: DesignFolder
    data: PreparedData
    user_model: UserModel
    code: UserCode


def main(request: Path) -> None:
    """Checks the design of a request and writes the answer; then measures, if that is wanted."""
    asked = json.loads(request.read_text("utf-8"))
    answer: dict[str, Any] = {"problems": [], "inputs": [], "layers": [], "parameters": None}
    checked = None
    with answering(Path(asked["answer"]), answer):
        ids = (asked["analysis_id"], asked["mltask_id"])
        checked = _check(Path(asked["folder"]), Path(asked["home"]), ids, asked["settings"], answer)
    if checked is not None and asked["measures"]:
        write_json_atomically(Path(asked["measured"]), json_safe(_measured(checked)))


def _measured(checked: _Checked) -> dict[str, Any]:
    """How long a training would take, or why that is not known."""
    try:
        return measure_run(checked.design, checked.data, checked.user_model, checked.code)
    except Exception as error:  # noqa: BLE001 - whatever keeps a step from being made is the answer
        text = (
            str(error) if isinstance(error, HornbookError) else f"{type(error).__name__}: {error}"
        )
        return {"unmeasured": text}


def _check(
    folder: Path, home: Path, ids: tuple[str, str], settings: list[str], answer: dict[str, Any]
) -> _Checked:
    open_backend(keras.backend.backend())
    design = DesignFolder.read(folder, settings)
    enter_design(design, home)
    code = UserCode(design.path, design.libraries)
    resources = DesignResources.of_training(design, code, home)
    tables = open_tables(design, TableStore(home / "datasets"))
    set_seed(design.task.seed)
    data = prepare_data(design, *tables, resources)
    source = SourceFile.read(design.path / ARCHITECTURE_FILE)
    answer["rows"] = {"train": len(data.train), "test": len(data.test), "dropped": data.dropped}
    answer["inputs"] = [
        {
            "name": spec.name,
            "shape": list(spec.shape),
            "dtype": spec.dtype,
            "columns": list(spec.sources),
            "line": source.line_of_input(spec.name),
        }
        for spec in data.pipeline.inputs.values()
    ]
    measurer = make_measurer(design, data.targets, code)
    monitor = metric_prefix(design) + design.task.metric
    context = TrainingContext(home, *ids, "", monitor, measurer.greater_is_better)
    user_model = build_for_training(
        design, data.pipeline.inputs, data.targets.n_classes, code, context
    )
    answer["problems"] += [asdict(warning) for warning in user_model.warnings]
    model = user_model.keras_model
    answer |= describe_network(model)
    if TRAINING_FILE in design.code_files:
        code.function(TRAINING_FILE, "build_sequences", "build_sequence")
        code.function(TRAINING_FILE, "fit_model")
    elif model.built:
        answer["memory"] = memory_need(model, data.pipeline.inputs, design.task.training.batch_size)
    return _Checked(design, data, user_model, code)
