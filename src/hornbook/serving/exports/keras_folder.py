"""`keras`: the network as `.keras` files, as it was trained and for inference, with its design."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import keras

from hornbook.atomic import write_text_atomically
from hornbook.jobs.environment import worker_environment
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource
from hornbook.training.loading import load_trained_network

__all__ = ["export_keras"]

_TRAINED, _INFERENCE = "model.keras", "inference.keras"
_LOAD = "import sys, keras; keras.saving.load_model(sys.argv[1], compile=len(sys.argv) > 2)"


def export_keras(source: ExportSource, target: Path) -> ExportReport:
    """Writes `model.keras`, `inference.keras`, the design and what it takes to load them.

    Where the network has layers of the user's own and the workspace does not trust the model,
    `inference.keras` is left out, since making it would run them.
    """
    target.mkdir()
    shutil.copyfile(source.keras_path, target / _TRAINED)
    if source.design_path.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source.design_path, target / "design", ignore=ignore)
    if not source.needs_code or source.trusted.trusts(source.folder):
        network = load_trained_network(source.folder, source.trusted, compile_model=False)
        network.save(target / _INFERENCE)
    notes = [_how_loaded(source, target / _TRAINED, compiled=True)]
    if (target / _INFERENCE).is_file():
        notes.append(_how_loaded(source, target / _INFERENCE, compiled=False))
    else:
        notes.append(
            f"{_INFERENCE} was not made: that would run code of a model that this workspace does "
            "not trust."
        )
    notes.append("Its inputs are prepared rows: preprocessing is outside of the network.")
    write_text_atomically(target / "README.md", _readme(source, notes))
    return ExportReport("keras", target, tuple(notes))


def _how_loaded(source: ExportSource, path: Path, *, compiled: bool) -> str:
    """Whether a process with Keras and nothing else can load a file, and what it lacks if not."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _LOAD, str(path), *(["compiled"] if compiled else [])],
        env=worker_environment(keras.backend.backend(), source.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return f"{path.name} can be loaded by plain Keras: keras.saving.load_model('{path.name}')."
    reason = next(
        (line for line in done.stderr.splitlines() if "Error: " in line), "it ended without a word"
    )
    return (
        f"{path.name} needs code of the design, design/architecture.py, in custom_objects when it "
        f"is loaded; without it Keras says: {reason.strip()[:300]}"
    )


def _readme(source: ExportSource, notes: list[str]) -> str:
    listed = "\n".join(f"- {note}" for note in notes)
    inputs = ""
    if source.is_whole:
        inputs = "\n## Inputs\n\n" + "\n".join(
            f"- `{name}`: {spec.dtype} of shape (n_rows, {', '.join(map(str, spec.shape))})"
            f"{_columns_of(spec.columns)}"
            for name, spec in source.artifact.pipeline.inputs.items()
        )
    return f"""# The network of {source.reference}

- `{_TRAINED}`: as it was trained, with loss, metrics and optimizer.
- `{_INFERENCE}`: the same weights, not compiled.
- `design/`: the design it was trained from.

{listed}

With layers, losses or functions of the design's own:

    import sys
    sys.path.insert(0, "design")
    import architecture, keras
    own = {{name: value for name, value in vars(architecture).items() if callable(value)}}
    model = keras.saving.load_model("{_TRAINED}", custom_objects=own)
{inputs}
"""


def _columns_of(columns: tuple[object, ...]) -> str:
    names = [getattr(column, "name", str(column)) for column in columns]
    if not names:
        return ""
    shown = ", ".join(f"`{name}`" for name in names[:50])
    return f"; its columns are {shown}{', …' if len(names) > 50 else ''}"
