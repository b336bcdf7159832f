"""`onnx`: one file that ONNX Runtime runs on raw rows, certified on the test rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from hornbook.errors import ExportError
from hornbook.serving.exports.kept_test_rows import kept_test_rows
from hornbook.serving.exports.onnx_export import export_onnx
from hornbook.serving.exports.parity_rows import parity_rows
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource
from hornbook.serving.predict import Predictor
from hornbook.training.job import PREDICTIONS_FILE

__all__ = ["export_onnx_file"]

_MOST_SPLIT_ROWS = 1_000_000


def export_onnx_file(source: ExportSource, target: Path) -> ExportReport:
    """Writes the model with its preprocessing, once it has said the same of all test rows.

    Raises:
        ExportError: ONNX cannot express the model; or it says something else than Hornbook; or
            its data can no longer be read.
        MissingExtraError: a package of the extra `onnx` is not installed.
    """
    predictor = Predictor(source.artifact, source.trusted)
    certificate = export_onnx(predictor, _test_rows(source), target, home=source.home)
    note = (
        f"On {certificate.rows:,} test rows its numbers differ from Hornbook's by at most "
        f"{certificate.largest_absolute_difference:.2g}."
    )
    return ExportReport("onnx", target, (note,), certificate.to_json())


def _test_rows(source: ExportSource) -> Iterator[pl.DataFrame]:
    """A session knows its test rows; those of a version are split off its data again."""
    if (source.folder / PREDICTIONS_FILE).is_file():
        yield from kept_test_rows(source.artifact, source.home)
        return
    rows = parity_rows(source, _MOST_SPLIT_ROWS)
    if rows.frame.is_empty():
        raise ExportError(
            f"There are no rows to hold the file against Hornbook: {rows.origin}.",
            fix="Bring the data back to where it was at the training.",
        )
    yield rows.frame
