"""What an evaluation found, as it is kept and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.features.column_sketch import SketchKind

__all__ = ["ColumnDrift", "DriftBin", "DriftLevel", "EvaluatedMetric", "Evaluation"]

DriftLevel = Literal["none", "moderate", "strong"]


class EvaluatedMetric(BaseModel):
    """A metric on the new rows, beside what it was at training."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="by its exact spelling; with several outputs after their name")
    value: FiniteFloat | None = Field(description="null where it is undefined on these rows")
    at_training: FiniteFloat | None = Field(description="of the kept epoch on the test rows")
    difference: FiniteFloat | None = Field(description="value less at_training")
    greater_is_better: bool


class DriftBin(BaseModel):
    """A bin of numbers, or a category."""

    model_config = ConfigDict(frozen=True)

    label: str
    before: FiniteFloat = Field(description="share of the rows of the training with a value")
    now: FiniteFloat = Field(description="share of the new rows with a value")


class ColumnDrift(BaseModel):
    """How far the values of a column are from those of the training."""

    model_config = ConfigDict(frozen=True)

    column: str
    kind: SketchKind = Field(
        description="numbers, also dates, lengths of vectors; categories; texts, by how many "
        "words they have; presence alone, of images"
    )
    test: Literal["Kolmogorov-Smirnov", "chi-square"] | None
    statistic: FiniteFloat | None
    p_value: FiniteFloat | None = Field(
        description="how probable a statistic as large is without drift; small also for a drift "
        "too small to matter, where rows are many"
    )
    psi: FiniteFloat | None = Field(description="population stability index")
    level: DriftLevel = Field(description="by the index: from 0.1 on moderate, from 0.25 strong")
    missing_before: FiniteFloat = Field(description="share of rows without a value")
    missing_now: FiniteFloat
    missing_p_value: FiniteFloat
    unknown_words_before: FiniteFloat | None = Field(
        None, description="texts: share of words that are not in the texts of the training"
    )
    unknown_words_now: FiniteFloat | None = None
    unknown_words_p_value: FiniteFloat | None = None
    new_categories: list[str] = Field(
        default_factory=list, description="the most frequent ones that the training had not"
    )
    bins: list[DriftBin] = Field(default_factory=list)


class Evaluation(BaseModel):
    """A model on new rows."""

    model_config = ConfigDict(frozen=True)

    evaluation_id: str = Field("", description="e1, e2, … of its model")
    created_at: datetime
    model: str = Field(description="the version or the session that was evaluated")
    input: str = Field(description="what the rows were read from, without passwords")
    rows: int = Field(description="that were read")
    evaluated_rows: int = Field(description="that have a truth and a prediction")
    rows_without_truth: int
    unknown_class_rows: int = Field(description="whose class the model does not know")
    unscorable_rows: int
    rejected_rows: int = Field(description="that do not parse")
    weighted: bool = Field(description="whether rows count by the sample-weight column")
    thresholds: dict[str, float | None] = Field(description="by output, of binary ones")
    metrics: list[EvaluatedMetric] = Field(description="none without truth")
    drift: list[ColumnDrift] = Field(description="of the columns that feed the network")
    prediction_drift: list[ColumnDrift] = Field(description="of what it predicts")
    drift_rows: int = Field(description="drawn at random for the drift of columns")
    rows_file: str | None = Field(None, description="where the rows were written one by one")
    notes: list[str] = Field(default_factory=list)

    def metric(self, name: str) -> EvaluatedMetric | None:
        """A metric by its exact spelling."""
        return next((one for one in self.metrics if one.name == name), None)
