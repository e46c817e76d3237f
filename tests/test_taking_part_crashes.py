"""Roles, swaps, refusals and the votes of those who come, wherever the bot is killed: real processes and sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from discord import ui
from sqlalchemy import Connection, select, update

from bot.club.ballot import BallotOption
from bot.club.post import Planned, State
from bot.club.questions import Role
from bot.club.schedule import next_occurrences
from bot.club.slot import Slot
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import lock_club
from bot.club.stores.duties import DutyStore
from bot.club.stores.meetings import MeetingStore, assign_paper
from bot.club.stores.posts import plan_post
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import ballot, post, refusal
from bot.ui.cards import layout
from bot.ui.controls import ControlButton, button, row
from bot.ui.roles import NOBODY, roles_text
from tests.attending import says, weekly
from tests.dying_club import POINTS
from tests.loopback import Answer, loopback_discord
from tests.loopback.world import Json
from tests.shared import LONG
from tests.test_choosing_crashes import CONFIRMED, KEPT, Club, until_death
from tests.test_client import TOKEN

NOW = datetime.now(UTC)
COMPONENTS_V2 = 1 << 15


class Reading(Club):
    """A club that meets in a week and has two papers, which Ada and Grace present, and a ballot for who comes."""

    slot: Slot
    day: date
    papers: list[int]
    number: int

    async def prepare(self) -> None:
        self.number = await self.fill(closes_at=None)
        async with self.database() as database:
            self.slot = await weekly(database, self.guild, NOW)
            self.day = next_occurrences(self.slot.schedule, NOW, 1)[0].original
            self.papers = await database.write(self._choose)
            for number, member in zip(self.papers, (self.ada, self.grace), strict=True):
                await MeetingStore(database).volunteer(self.guild, number, member)
            await says(database, self.slot, self.grace, "yes", NOW)

    def _choose(self, connection: Connection) -> list[int]:
        lock_club(connection, self.guild)
        connection.execute(update(ballot).values(attendees=1))
        papers = [BallotOption(title, None, None, None, ()) for title in ("First", "Second")]
        return [assign_paper(connection, self.guild, each, NOW) for each in papers]

    @property
    def ada(self) -> int:
        return int(self.loopback.ada["user"]["id"])

    @property
    def grace(self) -> int:
        return int(self.loopback.grace["user"]["id"])

    def post(self, *items: ui.Item[Any]) -> Json:
        """Post a message, as an earlier run of the bot did."""
        body = {"components": layout(*items).to_components(), "flags": COMPONENTS_V2}
        return self.loopback.world.post(str(self.channel), body)

    async def click(self, control: ControlButton) -> Answer:
        return await self.loopback.click(self.post(row(control)), "x", by=self.loopback.grace)

    async def read(self, work: Callable[[SqliteDatabase], Awaitable[Any]]) -> Any:
        async with self.database() as database:
            return await work(database)


@pytest.fixture
async def club(tmp_path: Path, sent_requests: list[dict[str, Any]]) -> AsyncIterator[Reading]:
    async with loopback_discord(TOKEN) as loopback:
        club = Reading(loopback, tmp_path)
        await club.prepare()
        yield club
    sent_requests.extend(loopback.records())


def role_button(club: Reading, label: str = "x") -> ControlButton:
    return button("takerole", str(club.slot.id), club.day.isoformat(), Role.AUTHOR, label=label)


@dataclass(frozen=True)
class Change:
    """A change that Grace makes: where the bot dies in it, and how one sees that it was made."""

    die_in: str
    act: Callable[[Reading], Awaitable[Answer]]
    made: Callable[[Reading], Awaitable[bool]]


async def take(club: Reading) -> Answer:
    return await club.click(role_button(club))


async def is_taken(club: Reading) -> bool:
    return await holders(club) == {Role.AUTHOR: club.grace}


async def holders(club: Reading) -> dict[Role, int]:
    return await club.read(
        lambda database: DutyStore(database).list_holders(club.guild, club.slot.key, club.day.isoformat())
    )


async def agree(club: Reading) -> Answer:
    return await club.click(button("swapagree", *map(str, (*club.papers, club.ada, club.grace)), label="x"))


async def is_swapped(club: Reading) -> bool:
    coming = await club.read(lambda database: MeetingStore(database).list_coming(club.guild))
    presenters = [each.presenter_id for each in coming]
    assert presenters in ([club.ada, club.grace], [club.grace, club.ada]), "never half of it"
    return presenters[0] == club.grace


async def refuse(club: Reading) -> Answer:
    await club.read(lambda database: MeetingStore(database).free_place(club.guild, club.papers[0], club.ada, NOW))
    return await club.click(button("notmyturn", str(club.papers[0]), str(club.grace), label="x"))


async def is_refused(club: Reading) -> bool:
    def work(connection: Connection) -> bool:
        return [*connection.execute(select(refusal))] == [(club.papers[0], club.grace)]

    return await club.read(lambda database: database.read(work))


async def vote(club: Reading) -> Answer:
    paper = await club.click(button("vote", str(club.number), label="x"))
    return await club.loopback.choose(paper.message, "0", by=club.loopback.grace)


async def is_cast(club: Reading) -> bool:
    choices = await club.read(lambda database: BallotStore(database).get_choices(club.guild, club.number, club.grace))
    return choices == (0,)


CHANGES = {
    "role": Change("DutyStore.take", take, is_taken),
    "swap": Change("RotaStore.exchange", agree, is_swapped),
    "refuse": Change("RotaStore.refuse", refuse, is_refused),
    "vote": Change("BallotStore.cast", vote, is_cast),
}
CELLS = [*product(CHANGES, POINTS)]
EVERYDAY = [("role", "committed"), ("swap", "committed"), ("swap", "not committed"), ("refuse", "answered")]


@pytest.mark.parametrize(("name", "point"), CELLS if LONG else EVERYDAY)
async def test_a_change_of_a_killed_bot_is_made_or_not_and_never_by_half(club: Reading, name: str, point: str) -> None:
    change = CHANGES[name]
    process = await club.start(DIE_IN=change.die_in, DIE_AT=point)
    await until_death(change.act(club), process)
    await club.wait_for_death(process, point)
    assert await change.made(club) is (point in KEPT)
    process = await club.start()
    await change.act(club)
    await club.end(process)
    assert await change.made(club), "and who clicks again has what they wanted, once"


@pytest.mark.parametrize("name", CHANGES if LONG else ["role"])
async def test_a_bot_that_confirms_before_it_commits_loses_what_it_confirmed(club: Reading, name: str) -> None:
    change = CHANGES[name]
    process = await club.start(DIE_IN=change.die_in, DIE_AT=CONFIRMED, EARLY="1")
    await until_death(change.act(club), process)
    await club.wait_for_death(process, CONFIRMED)
    assert not await change.made(club)


async def test_of_fifty_who_click_at_once_one_has_the_role_and_the_prompt_says_so(club: Reading) -> None:
    message = club.post(roles_text(NOBODY), row(role_button(club)))
    await club.read(lambda database: database.write(lambda connection: posted(connection, club, int(message["id"]))))
    people = [club.loopback.world.add_member(f"member {number}") for number in range(50)]
    process = await club.start()
    answers = await asyncio.gather(*(club.loopback.click(message, "x", by=each) for each in people))
    (winner,) = (await holders(club)).values()
    assert sum("You have it" in each.text for each in answers) == 1
    assert sum(f"<@{winner}> was faster" in each.text for each in answers) == 49
    await club.loopback.request("PATCH /channels/.*/messages/.*", seconds=30)
    await club.end(process)
    assert f"author <@{winner}>" in str(message["components"])


def posted(connection: Connection, club: Reading, message_id: int) -> None:
    """Let a message be the prompt of the date."""
    lock_club(connection, club.guild)
    due = Planned(club.guild, club.slot.key, club.day.isoformat(), "prompt", club.channel, NOW - timedelta(hours=1))
    plan_post(connection, due)
    connection.execute(update(post).values(state=State.SENT, message_id=message_id, ended_at=NOW, began_at=NOW))
