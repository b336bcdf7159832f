"""A server that ends while pages, uploads and checks are open: at once, and without a traceback."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
import pytest
import websockets

pytestmark = pytest.mark.slow

TOKEN = {"authorization": "Bearer a-token-for-tests"}


@pytest.fixture
def server(terminal):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    terminal.environment["HORNBOOK_TOKEN"] = "a-token-for-tests"
    process = terminal.start("serve", "--port", port, "--no-worker-ready")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.05)
    yield process, port
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(server, number):
    process, port = server
    # In a thread: another test's browser may keep a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(asyncio.run, _end_with_all_open(process, port, number))
        refused = run.result()
    assert refused == [400]
    try:
        output, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        pytest.fail("It does not end.")
    assert "Traceback" not in output + errors
    assert "Cancel" not in output + errors
    assert errors.strip() in ("", "Interrupted.")


async def _end_with_all_open(process, port, number) -> list[int]:
    """Opens a page's socket, an upload that never ends and a check; then tells it to end."""
    base = f"http://127.0.0.1:{port}/api/v1"
    async with httpx2.AsyncClient(headers=TOKEN, timeout=60) as client:
        sample = await client.post(f"{base}/projects/my-project/samples/wine")
        task = sample.json()["reference"]
        address = f"ws://127.0.0.1:{port}/api/v1/events"
        page = await websockets.connect(address, additional_headers=TOKEN)
        await page.recv()
        upload = asyncio.create_task(_endless_upload(client, base))
        check = asyncio.create_task(client.post(f"{base}/tasks/{task}/check"))
        while (await client.get(f"{base}/events/info")).json()["listeners"] < 1:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        os.kill(process.pid, number)
        answer = await check
        with suppress(httpx2.HTTPError):
            await upload
        with suppress(websockets.ConnectionClosed):
            while True:
                await page.recv()
        return [answer.status_code]


async def _endless_upload(client, base) -> None:
    async def rows():
        yield b"a,b\n"
        while True:
            await asyncio.sleep(0.1)
            yield b"1,2\n"

    names = {"name": "endless", "file_name": "endless.csv"}
    await client.post(f"{base}/projects/my-project/uploads", params=names, content=rows())
