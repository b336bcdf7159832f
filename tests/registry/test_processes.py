"""Several real processes on one workspace, some of them killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hornbook.registry import Registry, SessionStatus, TaskRecord

Starter = Callable[..., "subprocess.Popen[str]"]

CREATES_SESSIONS = """
import sys
from pathlib import Path
from hornbook.registry import Registry
print("ready", flush=True)
sys.stdin.readline()
with Registry(Path(sys.argv[1])) as registry:
    task = registry.ensure_task(Path(sys.argv[2]))
    for _ in range(20):
        print(registry.create_session(task).reference, flush=True)
"""

UPDATES_A_SESSION = """
import itertools, sys
from pathlib import Path
from hornbook.registry import Registry
registry = Registry(Path(sys.argv[1]))
session = registry.session(sys.argv[2])
for epoch in itertools.count(1):
    registry.update_session(session, epochs=epoch, reason="x" * (epoch % 977))
    print(epoch, flush=True)
"""


@pytest.mark.parametrize("attempt", range(3))
def test_two_processes_creating_sessions_get_distinct_numbers(
    home: Path, design: Path, start_process: Starter, attempt: int
):
    del attempt
    processes = [start_process(CREATES_SESSIONS, home, design) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]

    references = [reference for output in outputs for reference in output]
    with Registry(home) as registry:
        (task,) = registry.tasks()
        assert sorted(references) == sorted(f"{task.reference}/s{n}" for n in range(1, 41))
        assert sorted(it.reference for it in registry.sessions()) == sorted(references)
    for output in outputs:
        numbers = [int(reference.rpartition("/s")[2]) for reference in output]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("updates", [1, 7, 20])
def test_a_process_killed_in_the_middle_of_updates_leaves_a_readable_workspace(
    home: Path, registry: Registry, task: TaskRecord, start_process: Starter, updates: int
):
    session = registry.create_session(task)
    process = start_process(UPDATES_A_SESSION, home, session.reference)
    assert process.stdout is not None
    for _ in range(updates):
        last = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest = process.communicate()[0].split()
    last = int(rest[-1]) if rest else last

    with Registry(home) as reopened:
        found = reopened.session(session.reference)
        assert found.epochs in {last, last + 1}
        written = json.loads((session.folder / "session.json").read_text())
        assert written["epochs"] in {found.epochs, found.epochs + 1}
        assert reopened.update_session(found, status="failed").status is SessionStatus.FAILED
        assert reopened.create_session(task).session_id == "s2"


def test_threads_share_a_registry(registry: Registry, task: TaskRecord):
    session = registry.update_session(registry.create_session(task), status="running")
    barrier = threading.Barrier(8)

    def observe(number: int) -> bool:
        barrier.wait()
        registry.create_session(task)
        won = registry.update_session_if(
            session, {SessionStatus.RUNNING}, status="failed", reason=str(number)
        )
        return won is not None

    with ThreadPoolExecutor(8) as pool:
        winners = list(pool.map(observe, range(8)))
    assert sum(winners) == 1
    assert registry.session(session.reference).reason == str(winners.index(True))
    assert len({it.session_id for it in registry.sessions(task)}) == 9
