"""A process that asks a server over HTTP: `python -m benchmarks.http_load OPTIONS-AS-JSON`.

It prints one JSON object: the requests answered in a second, percentiles of their milliseconds,
and how many were lost. With `per_second` requests are sent at their times, whether others were
answered or not, and their latency counts from then on; without, each connection sends the next one
when it has its answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop


class Caller(asyncio.Protocol):
    """One connection; a request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[int] | None = None
        self.closes = False
        self._received = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length or self.answer is None or self.answer.done():
            return
        self.closes = b"\nconnection: close" in lower
        self._received = b""
        self.answer.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error or ConnectionResetError("closed before its answer"))

    def ask(self, request: bytes) -> asyncio.Future[int]:
        assert self.transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer


class Load:
    def __init__(self, options: dict[str, Any]) -> None:
        body = json.dumps(options["body"]).encode()
        headers = {"content-type": "application/json", **options.get("headers", {})}
        lines = [f"POST {options['path']} HTTP/1.1", f"host: 127.0.0.1:{options['port']}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"content-length: {len(body)}", "", ""]
        self.request = "\r\n".join(lines).encode() + body
        self.port = options["port"]
        self.connections = options["connections"]
        self.seconds = options["seconds"]
        self.per_second = options.get("per_second")
        self.latencies: list[float] = []
        self.statuses: dict[int, int] = {}
        self.lost = 0

    async def run(self) -> dict[str, Any]:
        started = time.perf_counter()
        if self.per_second is None:
            await asyncio.gather(*(self._in_turn(started) for _ in range(self.connections)))
        else:
            await self._on_time(started)
        took = time.perf_counter() - started
        ordered = sorted(self.latencies)
        return {
            "per_second": len(ordered) / took,
            "p50_ms": 1000 * ordered[len(ordered) // 2],
            "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
            "statuses": self.statuses,
            "lost": self.lost,
        }

    async def _connect(self) -> Caller | None:
        try:
            _, caller = await asyncio.get_running_loop().create_connection(
                Caller, "127.0.0.1", self.port
            )
        except OSError:
            return None
        return caller

    async def _ask(self, caller: Caller, since: float) -> None:
        try:
            status = await caller.ask(self.request)
        except OSError:
            self.lost += 1
            return
        self.latencies.append(time.perf_counter() - since)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    async def _in_turn(self, started: float) -> None:
        caller = await self._connect()
        while caller is not None and time.perf_counter() - started < self.seconds:
            if caller.transport is None or caller.closes:
                # A server that ends lets nobody in any more: that is no loss.
                caller = await self._connect()
                continue
            await self._ask(caller, time.perf_counter())

    async def _on_time(self, started: float) -> None:
        idle = [caller for _ in range(self.connections) if (caller := await self._connect())]
        tasks = set()

        async def one(caller: Caller, since: float) -> None:
            await self._ask(caller, since)
            idle.append(caller)

        for number in range(int(self.seconds * self.per_second)):
            due = started + number / self.per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            caller = idle.pop() if idle else await self._connect()
            assert caller is not None
            tasks.add(asyncio.create_task(one(caller, due)))
        await asyncio.gather(*tasks)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(Load(json.loads(sys.argv[1])).run())))
