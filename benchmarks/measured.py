"""What benchmarks share: child processes that are timed and weighed, and the lines of the table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

DATA = Path(
    os.environ.get("HORNBOOK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        workload: what both sides do.
        peer: who does it on the other side.
        unit: of the two figures, `"s"` or such as `"rows/s"`.
        ours, theirs: medians; `theirs` is absent where the target is a figure of its own.
        target: what the ratio of ours to theirs should be, e.g. `"≤ 0.5"`.
        ours_peak_mb, theirs_peak_mb: the most memory a process held, in MB (10⁶ bytes).
        runs: each run's figures.
    """

    workload: str
    peer: str
    unit: str
    ours: float
    theirs: float | None = None
    target: str = ""
    ours_peak_mb: float | None = None
    theirs_peak_mb: float | None = None
    runs: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}


@dataclass(frozen=True)
class Run:
    """What one process printed as JSON in its last line, and the most memory it held."""

    value: Any
    peak_mb: float


def run_python(code_or_module: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Runs Python and waits; the peak is that of the process and its children, each for itself.

    Args:
        code_or_module: the arguments of the interpreter.
        environment: variables besides those there are.
    """
    process = subprocess.Popen(
        [sys.executable, *code_or_module],
        env={
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            **(environment or {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    watch = _PeakWatch(process.pid)
    output, errors = process.communicate()
    peak = watch.end()
    if process.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-3000:])
    lines = output.decode().splitlines()
    try:
        return Run(json.loads(output), peak)
    except ValueError:
        return Run(json.loads(lines[-1]), peak)


class _PeakWatch:
    """The largest `VmHWM` among a process and those it starts."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return self._peak / 1e6

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            for one in family:
                self._peak = max(self._peak, _high_water_mark(one.pid))


def _high_water_mark(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def hornbook(arguments: Sequence[str], home: Path) -> Run:
    """Runs the command with `--json` in a workspace."""
    return run_python(["-m", "hornbook", *arguments, "--json"], {"HORNBOOK_HOME": str(home)})


def in_turns(runs: int, sides: Mapping[str, Callable[[], Run]]) -> dict[str, list[Run]]:
    """Runs each side, one after the other, so many times."""
    found: dict[str, list[Run]] = {name: [] for name in sides}
    for number in range(runs):
        for name, run in sides.items():
            done = run()
            found[name].append(done)
            shown = done.value if isinstance(done.value, float) else ""
            shown = f"{shown:.2f}" if shown else ""
            told = f"  run {number + 1}/{runs}  {name:<40} {shown}  {done.peak_mb:,.0f} MB"
            print(told, file=sys.stderr, flush=True)
    return found


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
