"""A race of backends: the first steps of a training on each of them, from the same start."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from hornbook.atomic import write_json_atomically
from hornbook.batching import PreparedRows
from hornbook.errors import TrainingError
from hornbook.features import InputSpec
from hornbook.processes import module_command
from hornbook.training.race_entry import RACE_FILE, RaceEntry

__all__ = ["Contest", "run_race"]

_CONTEST, _BATCHES, _WEIGHTS, _ANSWER = (
    "contest.json",
    "batches.safetensors",
    "start.weights.h5",
    "answer.json",
)
_MOST_BATCHES = 16
_MOST_BATCH_BYTES = 256 * 2**20
_TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True)
class Contest:
    """What each contestant is given, in a folder.

    Attributes:
        inputs: what the features fill, by input name.
        n_classes: by output name.
        steps: of the whole training.
    """

    inputs: Mapping[str, InputSpec]
    n_classes: Mapping[str, int | None]
    steps: int

    def write(self, folder: Path, rows: PreparedRows, batch_size: int, model: Any) -> None:
        """Writes it, with the first batches and the initial weights of a model.

        Args:
            folder: to write to.
            rows: to take the batches from, from the first one on.
            batch_size: of the training.
            model: compiled, as it was built.
        """
        row_bytes = sum(spec.row_bytes for spec in self.inputs.values())
        most = max(1, min(_MOST_BATCHES, _MOST_BATCH_BYTES // max(1, row_bytes * batch_size)))
        n_rows = min(len(rows), most * batch_size)
        batch = rows.read(np.arange(n_rows))
        arrays = {f"input {name}": array for name, array in batch.inputs.items()}
        arrays |= {f"target {name}": array for name, array in batch.targets.items()}
        arrays |= {f"weight {name}": array for name, array in (batch.weights or {}).items()}
        save_file(
            {name: np.ascontiguousarray(one) for name, one in arrays.items()}, folder / _BATCHES
        )
        model.save_weights(folder / _WEIGHTS)
        inputs = {
            name: [list(spec.shape), spec.dtype, spec.vocabulary_size]
            for name, spec in self.inputs.items()
        }
        values = {
            "inputs": inputs,
            "n_classes": dict(self.n_classes),
            "steps": self.steps,
            "batch_size": batch_size,
        }
        write_json_atomically(folder / _CONTEST, values)

    @classmethod
    def read(cls, folder: Path) -> Contest:
        """The contest in a folder."""
        values = json.loads((folder / _CONTEST).read_text("utf-8"))
        inputs = {
            name: InputSpec(name, tuple(shape), dtype, (), (), vocabulary_size)
            for name, (shape, dtype, vocabulary_size) in values["inputs"].items()
        }
        return cls(inputs, values["n_classes"], values["steps"])

    @staticmethod
    def batches(folder: Path) -> list[dict[str, dict[str, Any]]]:
        """The batches in a folder, each with its `input`, `target` and `weight` arrays by name."""
        batch_size = json.loads((folder / _CONTEST).read_text("utf-8"))["batch_size"]
        arrays = load_file(folder / _BATCHES)
        n_rows = len(next(iter(arrays.values())))
        found = []
        for start in range(0, n_rows, batch_size):
            batch: dict[str, dict[str, Any]] = {"input": {}, "target": {}, "weight": {}}
            for name, array in arrays.items():
                kind, _, of = name.partition(" ")
                batch[kind][of] = array[start : start + batch_size]
            found.append(batch)
        return found

    @staticmethod
    def weights(folder: Path) -> Path:
        """The file of initial weights in a folder."""
        return folder / _WEIGHTS

    @staticmethod
    def answer(folder: Path, entry: RaceEntry) -> None:
        """Writes how a contestant did."""
        write_json_atomically(folder / _ANSWER, asdict(entry))


def run_race(
    session: Path,
    backends: Sequence[str],
    write: Callable[[Path], None],
    wait: Callable[[], None],
) -> list[RaceEntry]:
    """Lets the backends run one after the other, each in a process of its own.

    The processes belong to the group of this one, and end with it.

    Args:
        session: the session's folder, with the frozen design.
        backends: the contestants.
        write: writes the contest into a folder.
        wait: called several times a second; what it raises ends the race.

    Returns:
        The entries, in the order of the backends.

    Raises:
        TrainingError: no backend can run the training; the message tells why of each.
    """
    entries = []
    with tempfile.TemporaryDirectory(dir=session, prefix="race-") as scratch:
        folder = Path(scratch)
        write(folder)
        for backend in backends:
            entries.append(_run_one(session, folder, backend, wait))
            (folder / _ANSWER).unlink(missing_ok=True)
    if all(entry.out_because is not None for entry in entries):
        reasons = "\n".join(f"{entry.backend}: {entry.out_because}" for entry in entries)
        raise TrainingError(f"No backend can run this training.\n{reasons}")
    write_json_atomically(session / RACE_FILE, [asdict(entry) for entry in entries])
    return entries


def _run_one(
    session: Path,
    folder: Path,
    backend: str,
    wait: Callable[[], None],
) -> RaceEntry:
    process = subprocess.Popen(
        module_command("hornbook.training.contestant", session, folder),
        env={**os.environ, "KERAS_BACKEND": backend},
        stdin=subprocess.DEVNULL,
    )
    began = time.monotonic()
    try:
        while process.poll() is None:
            wait()
            if time.monotonic() - began > _TIMEOUT_SECONDS:
                return RaceEntry(
                    backend, out_because=f"not through within {_TIMEOUT_SECONDS:.0f} s"
                )
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    answer = folder / _ANSWER
    if not answer.exists():
        return RaceEntry(backend, out_because=f"it ended with exit code {process.returncode}")
    return replace(RaceEntry(**json.loads(answer.read_text("utf-8"))), backend=backend)
