"""A model with the code that predicts without Hornbook: what the formats for raw rows share."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from hornbook.atomic import write_json_atomically, write_text_atomically
from hornbook.design import (
    ARCHITECTURE_FILE,
    CUSTOM_SCORE_FILE,
    LIBRARY_FOLDER,
    TRAINING_FILE,
    SourceFile,
)
from hornbook.errors import ExportError
from hornbook.serving import portable
from hornbook.serving.exports.source import ExportSource
from hornbook.serving.portable.model import HANDLINGS
from hornbook.training.artifact import FEATURES_FOLDER, MODEL_FOLDER

__all__ = [
    "pinned_requirements",
    "refuse_what_cannot_be_carried",
    "write_model",
    "write_runtime",
]

_ARRAYS_FILE = "arrays.safetensors"
_IMAGES = "images.py"
_IMAGE_LOADING = "image_loading.py"
_OURS = ("hornbook", "dataiku")
_NOT_FOR_NETWORKS = (TRAINING_FILE, CUSTOM_SCORE_FILE)
_LEFT_OUT_OF_STATES = ("folder",)
"""Paths of this machine."""

_ERRORS = '''"""The errors of reading images."""

from __future__ import annotations

__all__ = ["DataError"]


class DataError(ValueError):
    """An image that cannot be read."""

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
'''


def refuse_what_cannot_be_carried(source: ExportSource, format_name: str) -> None:
    """Finds all that has no form without Hornbook.

    Raises:
        ExportError: it lists every column and every file, with the reason.
    """
    reasons = [*_refused_features(source), *_refused_code(source)]
    if reasons:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        raise ExportError(
            f"The model {source.reference} cannot be exported as {format_name}, since it needs "
            f"what works with Hornbook only:\n{listed}",
            fix="Reject these columns and train again, or export the network: --format keras.",
        )


def write_runtime(source: ExportSource, folder: Path) -> None:
    """Copies the code that predicts into a package of its own.

    Args:
        source: the model; without images their code is left out.
        folder: of the package, made here.
    """
    folder.mkdir(parents=True)
    takes_images = _takes_images(source)
    for entry in sorted(resources.files(portable).iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".py") and (takes_images or entry.name != _IMAGES):
            text = entry.read_text("utf-8")
            write_text_atomically(folder / entry.name, _without_hornbook(text))
    if takes_images:
        loading = resources.files("hornbook.features").joinpath(_IMAGE_LOADING).read_text("utf-8")
        write_text_atomically(folder / _IMAGE_LOADING, _without_hornbook(loading))
        write_text_atomically(folder / "errors.py", _ERRORS)


def write_model(source: ExportSource, folder: Path) -> None:
    """Writes the network, the fitted features and what the outputs mean; no pickle among them."""
    folder.mkdir(parents=True)
    shutil.copyfile(source.keras_path, folder / "model.keras")
    arrays = load_file(source.folder / MODEL_FOLDER / FEATURES_FOLDER / _ARRAYS_FILE)
    np.savez_compressed(folder / "arrays.npz", **arrays)
    pipeline = source.artifact.pipeline
    write_json_atomically(
        folder / "model.json",
        {
            "model": source.reference,
            "backend": source.artifact.backend,
            "outputs": source.description["outputs"],
            "layout": source.description["layout"],
            "reading": source.description["reading"],
            "row_bytes": sum(spec.row_bytes for spec in pipeline.inputs.values()),
            "features": [_portable(entry) for entry in source.features["features"]],
            "steps": source.features["steps"],
        },
    )
    if source.needs_code:
        _copy_code(source, folder / "code")


def pinned_requirements(source: ExportSource) -> list[str]:
    """What the export needs, in the versions that it was made with."""
    backend = {"jax": ("jax",), "tensorflow": ("tensorflow",), "torch": ("torch",)}
    names = ["numpy", "keras", *backend.get(source.artifact.backend, ("jax",))]
    if _takes_images(source):
        names += ["opencv-python-headless", "pillow"]
    if source.needs_code and "tensorflow" in _imports(source):
        names.append("tensorflow")
    return [f"{name}=={importlib.metadata.version(name)}" for name in dict.fromkeys(names)]


def _portable(entry: Mapping[str, Any]) -> dict[str, Any]:
    state = {key: one for key, one in entry["state"].items() if key not in _LEFT_OUT_OF_STATES}
    return {**entry, "state": state}


def _refused_features(source: ExportSource) -> Iterator[str]:
    for entry in source.features["features"]:
        kind, name = entry["type"], entry["handling"]
        what = f"column '{entry['column']}' ({kind}, {name}): "
        if name == "custom":
            if kind != "text" or "words" not in entry["state"]:
                yield what + "it is preprocessed by code of your own, which is called by Hornbook"
        elif name == "embedding":
            yield what + "it needs a sentence model in a folder of this machine"
        elif (kind, name) not in HANDLINGS and kind != "image":
            yield what + "the handling has no form outside of Hornbook"


def _refused_code(source: ExportSource) -> Iterator[str]:
    if not source.needs_code:
        return
    if not source.trusted.trusts(source.folder):
        yield (
            f"{ARCHITECTURE_FILE}: the network has layers of its own code, and this workspace "
            "does not trust the model"
        )
    ours = sorted(one for one in _imports(source) if one in _OURS)
    if ours:
        yield (
            f"{ARCHITECTURE_FILE}: the network has layers of its own code, which imports "
            f"{', '.join(ours)}"
        )


def _imports(source: ExportSource) -> set[str]:
    """The packages that the Python files of a design import, but for those of features."""
    found = (SourceFile.read(path).imports for path in _code_files(source))
    return {name.partition(".")[0] for names in found for name in names}


def _code_files(source: ExportSource) -> list[Path]:
    """`architecture.py`, and the modules that it can import."""
    design = source.design_path
    beside = [path for path in design.glob("*.py") if path.name not in _NOT_FOR_NETWORKS]
    return sorted([*beside, *(design / LIBRARY_FOLDER).rglob("*.py")])


def _copy_code(source: ExportSource, folder: Path) -> None:
    for path in _code_files(source):
        target = folder / path.relative_to(source.design_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _takes_images(source: ExportSource) -> bool:
    return any(entry["type"] == "image" for entry in source.features["features"])


def _without_hornbook(text: str) -> str:
    """The source of a module with its imports from beside it."""
    text = text.replace("from hornbook.features.image_loading import", "from .image_loading import")
    return text.replace("from hornbook.errors import DataError", "from .errors import DataError")
