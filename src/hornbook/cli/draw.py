"""Drawings for the terminal: metrics tables and training curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotext
from rich.table import Table
from rich.text import Text

from hornbook.training.profile import EpochProfile
from hornbook.training.race_entry import RaceEntry, winner_of

__all__ = [
    "curve",
    "format_margin",
    "format_number",
    "history_table",
    "metrics_table",
    "profile_table",
    "race_table",
]

_CURVE_HEIGHT = 14


def format_number(value: float | None) -> str:
    """A number as tables show it: about four digits.

    Example:
        >>> [format_number(value) for value in (0.25512, 1234567.0, 0.0, None, 3e-7)]
        ['0.2551', '1,234,567', '0', '–', '3e-07']
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    if abs(value) < 0.0001:
        return f"{value:.2g}"
    return f"{value:.4g}" if abs(value) >= 1000 else f"{value:.4f}"


def format_margin(value: float | None, margin: float | None) -> str:
    """A number with what it may be off by, to the digits of the number.

    Example:
        >>> format_margin(0.25512, 0.0213), format_margin(0.25512, None)
        ('0.2551 ± 0.0213', '0.2551')
    """
    shown = format_number(value)
    return shown if value is None or margin is None else f"{shown} ± {format_number(margin)}"


def metrics_table(
    metrics: Mapping[str, float | None],
    chosen: str | None,
    margins: Mapping[str, float | None] | None = None,
) -> Table:
    """The metrics of a kept epoch, the deciding one marked; with margins where there are some."""
    margins = margins or {}
    table = Table()
    table.add_column("Metric")
    table.add_column("Value", justify="right")
    for name, value in metrics.items():
        style = "bold green" if name == chosen else ""
        label = f"{name}  ◂ chosen" if name == chosen else name
        table.add_row(
            Text(label, style=style), Text(format_margin(value, margins.get(name)), style=style)
        )
    return table


def history_table(
    history: Mapping[str, Sequence[float | None]], columns: Sequence[str], best_epoch: int | None
) -> Table:
    """One row an epoch; the kept one is marked."""
    table = Table(title=Text("Epochs"), title_justify="left", title_style="bold")
    table.add_column("Epoch", justify="right")
    for name in columns:
        table.add_column(Text(name), justify="right")
    epochs = max((len(values) for values in history.values()), default=0)
    for epoch in range(epochs):
        kept = epoch + 1 == best_epoch
        cells = [format_number(history[name][epoch]) for name in columns]
        label = f"★ {epoch + 1}" if kept else str(epoch + 1)
        table.add_row(label, *cells, style="bold green" if kept else "")
    return table


def curve(
    series: Mapping[str, Sequence[float | None]],
    *,
    title: str,
    width: int,
    best_epoch: int | None = None,
) -> str:
    """Lines over epochs, drawn with characters.

    Args:
        series: values by epoch, by the name in the legend.
        title: above the drawing.
        width: in characters.
        best_epoch: marked with a vertical line, counted from 1.
    """
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, _CURVE_HEIGHT)
    plotext.title(title)
    epochs = 0
    for name, values in series.items():
        points = [(x, y) for x, y in enumerate(values, start=1) if y is not None]
        if points:
            plotext.plot(
                [x for x, _ in points], [y for _, y in points], label=name, marker="braille"
            )
            epochs = max(epochs, points[-1][0])
    if best_epoch is not None:
        plotext.vline(best_epoch)
    ticks = sorted({*range(1, epochs + 1, max(1, epochs // 10)), epochs})
    plotext.xticks(ticks)
    plotext.xlabel("epoch")
    drawn: str = plotext.uncolorize(plotext.build())
    return drawn


def race_table(race: Sequence[RaceEntry]) -> Table:
    """How each backend did in a race, the winner marked."""
    table = Table(title="Race of backends", title_justify="left")
    table.add_column("Backend")
    for name in ("First step, s", "Steps/s", "Loss before", "Projected, s"):
        table.add_column(name, justify="right")
    table.add_column("", overflow="fold")
    winner = winner_of(race)
    for entry in race:
        remark = "◂ fastest" if entry is winner else entry.out_because or ""
        table.add_row(
            entry.backend,
            format_number(entry.first_step_seconds),
            format_number(entry.steps_per_second),
            format_number(entry.loss),
            format_number(entry.projected_seconds),
            Text(remark),
        )
    return table


def profile_table(profile: Sequence[EpochProfile]) -> Table:
    """Where the seconds of a training went: those of the first epoch, and the mean of the others.

    What threads did beside the training is set apart, since it costs no time of its own.
    """
    table = Table(title="Seconds an epoch", title_justify="left")
    table.add_column("")
    first, *others = profile
    table.add_column("First", justify="right")
    if others:
        table.add_column("Others, mean", justify="right")
    rows = (
        ("Steps of the training", "steps"),
        ("Waiting for data", "waiting"),
        ("Metrics", "metrics"),
        ("Checkpoints", "checkpoints"),
        ("In all", "epoch"),
        ("Beside: reading rows", "reading"),
        ("Beside: transforming rows", "transforming"),
    )
    for title, name in rows:
        cells = [f"{getattr(first, name):.3f}"]
        if others:
            cells.append(f"{sum(getattr(one, name) for one in others) / len(others):.3f}")
        table.add_row(title, *cells, end_section=name in ("checkpoints", "epoch"))
    return table
