"""Ten times the rows in the same memory: the wide table of 1 and of 10 million rows.

A training of one epoch in a new workspace, from the Parquet file to the kept model, with and
without the cache; told is the most memory that its worker held, as the operating system counts
it, pages of mapped files included. The final metrics must be the same with the cache and without.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measured import Line, Run, hornbook
from benchmarks.tables import write_design, write_table
from benchmarks.wide_table import BATCH_SIZE


def lines(runs: int) -> list[Line]:
    """One run of each size, since memory hardly varies and ten million rows take minutes."""
    del runs
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        small = train(scratch, 1_000_000)
        large = train(scratch, 10_000_000)
        uncached = train(scratch, 10_000_000, "training.cache_preprocessed=false")
    for name, value in large.value["metrics"].items():
        if uncached.value["metrics"][name] != value:
            other = uncached.value["metrics"][name]
            raise RuntimeError(f"{name} is {value} with the cache and {other} without.")
    name = "worker's peak memory, 10 M rows × 30 columns"
    return [
        Line(name, "Hornbook, 1 M rows", "MB", large.peak_mb, small.peak_mb, "≤ 1.15"),
        Line(f"{name}, no cache", "Hornbook, 1 M rows", "MB", uncached.peak_mb, small.peak_mb, ""),
    ]


def train(scratch: Path, n_rows: int, *settings: str) -> Run:
    table, design = scratch / f"{n_rows}.parquet", scratch / f"design {n_rows}"
    if not table.exists():
        write_table(table, n_rows)
        write_design(design, table, epochs=1, batch_size=BATCH_SIZE)
    home = Path(tempfile.mkdtemp(dir=scratch))
    options = [part for setting in settings for part in ("--set", setting)]
    done = hornbook(["train", str(design), *options], home)
    print(f"  {n_rows:,} rows {done.peak_mb:,.0f} MB", file=sys.stderr, flush=True)
    return done
