"""The studio under load: twenty pages on a running training, many sessions, the first page.

Figures come from a real server, a real training and Debian's Chromium; pages are opened in one
browser on the same machine, so that their own work is part of what is measured.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from benchmarks.measured import Line, median
from hornbook.registry import Registry
from hornbook.training.events import EventWriter

TABS = 20
EPOCHS = 500
SESSIONS = 1_000
SESSION_EPOCHS = 100
TOKEN = "benchmark"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Server:
    """A server of the studio in a workspace."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hornbook", "serve", "--port", str(self.port)],
            env={**os.environ, "HORNBOOK_HOME": str(home), "HORNBOOK_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def memory_mb(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        )
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer)
            except ConnectionError:
                time.sleep(0.1)
        raise RuntimeError("The server does not answer.")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def browser_on(server: Server) -> Iterator[Any]:
    """A logged-in browser context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        page = context.new_page()
        page.goto(f"{server.address}/?token={TOKEN}")
        page.get_by_text("Live", exact=True).wait_for()
        page.close()
        yield context
        browser.close()


def lines(runs: int) -> list[Line]:
    del runs  # One training gives 500 epochs on 20 pages each: medians are over these.
    with tempfile.TemporaryDirectory() as scratch:
        server = Server(Path(scratch) / "home")
        try:
            task = server.ask("POST", "/projects/my-project/samples/wine")
            with browser_on(server) as context:
                first = [
                    _seconds_to_open(context, server, "/", "predict-quality") for _ in range(6)
                ]
                delay, framed, growth = _live(context, server, task["reference"])
                _make_sessions(server, task["reference"])
                page = f"/tasks/{task['reference']}/result"
                many = [_seconds_to_open(context, server, page, "Old 999") for _ in range(5)]
        finally:
            server.end()
    return [
        _line(f"{TABS} pages, {EPOCHS} epochs: from event to chart", "ms", delay, "< 150 ms"),
        _line(f"{TABS} pages, {EPOCHS} epochs: to the frame in front", "ms", framed, "< 150 ms"),
        _line(f"{TABS} pages, {EPOCHS} epochs: growth of the server", "MB", growth, "< 100 MB"),
        _line(
            f"{SESSIONS:,} sessions of {SESSION_EPOCHS} epochs: open", "s", median(many), "< 2 s"
        ),
        _line("first page, warm", "s", median(first[1:]), "< 1.5 s"),
    ]


def _line(workload: str, unit: str, value: float, target: str) -> Line:
    return Line(workload, "", unit, value, target=target, runs={"ours": [value]})


def _seconds_to_open(context: Any, server: Server, path: str, text: str) -> float:
    page = context.new_page()
    started = time.perf_counter()
    page.goto(f"{server.address}{path}", wait_until="commit")
    page.get_by_text(text, exact=True).first.wait_for()
    seconds = time.perf_counter() - started
    page.close()
    return seconds


def _live(context: Any, server: Server, reference: str) -> tuple[float, float, float]:
    """How an event comes to the pages.

    Returns:
        The median delay in ms, over all epochs on all pages, until it is drawn in the chart; the
        same of the page in front until the frame with it is shown; the growth of the server in MB.
    """
    edit = {"settings": [{"path": ["training", "epochs"], "value": EPOCHS}]}
    server.ask("PATCH", f"/tasks/{reference}/design", edit)
    context.add_init_script("window.hornbookDelays = {drawn: [], framed: []}")
    pages = [context.new_page() for _ in range(TABS)]
    for page in pages:
        page.goto(f"{server.address}/tasks/{reference}/result")
        page.get_by_text("Nothing was trained yet").wait_for()
    before = server.memory_mb
    session = server.ask("POST", f"/tasks/{reference}/sessions", {"name": "Live"})
    highest = before
    while True:
        state = server.ask("GET", f"/sessions/{session['reference']}")["summary"]["status"]
        highest = max(highest, server.memory_mb)
        if state not in ("queued", "running"):
            break
        time.sleep(0.5)
    time.sleep(2)
    delays = [delay for page in pages for delay in page.evaluate("window.hornbookDelays.drawn")]
    # Chromium makes frames for the page in front only, which is the one opened last.
    framed = pages[-1].evaluate("window.hornbookDelays.framed")
    for page in pages:
        page.close()
    if state != "finished" or len(delays) < TABS * EPOCHS * 0.95:
        raise RuntimeError(f"The training {state}; {len(delays)} delays were seen.")
    return median(delays), median(framed), highest - before


def _make_sessions(server: Server, reference: str) -> None:
    """Sessions as a year of work leaves them, written as the registry and the workers would."""
    analysis_id, mltask_id = reference.split("/")
    with Registry(server.home) as registry:
        task = registry.task(analysis_id, mltask_id)
        for number in range(SESSIONS):
            session = registry.create_session(task, name=f"Old {number}")
            events = EventWriter(session.folder)
            for epoch in range(1, SESSION_EPOCHS + 1):
                logs = {"loss": 1 / epoch, "val_loss": 1.1 / epoch, "Test R2 Score": 1 - 1 / epoch}
                best = epoch == SESSION_EPOCHS
                events.write("epoch", epoch=epoch, logs=logs, best=best, seconds=0.1)
            events.close()
            registry.update_session(
                session, status="aborted", metric="R2 Score", metric_value=number / SESSIONS
            )
