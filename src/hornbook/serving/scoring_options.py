"""What may be wished of a scoring, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from hornbook.errors import UsageError
from hornbook.metrics import PredictionType
from hornbook.training.artifact import ModelOutput

__all__ = ["ScoringOptions", "ScoringResult"]


@dataclass(frozen=True)
class ScoringOptions:
    """How rows are scored and what is written of them.

    Attributes:
        threshold: from which probability on a row is positive, in place of the model's; binary
            outputs only.
        columns: of the input to write before the predictions; all where absent.
        batch_size: rows that the network sees at once; chosen by their size where absent.
        with_probabilities: whether to write those of the classes.
        replace_table: whether an output table of a database that exists is replaced.

    Raises:
        UsageError: a number is out of its range.
    """

    threshold: float | None = None
    columns: tuple[str, ...] | None = None
    batch_size: int | None = None
    with_probabilities: bool = True
    replace_table: bool = False

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(
                f"Received the threshold {self.threshold:g}, expected a probability from 0 to 1."
            )
        if self.batch_size is not None and not 1 <= self.batch_size <= 2**20:
            raise UsageError(
                f"Received the batch size {self.batch_size}, expected 1 to {2**20:,} rows."
            )

    def check(self, outputs: Mapping[str, ModelOutput]) -> None:
        """Refuses what does not suit a model.

        Args:
            outputs: what the model predicts.

        Raises:
            UsageError: a threshold is wished, and no output has one.
        """
        kinds = {output.prediction_type for output in outputs.values()}
        if self.threshold is not None and PredictionType.BINARY not in kinds:
            raise UsageError(
                "A threshold was given, and the model does not predict one of two classes.",
                fix="Leave --threshold out.",
            )

    def to_json(self) -> dict[str, Any]:
        """The options as JSON values."""
        values = asdict(self)
        return {**values, "columns": None if self.columns is None else list(self.columns)}


@dataclass(frozen=True)
class ScoringResult:
    """What a scoring came to.

    Attributes:
        output: where the scored rows are.
        rows: of the input, all of them.
        scored_rows: written to the output.
        rejected_rows: kept apart, since they do not parse or cannot be scored.
        rejected_file: where these are, with their reasons; `None` where there is none.
        first_rejection: row and reason of the first of them.
        columns: added by the model.
        resumed_rows: whose predictions an interrupted scoring had left.
        began_anew: why those that it had left were of no use, if it had left any.
        unreadable_images: that were zeros to the network, the first 1,000.
        seconds: from the first row to the last.
    """

    output: str
    rows: int
    scored_rows: int
    rejected_rows: int
    rejected_file: str | None
    first_rejection: str | None
    columns: tuple[str, ...]
    resumed_rows: int = 0
    began_anew: str | None = None
    unreadable_images: tuple[dict[str, str], ...] = ()
    seconds: float = 0.0

    @property
    def rows_per_second(self) -> float:
        """Scored and rejected rows a second."""
        return self.rows / max(self.seconds, 1e-9)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return {
            **asdict(self),
            "columns": list(self.columns),
            "unreadable_images": list(self.unreadable_images),
            "rows_per_second": round(self.rows_per_second, 1),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The result that `to_json` gave."""
        known = {one.name: values[one.name] for one in fields(cls)}
        read = {name: tuple(known[name]) for name in ("columns", "unreadable_images")}
        return cls(**{**known, **read})
