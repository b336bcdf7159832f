"""Inputs and outputs, kept to be looked at later, e.g. for drift."""

from __future__ import annotations

import hashlib
from typing import Any

from hornbook.features import FeatureType
from hornbook.serving.endpoint.exchange import Exchange
from hornbook.serving.endpoint.lines import LineWriter, now
from hornbook.serving.endpoint.open_inference import tensors_of
from hornbook.serving.endpoint.predictions import Predictions
from hornbook.serving.endpoint.row_reader import Rows
from hornbook.serving.endpoint.row_values import ColumnReader
from hornbook.serving.endpoint.served_version import ServedVersion

__all__ = ["Audit"]


class Audit:
    """Writes a line for each request that was predicted, with the values column by column.

    Of an image only a digest is written.

    Args:
        lines: where to.
    """

    def __init__(self, lines: LineWriter) -> None:
        self._lines = lines

    def add(
        self, exchange: Exchange, version: ServedVersion, rows: Rows, predictions: Predictions
    ) -> None:
        """Writes the line of a request."""
        readers = version.loaded.reader.columns
        self._lines.add(
            {
                "time": now(),
                "request_id": exchange.request_id,
                "model": version.name,
                "version": version.version_id,
                "key": None if exchange.key is None else exchange.key.name,
                "inputs": {
                    reader.column: _kept(reader, values)
                    for reader, values in zip(readers, rows.cells, strict=True)
                },
                "outputs": {
                    name: predictions.columns[at]
                    for name, at in tensors_of(version.loaded.outputs).items()
                },
                "ignored": {str(row): reason for row, reason in predictions.reasons.items()},
            }
        )


def _kept(reader: ColumnReader, values: list[Any]) -> list[Any]:
    if reader.feature_type is not FeatureType.IMAGE:
        return values
    return [
        None if value is None else f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
        for value in values
    ]
