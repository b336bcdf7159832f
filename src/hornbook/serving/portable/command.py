"""The command line of an exported model: `python predict.py rows.csv out.csv`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .model import BLOCK_ROWS, Model
from .table import Block, read_blocks, write_header, write_rows
from .values import RowError

__all__ = ["main"]


def main(folder: Path, arguments: Sequence[str] | None = None) -> int:
    """Predicts the rows of a file and writes them with their predictions.

    Args:
        folder: of the model.
        arguments: of the command line.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(
        prog="predict.py", description="Predict the rows of a file with a trained model."
    )
    parser.add_argument("rows", type=Path, help="a .csv or .jsonl file")
    parser.add_argument("out", type=Path, help="the .csv or .jsonl file to write")
    parser.add_argument("--images", default=".", help="the folder that paths of images start from")
    given = parser.parse_args(arguments)
    try:
        unscored, reasons = _predict_file(Model(folder, given.images), given.rows, given.out)
    except (RowError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    if unscored:
        print(f"{unscored:,} rows have no prediction.", file=sys.stderr)
    if reasons:
        print(f"{len(reasons):,} rows could not be read; the first: {reasons[0]}", file=sys.stderr)
    return 0


def _predict_file(model: Model, source: Path, target: Path) -> tuple[int, list[str]]:
    """How many rows have no prediction, and why rows could not be read."""
    as_json = target.suffix.lower() in (".jsonl", ".ndjson")
    unscored = 0
    reasons: list[str] = []
    partial = target.with_name(f".{target.name}.partial")
    columns: list[str] = []
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            for block in read_blocks(source, model.description["reading"], BLOCK_ROWS):
                if not columns:
                    columns = [*block.columns, *model.output_columns]
                    write_header(file, columns, as_json=as_json)
                found = _predicted(model, block)
                unscored += sum(one[model.output_columns[0]] is None for one in found)
                reasons += block.wrong.values()
                both = [{**row, **one} for row, one in zip(block.given, found, strict=True)]
                write_rows(file, columns, both, as_json=as_json)
        if not columns:
            raise RowError(f"{source.name} has no rows.")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return unscored, reasons


def _predicted(model: Model, block: Block) -> list[dict[str, Any]]:
    """The predictions of rows; none for those that could not be read."""
    found = model.predict(block.rows)
    nothing = dict.fromkeys(model.output_columns)
    return [nothing if row in block.wrong else one for row, one in enumerate(found)]
