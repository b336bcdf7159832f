"""A training of this process' own: of one model, or of a group with a submodel for each value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import TrainingError
from hornbook.jobs import SpareWorkers, plan_partitions, train_group, train_to_end
from hornbook.registry import Registry, SessionRecord

__all__ = ["train_here"]


def train_here(
    registry: Registry,
    design: DesignFolder,
    *,
    name: str | None,
    description: str | None,
    partition_by: str | None,
    on_event: Callable[[dict[str, Any]], None],
    on_start: Callable[[SessionRecord], None] = lambda session: None,
    spares: SpareWorkers | None = None,
) -> SessionRecord:
    """Trains a design and waits for its end.

    Args:
        registry: keeps the sessions.
        design: what to train.
        name: of the session, or of those of the group.
        description: of the sessions.
        partition_by: the column of a group; `None` trains one model.
        on_event: called with each event.
        on_start: called with the session, of a group with that of the whole model, once its
            worker runs.
        spares: workers that may be ready for it.

    Returns:
        The session as it ended; of a group that of the whole model.

    Raises:
        DesignError: all that is wrong with the design.
        TrainingError: the user stopped a group before its whole model began.
        UsageError: there is to be no submodel for each value of the column.
    """
    train = partial(
        train_to_end, registry, description=description, spares=spares, on_event=on_event
    )
    if partition_by is None:
        return train(design, name=name, on_start=on_start)
    plan = plan_partitions(design, TableStore(registry.home / "datasets"), partition_by)
    group = train_group(plan, train, name=name, on_whole=on_start)
    if group.whole is None:
        raise TrainingError(
            f"Stopped after {len(group.submodels)} submodels; the whole model was not trained."
        )
    return group.whole
