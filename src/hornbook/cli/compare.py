"""Models side by side, in the terminal."""

from __future__ import annotations

import json
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.draw import format_number
from hornbook.cli.output import console
from hornbook.reports import ModelComparison

__all__ = ["say_model_comparison"]

_LINE_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def say_model_comparison(comparison: ModelComparison) -> None:
    """All that differs, and the metrics of each model."""
    metrics = _table("Metric", comparison.models)
    for row in comparison.metrics:
        chosen = row.name == comparison.metric
        style = "bold green" if chosen else ""
        label = f"{row.name}  ◂ chosen" if chosen else row.name
        metrics.add_row(Text(label, style=style), *(format_number(one) for one in row.values))
    console.print(metrics)
    if comparison.same_test_rows is not None:
        said = "the same test rows" if comparison.same_test_rows else "different test rows"
        console.print(f"Measured on {said}.")
    for title, rows in (
        ("Setting", comparison.settings),
        ("Fact", comparison.facts),
        ("Package", comparison.packages),
    ):
        if rows:
            table = _table(title, comparison.models)
            for row in rows:
                table.add_row(Text(row.name), *(Text(_shown(one)) for one in row.values))
            console.print(table)
    for one in comparison.code:
        for line in one.diff.splitlines():
            console.print(Text(line, style=_LINE_STYLES.get(line[:1], "")), soft_wrap=True)
    if not comparison.settings and not comparison.code:
        console.print("Their designs are the same.")


def _table(title: str, models: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(title, overflow="fold")
    for name in models:
        table.add_column(Text(name), overflow="fold", justify="right")
    return table


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
