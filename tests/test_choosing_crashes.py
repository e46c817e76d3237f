"""What was confirmed is there, and nothing twice, wherever the bot is killed while a club chooses: real processes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.club.ballot import Ballot, BallotState, Option
from bot.club.ladder import Kind
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import NewSlot, Slot
from bot.club.stores.ballots import BallotStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.sqlite import SqliteDatabase
from tests.dying_club import POINTS
from tests.loopback import Answer, LoopbackDiscord, Unanswered, loopback_discord
from tests.running import TOKEN, output, start
from tests.shared import LONG, button_labels

TITLES = ("A talk of Ada's", "A talk of Grace's")
CONFIRMED = POINTS[-1]
KEPT = POINTS[2:]


class Club:
    """A club with two suggestions, and the processes that serve it one after the other."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path) -> None:
        self.loopback = loopback
        self.folder = folder
        self.guild = int(loopback.world.guild["id"])
        self.channel = int(loopback.world.channel["id"])

    @asynccontextmanager
    async def database(self) -> AsyncIterator[SqliteDatabase]:
        database = SqliteDatabase(self.folder / "data" / "club.db")
        await database.open()
        yield database
        await database.close()

    async def fill(self, closes_at: datetime | None) -> int:
        """Suggest two papers and open a ballot over them, in which 41 has voted; give its number."""
        now = datetime.now(UTC) - timedelta(minutes=5)
        async with self.database() as database:
            suggestions, ballots = SuggestionStore(database), BallotStore(database)
            made = [
                (await suggestions.propose(self.guild, 40 + n, propose_title(title), "", now)).suggestion
                for n, title in enumerate(TITLES)
            ]
            options = [Option(each.title, each.made_at, each.id) for each in made]
            ballot = await ballots.open_ballot(self.guild, 1, options, self.channel, now, closes_at=closes_at)
            await ballots.cast(self.guild, ballot.id, 41, (1,), 1 << 22)
            return ballot.id

    async def slot(self) -> Slot:
        """Give the slot in which the club meets in five days; add it first."""
        now = datetime.now(UTC)
        day = now.date() + timedelta(days=5)
        new = NewSlot("Club night", Schedule((day.weekday(),), time(18), "UTC", day), Kind.MEETING, self.channel)
        async with self.database() as database:
            store = SlotStore(database)
            found = await store.find(self.guild, new.name)
            return found or await store.add(self.guild, 1, now, new)

    async def start(self, **environment: str) -> asyncio.subprocess.Process:
        self.loopback.gateway.identified.clear()
        process = await start("run", self.loopback, self.folder, module="tests.dying_club", **environment)
        await self.loopback.connected()
        return process

    async def end(self, process: asyncio.subprocess.Process) -> None:
        process.send_signal(signal.SIGTERM)
        log = await output(process)
        assert process.returncode == 0, log
        assert "Traceback" not in log

    async def wait_for_death(self, process: asyncio.subprocess.Process, point: str) -> None:
        log = await output(process)
        assert process.returncode == -signal.SIGKILL, log
        assert (self.folder / "died").read_text("utf-8") == point

    async def titles(self) -> dict[str, int]:
        """Give the queue: titles and votes."""
        async with self.database() as database:
            return {each.title: each.votes for each in await SuggestionStore(database).queue(self.guild)}

    async def ballot(self, number: int) -> Ballot:
        async with self.database() as database:
            found = await BallotStore(database).get(self.guild, number)
            assert found
            return found


@pytest.fixture
async def club(tmp_path: Path, sent_requests: list[dict[str, Any]]) -> AsyncIterator[Club]:
    async with loopback_discord(TOKEN) as loopback:
        yield Club(loopback, tmp_path)
    sent_requests.extend(loopback.records())


async def until_death(act: Awaitable[Answer], process: asyncio.subprocess.Process) -> Answer | None:
    """Act while the bot dies of it; give what was answered before, if anything was."""
    acting = asyncio.ensure_future(act)
    async with asyncio.timeout(30):
        await process.wait()
    acting.cancel()
    try:
        return await acting
    except (asyncio.CancelledError, Unanswered, TimeoutError):
        return None


@dataclass(frozen=True)
class Change:
    """A change that a member makes: where the bot dies in it, and how one sees that it was made."""

    die_in: str
    act: Callable[[Club, int], Awaitable[Answer]]
    made: Callable[[Club, int], Awaitable[bool]]


async def suggest(club: Club, number: int) -> Answer:
    return await club.loopback.slash("suggest", by=club.loopback.grace, paper="A third talk", why="It is new.")


async def want(club: Club, number: int) -> Answer:
    card = await club.loopback.slash("suggestions", by=club.loopback.grace)
    return await club.loopback.click(card.message, "+1", by=club.loopback.grace)


