"""A plain `.keras` file as a saved model, for the transfer of its weights."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from hornbook.atomic import partial_path, sync_folder
from hornbook.backends.choose import installed_backends
from hornbook.errors import ExportError, MissingExtraError
from hornbook.jobs.environment import worker_environment
from hornbook.registry import Registry, VersionRecord
from hornbook.training.artifact import KERAS_FILE, MODEL_FOLDER

__all__ = ["import_keras_file"]

_CONFIG_FILE = "config.json"
_WEIGHTS_FILE = "model.weights.h5"
_LARGEST_CONFIG = 64 * 2**20
_MOST_TIMES_PACKED = 1000
_LAMBDAS = ("Lambda", "__lambda__")
_RESAVE = (
    "import sys, keras; "
    "keras.saving.load_model(sys.argv[1], compile=False, safe_mode=True).save(sys.argv[2])"
)


def import_keras_file(registry: Registry, path: Path, name: str) -> VersionRecord:
    """Makes a `.keras` file the active version of a saved model.

    Its configuration is read before Keras loads it: layers that are code of somebody's own are
    refused. Then a process of its own loads it in Keras' safe mode and saves it anew, without
    loss and optimizer, so that what is kept was written by Keras here.

    Args:
        registry: of the workspace.
        path: of the file.
        name: of the saved model, new or existing.

    Raises:
        ExportError: it is no `.keras` file, or has layers that only other code can make.
    """
    config = _read_config(path)
    foreign = list(dict.fromkeys(_foreign(config)))
    if foreign:
        listed = "\n".join(f"  {one}" for one in foreign)
        raise ExportError(
            f"{path.name} is not imported, since loading it would need code that is not Keras' "
            f"own:\n{listed}",
            fix="Replace these layers by layers of Keras, or load the weights of the others in "
            "build_model.",
        )
    registry.home.mkdir(parents=True, exist_ok=True)
    saved_models = registry.home / "saved_models"
    saved_models.mkdir(exist_ok=True)
    copied = partial_path(saved_models / "imported")
    try:
        (copied / MODEL_FOLDER).mkdir(parents=True)
        _save_anew(path, copied / MODEL_FOLDER / KERAS_FILE, registry.home)
        sync_folder(copied)
        return registry.add_imported(copied, name=name, origin=f"imported from {path.name}")
    finally:
        shutil.rmtree(copied, ignore_errors=True)


def _read_config(path: Path) -> dict[str, Any]:
    """The configuration in a `.keras` file.

    Raises:
        ExportError: it is none, or one whose members cannot be trusted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
            config = json.loads(archive.read(_CONFIG_FILE))
    except (zipfile.BadZipFile, ValueError, KeyError) as error:
        raise ExportError(
            f"{path.name} is no .keras file of Keras 3: {error}.",
            fix='Save the model with model.save("model.keras").',
        ) from error
    if not isinstance(config, dict):
        raise ExportError(f"{path.name} is no .keras file: its {_CONFIG_FILE} holds no object.")
    return config


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = {member.filename: member for member in archive.infolist()}
    for name, member in members.items():
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise ExportError(f"{path.name} has a member '{name}', which leads out of the file.")
        if member.file_size > _MOST_TIMES_PACKED * max(1, member.compress_size):
            raise ExportError(f"{path.name} has a member '{name}', which unpacks suspiciously far.")
    missing = [name for name in (_CONFIG_FILE, _WEIGHTS_FILE) if name not in members]
    if missing:
        raise ExportError(
            f"{path.name} is no .keras file of Keras 3: it has no {', '.join(missing)}.",
            fix='Save the model with model.save("model.keras").',
        )
    if members[_CONFIG_FILE].file_size > _LARGEST_CONFIG:
        raise ExportError(f"{path.name} has a {_CONFIG_FILE} of more than 64 MiB.")


def _foreign(config: Any, at: str = "") -> Iterator[str]:
    """What of a configuration is code of somebody's own; loss and optimizer are left out."""
    if isinstance(config, list):
        for one in config:
            yield from _foreign(one, at)
        return
    if not isinstance(config, dict):
        return
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    here = f"layer '{name}'" if isinstance(name, str) else at
    kind = config.get("class_name")
    if isinstance(kind, str):
        reason = _why_foreign(config, kind)
        if reason is not None:
            yield f"{here or kind}: {reason}"
    for key, value in config.items():
        if key not in ("compile_config", "build_config"):
            yield from _foreign(value, here)


def _why_foreign(config: dict[str, Any], kind: str) -> str | None:
    if kind in _LAMBDAS:
        return "a Lambda is Python code in the file"
    module = config.get("module")
    if kind == "function":
        return f"it calls the function '{config.get('config')}', which is not in the file"
    if kind.startswith("__"):
        return None
    if module is None:
        return f"{kind} is no class of Keras"
    if str(module).partition(".")[0] != "keras":
        return f"{kind} is a class of {module}"
    return None


def _save_anew(path: Path, target: Path, home: Path) -> None:
    backends = installed_backends()
    if not backends:
        raise MissingExtraError("Keras needs a backend, none is installed.", fix="pip install jax")
    done = subprocess.run(
        [sys.executable, "-P", "-c", _RESAVE, str(path.resolve()), str(target)],
        env=worker_environment(backends[0], home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not target.is_file():
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise ExportError(
            f"Keras could not load {path.name} in its safe mode: {''.join(last)[:500]}",
            fix='Save the model with model.save("model.keras") on a current version of Keras.',
        )
