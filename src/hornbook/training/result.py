"""How a training ended, as a file in the session's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from hornbook.atomic import write_json_atomically
from hornbook.training.events import json_safe

__all__ = ["RESULT_FILE", "OutputResult", "TrainingResult"]

RESULT_FILE = "result.json"


@dataclass(frozen=True)
class OutputResult:
    """What is reported of one output.

    Attributes:
        prediction_type, target: of the design.
        metrics: of the kept epoch on the test set, by exact spelling.
        threshold: binary only, from which probability on a row is positive.
    """

    prediction_type: str
    target: str
    metrics: dict[str, float | None]
    threshold: float | None = None


@dataclass(frozen=True)
class TrainingResult:
    """All that is reported of a training.

    Attributes:
        status: finished, stopped by the user with the best epoch kept, failed, or aborted.
        reason: why it failed, was stopped or aborted; in the user's terms.
        has_model: whether an epoch was kept.
        prediction_type, target: of the design; of several outputs with commas between.
        metric: the name of the metric that decides, and whether greater is better.
        metrics: of the kept epoch on the test set, by exact spelling; with several outputs
            the name of the output goes before.
        measured_on: the set that epochs were chosen on, `"test"` or `"validation"`.
        best_epoch: the kept epoch, 1-based.
        epochs: how many were run.
        history: every number of every epoch.
        threshold: binary only, from which probability on a row is positive; of the output
            whose metric decides.
        outputs: what is reported of each output, by name; the only one of a `[target]` is
            called `""`.
        train_rows, test_rows, validation_rows: after dropping.
        dropped: rows left out, by reason.
        seconds: `prepare` (imports, reading, fitting features, building), `fit` (the loop
            with its metrics) and `total`.
        backend: what Keras ran on; `backend_reason` says why.
        warnings: what the user should know, in sentences.
    """

    status: Literal["finished", "stopped", "failed", "aborted"]
    reason: str | None = None
    has_model: bool = False
    prediction_type: str | None = None
    target: str | None = None
    metric: str | None = None
    greater_is_better: bool | None = None
    metrics: dict[str, float | None] = field(default_factory=dict)
    measured_on: str | None = None
    best_epoch: int | None = None
    epochs: int | None = None
    history: dict[str, list[float | None]] = field(default_factory=dict)
    threshold: float | None = None
    outputs: dict[str, OutputResult] = field(default_factory=dict)
    train_rows: int | None = None
    test_rows: int | None = None
    validation_rows: int | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    backend: str | None = None
    backend_reason: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def metric_value(self) -> float | None:
        """The deciding metric of the kept epoch."""
        return None if self.metric is None else self.metrics.get(self.metric)

    def to_json(self) -> dict[str, Any]:
        """Plain values; numbers that do not exist are `None`."""
        values: dict[str, Any] = json_safe(asdict(self))
        return values

    def write(self, folder: Path) -> None:
        """Writes the result into the session's folder."""
        write_json_atomically(folder / RESULT_FILE, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> TrainingResult | None:
        """The result of a session's folder; `None` while there is none."""
        path = folder / RESULT_FILE
        if not path.exists():
            return None
        values = json.loads(path.read_text("utf-8"))
        outputs = {name: OutputResult(**one) for name, one in values["outputs"].items()}
        return cls(**{**values, "outputs": outputs, "warnings": tuple(values["warnings"])})