async def cast(club: Club, number: int) -> Answer:
    shown = await club.loopback.slash("ballot show", by=club.loopback.grace)
    (words,) = {"Vote", "Change my vote"} & {*labels(shown)}
    paper = await club.loopback.click(shown.message, words, by=club.loopback.grace)
    return await club.loopback.choose(paper.message, "0", by=club.loopback.grace)


async def come(club: Club, number: int) -> Answer:
    shown = await club.loopback.slash("next", by=club.loopback.grace)
    return await club.loopback.click(shown.message, "I'll come", by=club.loopback.grace)


async def close(club: Club, number: int) -> Answer:
    asked = await club.loopback.slash("ballot close")
    return await club.loopback.click(asked.message, "Count now")


def labels(answer: Answer) -> list[str]:
    return button_labels(SimpleNamespace(components=answer.message["components"]))


async def is_suggested(club: Club, number: int) -> bool:
    return (await club.titles()).get("A third talk") == 1


async def is_wanted(club: Club, number: int) -> bool:
    return (await club.titles())[TITLES[0]] == 2


async def is_cast(club: Club, number: int) -> bool:
    async with club.database() as database:
        grace = int(club.loopback.grace["user"]["id"])
        return await BallotStore(database).get_choices(club.guild, number, grace) == (0,)


async def is_coming(club: Club, number: int) -> bool:
    slot = await club.slot()
    (first,) = next_occurrences(slot.schedule, datetime.now(UTC), 1)
    async with club.database() as database:
        turnout = await RsvpStore(database).count(club.guild, slot.key, first.original.isoformat(), first.at)
    assert turnout.coming in (0, 1)
    return turnout.first == (int(club.loopback.grace["user"]["id"]),)


async def is_closed(club: Club, number: int) -> bool:
    ballot = await club.ballot(number)
    return ballot.closes_at is not None


CHANGES = {
    "suggest": Change("SuggestionStore.propose", suggest, is_suggested),
    "want": Change("SuggestionStore.add_voice", want, is_wanted),
    "vote": Change("BallotStore.cast", cast, is_cast),
    "come": Change("RsvpStore.answer", come, is_coming),
    "close": Change("BallotStore.close_ballot", close, is_closed),
}
CELLS = [*product(CHANGES, POINTS)]
EVERYDAY = [("suggest", "committed"), ("want", "not committed"), ("vote", "answered"), ("close", "committed")]
EVERYDAY += [("come", "not committed"), ("come", "committed")]


@pytest.mark.parametrize(("name", "point"), CELLS if LONG else EVERYDAY)
async def test_a_change_of_a_killed_bot_is_made_or_not_and_never_twice(club: Club, name: str, point: str) -> None:
    change, number = CHANGES[name], await club.fill(closes_at=None)
    await club.slot()
    process = await club.start(DIE_IN=change.die_in, DIE_AT=point)
    await until_death(change.act(club, number), process)
    await club.wait_for_death(process, point)
    assert await change.made(club, number) is (point in KEPT)
    process = await club.start()
    if name != "close" or point not in KEPT:
        await change.act(club, number)
    await club.end(process)
    assert await change.made(club, number)
    queue = await club.titles()
    assert len(queue) == (3 if name == "suggest" else 2 if name != "close" else len(queue))


@pytest.mark.parametrize("name", CHANGES if LONG else ["vote", "come"])
async def test_a_bot_that_confirms_before_it_commits_loses_what_it_confirmed(club: Club, name: str) -> None:
    change, number = CHANGES[name], await club.fill(closes_at=None)
    await club.slot()
    process = await club.start(DIE_IN=change.die_in, DIE_AT=CONFIRMED, EARLY="1")
    await until_death(change.act(club, number), process)
    await club.wait_for_death(process, CONFIRMED)
    assert not await change.made(club, number)


@pytest.mark.parametrize("point", POINTS[:3] if LONG else ["committed"])
async def test_a_ballot_is_counted_once_and_its_result_is_posted_once(club: Club, point: str) -> None:
    number = await club.fill(closes_at=datetime.now(UTC) - timedelta(seconds=30))
    process = await club.start(DIE_IN="BallotStore.count_due", DIE_AT=point)
    await club.wait_for_death(process, point)
    assert ((await club.ballot(number)).state is BallotState.COUNTED) is (point in KEPT)
    for _ in range(2):
        process = await club.start()
        await club.loopback.request("POST /channels/.*/messages", seconds=30)
        await club.end(process)
    (message,) = club.loopback.world.messages[str(club.channel)].values()
    assert TITLES[1] in str(message["components"])
    counted = await club.ballot(number)
    assert counted.result
    assert (counted.state, counted.result.winner, counted.result.voters) == (BallotState.COUNTED, 1, 1)
    async with club.database() as database:
        assert [each.title for each in await MeetingStore(database).list_coming(club.guild)] == [TITLES[1]]
