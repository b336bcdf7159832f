"""The process that checks a design whole: `python -m hornbook.training.check_worker REQUEST`.

It runs the user's `build_model` and `compile_model`, so it is a process of its own. REQUEST
is a JSON file with `folder`, `home`, `analysis_id`, `mltask_id`, `settings` and `answer`; what
was found is written to the file that `answer` names.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from hornbook.backends import open_backend, set_seed
from hornbook.data import TableStore
from hornbook.design import (
    ARCHITECTURE_FILE,
    TRAINING_FILE,
    DesignFolder,
    SourceFile,
)
from hornbook.training.answer import answering
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.fit import make_measurer, metric_prefix
from hornbook.training.prepare import open_tables, prepare_data
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

__all__ = ["main"]


def main(request: Path) -> None:
    """Checks the design of a request and writes the answer."""
    asked = json.loads(request.read_text("utf-8"))
    answer: dict[str, Any] = {"problems": [], "inputs": [], "layers": [], "parameters": None}
    with answering(Path(asked["answer"]), answer):
        ids = (asked["analysis_id"], asked["mltask_id"])
        _check(Path(asked["folder"]), Path(asked["home"]), ids, asked["settings"], answer)


def _check(
    folder: Path, home: Path, ids: tuple[str, str], settings: list[str], answer: dict[str, Any]
) -> None:
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
    answer["parameters"] = model.count_params() if model.built else None
    answer["layers"] = [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "shape": _output_shape(layer),
            "parameters": layer.count_params() if layer.built else None,
            "inputs": _feeding_layers(layer, model),
        }
        for layer in model.layers
    ]
    if TRAINING_FILE in design.code_files:
        code.function(TRAINING_FILE, "build_sequences", "build_sequence")
        code.function(TRAINING_FILE, "fit_model")


def _feeding_layers(layer: Any, model: Any) -> list[str] | None:
    """The names of the layers whose outputs a layer takes; `None` where Keras does not say."""
    known = {one.name for one in model.layers}
    try:
        parents = [parent for node in layer._inbound_nodes for parent in node.parent_nodes]
        names = [parent.operation.name for parent in parents]
    except AttributeError:
        return None
    return list(dict.fromkeys(name for name in names if name in known))


def _output_shape(layer: Any) -> list[int | None] | None:
    shape = getattr(getattr(layer, "output", None), "shape", None)
    return None if shape is None else list(shape)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
