"""A worker that did its imports before it had a job, started by `module_command`.

It says `ready` on its standard output and waits for one line on its standard input: the job, as
JSON, which is a training or a question about a design. It answers `taken`; from there on it is
like a process that was started for that, with its output in the log that the job names. It ends
when its standard input closes before that, as it does with the process that keeps it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import keras

from hornbook.backends import open_backend
from hornbook.training import check_worker, preview_worker, worker
from hornbook.training.job import SPARE_READY, SPARE_TAKEN

__all__ = ["QUESTIONS", "main"]

QUESTIONS = {"check": check_worker.main, "preview": preview_worker.main}
"""What it can be asked about a design."""


def main() -> int:
    """Waits for a job and does it; returns the exit code of the process."""
    worker.ignore_expected_warnings()
    open_backend(keras.backend.backend())
    os.write(sys.stdout.fileno(), SPARE_READY)
    line = sys.stdin.readline()
    if not line:
        return 0
    job = json.loads(line)
    started = time.time()
    _enter(job)
    if "question" in job:
        QUESTIONS[job["question"]](Path(job["request"]))
        return 0
    return worker.main(Path(job["folder"]), started)


def _enter(job: dict[str, object]) -> None:
    """Takes up the job's log, its environment, and the folder it was started in."""
    log = os.open(str(job["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(sys.stdout.fileno(), SPARE_TAKEN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(log)
    os.close(nothing)
    environment = job["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(str(job["working_folder"]))
