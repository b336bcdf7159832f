"""Whether a new model is better than a version of a saved model: on the same rows, if it can be."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from hornbook.backends import BackendName, installed_backends
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError
from hornbook.jobs.environment import worker_environment
from hornbook.metrics import is_better
from hornbook.processes import module_command
from hornbook.registry import SessionRecord, VersionRecord
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = ["FairComparison", "compare_fairly"]

Rows = Literal["same test rows", "new test rows", "own test rows"]


@dataclass(frozen=True)
class FairComparison:
    """A new model beside an older version, by the metric of the new model's design.

    Attributes:
        version_id: of the older version.
        metric: that decides.
        greater_is_better: its direction.
        compared_on: `"same test rows"`: both trainings have measured on the same rows.
            `"new test rows"`: the older version was measured again, on the new model's rows.
            `"own test rows"`: each on the rows of its own training, as nothing better could be had.
        rows: how many rows each was measured on; of own test rows, those of the new model.
        left_out_rows: new test rows that the older version cannot score.
        older, newer: the values of the metric.
        older_metrics, newer_metrics: all metrics on these rows.
        notes: what is to be known of the comparison, in sentences.
    """

    version_id: str
    metric: str
    greater_is_better: bool
    compared_on: Rows
    rows: int | None
    older: float | None
    newer: float | None
    left_out_rows: int = 0
    older_metrics: dict[str, float | None] = field(default_factory=dict)
    newer_metrics: dict[str, float | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_better(self) -> bool:
        """Whether the new model beats the older version; an equal value does not."""
        if self.newer is None:
            return False
        return is_better(self.newer, self.older, greater_is_better=self.greater_is_better)

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        where = {
            "same test rows": f"on the same {self.rows or 0:,} test rows",
            "new test rows": f"both on {self.rows or 0:,} test rows of the new training",
            "own test rows": "each on the test rows of its own training",
        }[self.compared_on]
        values = [_shown(self.newer), _shown(self.older)]
        better = "better" if self.is_better else "not better"
        return f"{self.metric} {values[0]}, {better} than {values[1]} of {self.version_id}, {where}"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "is_better": self.is_better, "notes": list(self.notes)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The comparison that `to_json` wrote."""
        known = {key: value for key, value in values.items() if key != "is_better"}
        return cls(**{**known, "notes": tuple(known["notes"])})


def compare_fairly(version: VersionRecord, session: SessionRecord, home: Path) -> FairComparison:
    """Compares a version with the model that a session has just trained.

    Where both trainings measured the same rows by the same settings, their numbers are taken.
    Else the older version is loaded in a process of its own and measured on the new test rows.
    Where that cannot be done, the numbers of both trainings are taken, with a note.

    Args:
        version: the older version.
        session: with a model.
        home: the workspace's folder.

    Raises:
        HornbookError: the session has no result.
    """
    newer = TrainingResult.read(session.folder)
    if newer is None or newer.metric is None or newer.greater_is_better is None:
        raise HornbookError(f"The session {session.reference} has no result to compare.")
    older = TrainingResult.read(version.folder) or TrainingResult("failed")
    if _measured_alike(version.folder, session.folder):
        return _of_results(version, older, newer, "same test rows")
    reason = _why_not_again(newer)
    if reason is None:
        measured = _measured_again(version.folder, session.folder, home)
        if not isinstance(measured, str):
            return _of_measured(version, session, newer, measured)
        reason = measured
    note = f"{version.version_id} could not be measured on the new test rows: {reason}"
    return _of_results(version, older, newer, "own test rows", note)


def _measured_alike(older: Path, newer: Path) -> bool:
    """Whether the reported numbers of two trainings are of the same rows and by one measure."""
    known = Provenance.read(older), Provenance.read(newer)
    if known[0] is None or known[1] is None or not known[0].is_measured_like(known[1]):
        return False
    try:
        tasks = [DesignFolder.read(folder / DESIGN_FOLDER).task for folder in (older, newer)]
    except HornbookError:
        return False
    measures = [
        (task.metrics, task.weights.sample_weight, dict(task.targets), task.split.folds is None)
        for task in tasks
    ]
    return measures[0] == measures[1]


def _why_not_again(newer: TrainingResult) -> str | None:
    if newer.folds and newer.kept_fold is None:
        return (
            "the new training is a cross-test, whose kept model has learnt from all rows and was "
            "not measured itself."
        )
    return None


def _of_results(
    version: VersionRecord,
    older: TrainingResult,
    newer: TrainingResult,
    compared_on: Rows,
    *notes: str,
) -> FairComparison:
    assert newer.metric is not None
    assert newer.greater_is_better is not None
    return FairComparison(
        version.version_id,
        newer.metric,
        newer.greater_is_better,
        compared_on,
        newer.test_rows,
        older.metrics.get(newer.metric),
        newer.metric_value,
        older_metrics=older.metrics,
        newer_metrics=newer.metrics,
        notes=notes,
    )


def _of_measured(
    version: VersionRecord,
    session: SessionRecord,
    newer: TrainingResult,
    measured: dict[str, Any],
) -> FairComparison:
    assert newer.metric is not None
    assert newer.greater_is_better is not None
    notes = list(_seen_before(version, session))
    if newer.measured_on == "test":
        notes.append(
            "The epoch of the new model was chosen on these rows, which favours it a little. A "
            "validation share in [split] rules it out."
        )
    if measured["left_out_rows"]:
        notes.append(
            f"{measured['left_out_rows']:,} new test rows are left out: {version.version_id} "
            "cannot score them, or does not know their class."
        )
    return FairComparison(
        version.version_id,
        newer.metric,
        newer.greater_is_better,
        "new test rows",
        measured["rows"],
        measured["older"].get(newer.metric),
        measured["newer"].get(newer.metric),
        measured["left_out_rows"],
        measured["older"],
        measured["newer"],
        tuple(notes),
    )


def _seen_before(version: VersionRecord, session: SessionRecord) -> list[str]:
    """What is to be said where the older version may have learnt from the new test rows."""
    task = DesignFolder.read(session.folder / DESIGN_FOLDER).task
    if task.dataset.test_path is not None or task.split.method not in ("random", "group"):
        return []
    return [
        f"{version.version_id} may have learnt from some of these rows, which were drawn anew; "
        "that favours it. A test file of its own, or a split by hash or time, rules it out."
    ]


def _measured_again(older: Path, newer: Path, home: Path) -> dict[str, Any] | str:
    """What the process found, or why it found nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        asked, answer = Path(scratch) / "request.json", Path(scratch) / "answer.json"
        places = {"older": older, "newer": newer, "home": home, "answer": answer}
        asked.write_text(json.dumps({key: str(path) for key, path in places.items()}), "utf-8")
        worker = subprocess.run(
            module_command("hornbook.training.remeasure_worker", asked),
            env=worker_environment(_backend(newer), home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not answer.exists():
            last = worker.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            return f"the process ended with exit code {worker.returncode}: {last[0]}"
        found = json.loads(answer.read_text("utf-8"))
    if found["problems"]:
        message: str = found["problems"][0]["message"]
        return message
    measured: dict[str, Any] = found["measured"]
    return measured


def _backend(folder: Path) -> BackendName:
    """The backend that the newer model was trained on, or any other that is there."""
    known = Provenance.read(folder)
    installed = installed_backends()
    wanted = [one for one in installed if known is not None and one == known.environment.backend]
    return wanted[0] if wanted else installed[0]


def _shown(value: float | None) -> str:
    return "without a value" if value is None else f"{value:.6g}"
