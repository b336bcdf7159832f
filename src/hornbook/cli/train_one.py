"""One training in the terminal, with its progress."""

from __future__ import annotations

from collections.abc import Callable

from hornbook.cli.progress import TrainingProgress
from hornbook.design import DesignFolder
from hornbook.jobs import settle_ended, train_to_end
from hornbook.registry import Registry, SessionRecord

__all__ = ["run_training"]


def run_training(
    registry: Registry,
    design: DesignFolder,
    name: str | None = None,
    description: str | None = None,
    *,
    quiet: bool = False,
    on_start: Callable[[SessionRecord], None] = lambda session: None,
    on_stop: Callable[[], None] = lambda: None,
) -> SessionRecord:
    """Trains and shows the progress.

    `on_start` is called once the worker runs, `on_stop` once the user has asked it to stop.
    """
    settle_ended(registry)

    def started(session: SessionRecord) -> None:
        on_start(session)
        progress.say(f"Session {session.reference} on {session.backend}")

    def stopping() -> None:
        on_stop()
        progress.say("Stopping at the end of this batch; Ctrl-C again aborts and keeps nothing.")

    with TrainingProgress(design.task.metric, quiet=quiet) as progress:
        return train_to_end(
            registry,
            design,
            name=name,
            description=description,
            on_start=started,
            on_event=progress.show,
            on_stop=stopping,
        )
