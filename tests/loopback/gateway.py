"""The gateway: sessions, heartbeats, events, and what was missed while a connection was broken."""

import asyncio
import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback.world import APPLICATION, BOT, Json, News, World, snowflake

# The intents that events need, by how their names begin.
_INTENTS = {"GUILD_MEMBER": 1 << 1, "GUILD_": 1, "CHANNEL_": 1, "THREAD_": 1, "MESSAGE_": 1 << 9}


def reset(request: web.Request) -> None:
    """Break off the connection of a request, so that the other side reads: connection reset by peer."""
    assert request.transport
    # To linger for no time makes the system send a reset instead of an orderly end.
    request.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


@dataclass
class Session:
    """What Discord keeps of a connection, so that it can be resumed."""

    intents: int
    shard: tuple[int, int]
    socket: web.WebSocketResponse | None = None
    request: web.Request | None = None
    sent: list[str] = field(default_factory=list)  # every event; its number is its place, from 1


class Gateway:
    """Accepts connections. Tests read `identifies` and `resumes`, and may change the rest."""

    def __init__(self, token: str, world: World, news: News) -> None:
        self.token = token
        self.heartbeat = 40.0  # seconds
        self.silent = False  # heartbeats are not acknowledged
        self.identified = asyncio.Event()
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []  # those that succeeded
        self.sessions: dict[str, Session] = {}
        self.address = ""
        self._world = world
        self._news = news

    @property
    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.socket is not None]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await self._send(connection, 10, {"heartbeat_interval": int(self.heartbeat * 1000)})
        number, session = "", None
        async for message in connection:
            if message.type is not WSMsgType.TEXT:
                break
            payload = json.loads(message.data)
            match payload["op"], payload["d"]:
                case 1, _:
                    if not self.silent:
                        await self._send(connection, 11, None)
                case 2 | 6, {"token": token} if token != self.token:
                    await connection.close(code=4004, message=b"Authentication failed.")
                case 2, wanted:
                    self.identifies.append(wanted)
                    number, session = snowflake(), Session(wanted["intents"], tuple(wanted.get("shard") or (0, 1)))
                    self.sessions[number] = session
                    session.socket, session.request = connection, request
                    await self._welcome(number, session)
                case 6, wanted:
                    number, session = wanted["session_id"], self.sessions.get(wanted["session_id"])
                    if session is None or wanted["seq"] > len(session.sent):
                        await self._send(connection, 9, False)
                        continue
                    session.socket, session.request = connection, request
                    self.resumes.append(wanted)
                    for text in session.sent[wanted["seq"] :]:
                        await connection.send_str(text)
                    await self._event(session, "RESUMED", {})
                case 3 | 4, _:
                    pass
                case _:
                    await connection.close(code=4001, message=b"Unknown opcode.")
        if session and session.socket is connection:
            session.socket = None
            if connection.close_code in (1000, 1001):  # the bot said goodbye: nothing is left to resume
                del self.sessions[number]
        self._news.tell()
        return connection

    async def _welcome(self, number: str, session: Session) -> None:
        guild = self._world.guild
        mine = [guild] if self._belongs(session, guild["id"]) else []
        ready = {"v": 10, "user": BOT, "guilds": [{"id": guild["id"], "unavailable": True} for guild in mine],
                 "session_id": number, "resume_gateway_url": self.address, "shard": session.shard,
                 "application": {"id": APPLICATION, "flags": 0}}  # fmt: skip
        await self._event(session, "READY", ready)
        for _ in mine:
            await self._event(session, "GUILD_CREATE", self._world.guild_create())
        self.identified.set()

    @staticmethod
    def _belongs(session: Session, guild: str) -> bool:
        return (int(guild) >> 22) % session.shard[1] == session.shard[0]

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event of the server to every session that wants it; a broken connection gets it when it resumes."""
        intent = next((intent for name, intent in _INTENTS.items() if event.startswith(name)), 0)
        for session in [*self.sessions.values()]:
            if self._belongs(session, self._world.guild["id"]) and session.intents & intent == intent:
                await self._event(session, event, data)

    async def _event(self, session: Session, event: str, data: Json) -> None:
        text = json.dumps({"op": 0, "s": len(session.sent) + 1, "t": event, "d": data})
        session.sent.append(text)
        if session.socket is not None and not session.socket.closed:
            try:
                await session.socket.send_str(text)
            except ConnectionError:  # it has just been broken
                session.socket = None
        self._news.tell()

    @staticmethod
    async def _send(connection: web.WebSocketResponse, op: int, data: Any) -> None:
        await connection.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def disconnect(self, code: int | None = 4000, *, forget: bool = False) -> None:
        """End every connection with a code, or without a word; `forget` the sessions, so that none can be resumed."""
        broken = self.connected
        if forget:
            self.sessions.clear()
        for session in broken:
            connection, session.socket = session.socket, None
            assert connection
            assert session.request
            if code is None:
                reset(session.request)
            else:
                await connection.close(code=code)
