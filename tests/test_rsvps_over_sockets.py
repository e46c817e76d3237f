"""Members who say whether they come, with the bot as a process on a Discord of real sockets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.club.ballot import BallotOption
from bot.club.ladder import Kind
from bot.club.occasion import Occasion
from bot.club.prompt import Choice, Why
from bot.club.prompting import About
from bot.club.rsvp import Turnout
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import NewSlot, Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.meetings import assign_paper
from bot.club.stores.prompts import PromptStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.database.sqlite import SqliteDatabase
from bot.ui.mentions import Mentions
from bot.ui.prompt import Ping, prompt_message
from tests.loopback import Answer, LoopbackDiscord, loopback_discord
from tests.test_client import TOKEN
from tests.test_loopback import Runner

COMPONENTS_V2 = 1 << 15
CALLBACK = "POST /interactions/.*/callback"


@pytest.fixture
async def loopback(sent_requests: list[dict[str, Any]]) -> AsyncIterator[LoopbackDiscord]:
    async with loopback_discord(TOKEN) as loopback:
        yield loopback
    sent_requests.extend(loopback.records())


@pytest.fixture
async def slot(loopback: LoopbackDiscord, tmp_path: Path) -> Slot:
    """Let the club meet every week, in five days for the first time."""
    (tmp_path / "data").mkdir()
    now = datetime.now(UTC)
    day = now.date() + timedelta(days=5)
    new = NewSlot("Club night", Schedule((day.weekday(),), time(18), "UTC", day), Kind.MEETING, None)
    database = SqliteDatabase(tmp_path / "data" / "club.db")
    await database.open()
    slot = await SlotStore(database).add(int(loopback.world.guild["id"]), 1, now, new)
    await database.close()
    return slot


@pytest.fixture
async def bot(loopback: LoopbackDiscord, tmp_path: Path, slot: Slot) -> AsyncIterator[Runner]:
    runner = Runner(loopback, tmp_path)
    await runner.start()
    yield runner
    if runner.process:
        assert "Traceback" not in await runner.end()


async def count(slot: Slot, folder: Path) -> Turnout:
    """Count who comes, as another program reads it."""
    (first,) = next_occurrences(slot.schedule, datetime.now(UTC), 1)
    database = SqliteDatabase(folder / "data" / "club.db")
    await database.open()
    turnout = await RsvpStore(database).count(slot.guild_id, slot.key, first.original.isoformat(), first.at)
    await database.close()
    return turnout


async def test_two_hundred_members_who_click_at_once_are_counted_exactly_in_the_message_too(
    bot: Runner, loopback: LoopbackDiscord, slot: Slot, tmp_path: Path
) -> None:
    card = await loopback.slash("next")
    members = [loopback.world.add_member(f"member{n}") for n in range(200)]
    words = ["I'll come", "Late", "I'll come", "Can't come"]
    clicks = [(member, words[number % 4]) for number, member in enumerate(members)]
    answers: list[Answer] = await asyncio.gather(
        *(loopback.click(card.message, word, by=member) for member, word in [*clicks, *clicks[:40]])
    )
    assert {answer.callback["type"] for answer in answers} == {7}, "each click changed the card"
    turnout = await count(slot, tmp_path)
    assert (turnout.yes, turnout.late, turnout.no) == (100, 50, 50)
    said = "✋ **150 come**, 50 of them late · 50 cannot\n-# <@"
    await loopback.news.until(lambda: said in card.text, 10)
    assert " and 140 more" in card.text
    assert "Traceback" not in await bot.end()
    assert said in card.text, "no edit comes after the right one"


async def test_an_edit_that_is_overtaken_is_mended(
    bot: Runner, loopback: LoopbackDiscord, slot: Slot, tmp_path: Path
) -> None:
    card = await loopback.slash("next")
    gate = asyncio.Event()
    met = loopback.fail(CALLBACK, gate=gate)
    first = asyncio.ensure_future(loopback.click(card.message, "I'll come"))
    await loopback.news.until(lambda: met.hits, 10)
    second = await loopback.click(card.message, "I'll come", by=loopback.grace)
    assert "**2 come**" in second.text
    gate.set()
    assert (await first).callback["type"] == 7
    await loopback.news.until(lambda: loopback.sent("PATCH /webhooks/.*"), 10)
    await loopback.news.until(lambda: "**2 come**" in card.text, 10)
    assert (await count(slot, tmp_path)).yes == 2


async def test_two_who_change_different_lines_at_the_same_time_both_find_theirs(
    bot: Runner, loopback: LoopbackDiscord, slot: Slot, tmp_path: Path
) -> None:
    (first,) = next_occurrences(slot.schedule, datetime.now(UTC), 1)
    database = SqliteDatabase(tmp_path / "data" / "club.db")
    await database.open()
    choice, day = Choice(Why.AGAIN, "Trees", review_key="k1"), first.original.isoformat()
    prompt = await PromptStore(database).keep(slot.guild_id, slot.key, day, choice, (), datetime.now(UTC))
    await database.close()
    view = prompt_message(Occasion(slot, first), prompt, About(), Ping(), Mentions(), Turnout())
    posted = {"components": view.to_components(), "flags": COMPONENTS_V2}
    message = loopback.world.post(loopback.world.channel["id"], posted)
    gate = asyncio.Event()
    met = loopback.fail(CALLBACK, gate=gate)
    coming = asyncio.ensure_future(loopback.click(message, "I'll come"))
    await loopback.news.until(lambda: met.hits, 10)
    reading = await loopback.click(message, "I have read it", by=loopback.grace)
    assert "1 member has read it" in reading.text
    gate.set()
    assert (await coming).callback["type"] == 7
    await loopback.news.until(lambda: "**1 comes**" in reading.text and "1 member has read it" in reading.text, 10)


async def test_who_is_asked_for_another_time_while_others_click_keeps_the_question(
    bot: Runner, loopback: LoopbackDiscord, slot: Slot, tmp_path: Path
) -> None:
    card = await loopback.slash("next")
    (first,) = next_occurrences(slot.schedule, datetime.now(UTC), 1)
    database = SqliteDatabase(tmp_path / "data" / "club.db")
    await database.open()
    later = first.local.replace(tzinfo=None, hour=20)
    await SlotStore(database).move(slot.guild_id, slot.id, 1, datetime.now(UTC), first.original, later)
    await database.close()
    gate = asyncio.Event()
    met = loopback.fail(CALLBACK, gate=gate)
    clicked = asyncio.ensure_future(loopback.click(card.message, "I'll come"))
    await loopback.news.until(lambda: met.hits, 10)
    assert (
        "at another time than that message says"
        in (await loopback.click(card.message, "I'll come", by=loopback.grace)).text
    )
    gate.set()
    asked = await clicked
    assert "Traceback" not in await bot.end()
    assert "at another time than that message says" in asked.text
    assert not loopback.sent("PATCH /webhooks/.*")


async def test_who_presents_and_who_comes_are_both_shown_when_they_click_at_the_same_time(
    bot: Runner, loopback: LoopbackDiscord, slot: Slot, tmp_path: Path
) -> None:
    def choose(connection: Connection) -> None:
        lock_club(connection, slot.guild_id)
        assign_paper(connection, slot.guild_id, BallotOption("Trees", None, None, None, ()), datetime.now(UTC))

    database = SqliteDatabase(tmp_path / "data" / "club.db")
    await database.open()
    await database.write(choose)
    await database.close()
    card = await loopback.slash("next")
    gate = asyncio.Event()
    met = loopback.fail(CALLBACK, gate=gate)
    coming = asyncio.ensure_future(loopback.click(card.message, "I'll come"))
    await loopback.news.until(lambda: met.hits, 10)
    presents = f"<@{loopback.grace['user']['id']}> presents it"
    assert presents in (await loopback.click(card.message, "I'll present", by=loopback.grace)).text
    gate.set()
    assert (await coming).callback["type"] == 7
    await loopback.news.until(lambda: "**1 comes**" in card.text and presents in card.text, 10)
