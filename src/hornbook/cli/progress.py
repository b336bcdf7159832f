"""Bars in the terminal, drawn from what workers and readers report."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from hornbook.cli.draw import format_number, race_table
from hornbook.cli.output import status_console
from hornbook.training.race_entry import RaceEntry

__all__ = ["TrainingProgress", "reading_progress", "row_progress", "scoring_progress"]


_RATE_STEPS = 50


@contextmanager
def reading_progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar over the bytes of a file; gives what a reader calls."""
    with _bar(DownloadColumn(), quiet=quiet) as bar:
        yield _tracker(bar, "Reading")


@contextmanager
def row_progress(description: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar over rows."""
    rows = TextColumn("{task.completed:,}/{task.total:,} rows", markup=False)
    with _bar(rows, quiet=quiet) as bar:
        yield _tracker(bar, description)


@contextmanager
def scoring_progress(
    description: str, *, quiet: bool
) -> Iterator[Callable[[int, int | None, float], None]]:
    """A bar over rows whose number may be unknown, with the rows a second of the last seconds."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[rows]}", markup=False),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        console=status_console,
        transient=True,
        disable=quiet or not status_console.is_terminal,
    )
    task = bar.add_task(description, total=1.0, rows="", rate="")
    recent: deque[tuple[float, int]] = deque(maxlen=_RATE_STEPS)

    def track(done: int, total: int | None, share: float) -> None:
        now = time.monotonic()
        recent.append((now, done))
        seconds = now - recent[0][0]
        rate = (done - recent[0][1]) / seconds if seconds > 0 else 0.0
        bar.update(
            task,
            completed=done / total if total else share,
            rows=f"{done:,} rows" if total is None else f"{done:,}/{total:,} rows",
            rate=f"{rate:,.0f} rows/s" if rate else "",
        )

    with bar:
        yield track


def _bar(unit: ProgressColumn, *, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        unit,
        TimeRemainingColumn(),
        console=status_console,
        transient=True,
        disable=quiet or not status_console.is_terminal,
    )


def _tracker(bar: Progress, description: str) -> Callable[[int, int], None]:
    tasks: list[TaskID] = []

    def track(done: int, total: int) -> None:
        if not tasks:
            tasks.append(bar.add_task(description, total=total))
        bar.update(tasks[0], completed=done, total=total)

    return track


class TrainingProgress:
    """Shows a training from its events: a bar in a terminal, a line an epoch elsewhere.

    Args:
        metric: the name of the deciding metric.
        quiet: whether to show nothing at all.
    """

    def __init__(self, metric: str, *, quiet: bool) -> None:
        self._metric = metric
        self._quiet = quiet
        self._epochs: int | None = None
        self._batches: int | None = None
        self._run = ""
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[numbers]}", markup=False),
            console=status_console,
            transient=True,
            disable=quiet or not status_console.is_terminal,
        )
        self._task = self._bar.add_task("Starting Keras", total=None, rate="", numbers="")

    def __enter__(self) -> TrainingProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, event: dict[str, Any]) -> None:
        """Shows one event of the worker."""
        handler = getattr(self, f"_on_{event['event']}", None)
        if handler is not None and not self._quiet:
            handler(event)

    def say(self, text: str) -> None:
        """A line above the bar."""
        if not self._quiet:
            self._bar.console.print(text)

    def _on_stage(self, event: dict[str, Any]) -> None:
        self._bar.update(self._task, description=event["stage"].capitalize())

    def _on_reading(self, event: dict[str, Any]) -> None:
        self._bar.update(self._task, completed=event["done_bytes"], total=event["total_bytes"])

    def _on_preprocessing(self, event: dict[str, Any]) -> None:
        self._bar.update(self._task, completed=event["done_rows"], total=event["total_rows"])

    def _on_prepared(self, event: dict[str, Any]) -> None:
        validation = event["validation_rows"]
        self.say(
            f"{event['train_rows']:,} train rows, "
            + (f"{validation:,} validation rows, " if validation else "")
            + f"{event['test_rows']:,} test rows, {event['features']} features"
        )
        reused = event.get("reused", {})
        for when in sorted(set(reused.values())):
            names = " and ".join(name for name, computed in reused.items() if computed == when)
            computed = datetime.fromisoformat(when).astimezone()
            self.say(f"Re-using {names} sets computed on {computed:%Y-%m-%d at %H:%M}")
        for reason, count in event["dropped"].items():
            self.say(f"{count:,} rows left out: {reason}")

    def _on_race(self, event: dict[str, Any]) -> None:
        self._bar.console.print(race_table([RaceEntry(**one) for one in event["entries"]]))

    def _on_fold(self, event: dict[str, Any]) -> None:
        self.say(
            f"Fold {event['fold']} of {event['folds']}: {event['train_rows']:,} train rows, "
            f"{event['test_rows']:,} test rows"
        )
        self._run = f"Fold {event['fold']}/{event['folds']}, "

    def _on_retraining(self, event: dict[str, Any]) -> None:
        self.say(
            f"All {event['train_rows']:,} rows: {event['epochs']} epochs, the mean of the folds"
        )
        self._run = "All rows, "

    def _on_fit_started(self, event: dict[str, Any]) -> None:
        self._epochs, self._batches = event["epochs"], event["batches"]
        total = None
        if self._epochs and self._batches:
            total = self._epochs * self._batches
        self._bar.reset(
            self._task, total=total, description=f"{self._run}epoch 1/{self._epochs}".capitalize()
        )

    def _on_batch(self, event: dict[str, Any]) -> None:
        self._bar.update(
            self._task,
            completed=(event["epoch"] - 1) * (self._batches or 0) + event["batch"],
            description=f"{self._run}epoch {event['epoch']}/{self._epochs}".capitalize(),
            rate=f"{event['batches_per_second']:,.0f} batches/s",
        )

    def _on_epoch(self, event: dict[str, Any]) -> None:
        logs = event["logs"]
        measured = next((name for name in logs if name.endswith(f" {self._metric}")), None)
        parts = [f"loss {format_number(logs.get('loss'))}"]
        if "val_loss" in logs:
            parts.append(f"val_loss {format_number(logs['val_loss'])}")
        if measured is not None:
            parts.append(f"{measured} {format_number(logs[measured])}")
        numbers = ", ".join(parts)
        star = "★" if event["best"] else " "
        self.say(
            f"{star} epoch {event['epoch']:>3}/{self._epochs}  {numbers}  {event['seconds']:.1f} s"
        )
        self._bar.update(
            self._task, completed=event["epoch"] * (self._batches or 0), numbers=numbers
        )
