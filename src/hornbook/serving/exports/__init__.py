"""Exports: a trained model in the forms that other tools take, with Hornbook left behind."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from hornbook import __version__
from hornbook.atomic import partial_path, replace_folder_atomically, write_json_atomically
from hornbook.backends.open import open_some_backend
from hornbook.errors import ExportError, NotFoundError, UsageError, did_you_mean
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource

__all__ = [
    "FORMATS",
    "ExportFormat",
    "ExportReport",
    "ExportSource",
    "check_output",
    "export_model",
]

_MARK = "export.json"


class Exporter(Protocol):
    """Writes a model in one format."""

    def __call__(self, source: ExportSource, target: Path) -> ExportReport:
        """Writes it to a path that is not there yet, beside its final place.

        Raises:
            ExportError: the model cannot be written in this format; it lists all reasons.
        """


@dataclass(frozen=True)
class ExportFormat:
    """A format, and where its exporter is; that is imported when it is asked for.

    Attributes:
        name: as the user writes it.
        description: what is written, in a sentence.
        module: of this package.
        function: of the module, an `Exporter`.
        ending: of the file; empty for a folder.
    """

    name: str
    description: str
    module: str
    function: str
    ending: str = ""

    @property
    def default_path(self) -> Path:
        """Where it goes when nothing is said."""
        return Path(f"model{self.ending}" if self.ending else f"model-{self.name}")

    def exporter(self) -> Exporter:
        """The function that writes it."""
        module = import_module(f"{__name__}.{self.module}")
        return cast("Exporter", getattr(module, self.function))


FORMATS: Mapping[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat(
            "keras",
            "The network as .keras files, as trained and for inference, with the design.",
            "keras_folder",
            "export_keras",
        ),
        ExportFormat(
            "python",
            "A folder that predicts raw rows with NumPy and Keras, without Hornbook.",
            "python_folder",
            "export_python",
        ),
        ExportFormat(
            "onnx",
            "One file that ONNX Runtime runs on raw rows; certified on the test rows.",
            "onnx_file",
            "export_onnx_file",
            ".onnx",
        ),
        ExportFormat(
            "mlflow",
            "A pyfunc model of MLflow that predicts raw rows, without Hornbook.",
            "mlflow_folder",
            "export_mlflow",
        ),
        ExportFormat(
            "savedmodel",
            "A TensorFlow SavedModel of the network; its inputs are prepared rows.",
            "saved_model",
            "export_saved_model",
        ),
        ExportFormat(
            "notebook",
            "A Jupyter notebook that trains the model again, step by step.",
            "notebook",
            "export_notebook",
            ".ipynb",
        ),
    )
}
"""The formats, by name."""


def export_model(
    source: ExportSource, name: str, output: Path | None = None, *, force: bool = False
) -> ExportReport:
    """Writes a model in a format, whole or not at all.

    Args:
        source: the model.
        name: of the format.
        output: the file or folder to write; `model…` in the current folder when absent.
        force: replace what is there.

    Returns:
        Where it is, and what to know of it.

    Raises:
        NotFoundError: there is no such format.
        UsageError: there is something at the output already, or no folder to write it in.
        ExportError: the model cannot be written in this format; it lists all reasons.
    """
    if name not in FORMATS:
        raise NotFoundError(f"There is no export format '{name}'.", fix=did_you_mean(name, FORMATS))
    chosen = FORMATS[name]
    _refuse_submodels(source, name)
    path = (output or chosen.default_path).absolute()
    check_output(path, chosen, force=force)
    open_some_backend(source.artifact.backend if source.is_whole else None)
    partial = partial_path(path)
    try:
        report = chosen.exporter()(source, partial)
        if chosen.ending:
            partial.replace(path)
            if report.certificate is not None:
                write_json_atomically(path.with_suffix(".parity.json"), report.certificate)
        else:
            _mark(partial, source, report)
            replace_folder_atomically(partial, path)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)
    return report.at(path)


def _refuse_submodels(source: ExportSource, name: str) -> None:
    """A format holds one network, and would answer for all rows by that."""
    partitions = source.partitions
    if partitions is None:
        return
    sessions = [one.session for one in partitions if one.submodel is not None]
    example = sessions[0] if sessions else "SESSION"
    raise ExportError(
        f"{source.reference} has a submodel for each value of '{partitions.column}', and an export "
        "holds one network.",
        fix=f"Export the session of a submodel, or that of the whole model: hornbook export "
        f"{example} --format {name}",
    )


def _mark(folder: Path, source: ExportSource, report: ExportReport) -> None:
    """Says in a folder what it is, so that only exports are replaced by exports."""
    values = {
        "hornbook": __version__,
        "model": source.reference,
        "format": report.format,
        "notes": list(report.notes),
    }
    write_json_atomically(folder / _MARK, values)


def check_output(path: Path, chosen: ExportFormat, *, force: bool) -> None:
    """Refuses a path that an export must not be written to.

    Args:
        path: the file or folder to write.
        chosen: the format.
        force: whether an export that is there may be replaced.

    Raises:
        UsageError: there is something at the path already, or no folder to write it in.
    """
    if path.exists() or path.is_symlink():
        if not force:
            raise UsageError(
                f"There is something at '{path}' already.",
                fix="Give another --output, or --force to replace it.",
            )
        if path.is_dir() == bool(chosen.ending):
            found, expected = ("folder", "file") if chosen.ending else ("file", "folder")
            raise UsageError(
                f"'{path}' is a {found}, and {chosen.name} is written as a {expected}.",
                fix="Give another --output.",
            )
        if path.is_dir() and any(path.iterdir()) and not (path / _MARK).is_file():
            raise UsageError(
                f"The folder '{path}' is no export, so it is not replaced.",
                fix="Give another --output.",
            )
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder '{path.parent}' to write the export in.")
