"""ML tasks of a server: made of a design that is sent, or of a dataset, and trained there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hornbook.client.progress import log_epoch
from hornbook.client.remote_connection import Connection, path_of
from hornbook.client.remote_datasets import send_dataset
from hornbook.client.remote_sessions import RemoteSession, follow_training, sent_settings
from hornbook.client.settings import Settings
from hornbook.design import DesignFolder, design_texts
from hornbook.errors import TrainingError
from hornbook.registry import SessionStatus

__all__ = ["RemoteTask", "send_design"]


class RemoteTask:
    """An ML task of a server.

    Args:
        connection: to the server.
        info: what the server says of it.
    """

    def __init__(self, connection: Connection, info: Mapping[str, Any]) -> None:
        self._connection = connection
        self._info = dict(info)

    @property
    def reference(self) -> str:
        """`<analysis_id>/<mltask_id>`."""
        return str(self._info["reference"])

    @property
    def name(self) -> str:
        """Of its design folder."""
        return str(self._info["name"])

    def sessions(self) -> list[RemoteSession]:
        """The trainings of this task, oldest first."""
        found = self._connection.get(self._path("sessions"))
        return [RemoteSession(self._connection, one) for one in found[::-1]]

    def train(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        settings: Settings = (),
        partition_by: str | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
    ) -> RemoteSession:
        """Trains the design on the server and waits for it.

        Ctrl-C once stops at the end of the batch and keeps the best epoch; twice aborts.

        Args:
            name: of the session.
            description: of the session.
            settings: what to change for this training only, as `{"training.epochs": 20}` or
                as `["training.epochs=20"]`.
            partition_by: a column of the table; before the model of all rows, a submodel is
                trained for each of its values, in a session of its own, which is not waited for
                by itself.
            on_event: called with each event; by default each epoch is logged. Of a group, with
                those of the whole model.

        Returns:
            The session, finished or stopped; of a group that of the whole model, whose
            `partitions` tell of the submodels.

        Raises:
            DesignError: all that is wrong with the design.
            TrainingError: the training failed or was aborted; the message says why.
            UsageError: there is to be no submodel for each value of the column.
        """
        wished = {
            "name": name,
            "description": description,
            "settings": sent_settings(settings),
            "partition_by": partition_by,
        }
        session = follow_training(
            self._connection,
            lambda: self._connection.post(self._path("sessions"), wished),
            on_event or log_epoch,
        )
        if session.status not in (SessionStatus.FINISHED, SessionStatus.STOPPED):
            raise TrainingError(
                f"The session {session.reference} {session.status}: {session.reason}"
            )
        return session

    def _path(self, *parts: str) -> str:
        return path_of("tasks", *self.reference.split("/"), *parts)

    def __repr__(self) -> str:
        return f"RemoteTask({self.reference!r})"


def send_design(
    connection: Connection, project: str, folder: Path, *, replace: bool = False
) -> RemoteTask:
    """Makes a task of a design folder of this machine; its data are sent as well.

    Args:
        connection: to the server.
        project: the key of the project that gets it.
        folder: the design folder.
        replace: whether another design that the server knows by this name is replaced.

    Raises:
        NotFoundError: the folder holds no `task.toml`, or its data are not there.
        DesignError: what is wrong in `task.toml`.
        UsageError: the server knows another design by this name.
    """
    design = DesignFolder.read(folder)
    test = design.test_path
    wished = {
        "name": folder.resolve().name,
        "files": design_texts(design),
        "dataset": send_dataset(connection, project, design.data_path),
        "test_dataset": None if test is None else send_dataset(connection, project, test),
        "replace": replace,
    }
    return RemoteTask(connection, connection.post(path_of("projects", project, "designs"), wished))
