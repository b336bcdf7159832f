"""A group of submodels trained one after the other by the process that asked for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hornbook.design import DesignFolder
from hornbook.jobs.partitioning import PartitionPlan
from hornbook.registry import SessionRecord

__all__ = ["TrainedGroup", "train_group"]


class _Train(Protocol):
    """Trains a design to its end, as `train_to_end` does."""

    def __call__(
        self,
        design: DesignFolder,
        *,
        name: str,
        on_start: Callable[[SessionRecord], None],
        on_stop: Callable[[], None],
    ) -> SessionRecord: ...


@dataclass(frozen=True)
class TrainedGroup:
    """What came of the trainings.

    Attributes:
        submodels: the sessions that were trained, in the order of the plan.
        whole: the session of the whole model; `None` where the user stopped before it began.
    """

    submodels: tuple[SessionRecord, ...]
    whole: SessionRecord | None


def train_group(
    plan: PartitionPlan,
    train: _Train,
    *,
    name: str | None = None,
    on_whole: Callable[[SessionRecord], None] = lambda session: None,
) -> TrainedGroup:
    """Trains each submodel, and the whole model at last; one that fails does not end the others.

    Once the user stops a training, those behind it are not begun.

    Args:
        plan: what is to be trained.
        train: trains one of them.
        name: of the sessions, if one was given.
        on_whole: called with the session of the whole model once its worker runs.
    """
    stopped = False

    def on_stop() -> None:
        nonlocal stopped
        stopped = True

    sessions: list[SessionRecord] = []
    for one in plan.submodels:
        session = train(
            one.design,
            name=plan.name_of(one, name),
            on_start=lambda session: None,
            on_stop=on_stop,
        )
        sessions.append(session)
        if stopped:
            return TrainedGroup(tuple(sessions), None)

    def on_start(session: SessionRecord) -> None:
        plan.write(session, sessions)
        on_whole(session)

    whole = train(plan.design, name=plan.name_of_whole(name), on_start=on_start, on_stop=on_stop)
    return TrainedGroup(tuple(sessions), whole)
