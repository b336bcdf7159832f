"""A workspace from Python: its tasks, their sessions and trained models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hornbook.backends import BackendName
from hornbook.client.loaded import LoadedModel
from hornbook.client.local_training import train_here
from hornbook.client.progress import log_epoch
from hornbook.client.saved_models import SavedModel
from hornbook.client.sessions import Model, Session
from hornbook.client.settings import TASK_REFERENCE, Settings, setting_texts
from hornbook.design import TASK_FILE, DesignFolder
from hornbook.errors import TrainingError
from hornbook.jobs import (
    SpareWorkers,
    finish_retrainings,
    settle_ended,
)
from hornbook.registry import (
    Registry,
    SessionStatus,
    TaskRecord,
    default_home,
)
from hornbook.registry.model_folder import find_model_folder
from hornbook.serving.evaluate_model import evaluate_model, evaluation_store
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.score_model import score_model
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
from hornbook.training.trust import CodeOfModel, TrustedModels

__all__ = ["Task", "Workspace", "open_workspace"]


def open_workspace(home: Path | str | None = None) -> Workspace:
    """Opens a workspace, and makes it if it is new.

    Args:
        home: its folder; `HORNBOOK_HOME` or `~/.hornbook` when absent.

    Example:
        >>> import tempfile
        >>> with open_workspace(tempfile.mkdtemp()) as workspace:
        ...     workspace.sessions()
        []
    """
    return Workspace(Registry(Path(home) if home is not None else default_home()))


class Workspace:
    """A folder with all that Hornbook keeps. Several processes may use one at once.

    Args:
        registry: the open database; the workspace closes it.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._spares: SpareWorkers | None = None

    @property
    def home(self) -> Path:
        """The workspace's folder."""
        return self._registry.home

    def tasks(self) -> list[Task]:
        """All tasks whose design folders are there, oldest first."""
        return [
            Task(self._registry, one.folder, lambda: self._spares)
            for one in self._registry.tasks()
            if (one.folder / TASK_FILE).is_file()
        ]

    def task(self, folder: Path | str) -> Task:
        """The task of a design folder, or by `<analysis_id>/<mltask_id>`.

        Raises:
            NotFoundError: there is no such task, or the folder holds no `task.toml`.
            DesignError: what is wrong in `task.toml`.
        """
        if not (Path(folder) / TASK_FILE).is_file() and TASK_REFERENCE.fullmatch(str(folder)):
            folder = self._registry.task(*str(folder).split("/")).folder
        DesignFolder.read(folder)
        return Task(self._registry, Path(folder), lambda: self._spares)

    def keep_worker_ready(self, *backends: BackendName) -> SpareWorkers:
        """Keeps a worker ready whose imports are done, for the trainings of this workspace object.

        A training then begins in about a second instead of five. The worker ends with the
        workspace; while it waits it takes some hundred MB of memory and no time.

        Args:
            backends: to keep one for; JAX when none is named.

        Returns:
            The workers; `wait_until_ready` waits until they are.

        Example:
            with hornbook.open_workspace() as workspace:
                workspace.keep_worker_ready()
                task = workspace.task("quality")
                for units in (16, 64, 256):  # the second and third training start at once
                    task.train(name=f"{units} units")
        """
        if self._spares is not None:
            self._spares.close()
        self._spares = SpareWorkers(self.home, backends or ("jax",))
        return self._spares

    def sessions(self) -> list[Session]:
        """All sessions, oldest first."""
        settle_ended(self._registry)
        return [Session(self._registry, record) for record in self._registry.sessions()]

    def session(self, reference: str) -> Session:
        """A session by `<analysis_id>/<mltask_id>/<session_id>` or `latest`.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        settle_ended(self._registry)
        return Session(self._registry, self._registry.session(reference))

    def model(self, reference: str = "latest") -> Model:
        """A trained model by its session's name.

        Raises:
            NotFoundError: there is no such session, or it kept no model.
        """
        return self.session(reference).model

    def saved_models(self) -> list[SavedModel]:
        """All saved models, oldest first."""
        self._finish()
        found = self._registry.saved_models()
        return [SavedModel(self._registry, one.saved_model_id) for one in found]

    def saved_model(self, id_or_name: str) -> SavedModel:
        """A saved model by its id or its name.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        self._finish()
        return SavedModel(self._registry, self._registry.saved_model(id_or_name).saved_model_id)

    def _finish(self) -> None:
        """Records what has ended while nobody watched."""
        settle_ended(self._registry)
        finish_retrainings(self._registry)

    def trust(self, reference: str) -> CodeOfModel:
        """Lets the code of a model be run that this workspace has not trained.

        Models that it has trained are trusted already. Read the code before.

        Args:
            reference: as for `model_folder`.

        Returns:
            What may be run from now on.

        Raises:
            NotFoundError: there is no such model.
        """
        folder = self.model_folder(reference)
        TrustedModels(self.home).add(folder, "trusted by hand")
        return CodeOfModel.of(folder)

    def model_folder(self, reference: str | Path) -> Path:
        """The folder of a model, with its `model` and `design` in it.

        Args:
            reference: the id or name of a saved model, whose active version is meant, or
                `NAME@v2`; a session's name or `latest`; or a folder with a model in it.

        Raises:
            NotFoundError: there is no such model; the message lists what exists.
        """
        settle_ended(self._registry)
        return find_model_folder(self._registry, reference)

    def load(self, reference: str | Path) -> LoadedModel:
        """A model for predictions, which outlives this object.

        Args:
            reference: as for `model_folder`.

        Raises:
            NotFoundError: there is no such model; the message lists what exists.
        """
        return LoadedModel(self.model_folder(reference), self.home)

    def score(
        self,
        reference: str,
        source: Path | str,
        output: Path | str,
        options: ScoringOptions | None = None,
    ) -> ScoringResult:
        """Scores rows of any number; broken off, the same call goes on where it was.

        Args:
            reference: of a model, as for `trust`.
            source: a file, a folder of images, or a URL such as `sqlite:///x.db?table=rows`.
            output: a `.csv`, `.parquet` or `.jsonl` file, or such a URL.
            options: threshold, columns to keep, batch size.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
            UsageError: the output cannot be written as it is named.
        """
        folder = self.model_folder(reference)
        return score_model(folder, self.home, str(source), str(output), options=options)

    def evaluate(
        self, reference: str, source: Path | str, *, with_rows: bool = False
    ) -> Evaluation:
        """Measures a model on new rows, tells how far these are from its own, and keeps that.

        Args:
            reference: of a model, as for `trust`.
            source: as for `score`; with the target's column, or else only drift is told.
            with_rows: whether to keep each row with its truth and prediction.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        """
        folder = self.model_folder(reference)
        return evaluate_model(folder, self.home, str(source), with_rows=with_rows)

    def evaluations(self, reference: str) -> list[Evaluation]:
        """The evaluations of a session's model, or of all versions of a saved model."""
        return evaluation_store(self.model_folder(reference)).all()

    def close(self) -> None:
        """Closes the database, and ends workers that were kept ready."""
        if self._spares is not None:
            self._spares.close()
        self._registry.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Task:
    """A design folder in a workspace.

    Attributes:
        folder: the design folder.
    """

    def __init__(
        self,
        registry: Registry,
        folder: Path,
        spares: Callable[[], SpareWorkers | None] = lambda: None,
    ) -> None:
        self._registry = registry
        self._spares = spares
        self.folder = folder

    @property
    def record(self) -> TaskRecord:
        """The ids the task is known by."""
        return self._registry.ensure_task(self.folder)

    @property
    def reference(self) -> str:
        """`<analysis_id>/<mltask_id>`."""
        return self.record.reference

    @property
    def name(self) -> str:
        """Of its design folder."""
        return self.folder.resolve().name

    def sessions(self) -> list[Session]:
        """The trainings of this task, oldest first."""
        settle_ended(self._registry)
        return [Session(self._registry, record) for record in self._registry.sessions(self.record)]

    def train(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        settings: Settings = (),
        partition_by: str | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
    ) -> Session:
        """Trains the design in a process of its own and waits for it.

        Ctrl-C once stops at the end of the batch and keeps the best epoch; twice aborts.

        Args:
            name: of the session.
            description: of the session.
            settings: what to change for this training only, as `{"training.epochs": 20}` or
                as `["training.epochs=20"]`.
            partition_by: a column of the table; before the model of all rows, a submodel is
                trained for each of its values, in a session of its own. Ctrl-C then ends the
                group, unless the last training is on.
            on_event: called with each event; by default each epoch is logged.

        Returns:
            The session, finished or stopped; of a group that of the whole model, whose
            `partitions` tell of the submodels.

        Raises:
            DesignError: all that is wrong with the design.
            TrainingError: the training failed or was aborted; the message says why.
            UsageError: there is to be no submodel for each value of the column.
        """
        record = train_here(
            self._registry,
            DesignFolder.read(self.folder, setting_texts(settings)),
            name=name,
            description=description,
            partition_by=partition_by,
            on_event=on_event or log_epoch,
            spares=self._spares(),
        )
        session = Session(self._registry, record)
        if record.status not in (SessionStatus.FINISHED, SessionStatus.STOPPED):
            raise TrainingError(f"The session {record.reference} {record.status}: {record.reason}")
        return session

    def __repr__(self) -> str:
        return f"Task({str(self.folder)!r})"
