"""What became of the columns of a table in a trained model, by feature and by input."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hornbook.errors import NotFoundError
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.feature_columns import COLUMNS_FILE, read_columns

__all__ = ["InputColumn", "InputColumns", "ModelColumns", "input_columns", "model_columns"]

_MOST_NAMES = 30


class ModelColumn(BaseModel):
    """A column of the table, as the model was trained on it."""

    model_config = ConfigDict(frozen=True)

    column: str
    role: str = Field(description="input, target, weight or reject")
    storage: str = Field(description="how the table keeps it")
    missing_rows: int = Field(description="rows of the table without a value")
    type: str | None = Field(None, description="of a feature")
    handling: str | None = Field(None, description="how it became numbers")
    missing: dict[str, Any] = Field(
        default_factory=dict, description="the options on missing values"
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="other options that differ from their defaults"
    )
    input: str | None = Field(None, description="the network's input that it goes to")
    n_made: int = Field(0, description="how many columns of numbers it became")
    made: list[str] = Field(default_factory=list, description="their names, the first 30")


class ModelInput(BaseModel):
    """An input of the network."""

    model_config = ConfigDict(frozen=True)

    name: str
    shape: list[int]
    dtype: str
    n_columns: int = Field(description="of numbers, by name; 0 for e.g. images")
    steps: list[str] = Field(description="what was done to the columns once they were filled")


class ModelColumns(BaseModel):
    """The columns of the table and the inputs of the network."""

    model_config = ConfigDict(frozen=True)

    columns: list[ModelColumn]
    inputs: list[ModelInput]


class InputColumn(BaseModel):
    """A column of numbers that the network gets."""

    model_config = ConfigDict(frozen=True)

    place: int = Field(description="in the array, from 0")
    name: str
    sources: list[str] = Field(description="the columns of the table it was made from")


class InputColumns(BaseModel):
    """A part of the columns of an input."""

    model_config = ConfigDict(frozen=True)

    total: int
    columns: list[InputColumn]


def model_columns(session_folder: Path) -> ModelColumns:
    """What each column of the table became.

    Args:
        session_folder: of a session with a model.

    Raises:
        NotFoundError: the model was trained before this was kept.
    """
    kept = _read(session_folder)
    return ModelColumns(
        columns=[
            ModelColumn(
                **{key: value for key, value in one.items() if key != "made"},
                n_made=len(one.get("made", ())),
                made=one.get("made", [])[:_MOST_NAMES],
            )
            for one in kept["columns"]
        ],
        inputs=[
            ModelInput(
                **{key: value for key, value in one.items() if key != "columns"},
                n_columns=len(one["columns"]),
            )
            for one in kept["inputs"]
        ],
    )


def input_columns(session_folder: Path, name: str, start: int, count: int) -> InputColumns:
    """The columns of one input, in the order of its array.

    Args:
        session_folder: of a session with a model.
        name: of the input.
        start: the first place.
        count: how many at most.

    Raises:
        NotFoundError: there is no such input, or as for `model_columns`.
    """
    inputs = {one["name"]: one["columns"] for one in _read(session_folder)["inputs"]}
    if name not in inputs:
        raise NotFoundError(f"The model has no input '{name}'. It has: {', '.join(inputs)}.")
    shown = enumerate(inputs[name][start : start + count], start)
    return InputColumns(
        total=len(inputs[name]),
        columns=[InputColumn(place=place, **one) for place, one in shown],
    )


def _read(session_folder: Path) -> dict[str, Any]:
    file = session_folder / MODEL_FOLDER / COLUMNS_FILE
    try:
        return _parsed(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotFoundError(
            "What became of the columns was not kept with this model.",
            fix="Train it again: it is kept since.",
        ) from None


@lru_cache(8)
def _parsed(file: Path, changed_ns: int) -> dict[str, Any]:
    """A page of a long list need not read the file again."""
    del changed_ns
    found = read_columns(file.parent)
    if found is None:
        raise FileNotFoundError(file)
    return found
