"""The evaluations of a model, kept as files beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hornbook.atomic import write_text_atomically
from hornbook.errors import NotFoundError
from hornbook.serving.evaluation_record import Evaluation

__all__ = ["EvaluationStore"]

_FILE = "evaluation.json"
_ID = re.compile(r"^e([1-9]\d*)$")


@dataclass(frozen=True)
class EvaluationStore:
    """A folder `evaluations` with a folder for each: `e1/evaluation.json`, `e2/…`.

    That of a saved model holds those of all its versions. Any number of processes may use one at
    once; what is in there is never changed.

    Attributes:
        folder: of a saved model, or of a session.
    """

    folder: Path

    @property
    def root(self) -> Path:
        """The folder of all of them."""
        return self.folder / "evaluations"

    def new_folder(self) -> Path:
        """Makes the folder of the next evaluation, whose name is its id."""
        self.root.mkdir(parents=True, exist_ok=True)
        number = max(self._numbers(), default=0) + 1
        while True:
            folder = self.root / f"e{number}"
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                return folder

    def keep(self, evaluation: Evaluation, folder: Path) -> Evaluation:
        """Keeps an evaluation in a folder from `new_folder`; returns it with its id."""
        kept = evaluation.model_copy(update={"evaluation_id": folder.name})
        write_text_atomically(folder / _FILE, kept.model_dump_json(indent=1) + "\n")
        return kept

    def all(self) -> list[Evaluation]:
        """Those that are whole, oldest first."""
        found = []
        for number in sorted(self._numbers()):
            path = self.root / f"e{number}" / _FILE
            if path.is_file():
                found.append(Evaluation.model_validate_json(path.read_text("utf-8")))
        return found

    def get(self, evaluation_id: str) -> Evaluation:
        """One of them.

        Raises:
            NotFoundError: there is none of that id.
        """
        path = self.root / evaluation_id / _FILE
        if not _ID.match(evaluation_id) or not path.is_file():
            known = ", ".join(one.evaluation_id for one in self.all()) or "none"
            raise NotFoundError(f"There is no evaluation '{evaluation_id}'; there are: {known}.")
        return Evaluation.model_validate_json(path.read_text("utf-8"))

    def _numbers(self) -> list[int]:
        if not self.root.is_dir():
            return []
        matches = (_ID.match(path.name) for path in self.root.iterdir())
        return [int(match[1]) for match in matches if match is not None]
