"""The server: takes requests and records them, and lets some fail."""

import asyncio
import json
import re
import time
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.loopback.gateway import Gateway, reset
from tests.loopback.members import Members
from tests.loopback.rest import Rest, find_route
from tests.loopback.world import Json, News, Refusal, World


@dataclass
class Request:
    """One request of the bot, and how it was answered; status 0 while it is not, or when the answer was lost."""

    at: float  # of the monotonic clock, in seconds
    method: str
    path: str  # without /api
    query: dict[str, str]
    json: Any
    multipart: bool
    agent: str = ""  # which program asked
    status: int = 0
    response: Any = None


@dataclass
class Fault:
    """What goes wrong with requests that match `pattern`: slow, broken off, refused, or all of it.

    With status 0 the answer is as usual, though late. With 429 every matching request is refused for `retry_after`.
    """

    pattern: str  # for "POST /channels/1/messages"
    status: int = 0
    code: int = 0  # of Discord, such as 50013
    body: Any = None  # answered instead of an error, such as [] with status 200
    retry_after: float = 1.0  # seconds
    everywhere: bool = False  # the limit of 429 is the global one, interactions excepted
    delay: float = 0.0  # seconds
    gate: asyncio.Event | None = None  # the request is under way until this is set
    reset: bool = False  # the connection is broken off
    after: bool = False  # the request has its effect first, and only its answer meets the fault
    times: int = 1
    hits: int = 0  # how many requests met it
    until: float = 0.0  # of the monotonic clock: when the limit ends

    def meets(self, request: Request) -> bool:
        if self.until:
            going_on = time.monotonic() < self.until
            everywhere = self.everywhere and not request.path.startswith(("/interactions/", "/webhooks/"))
            return going_on and (everywhere or self._fits(request))
        return self.hits < self.times and self._fits(request)

    def _fits(self, request: Request) -> bool:
        return re.fullmatch(self.pattern, f"{request.method} {request.path}") is not None

    def hit(self) -> None:
        self.hits += 1
        if self.status == 429 and not self.until:
            self.until = time.monotonic() + self.retry_after


