"""A real server from the built wheel, a real headless Chromium, and people who use both."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "wheel" / "site"
SHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "a-token-for-tests"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)


class Server:
    """`hornbook serve` of the wheel, in a workspace of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
        environment = {
            **kept,
            "PYTHONPATH": str(SITE),
            "HORNBOOK_HOME": str(self.home),
            "HORNBOOK_TOKEN": TOKEN,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hornbook", "serve", "--port", str(self.port), *options],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
        )
        assert "The studio is open at" in self.process.stdout.readline()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("The server does not answer.")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()

    def end_workers(self) -> None:
        """Trainings outlive their server, but not their test."""
        for process in psutil.process_iter(["cmdline"]):
            if any(str(self.home) in part for part in process.info["cmdline"] or ()):
                process.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server in an empty workspace; built by `make build/wheel/.installed`."""
    assert (SITE / "hornbook" / "web" / "pages" / "index.html").is_file(), (
        "The wheel is not built: run make build/wheel/.installed"
    )
    one = Server(tmp_path)
    one.start()
    yield one
    one.end()
    one.end_workers()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    # A machine that does other work besides is slow, but not wrong.
    expect.set_options(timeout=30_000)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server):
    """A logged-in page; nothing it does may leave the machine or fail unseen."""
    # Dialogs come and go at once: no text is typed into one that is still going.
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    opened = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.set_default_timeout(30_000)
    opened.goto(f"{server.address}/?token={TOKEN}")
    yield opened
    context.close()
    local = re.compile(rf"(http|ws)://127\.0\.0\.1:{server.port}/|data:|blob:")
    assert [url for url in asked if not local.match(url)] == []
    assert wrong == []


@pytest.fixture
def look(page, request) -> Callable[[str], None]:
    """Keeps a screenshot outside of git, and asks axe what is wrong with the page."""

    def keep(name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(500)
            page.screenshot(path=SHOTS / f"{request.node.name}-{name}-{scheme}.png", full_page=True)
            findings = serious_findings(page)
            assert findings == [], f"{name}, {scheme}: {findings}"
        page.emulate_media(color_scheme="light")

    return keep


def serious_findings(page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
