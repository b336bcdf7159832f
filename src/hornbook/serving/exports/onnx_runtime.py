"""ONNX models run on raw rows by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from numpy.typing import NDArray

from hornbook.errors import ExportError
from hornbook.extras import import_extra
from hornbook.serving.exports.onnx_inputs import RawInput

__all__ = ["OnnxRunner", "import_onnxruntime"]


def import_onnxruntime() -> Any:
    """The package `onnxruntime`.

    Raises:
        MissingExtraError: it is not installed.
    """
    return import_extra("onnxruntime", extra="onnx", wanted_by="The export to ONNX")


class OnnxRunner:
    """A model open in ONNX Runtime, on the CPU.

    Args:
        model: an `onnx.ModelProto`.
        raw: its inputs, by the column that each takes.

    Raises:
        ExportError: ONNX Runtime cannot open it.
        MissingExtraError: ONNX Runtime is not installed.
    """

    def __init__(self, model: Any, raw: Mapping[str, RawInput]) -> None:
        runtime = import_onnxruntime()
        self._raw = raw
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = runtime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ExportError(f"ONNX Runtime cannot open the model: {error}") from error
        # Inputs of which nothing depends are gone, e.g. of a column that is left out by a step.
        self._taken = {one.name for one in self._session.get_inputs()}

    def run(self, frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
        """The outputs by name, for rows with the model's columns.

        Raises:
            ExportError: ONNX Runtime fails on them.
        """
        feeds = {
            one.name: one.values(frame[column])
            for column, one in self._raw.items()
            if one.name in self._taken
        }
        names = [one.name for one in self._session.get_outputs()]
        try:
            return dict(zip(names, self._session.run(names, feeds), strict=True))
        except Exception as error:
            raise ExportError(f"ONNX Runtime fails on the rows: {error}") from error
