"""A trained model: rows as they stand in a table in, predictions out."""

from __future__ import annotations

import importlib
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import categories, dates, numbers, texts, vectors
from .handling import HANDLINGS, Handling
from .outputs import Output
from .own_code import definitions
from .steps import STEPS
from .values import RowError

__all__ = ["BLOCK_ROWS", "HANDLINGS", "Model"]

BLOCK_ROWS = 8192
"""How many rows the network sees at once, at most."""

_BLOCK_BYTES = 256 * 2**20
_HANDLED_HERE = (categories, dates, numbers, texts, vectors)


class Model:
    """A trained model, loaded and ready to predict; one thread uses it at a time.

    Args:
        folder: with `model.json`, `arrays.npz` and `model.keras`.
        images: where the paths of images start.
    """

    def __init__(self, folder: Path | str, images: Path | str = ".") -> None:
        self.folder = Path(folder)
        self.description: Mapping[str, Any] = json.loads(
            (self.folder / "model.json").read_text("utf-8")
        )
        with np.load(self.folder / "arrays.npz", allow_pickle=False) as arrays:
            self._arrays = dict(arrays)
        entries = self.description["features"]
        if any(entry["type"] == "image" for entry in entries):
            loaded = importlib.import_module(f"{__package__}.images")
            loaded.Resize.folder = Path(images)
        self._features = [
            (entry["input"], self._handling(index, entry)) for index, entry in enumerate(entries)
        ]
        self._outputs = {
            name: Output(name, values) for name, values in self.description["outputs"].items()
        }
        self._network = self._load_network()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rows must have; others are ignored."""
        return tuple(dict.fromkeys(handling.column for _, handling in self._features))

    @property
    def output_columns(self) -> tuple[str, ...]:
        """`prediction`, then `proba_<class>` for each class."""
        return tuple(name for output in self._outputs.values() for name in output.columns)

    def predict(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Predicts rows.

        Args:
            rows: values by column; `None` where one is missing.

        Returns:
            `output_columns` of each row; all `None` for a row that lacks a value the model needs.

        Raises:
            RowError: a column is missing, or holds values of another kind than in training.
        """
        for row in rows:
            self._check_columns(row)
        found = self.predict_columns({name: [row[name] for row in rows] for name in self.columns})
        listed = {name: values.tolist() for name, values in found.items()}
        return [{name: listed[name][row] for name in listed} for row in range(len(rows))]

    def predict_columns(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, NDArray[Any]]:
        """`predict` for rows that are given column by column.

        Args:
            columns: of one length each, by name.
        """
        self._check_columns(columns)
        n_rows = len(columns[self.columns[0]])
        at_once = self._rows_at_once(n_rows)
        blocks = [
            self._predict_block(
                {name: columns[name][start : start + at_once] for name in self.columns}, at_once
            )
            for start in range(0, n_rows, at_once)
        ]
        if not blocks:
            return {name: np.empty(0, object) for name in self.output_columns}
        return {name: np.concatenate([one[name] for one in blocks]) for name in blocks[0]}

    def transform(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, NDArray[Any]]:
        """The inputs of the network, by name."""
        parts: dict[str, list[NDArray[Any]]] = {}
        for name, handling in self._features:
            parts.setdefault(name, []).append(handling.transform(columns[handling.column]))
        inputs = {
            name: of_input[0] if len(of_input) == 1 else np.concatenate(of_input, axis=1)
            for name, of_input in parts.items()
        }
        for index, step in enumerate(self.description["steps"]):
            arrays = self._arrays_of(f"step {index}")
            inputs["main"] = STEPS[step["step"]](inputs["main"], step["state"], arrays)
        return inputs

    def _predict_block(
        self, columns: Mapping[str, Sequence[Any]], batch_size: int
    ) -> dict[str, NDArray[Any]]:
        inputs = self.transform(columns)
        n_rows = len(next(iter(inputs.values())))
        if n_rows < batch_size:
            # Always as many rows, so that the network is compiled once.
            inputs = {
                name: np.concatenate([array, np.repeat(array[-1:], batch_size - n_rows, axis=0)])
                for name, array in inputs.items()
            }
        raw = self._by_name(self._call(inputs))
        found = {
            name: values
            for output_name, output in self._outputs.items()
            for name, values in output.in_words(raw[output_name][:n_rows]).items()
        }
        unscored = self._unscored(columns)
        if unscored is None or not unscored.any():
            return found
        for name, values in found.items():
            found[name] = values.astype(object)
            found[name][unscored] = None
        return found

    def _call(self, inputs: Mapping[str, NDArray[Any]]) -> Any:
        with warnings.catch_warnings():
            # Names decide, also for a network that lists its inputs.
            warnings.filterwarnings("ignore", message="The structure of `inputs` doesn't match")
            return self._network.predict_on_batch(inputs)

    def _by_name(self, raw: Any) -> dict[str, NDArray[Any]]:
        """The raw outputs by name, whatever structure the network gives them in."""
        layout = self.description["layout"]
        names = list(layout["formats"])
        if layout["structure"] == "dict":
            return {name: np.asarray(raw[name]) for name in names}
        arrays = [raw] if layout["structure"] == "tensor" else list(raw)
        return {name: np.asarray(array) for name, array in zip(names, arrays, strict=True)}

    def _unscored(self, columns: Mapping[str, Sequence[Any]]) -> NDArray[np.bool_] | None:
        masks = [
            handling.missing(columns[handling.column])
            for _, handling in self._features
            if handling.drops_missing_rows
        ]
        return np.logical_or.reduce(masks) if masks else None

    def _check_columns(self, columns: Mapping[str, Any]) -> None:
        missing = [name for name in self.columns if name not in columns]
        if missing:
            raise RowError(
                f"The rows lack the columns {', '.join(map(repr, missing))}; they have "
                f"{', '.join(map(repr, list(columns)[:20]))}."
            )

    def _rows_at_once(self, n_rows: int) -> int:
        fits = _BLOCK_BYTES // max(1, int(self.description["row_bytes"]))
        return max(1, min(n_rows, BLOCK_ROWS, fits))

    def _handling(self, index: int, entry: Mapping[str, Any]) -> Handling:
        kind = HANDLINGS[entry["type"], entry["handling"]]
        return kind(entry, self._arrays_of(str(index)))

    def _arrays_of(self, key: str) -> dict[str, NDArray[Any]]:
        prefix = f"{key}/"
        return {
            name.removeprefix(prefix): array
            for name, array in self._arrays.items()
            if name.startswith(prefix)
        }

    def _load_network(self) -> Any:
        os.environ.setdefault("KERAS_BACKEND", self.description["backend"])
        keras = importlib.import_module("keras")
        code = self.folder / "code"
        own = definitions(code.resolve()) if code.is_dir() else {}
        return keras.saving.load_model(
            self.folder / "model.keras", own, compile=False, safe_mode=not own
        )
