"""All benchmarks in one table: `python -m benchmarks [NAME …] [--runs 5]`.

Each line is a workload, Hornbook's figure, that of a peer on the same machine in the same run,
their ratio, and the most memory that a process of either side held. Figures are medians, the
sides take turns. The table and each run's figures are written to `benchmarks/results/` with the
versions.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    endpoint,
    image_epochs,
    images,
    memory,
    metrics,
    peers,
    scoring,
    spare,
    studio,
    wide_table,
    wine,
)
from benchmarks.measured import Line

WORKLOADS = {
    "wine": wine.lines,
    "spare": spare.lines,
    "metrics": metrics.lines,
    "images": images.lines,
    "image_epochs": image_epochs.lines,
    "wide_table": wide_table.lines,
    "memory": memory.lines,
    "peers": peers.lines,
    "scoring": scoring.lines,
    "studio": studio.lines,
    "endpoint": endpoint.lines,
}
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("hornbook", "keras", "jax", "tensorflow", "numpy", "polars", "pyarrow", "scikit-learn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(WORKLOADS))
    parser.add_argument("--runs", type=int, default=5, help="of each side (default 5)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(WORKLOADS)
    if unknown:
        parser.error(f"there is no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    lines: list[Line] = []
    for name in arguments.names or WORKLOADS:
        print(name, file=sys.stderr, flush=True)
        lines += WORKLOADS[name](arguments.runs)
    show(lines)
    write(lines, arguments.runs)


def show(lines: list[Line]) -> None:
    head = ("workload", "ours", "peer's", "", "ratio", "target", "peak MB", "peer", "the peer")
    rows = [
        (
            line.workload,
            figure(line.ours),
            figure(line.theirs),
            line.unit,
            "" if line.ratio is None else f"{line.ratio:.2f}",
            line.target,
            memory_of(line.ours_peak_mb),
            memory_of(line.theirs_peak_mb),
            line.peer,
        )
        for line in lines
    ]
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if at in (0, 3, 5, 8) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def memory_of(peak_mb: float | None) -> str:
    return "" if peak_mb is None else f"{peak_mb:,.0f}"


def write(lines: list[Line], runs: int) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%S}.json"
    result = {
        "time": now.isoformat(timespec="seconds"),
        "runs": runs,
        "machine": {
            "cpu": cpu_model(),
            "cores": len(os.sched_getaffinity(0)),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "versions": {
            name: importlib.metadata.version(name)
            for name in PACKAGES
            if importlib.util.find_spec(name.replace("scikit-learn", "sklearn"))
        },
        "lines": [line.to_json() for line in lines],
    }
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nWritten to {path}")


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