class LoopbackDiscord(Members):
    """Strict: what it does not know is an error, is remembered in `problems`, and fails the test at its end."""

    def __init__(self, token: str) -> None:
        self.url = ""  # the base of the API
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.news = News()
        self.rate = 0  # requests a second that a bot may make, interactions excepted; Discord: 50; 0 for any number
        self._second: list[float] = []  # when those of the last second were let in
        world = World()
        super().__init__(world, Gateway(token, world, self.news))
        self._rest = Rest(self.world, self.gateway)
        self._faults: list[Fault] = []

    # --- what a test may ask and wait for ------------------------------------------------------------

    def sent(self, pattern: str) -> list[Request]:
        """Give the requests so far that match, such as "POST /channels/.*/messages"."""
        return [request for request in self.requests if re.fullmatch(pattern, f"{request.method} {request.path}")]

    async def request(self, pattern: str, number: int = 1, seconds: float = 10) -> Request:
        """Wait for the first request that matches, or a later one; it need not have been answered yet."""
        await self.news.until(lambda: len(self.sent(pattern)) >= number, seconds)
        return self.sent(pattern)[number - 1]

    async def connected(self, seconds: float = 30) -> None:
        """Wait until a bot is connected."""
        await self.news.until(lambda: self.gateway.connected, seconds)

    def fail(self, pattern: str, **fault: Any) -> Fault:
        """Let the next requests that match fail; see Fault."""
        self._faults.append(Fault(pattern, **fault))
        return self._faults[-1]

    async def disconnect(self, code: int | None = 4000, *, forget: bool = False) -> None:
        """Break the connections to the gateway; see Gateway.disconnect."""
        await self.gateway.disconnect(code, forget=forget)

    def records(self) -> list[Json]:
        """Give every request, to be held against Discord's description of its API."""
        return [asdict(request) for request in self.requests]

    def write(self, file: Path) -> None:
        """Write every request as a line of JSON."""
        file.write_text("".join(json.dumps(record) + "\n" for record in self.records()), "utf-8")

    # --- HTTP ---------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/gateway":
            return await self.gateway.serve(request)
        body, multipart = None, request.content_type.startswith("multipart/")
        if multipart:
            body = json.loads(str((await request.post())["payload_json"]))
        elif request.can_read_body:
            body = await request.json()
        path = re.sub(r"^/api(/v10)?(?=/)", "", request.path)
        agent = request.headers.get("User-Agent", "")
        record = Request(time.monotonic(), request.method, path, dict(request.query), body, multipart, agent)
        self.requests.append(record)
        self.news.tell()
        fault = next((fault for fault in self._faults if fault.meets(record)), Fault(""))
        fault.hit()
        try:
            authorised = request.headers.get("Authorization") == f"Bot {self.gateway.token}"
            status, answer, headers = await self._answer(record, fault, authorised)
        except Exception:
            self.problems.append(f"{record.method} {record.path}:\n{traceback.format_exc()}")
            status, answer, headers = 500, {"message": "500: Internal Server Error", "code": 0}, {}
        if fault.reset:
            reset(request)
            return web.Response()
        record.status, record.response = status, answer
        self.news.tell()
        if answer is None:
            return web.Response(status=status, headers=headers)
        # discord.py wants this content type to the letter, without a charset.
        headers["Content-Type"] = "application/json"
        return web.Response(body=json.dumps(answer).encode(), status=status, headers=headers)

    def _wait_for_rate(self, request: Request) -> float:
        """Give for how many seconds a request comes too early."""
        if request.path.startswith(("/interactions/", "/webhooks/")):
            return 0
        now = time.monotonic()
        self._second = [then for then in self._second if then > now - 1]
        if len(self._second) >= self.rate:
            return round(self._second[0] + 1 - now, 3) or 0.001
        self._second.append(now)
        return 0

    async def _answer(self, request: Request, fault: Fault, authorised: bool) -> tuple[int, Any, dict[str, str]]:
        known = find_route(request.method, request.path)
        if not authorised and not request.path.startswith(("/interactions/", "/webhooks/")):
            return 401, {"message": "401: Unauthorized", "code": 0}, {}
        if known is None:
            self.problems.append(f"no such route: {request.method} {request.path}")
            return 404, {"message": "404: Not Found", "code": 0}, {}
        name, handler, arguments = known
        # Without these discord.py sends one request at a time.
        if self.rate and (wait := self._wait_for_rate(request)):
            told = {"message": "You are being rate limited.", "retry_after": wait, "global": True}
            return 429, told, {"Retry-After": f"{wait:.3f}", "X-RateLimit-Global": "true", "Via": "1.1 loopback"}
        headers = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999", "X-RateLimit-Reset-After": "1",
                   "X-RateLimit-Reset": f"{time.time() + 1:.3f}", "X-RateLimit-Bucket": name,
                   "Via": "1.1 loopback"}  # fmt: skip
        status, answer = 200, None
        if fault.gate:
            await fault.gate.wait()
        if not fault.after:
            await asyncio.sleep(fault.delay)
        if fault.after or not (fault.status or fault.reset):
            try:
                answer = await handler(self._rest, request.json or {}, request.query, **arguments)
                status = 204 if answer is None else 200
            except Refusal as refusal:
                status, answer = refusal.status, refusal.body
        if fault.after:
            await asyncio.sleep(fault.delay)
        if fault.status == 429:
            left = round(max(fault.until - time.monotonic(), 0.001), 3)
            headers["Retry-After"] = str(left)
            answer = {"message": "You are being rate limited.", "retry_after": left, "global": fault.everywhere}
        elif fault.status:
            refusal_body = {"message": f"{fault.status}: an error on demand", "code": fault.code}
            answer = refusal_body if fault.body is None else fault.body
        return fault.status or status, answer, headers


@asynccontextmanager
async def loopback_discord(token: str) -> AsyncGenerator[LoopbackDiscord]:
    """Serve it on a free port of 127.0.0.1; `url` is the base of its API."""
    discord = LoopbackDiscord(token)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", discord.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"127.0.0.1:{runner.addresses[0][1]}"
    discord.url, discord.gateway.address = f"http://{address}/api", f"ws://{address}/gateway"
    try:
        yield discord
    finally:
        await discord.disconnect(1001)
        await runner.cleanup()
    assert discord.problems == [], "\n".join(discord.problems)
