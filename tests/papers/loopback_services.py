"""Services of papers on this machine, over real sockets: they answer what a test gave them, and nothing else."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """What is answered once: `json`, unless there is a `body`, after `delay` seconds; or the connection is reset."""

    json: Any = None
    body: bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False


@dataclass(frozen=True)
class Asked:
    """A question: its path as it came over the wire, still percent-encoded."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


class LoopbackService:
    """Strict: a path that no test named is an error, and is remembered in `unknown`."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.unknown: list[str] = []
        self.busy = 0
        self.busiest = 0  # questions at the same time

    def answer(self, path: str, *answers: Answer) -> None:
        """Say what comes for a path, one after the other; the last one stays."""
        self.answers[path] = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        answers = self.answers.get(path)
        if request.method != "GET" or answers is None:
            self.unknown.append(f"{request.method} {request.raw_path}")
            return web.Response(status=418)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(path, dict(request.query), headers))
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(answer.delay)
        finally:
            self.busy -= 1
        if answer.reset:
            assert request.transport
            request.transport.abort()
        body = json.dumps(answer.json).encode() if answer.body is None else answer.body
        return web.Response(body=body, status=answer.status, headers=answer.headers)


@asynccontextmanager
async def loopback_service() -> AsyncGenerator[LoopbackService]:
    """Serve one on a free port of 127.0.0.1."""
    service = LoopbackService()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
    assert service.unknown == []


class Hours:
    """A clock that a test moves; whoever sleeps moves it too."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
