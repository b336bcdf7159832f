"""Tables in the terminal: the names in them are texts, whatever the console does with markup."""

from __future__ import annotations

import io

from rich.console import Console

from hornbook.cli.draw import history_table, metrics_table

MARKUP = "[/oops] [features.age]"


def rendered(table) -> str:
    file = io.StringIO()
    Console(file=file, width=100, markup=True).print(table)
    return file.getvalue()


def test_names_of_metrics_are_texts():
    assert MARKUP in rendered(metrics_table({MARKUP: 0.5}, None))
    assert MARKUP in rendered(history_table({MARKUP: [0.5, None]}, [MARKUP], 1))
