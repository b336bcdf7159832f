"""A workspace of a server, by the names of the one on this machine."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hornbook.client.remote_connection import Connection, path_of
from hornbook.client.remote_datasets import send_dataset
from hornbook.client.remote_models import RemoteLoadedModel
from hornbook.client.remote_saved_models import RemoteSavedModel
from hornbook.client.remote_sessions import RemoteModel, RemoteSession
from hornbook.client.remote_tasks import RemoteTask, send_design
from hornbook.client.settings import TASK_REFERENCE
from hornbook.design import TASK_FILE
from hornbook.errors import NotFoundError, did_you_mean
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult

__all__ = ["RemoteWorkspace", "connect"]


def connect(
    address: str,
    *,
    token: str | None = None,
    user: str | None = None,
    password: str | None = None,
    verify: bool | str | Path = True,
    timeout_seconds: float = 300.0,
) -> RemoteWorkspace:
    """Opens the workspace of a server.

    Args:
        address: such as `https://models.example.org` or `http://127.0.0.1:8765`.
        token: of the server; `HORNBOOK_TOKEN` when absent.
        user: where the server has users; with a password, in place of a token.
        password: of the user, or the one password of the server.
        verify: whether the server's certificate is checked, or a file of authorities that vouch
            for it.
        timeout_seconds: without a byte, after which a request has failed.

    Raises:
        UsageError: the address, or what is to open the server, is not written as it must be.
        RemoteError: the server cannot be reached, or does not let one in.

    Example:
        workspace = hornbook.connect("https://models.example.org", token="…")
        session = workspace.task("quality").train(settings={"training.epochs": 20})
        print(session.model.metrics)
    """
    connection = Connection(
        address,
        token=token,
        user=user,
        password=password,
        verify=verify,
        timeout_seconds=timeout_seconds,
    )
    return RemoteWorkspace(connection)


class RemoteWorkspace:
    """The workspace of a server. Any thread may use it; nothing stays open between two calls.

    Names, arguments and what comes back are those of `Workspace`. Folders and files that are
    named lie on this machine: they are sent, and what comes back is written here.

    Args:
        connection: to the server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def address(self) -> str:
        """Of the server."""
        return self._connection.address

    def projects(self) -> list[str]:
        """The names of the projects, oldest first."""
        return [str(one["name"]) for one in self._connection.get("/projects")]

    def tasks(self) -> list[RemoteTask]:
        """All tasks, oldest first."""
        return [RemoteTask(self._connection, one) for one in self._connection.get("/tasks")[::-1]]

    def task(
        self, folder: Path | str, *, project: str | None = None, replace: bool = False
    ) -> RemoteTask:
        """A task by `<analysis_id>/<mltask_id>`, or one made of a design folder of this machine.

        A design is sent with its data. The same folder sent again is the same task, and data that
        the server has already are not sent again.

        Args:
            folder: of the design, or the reference of a task.
            project: the name of the project that gets the design; the oldest when absent.
            replace: whether another design that the server knows by the folder's name is replaced.

        Raises:
            NotFoundError: there is no such task, or the folder holds no `task.toml`.
            DesignError: what is wrong in `task.toml`.
            UsageError: the server knows another design by this name.
        """
        path, text = Path(folder), str(folder)
        if not (path / TASK_FILE).is_file() and TASK_REFERENCE.fullmatch(text):
            found = self._connection.get(path_of("tasks", *text.split("/")))
            return RemoteTask(self._connection, found)
        return send_design(self._connection, self._project(project), path, replace=replace)

    def create_task(
        self,
        dataset: str,
        target: str,
        *,
        prediction_type: str | None = None,
        test_dataset: str | None = None,
        name: str | None = None,
        project: str | None = None,
    ) -> RemoteTask:
        """Makes a task of a dataset of the server; its design is guessed, complete, and trains.

        Args:
            dataset: as `upload` names it.
            target: the column to predict.
            prediction_type: `"regression"`, `"binary"`, …; guessed when absent.
            test_dataset: with the rows to measure on.
            name: of the task.
            project: the name of the project of the datasets; the oldest when absent.
        """
        wished = {
            "dataset": dataset,
            "target": target,
            "prediction_type": prediction_type,
            "test_dataset": test_dataset,
            "name": name,
        }
        place = path_of("projects", self._project(project), "tasks")
        return RemoteTask(self._connection, self._connection.post(place, wished))

    def upload(
        self, path: Path | str, *, name: str | None = None, project: str | None = None
    ) -> str:
        """Sends a file of this machine, to be a dataset of the server; returns its name.

        Args:
            path: of the file.
            name: of the dataset; made of the file's name and content when absent, and then the
                same content is sent once.
            project: the name of the project that gets it; the oldest when absent.
        """
        return send_dataset(self._connection, self._project(project), Path(path), name)

    def sessions(self) -> list[RemoteSession]:
        """All sessions, oldest first."""
        found = self._connection.get("/sessions")
        return [RemoteSession(self._connection, one) for one in found[::-1]]

    def session(self, reference: str) -> RemoteSession:
        """A session by `<analysis_id>/<mltask_id>/<session_id>` or `latest`.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        found = self._connection.get("/sessions/by-name", {"reference": reference})
        return RemoteSession(self._connection, found)

    def model(self, reference: str = "latest") -> RemoteModel:
        """A trained model by its session's name.

        Raises:
            NotFoundError: there is no such session, or it kept no model.
        """
        return self.session(reference).model

    def saved_models(self) -> list[RemoteSavedModel]:
        """All saved models, oldest first."""
        found = self._connection.get("/saved-models")
        return [RemoteSavedModel(self._connection, one["saved_model_id"]) for one in found]

    def saved_model(self, id_or_name: str) -> RemoteSavedModel:
        """A saved model by its id or its name.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        found = self._connection.get(path_of("saved-models", id_or_name))
        return RemoteSavedModel(self._connection, found["saved_model_id"])

    def load(self, reference: str) -> RemoteLoadedModel:
        """A model for predictions.

        Args:
            reference: the name or id of a saved model, whose active version is meant, or
                `NAME@v2`; a session's name or `latest`.

        Raises:
            NotFoundError: there is no such model; the message lists what exists.
        """
        self._connection.get("/model-inputs", {"model": reference})
        return RemoteLoadedModel(self._connection, reference)

    def score(
        self,
        reference: str,
        source: Path | str,
        output: Path | str,
        options: ScoringOptions | None = None,
    ) -> ScoringResult:
        """Scores the rows of a file of this machine into another.

        Args:
            reference: of a model, as for `load`.
            source: the file.
            output: a `.csv`, `.parquet` or `.jsonl` file.
            options: threshold, columns to keep, batch size.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
            UsageError: the output cannot be written as it is named.
        """
        return RemoteLoadedModel(self._connection, reference).score(source, output, options)

    def evaluate(
        self, reference: str, source: Path | str, *, with_rows: bool = False
    ) -> Evaluation:
        """Measures a model on the rows of a file of this machine, and keeps that on the server.

        Args:
            reference: of a model, as for `load`.
            source: with the target's column, or else only drift is told.
            with_rows: whether the server keeps each row with its truth and prediction.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        """
        return RemoteLoadedModel(self._connection, reference).evaluate(source, with_rows=with_rows)

    def evaluations(self, reference: str) -> list[Evaluation]:
        """The evaluations of a session's model, or of all versions of a saved model."""
        return RemoteLoadedModel(self._connection, reference).evaluations()

    def close(self) -> None:
        """Does nothing, as nothing is open; here for those who close a `Workspace`."""

    def _project(self, name: str | None) -> str:
        """The key of a project."""
        found: list[dict[str, Any]] = self._connection.get("/projects")
        for one in found:
            if name is None or name in (one["name"], one["key"]):
                return str(one["key"])
        known = [one["name"] for one in found]
        raise NotFoundError(f"There is no project '{name}'.", fix=did_you_mean(name or "", known))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"RemoteWorkspace({self.address!r})"
