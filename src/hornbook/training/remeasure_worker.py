"""The process that compares two models, started by `module_command` with a request.

It loads a network and may run the user's custom score, so it is a process of its own. The request
is a JSON file with `older`, `newer`, `home` and `answer`; what was measured is written to the
file that `answer` names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras

from hornbook.backends import open_backend
from hornbook.design import DesignFolder
from hornbook.training.answer import answering
from hornbook.training.context import enter_design
from hornbook.training.job import DESIGN_FOLDER, TrainingJob
from hornbook.training.remeasure import remeasure
from hornbook.training.worker import ignore_expected_warnings

__all__ = ["main"]


def main(request: Path) -> None:
    """Measures the models of a request and writes the answer."""
    ignore_expected_warnings()
    asked = json.loads(request.read_text("utf-8"))
    answer: dict[str, Any] = {"problems": [], "measured": None}
    older, newer, home = (Path(asked[key]) for key in ("older", "newer", "home"))
    with answering(Path(asked["answer"]), answer):
        open_backend(keras.backend.backend())
        base = Path(TrainingJob.read(newer).base)
        enter_design(DesignFolder.read(newer / DESIGN_FOLDER, base=base), home)
        answer["measured"] = remeasure(older, newer, home).to_json()
