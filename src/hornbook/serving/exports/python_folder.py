"""`python`: a folder that predicts raw rows with NumPy and Keras, and no Hornbook."""

from __future__ import annotations

import json
from pathlib import Path

from hornbook.atomic import write_json_atomically, write_text_atomically
from hornbook.serving.exports.parity import certify
from hornbook.serving.exports.portable_folder import (
    pinned_requirements,
    refuse_what_cannot_be_carried,
    write_model,
    write_runtime,
)
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource

__all__ = ["certificate_notes", "export_python"]

CERTIFICATE_FILE = "certificate.json"

_PREDICT = '''"""Predicts rows with a trained model.

In Python:

    import predict
    predict.predict([{example}])

In a terminal:

    python predict.py rows.csv out.csv
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.command import main
from runtime.model import Model

FOLDER = Path(__file__).resolve().parent / "model"


@lru_cache
def load(images: str = ".") -> Model:
    """The model, loaded once.

    Args:
        images: the folder that paths of images start from.
    """
    return Model(FOLDER, images)


def predict(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The predictions of rows, given as values by column; `None` where one is missing."""
    return load().predict(rows)


if __name__ == "__main__":
    sys.exit(main(FOLDER))
'''


def export_python(source: ExportSource, target: Path) -> ExportReport:
    """Writes `predict.py`, the model and the code that it needs, and holds it against Hornbook.

    Raises:
        ExportError: a handling or a layer cannot be carried, or the predictions differ.
    """
    refuse_what_cannot_be_carried(source, "python")
    target.mkdir()
    write_runtime(source, target / "runtime")
    write_model(source, target / "model")
    columns = list(dict.fromkeys(source.artifact.pipeline.columns))
    example = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: …" for name in columns[:3])
    more = ", …" if len(columns) > 3 else ""
    script = _PREDICT.replace("{example}", f"{{{example}{more}}}".replace("\\", "\\\\"))
    write_text_atomically(target / "predict.py", script)
    requirements = pinned_requirements(source)
    write_text_atomically(target / "requirements.txt", "\n".join(requirements) + "\n")
    certificate = certify(source, target)
    write_json_atomically(target / CERTIFICATE_FILE, certificate)
    write_text_atomically(target / "README.md", _readme(source, columns, requirements, certificate))
    _forget_bytecode(target)
    return ExportReport("python", target, certificate_notes(certificate), certificate)


def certificate_notes(certificate: dict[str, object]) -> tuple[str, ...]:
    """What a certificate says, in sentences."""
    if not certificate["rows"]:
        return (f"The predictions were compared on no rows: {certificate['compared']}.",)
    return (
        f"On {certificate['compared']} its numbers differ from Hornbook's by at most "
        f"{certificate['largest_difference']:.2g}.",
    )


def _readme(
    source: ExportSource,
    columns: list[str],
    requirements: list[str],
    certificate: dict[str, object],
) -> str:
    listed = "\n".join(f"- `{column}`" for column in columns)
    needed = ", ".join(one.partition("==")[0] for one in requirements)
    return f"""# The model {source.reference}

It predicts rows with {needed}; Hornbook is not needed.

    pip install -r requirements.txt
    python predict.py rows.csv out.csv

In Python, with this folder as the current one:

    import predict
    predict.predict([{{"column": "value"}}])

A row must have these columns; a value may be missing (`None`, or empty in a file):

{listed}

- `model/` holds the network (`model.keras`), the fitted features (`model.json`, `arrays.npz`).
  Nothing in it is a pickle.
- `runtime/` is the code that prepares rows.
- `certificate.json` says how its predictions compare with Hornbook's: {certificate["compared"]},
  largest difference {certificate["largest_difference"]}.
- The versions in `requirements.txt` are those it was compared with. Any backend of Keras will do:
  set `KERAS_BACKEND` to `jax`, `tensorflow` or `torch`; the last digits may then differ.
"""


def _forget_bytecode(folder: Path) -> None:
    """Removes what Python wrote beside the sources while the export was tried."""
    for cache in folder.rglob("__pycache__"):
        for path in cache.iterdir():
            path.unlink()
        cache.rmdir()
