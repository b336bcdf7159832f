"""Trainings of a server, followed from here, and the models they kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from hornbook.client.figures import TrainedFigures
from hornbook.client.remote_connection import Connection, path_of
from hornbook.client.remote_models import RemoteLoadedModel
from hornbook.client.settings import Settings, setting_texts
from hornbook.diagnostics import Diagnostic
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs import OPEN, ActivationPolicy, counted_interrupts
from hornbook.registry import SessionStatus
from hornbook.reports import PartitionReport
from hornbook.training.result import TrainingResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RemoteModel", "RemoteSession", "follow_training", "sent_settings"]

_POLL_SECONDS = 0.25
_PATIENCE_SECONDS = 60.0


def sent_settings(settings: Settings) -> dict[str, str]:
    """Settings as a request has them.

    Raises:
        UsageError: one is no `key=value`.

    Example:
        >>> sent_settings(["training.epochs=20"])
        {'training.epochs': '20'}
    """
    texts = setting_texts(settings)
    for text in texts:
        if "=" not in text:
            raise UsageError(
                f"Received the setting '{text}', expected key=value.",
                fix='Write it as "training.epochs=20", or {"training.epochs": 20}.',
            )
    return dict(_key_and_value(text) for text in texts)


def follow_training(
    connection: Connection,
    start: Callable[[], Mapping[str, Any]],
    on_event: Callable[[dict[str, Any]], None],
) -> RemoteSession:
    """Starts a training of a server and follows it to its end, obeying Ctrl-C.

    The first Ctrl-C stops it at the end of its batch, the second aborts it. Events are read from
    the file that the worker writes, by their place in it: none is missed or told twice, and a
    server that is started again meanwhile loses nothing.

    Args:
        connection: to the server.
        start: makes the session and returns its summary.
        on_event: called with each event of the worker.

    Returns:
        The session as it ended.
    """
    with counted_interrupts() as interrupts:
        session = RemoteSession(connection, start())
        asked = 0
        for event in _events_or_ticks(connection, session):
            if event is not None:
                on_event(event)
            if len(interrupts) > asked:
                asked = len(interrupts)
                if asked == 1:
                    session.stop()
                else:
                    session.abort()
    return session.refreshed()


def _events_or_ticks(
    connection: Connection, session: RemoteSession
) -> Iterator[dict[str, Any] | None]:
    """The events, and `None` several times a second."""
    offset, is_over = 0, False
    while not is_over:
        part = connection.get(
            session.path + "/events", {"offset": offset}, patience_seconds=_PATIENCE_SECONDS
        )
        yield from part["events"]
        yield None
        offset, is_over = part["next_offset"], part["is_over"]
        if not part["events"] and not is_over:
            time.sleep(_POLL_SECONDS)


class RemoteSession:
    """One training of a server, as it stood when it was asked for.

    Args:
        connection: to the server.
        summary: what the server says of it.
    """

    def __init__(self, connection: Connection, summary: Mapping[str, Any]) -> None:
        self._connection = connection
        self._summary = dict(summary)

    @property
    def reference(self) -> str:
        """`<analysis_id>/<mltask_id>/<session_id>`."""
        return str(self._summary["reference"])

    @property
    def path(self) -> str:
        """Of its requests, below `/api/v1`."""
        return path_of("sessions", *self.reference.split("/"))

    @property
    def name(self) -> str:
        """For people."""
        return str(self._summary["name"])

    @property
    def status(self) -> SessionStatus:
        """Where it stood."""
        return SessionStatus(self._summary["status"])

    @property
    def reason(self) -> str | None:
        """Why it ended as it did, when there is something to say."""
        reason: str | None = self._summary["reason"]
        return reason

    @property
    def created_at(self) -> datetime:
        """When Train was pressed; aware, UTC."""
        return datetime.fromisoformat(self._summary["created_at"])

    @property
    def result(self) -> TrainingResult:
        """All that is reported of the training.

        Raises:
            NotFoundError: it has not ended, or its worker was killed.
        """
        result = self._detail()["result"]
        if result is None:
            raise NotFoundError(
                f"The session {self.reference} is {self.status} and has no result."
                + (f" {self.reason}" if self.reason else "")
            )
        return TrainingResult.from_json(result)

    @property
    def partitions(self) -> PartitionReport | None:
        """What the submodels are worth, if it is the whole model of a group."""
        values = self._detail()["partitions"]
        return None if values is None else PartitionReport.model_validate(values)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What may be wrong with the training, the worst first."""
        return tuple(Diagnostic.from_json(one) for one in self._detail()["diagnostics"])

    @property
    def model(self) -> RemoteModel:
        """The trained model it kept.

        Raises:
            NotFoundError: it kept none.
        """
        if not self._summary["has_model"]:
            raise NotFoundError(
                f"The session {self.reference} is {self.status} and has no model.",
                fix="Name a session with a model: `hornbook sessions` lists them.",
            )
        return RemoteModel(self._connection, self.reference, self.result)

    def refreshed(self) -> RemoteSession:
        """The session as it stands now."""
        return RemoteSession(self._connection, self._detail()["summary"])

    def stop(self) -> None:
        """Ends the training after its batch and keeps the best epoch; one that has ended stays."""
        self._end("/stop")

    def abort(self) -> None:
        """Ends the training at once and keeps nothing; one that has ended stays."""
        self._end("/abort")

    def _end(self, how: str) -> None:
        try:
            self._connection.post(self.path + how)
        except UsageError:
            if self.refreshed().status in OPEN:
                raise

    def _detail(self) -> dict[str, Any]:
        found: dict[str, Any] = self._connection.get(self.path)
        return found

    def __repr__(self) -> str:
        return f"RemoteSession({self.reference!r}, {self.status.value!r})"


class RemoteModel(TrainedFigures, RemoteLoadedModel):
    """A trained model of a server: the kept epoch of a session.

    Args:
        connection: to the server.
        reference: of its session.
        result: of its training.
    """

    def __init__(self, connection: Connection, reference: str, result: TrainingResult) -> None:
        super().__init__(connection, reference)
        self._result = result

    def test_predictions(self, output: str = "") -> pd.DataFrame:
        """What it says of each test row, as its metrics are computed from it.

        Args:
            output: name of the output; `""` for the only one.

        Returns:
            A row for each test row in the order of the table: `row`, its number there from 0,
            `truth`, `prediction`, and whatever `predict` gives beside it.

        Raises:
            NotFoundError: there is no such output.
        """
        place = path_of("sessions", *self.reference.split("/"), "predictions.parquet")
        return pl.read_parquet(self._connection.read(place, {"output": output})).to_pandas()

    def deploy(self, name: str, activate: ActivationPolicy = "always") -> str:
        """Makes it the next version of a saved model; returns the `saved_model_id`.

        Args:
            name: of the saved model, new or existing.
            activate: whether the version becomes the active one: `"always"`, `"never"` or
                `"if-better"`; the first one always does.
        """
        wished = {"session": self.reference, "name": name, "activate": activate}
        return str(self._connection.post("/saved-models", wished)["saved_model_id"])


def _key_and_value(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value
