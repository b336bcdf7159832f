"""What the terminal does with submodels: trains them one after the other, and shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.draw import format_number
from hornbook.cli.output import console, status_console
from hornbook.cli.train_one import run_training
from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.jobs import PartitionPlan, TrainedGroup, group_report, plan_partitions, train_group
from hornbook.registry import Registry, SessionRecord
from hornbook.reports import PartitionReport

__all__ = ["group_json", "partitions_json", "run_group", "say_group", "say_partitions"]


def run_group(
    registry: Registry,
    design: DesignFolder,
    column: str,
    name: str | None = None,
    description: str | None = None,
    *,
    quiet: bool = False,
    on_whole: Callable[[SessionRecord], None] = lambda session: None,
) -> TrainedGroup:
    """Trains a submodel for each value of a column, and the whole model."""
    plan = plan_partitions(design, TableStore(registry.home / "datasets"), column)
    if not quiet:
        _say_plan(plan)

    def train(
        design: DesignFolder,
        *,
        name: str,
        on_start: Callable[[SessionRecord], None],
        on_stop: Callable[[], None],
    ) -> SessionRecord:
        if not quiet:
            status_console.print(Text(name, style="bold"))
        return run_training(
            registry, design, name, description, quiet=quiet, on_start=on_start, on_stop=on_stop
        )

    return train_group(plan, train, name=name, on_whole=on_whole)


def say_group(registry: Registry, group: TrainedGroup) -> None:
    """The submodels of a group that was trained, and what to do next."""
    if group.whole is None:
        trained = sum(one.has_model for one in group.submodels)
        console.print(
            f"Stopped before the whole model, so there is no group. Submodels with a model: "
            f"{trained}; they are sessions of their own.",
            soft_wrap=True,
        )
        return
    report = group_report(registry, group.whole)
    if report is not None:
        say_partitions(report)
    if group.whole.has_model:
        console.print(
            Text.assemble(
                "All of it as one model:  ",
                (f"hornbook deploy {group.whole.reference} --name NAME", "bold"),
            ),
            soft_wrap=True,
        )


def say_partitions(report: PartitionReport) -> None:
    """A row for each value of the column."""
    metric = report.metric or "Metric"
    compares = bool(report.whole)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in (report.column, "Rows", "Test rows", metric):
        table.add_column(title, justify="left" if title == report.column else "right")
    if compares:
        table.add_column("Whole model", justify="right")
    table.add_column("Session", overflow="fold")
    for one in report.partitions:
        shown = [format_number(one.metric_value)]
        if compares:
            shown.append(format_number(one.whole_value))
        tested = "–" if one.test_rows is None else f"{one.test_rows:,}"
        session = one.session.rpartition("/")[2]
        table.add_row(Text(one.value), f"{one.rows:,}", tested, *shown, session)
    if report.metric in report.pooled:
        shown = [format_number(report.pooled[report.metric])]
        if compares:
            shown.append(format_number(report.whole.get(report.metric)))
        table.add_section()
        table.add_row("Together", "", f"{report.pooled_rows:,}", *shown, "")
    console.print(table)
    for one in report.partitions:
        if not one.answers:
            console.print(
                f"{report.column} = {one.value} falls to the whole model: its training "
                f"{one.status}. {one.reason or ''}".rstrip(),
                soft_wrap=True,
            )


def group_json(registry: Registry, group: TrainedGroup) -> dict[str, Any]:
    """What `train --json` says of the submodels besides what it says of the whole model."""
    report = None if group.whole is None else group_report(registry, group.whole)
    return {
        "submodels": [one.reference for one in group.submodels],
        "partitions": None if report is None else report.model_dump(mode="json"),
    }


def partitions_json(folder: Path) -> dict[str, Any] | None:
    """What the submodels of a version were worth; `None` where it has none."""
    report = PartitionReport.read(folder)
    return None if report is None else report.model_dump(mode="json")


def _say_plan(plan: PartitionPlan) -> None:
    status_console.print(
        f"{len(plan.submodels)} submodels by {plan.column}, and the whole model on all rows"
        + (f"; {plan.missing_rows:,} rows have no value there" if plan.missing_rows else "")
    )
