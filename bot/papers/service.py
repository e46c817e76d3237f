"""A service that answers in JSON, asked politely: one question at a time, apart, and not while it wants a pause."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx
import orjson

from bot.papers.headers import asked_pace, asked_pause
from bot.papers.http import Reply, get, make_client
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from bot.papers.values import records

MOST_IDS = 20  # papers asked for at once; each is a question of its own
FIRST_PAUSE = 30.0  # seconds, where a service does not say how long; doubled each time that it refuses again
LONGEST_PAUSE = 600.0

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Service:
    """One service. `pace` and `deadline` are seconds: between two questions, and for one with all its waiting.

    `clock` gives monotonic seconds.
    """

    def __init__(
        self, base_url: str, user_agent: str, *, pace: float, deadline: float, clock: Clock, sleep: Sleep
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = make_client(user_agent)
        self._least_pace = self._pace = pace
        self._deadline = deadline
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._next = -math.inf  # when the next question may be asked
        self._rested = -math.inf  # when the pause is over that the service asked for
        self._refusals = 0

    async def ask(self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> object:
        """Ask for the JSON at a path, whose parts are percent-encoded; None when there is nothing (404).

        Raises SourceFault.
        """
        self._check_pause()
        try:
            async with asyncio.timeout(self._deadline), self._turn:
                reply = await self._ask_twice(f"{self._base_url}/{path}", params, headers or {})
        except TimeoutError as error:
            raise SourceFault("does not answer in time") from error
        return self._read(reply)

    async def aclose(self) -> None:
        """Close its connection."""
        await self._client.aclose()

    def _check_pause(self) -> None:
        if (pause := self._rested - self._clock()) > 0:
            raise SourceFault("asks for a pause", retry_after=pause)

    async def _ask_twice(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Ask, and once more after what may be a passing fault: no connection, or an error of the service's own."""
        try:
            reply = await self._ask_once(url, params, headers)
        except SourceFault as fault:
            cause = fault.__cause__
            if not isinstance(cause, httpx.TransportError) or isinstance(cause, httpx.TimeoutException):
                raise
            return await self._ask_once(url, params, headers)
        return await self._ask_once(url, params, headers) if reply.status >= 500 else reply

    async def _ask_once(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        self._check_pause()  # another question may have been refused in the meantime
        if (wait := self._next - self._clock()) > 0:
            if wait > self._deadline:
                raise SourceFault("asks for a pause", retry_after=wait)
            await self._sleep(wait)
        try:
            reply = await get(self._client, url, params, deadline=self._deadline, headers=headers)
        finally:
            self._next = self._clock() + self._pace
        self._heed(reply)
        return reply

    def _heed(self, reply: Reply) -> None:
        """Keep the pace that a service asks for, and the pause. Raises SourceFault when it asks for one."""
        pace = asked_pace(reply.headers)
        if pace:
            self._pace = max(self._least_pace, pace)
            self._next = self._clock() + self._pace
        wish = asked_pause(reply.headers)
        if reply.status == 429 or (reply.status == 503 and wish):
            pause = wish or min(FIRST_PAUSE * 2**self._refusals, LONGEST_PAUSE)
            self._refusals = min(self._refusals + 1, 10)
            self._rested = self._clock() + pause
            raise SourceFault("asks for a pause", retry_after=pause)
        if reply.status < 500:
            self._refusals = 0

    @staticmethod
    def _read(reply: Reply) -> object:
        match reply.status:
            case 200:
                try:
                    return orjson.loads(reply.body)
                except orjson.JSONDecodeError as error:
                    raise unreadable() from error
            case 404:
                return None
            case status if status >= 500:
                raise SourceFault("is out of order")
            case status if status >= 400:
                raise SourceFault("refuses to answer")
            case _:
                raise SourceFault("answers in an unexpected way")


def unreadable() -> SourceFault:
    """Make the fault of an answer that has not the shape which the service describes."""
    return SourceFault("gives an answer that cannot be read")


def listed(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Take the objects of a list that must be there, even if it is empty. Raises SourceFault."""
    if not isinstance(answer.get(name), list):
        raise unreadable()
    return records(answer.get(name))


async def fetch_each(
    ids: Sequence[PaperId], knows: Callable[[PaperId], bool], describe: Callable[[PaperId], Awaitable[Paper | None]]
) -> dict[PaperId, Paper]:
    """Describe papers one after the other; those that a source does not know are left out.

    Raises SourceFault, also for more than MOST_IDS of them.
    """
    wanted = dict.fromkeys(paper_id for paper_id in ids if knows(paper_id))
    if len(wanted) > MOST_IDS:
        raise SourceFault(f"describes at most {MOST_IDS} papers at once")
    return {paper_id: paper for paper_id in wanted if (paper := await describe(paper_id))}
