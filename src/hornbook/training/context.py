"""What user code can ask about the training it runs in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hornbook.data import ReadOptions
from hornbook.design import DesignFolder
from hornbook.errors import NotFoundError, TrainingError, did_you_mean

__all__ = [
    "DesignInUse",
    "TrainingContext",
    "current_design",
    "current_training",
    "enter_design",
    "enter_training",
    "get_variable",
]


@dataclass(frozen=True)
class DesignInUse:
    """The design whose code this process runs, from before its features are fitted.

    Attributes:
        home: the workspace's folder.
        base: where relative paths start.
        data_path, test_path: its data files.
        read_options: how these are read.
    """

    home: Path
    base: Path
    data_path: Path
    test_path: Path | None
    read_options: ReadOptions


@dataclass(frozen=True)
class TrainingContext:
    """The training that this process runs.

    Attributes:
        home: the workspace's folder.
        analysis_id, mltask_id, session_id: of the session.
        monitor: the name in Keras' logs of the metric that decides, e.g. `"Test ROC AUC"`.
        greater_is_better: whether that metric is a score or a loss.
    """

    home: Path
    analysis_id: str
    mltask_id: str
    session_id: str
    monitor: str
    greater_is_better: bool


_design: list[DesignInUse] = []
_current: list[TrainingContext] = []


def enter_design(design: DesignFolder, home: Path) -> None:
    """Makes a design the one whose code this process runs."""
    _design[:] = [
        DesignInUse(home, design.base, design.data_path, design.test_path, design.read_options)
    ]


def current_design() -> DesignInUse | None:
    """The design whose code this process runs, if it runs one."""
    return _design[0] if _design else None


def enter_training(context: TrainingContext) -> None:
    """Makes a training the current one of this process; a worker runs one and ends."""
    _current[:] = [context]


def current_training() -> TrainingContext | None:
    """The training this process runs, if it runs one."""
    return _current[0] if _current else None


def get_variable(name: str) -> str | bool:
    """A fact about the current training, for user code.

    Args:
        name: `"DKU_MODEL_METRIC"` for the name to monitor, with its prefix, e.g.
            `"Test ROC AUC"`; `"DKU_MODEL_METRIC_GREATER_IS_BETTER"` for whether greater
            is better.

    Raises:
        NotFoundError: there is no such variable.
        TrainingError: this process trains nothing.
    """
    names = ("DKU_MODEL_METRIC", "DKU_MODEL_METRIC_GREATER_IS_BETTER")
    if name not in names:
        raise NotFoundError(f"There is no variable '{name}'. {did_you_mean(name, names)}")
    training = current_training()
    if training is None:
        raise TrainingError(
            f"get_variable('{name}') tells about the training that calls it, and none is running.",
            fix="Call it in build_model, compile_model, build_sequences or fit_model.",
        )
    return training.monitor if name == names[0] else training.greater_is_better
