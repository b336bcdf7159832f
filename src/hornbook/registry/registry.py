"""The registry: everything that is kept in a workspace, under its ids."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy.orm import Session as Transaction

from hornbook.registry import endpoint_keys, saved_models, sessions, tasks, users, version_files
from hornbook.registry.database import Database
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.ids import checked_saved_model_name
from hornbook.registry.layout import Layout
from hornbook.registry.records import (
    EndpointKeyRecord,
    SavedModelRecord,
    SessionRecord,
    SessionStatus,
    TaskRecord,
    UserRecord,
    VersionRecord,
)
from hornbook.registry.tables import SavedModelRow

__all__ = ["Registry"]


class Registry:
    """The tasks, sessions and saved models of one workspace.

    All state is in the workspace's database and folders; the object owns only database
    connections and caches nothing, so what one process writes the next call in another sees. Any
    number of threads may share one registry and any number of processes may open the same
    workspace, each its own registry, opened after a `fork` and never carried over it. Every method
    is one transaction: it has happened as a whole or not at all, also when the process is killed.
    Records are snapshots: ask again to see what has changed since.

    Args:
        home: the workspace folder, created if missing.
        url: SQLAlchemy URL of the database; `None` is what the environment variable
            `HORNBOOK_DATABASE` names, or else the SQLite file `hornbook.db` in `home`.

    Raises:
        WorkspaceError: the folder cannot be used, the database cannot be opened, or it was
            written by a newer Hornbook.
        MissingExtraError: the driver of `url` is not installed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home, Registry(Path(home)) as registry:
        ...     task = registry.ensure_task(Path("predict-quality"))
        ...     session = registry.create_session(task)
        ...     session = registry.update_session(session, status="running", worker_pid=42)
        ...     print(session.session_id, session.name, session.status)
        s1 Session 1 running
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home = home.expanduser().resolve()
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"The workspace folder {self.home} cannot be created: {error.strerror}.",
                fix="Choose a folder you may write to, with --home or HORNBOOK_HOME.",
            ) from error
        self._layout = Layout(self.home)
        self._database = Database(url or self._layout.database_url)

    def close(self) -> None:
        """Close the database connections; closing twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def ensure_task(self, folder: Path) -> TaskRecord:
        """The ML task of a design folder, given ids the first time it is seen.

        Args:
            folder: the design folder, known by its resolved path; nothing in it is read.

        Returns:
            The same ids for the same folder, in every process.
        """
        with self._database.write() as transaction:
            return tasks.ensure_task(transaction, self._layout, folder)

    def find_task(self, folder: Path) -> TaskRecord | None:
        """The ML task of a design folder, or `None` where it was never trained."""
        with self._database.read() as transaction:
            return tasks.find_task(transaction, folder)

    def task(self, analysis_id: str, mltask_id: str) -> TaskRecord:
        """The ML task of these ids.

        Raises:
            NotFoundError: it names the id that does not exist and lists those that do.
        """
        with self._database.read() as transaction:
            return tasks.task_by_ids(transaction, analysis_id, mltask_id)

    def tasks(self) -> list[TaskRecord]:
        """Every ML task, oldest first."""
        with self._database.read() as transaction:
            return tasks.all_tasks(transaction)

    def create_session(
        self, task: TaskRecord, *, name: str | None = None, description: str | None = None
    ) -> SessionRecord:
        """A new queued session with the task's next number, which no other session ever gets.

        Its folder is there when the call returns, holding `session.json`.

        Args:
            task: whose next session it is.
            name: for people; `"Session 3"` for `s3` if `None`.
            description: for people.

        Raises:
            NotFoundError: the task is not of this workspace.
        """
        with self._database.write() as transaction:
            return sessions.create_session(
                transaction, self._layout, task, name=name, description=description
            )

    def update_session(self, session: SessionRecord, **changes: Any) -> SessionRecord:
        """Change fields of a session, whatever others have changed since `session` was read.

        Args:
            session: which one; fields that are not in `changes` are left as the database has them.
            changes: any field of `SessionRecord` but its ids, `created_at` and `folder`. A
                `metric_value` that is not finite is kept as `None`.

        Returns:
            The session after the change.

        Raises:
            TypeError: a field does not exist, cannot be changed or got a value of another type.
            ValueError: the status is not one of `SessionStatus`.
            NotFoundError: the session does not exist.
        """
        with self._database.write() as transaction:
            return sessions.change_session(transaction, self._layout, session, changes)

    def update_session_if(
        self, session: SessionRecord, statuses: Collection[SessionStatus], **changes: Any
    ) -> SessionRecord | None:
        """Change a session only if its status is, at that moment, one of `statuses`.

        So of two observers who both find a worker dead, one marks its session and the other is
        told that it came second.

        Args:
            session: which one; the status in the record is not looked at.
            statuses: in which of them the change is still right.
            changes: as for `update_session`.

        Returns:
            The session after the change, or `None` where its status was another.
        """
        with self._database.write() as transaction:
            return sessions.change_session_if(transaction, self._layout, session, statuses, changes)

    def session(self, reference: str) -> SessionRecord:
        """The session of a reference.

        Args:
            reference: `"<analysis_id>/<mltask_id>/<session_id>"`, or `"latest"` for the newest
                session of the workspace that has a model.

        Raises:
            NotFoundError: it names the id that does not exist and lists those that do, or says
                that no session has a model.
            HornbookError: `reference` has neither form.
        """
        with self._database.read() as transaction:
            return sessions.session_by_reference(transaction, self._layout, reference)

    def sessions(
        self,
        task: TaskRecord | None = None,
        *,
        statuses: Collection[SessionStatus] | None = None,
    ) -> list[SessionRecord]:
        """The sessions of one task, or of all, oldest first.

        Args:
            task: whose sessions; `None` is all.
            statuses: only those with one of these; `None` is all.
        """
        with self._database.read() as transaction:
            return sessions.list_sessions(transaction, self._layout, task, statuses=statuses)

    def latest_session(self, task: TaskRecord) -> SessionRecord | None:
        """The task's newest session that has a model."""
        with self._database.read() as transaction:
            return sessions.latest_session(transaction, self._layout, task)

    def deploy(
        self,
        session: SessionRecord,
        *,
        name: str,
        files: Sequence[str] | None = None,
        added: Mapping[str, Path] | None = None,
        activate: bool = True,
    ) -> VersionRecord:
        """Copy a session's model into the next version of a saved model.

        The copy is complete on the disk before the version can be seen, and nothing that later
        happens to the session touches it.

        Args:
            session: one with a model, looked up again.
            name: of the saved model, which is created if there is none by that name.
            files: files and folders relative to the session's folder; `None` is everything but
                the training's own traces: `events.jsonl`, `worker.log`, `tensorboard`.
            added: further files and folders, from elsewhere, by their paths in the version.
            activate: whether it becomes the active version; the first one always does.

        Raises:
            WorkspaceError: the session has no model, `name` cannot be a name or a file is not
                there.
            NotFoundError: the session does not exist.
        """
        checked_saved_model_name(name)
        return self._add_version(
            session,
            files,
            added or {},
            lambda transaction: saved_models.ensure_saved_model(transaction, name),
            activate=activate,
        )

    def add_version(
        self,
        saved_model: str,
        session: SessionRecord,
        *,
        files: Sequence[str] | None = None,
        added: Mapping[str, Path] | None = None,
        activate: bool = True,
    ) -> VersionRecord:
        """As `deploy`, for a saved model that exists.

        Args:
            saved_model: its id or name.
            session: as for `deploy`.
            files: as for `deploy`.
            added: as for `deploy`.
            activate: as for `deploy`.

        Raises:
            NotFoundError: there is no such saved model or session.
            WorkspaceError: the session has no model, or a file is not there.
        """
        return self._add_version(
            session,
            files,
            added or {},
            lambda transaction: saved_models.locked_saved_model(transaction, saved_model),
            activate=activate,
        )

    def _add_version(
        self,
        session: SessionRecord,
        files: Sequence[str] | None,
        added: Mapping[str, Path],
        row: Callable[[Transaction], SavedModelRow],
        *,
        activate: bool,
    ) -> VersionRecord:
        current = self.session(session.reference)
        copied = version_files.copy_for_version(self._layout, current, files, added)
        try:
            with self._database.write() as transaction:
                return saved_models.add_version(
                    transaction,
                    self._layout,
                    copied,
                    current.reference,
                    row(transaction),
                    activate=activate,
                )
        finally:
            shutil.rmtree(copied, ignore_errors=True)

    def add_imported(self, folder: Path, *, name: str, origin: str) -> VersionRecord:
        """Move a folder with a network into the next version of a saved model, the active one.

        Args:
            folder: complete, on the disk of the workspace; gone afterwards.
            name: of the saved model, which is created if there is none by that name.
            origin: where it comes from, in place of a session's reference.

        Raises:
            WorkspaceError: `name` cannot be a name.
        """
        checked_saved_model_name(name)
        with self._database.write() as transaction:
            row = saved_models.ensure_saved_model(transaction, name)
            return saved_models.add_version(
                transaction, self._layout, folder, origin, row, activate=True
            )

    def activate_version(self, saved_model: str, version_id: str) -> SavedModelRecord:
        """Make a version the active one; one that is so already stays it.

        Args:
            saved_model: its id or name.
            version_id: of the version, such as `v2`.

        Raises:
            NotFoundError: it names what does not exist and lists what does.
        """
        with self._database.write() as transaction:
            return saved_models.activate_version(transaction, self._layout, saved_model, version_id)

    def roll_back(self, saved_model: str) -> SavedModelRecord:
        """Make that version active which was so before; again, the one before that.

        Raises:
            NotFoundError: there is no such saved model.
            WorkspaceError: no version was active before.
        """
        with self._database.write() as transaction:
            return saved_models.roll_back(transaction, self._layout, saved_model)

    def rename_saved_model(self, saved_model: str, name: str) -> SavedModelRecord:
        """Give a saved model another name; its id stays.

        Raises:
            NotFoundError: there is no such saved model.
            WorkspaceError: the name cannot be one, or another saved model has it.
        """
        with self._database.write() as transaction:
            return saved_models.rename_saved_model(transaction, self._layout, saved_model, name)

    def delete_version(self, saved_model: str, version_id: str) -> None:
        """Delete a version with its files; no other will ever have its number.

        Raises:
            NotFoundError: it names what does not exist and lists what does.
            WorkspaceError: it is the active one.
        """
        with self._database.write() as transaction:
            folder = saved_models.delete_version(transaction, self._layout, saved_model, version_id)
        version_files.remove_folder(folder)

    def delete_saved_model(self, saved_model: str) -> None:
        """Delete a saved model with all versions and their files; its sessions stay.

        Raises:
            NotFoundError: there is no such saved model.
        """
        with self._database.write() as transaction:
            folder = saved_models.delete_saved_model(transaction, self._layout, saved_model)
        version_files.remove_folder(folder)

    def saved_models(self) -> list[SavedModelRecord]:
        """Every saved model with its versions, oldest first."""
        with self._database.read() as transaction:
            return saved_models.all_saved_models(transaction, self._layout)

    def saved_model(self, id_or_name: str) -> SavedModelRecord:
        """The saved model of an id or, if no id is such, of a name.

        Raises:
            NotFoundError: it lists the saved models that exist.
        """
        with self._database.read() as transaction:
            return saved_models.find_saved_model(transaction, self._layout, id_or_name)

    def saved_model_version(self, reference: str) -> VersionRecord:
        """A version by `NAME@v2`, or the active one by `NAME`; ids do as well as names.

        Raises:
            NotFoundError: it names what does not exist and lists what does.
        """
        with self._database.read() as transaction:
            return saved_models.find_version(transaction, self._layout, reference)

    def set_user(self, name: str, password_hash: str) -> UserRecord:
        """Add a user of the studio, or give one another password.

        Raises:
            UsageError: the name is empty or too long.
        """
        with self._database.write() as transaction:
            return users.add_user(transaction, name, password_hash)

    def find_user(self, name: str) -> UserRecord | None:
        """The user of a name, or `None`."""
        with self._database.read() as transaction:
            return users.find_user(transaction, name)

    def users(self) -> list[UserRecord]:
        """Every user, by name."""
        with self._database.read() as transaction:
            return users.all_users(transaction)

    def remove_user(self, name: str) -> None:
        """Remove a user; what they trained stays.

        Raises:
            NotFoundError: there is none of that name.
        """
        with self._database.write() as transaction:
            users.remove_user(transaction, name)

    def add_endpoint_key(self, name: str, saved_model_id: str | None = None) -> str:
        """Make a key that opens endpoints; it is returned once and kept as a hash.

        Args:
            name: for people.
            saved_model_id: of the only model that it opens; `None` is all.

        Raises:
            UsageError: the name is empty, too long, or taken.
        """
        with self._database.write() as transaction:
            return endpoint_keys.add_key(transaction, name, saved_model_id)

    def endpoint_keys(self) -> list[EndpointKeyRecord]:
        """Every key of endpoints, by name."""
        with self._database.read() as transaction:
            return endpoint_keys.all_keys(transaction)

    def remove_endpoint_key(self, name: str) -> None:
        """Remove a key; endpoints refuse it a moment later.

        Raises:
            NotFoundError: there is none of that name.
        """
        with self._database.write() as transaction:
            endpoint_keys.remove_key(transaction, name)
