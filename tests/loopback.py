"""A very small Discord on this machine, over real sockets: enough to log in, register commands and stay connected."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

APPLICATION = "900000000000000001"
USER = {"id": APPLICATION, "username": "Paperclub", "discriminator": "0", "avatar": None, "bot": True}


def _json(value: Any, status: int = 200) -> web.Response:
    # discord.py wants this content type to the letter, without a charset.
    return web.Response(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})


class LoopbackDiscord:
    """Strict: whatever it does not know is an error, and is remembered in `unknown`."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.url = ""
        self.requests: list[tuple[str, str, Any]] = []
        self.unknown: list[str] = []
        self.commands: list[dict[str, Any]] = []
        self.identified = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path == "/gateway":
            return await self._gateway(request)
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, path, body))
        if request.headers.get("Authorization") != f"Bot {self.token}":
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        answers: dict[tuple[str, str], Any] = {
            ("GET", "/api/users/@me"): USER,
            ("GET", "/api/oauth2/applications/@me"): {
                "id": APPLICATION, "name": "Paperclub", "description": "", "icon": None, "bot_public": True,
                "bot_require_code_grant": False, "verify_key": "", "owner": USER, "team": None, "flags": 0,
            },
            ("GET", "/api/gateway/bot"): {
                "url": self.url.replace("http", "ws").replace("/api", "/gateway"), "shards": 1,
                "session_start_limit": {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1},
            },
        }  # fmt: skip
        if path == f"/api/applications/{APPLICATION}/commands" and request.method in ("GET", "PUT"):
            if request.method == "PUT":
                self.commands = [self._command(number, command) for number, command in enumerate(body)]
            return _json(self.commands)
        answer = answers.get((request.method, path))
        if answer is None:
            self.unknown.append(f"{request.method} {path}")
            return _json({"message": "404", "code": 0}, status=404)
        return _json(answer)

    @staticmethod
    def _command(number: int, command: dict[str, Any]) -> dict[str, Any]:
        return command | {"id": str(1000 + number), "application_id": APPLICATION, "version": "1"}

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 40_000}}))
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            payload = json.loads(message.data)
            if payload["op"] == 1:
                await socket.send_str(json.dumps({"op": 11}))
            elif payload["op"] == 2:
                assert payload["d"]["token"] == self.token
                ready = {
                    "v": 10,
                    "user": USER,
                    "guilds": [],
                    "session_id": "s",
                    "resume_gateway_url": self.url,
                    "application": {"id": APPLICATION, "flags": 0},
                }
                await socket.send_str(json.dumps({"op": 0, "s": 1, "t": "READY", "d": ready}))
                self.identified.set()
        return socket


@asynccontextmanager
async def loopback_discord(token: str) -> AsyncGenerator[LoopbackDiscord]:
    """Serve it on a free port of 127.0.0.1; `url` is the base of its API."""
    discord = LoopbackDiscord(token)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", discord.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    discord.url = f"http://127.0.0.1:{port}/api"
    try:
        yield discord
    finally:
        await runner.cleanup()
