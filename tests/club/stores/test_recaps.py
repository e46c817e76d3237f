"""What the club may write a review of, and whose lines belong to it, on both databases."""

from datetime import timedelta

import pytest

from bot.club.prompt import Choice, Why
from bot.club.stores.attendance import AttendanceStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.recaps import RecapStore
from bot.club.stores.slots import SlotStore
from bot.database.database import Database
from tests.club.stores.test_closing import DATE, ENDS, NEXT, choose, close, of, prompt_for, suggest
from tests.club.stores.test_gatherings import AT, DAY, GUILD, HOUR, NOW, OLGA, THURSDAY, WEEK, add, plan

Told = list[tuple[str, object]]


@pytest.fixture
async def slot(database: Database) -> str:
    """Let a meeting be soon."""
    found = await add(database)
    await plan(database, AT - DAY)
    return found.key


async def told(database: Database, now: object = ENDS + HOUR) -> Told:
    assert isinstance(now, type(ENDS))
    return [(each.title, each.held_at) for each in await RecapStore(database).list_topics(GUILD, now, 10)]


async def say(database: Database, slot: str, line: str, day: str = DATE, member: int = 1) -> None:
    store, name, now = AttendanceStore(database), (GUILD, slot, day), AT + HOUR + (WEEK if day == NEXT else 0 * DAY)
    await store.write_line(name, member, line, now)
    await store.let_quote(name, member, now, quotable=True)


async def lines(database: Database, title: str) -> tuple[str, ...]:
    store = RecapStore(database)
    (topic,) = [each for each in await store.list_topics(GUILD, ENDS + 2 * WEEK, 10) if each.title == title]
    return await store.list_quotable(GUILD, topic)


async def test_what_is_prompted_for_days_before_its_meeting_was_not_met_for(database: Database) -> None:
    found = await add(database)
    trees = await choose(database, "Trees")
    await prompt_for(database, found.key, DATE, of(trees))
    assert await told(database, NOW + HOUR) == [("Trees", None)], "the meeting is in three days"
    await plan(database, AT - DAY)
    assert await told(database, AT - HOUR) == [("Trees", None)]
    await SlotStore(database).skip(GUILD, found.id, OLGA, AT - HOUR, THURSDAY)
    assert await told(database, AT + HOUR) == [("Trees", None)], "it was called off"


async def test_a_prompt_alone_was_read_when_it_was_made(database: Database, slot: str) -> None:
    await prompt_for(database, "slot:99", DATE, Choice(Why.AGAIN, "An old one", review_key="k"))
    assert await told(database) == [("An old one", NOW)]


async def test_what_the_club_did_not_get_to_is_to_come(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    await close(database, slot)
    assert await told(database) == [("Trees", AT)]
    await GatheringStore(database).reopen(GUILD, slot, DATE, OLGA, ENDS)
    assert await told(database) == [("Trees", None)]


async def test_what_was_read_in_place_of_the_prompt_has_the_lines(database: Database, slot: str) -> None:
    trees, _ = await choose(database, "Trees"), await choose(database, "Birds")
    await prompt_for(database, slot, DATE, of(trees))
    await MeetingStore(database).drop(GUILD, trees.id, OLGA, AT - HOUR)
    await say(database, slot, "They fly.")
    await close(database, slot)
    assert await told(database) == [("Birds", AT)]
    assert await lines(database, "Birds") == ("They fly.",)


async def test_what_was_read_without_a_prompt_has_its_date_and_its_lines(database: Database, slot: str) -> None:
    await choose(database, "Trees")
    await close(database, slot)
    await say(database, slot, "They grow.")
    assert await told(database) == [("Trees", AT)]
    assert await lines(database, "Trees") == ("They grow.",)


async def test_lines_of_a_meeting_that_did_not_get_to_a_paper_are_not_about_it(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    for day in (DATE, NEXT):
        await prompt_for(database, slot, day, of(trees))
    await close(database, slot)
    await say(database, slot, "We talked of cats.")
    await GatheringStore(database).reopen(GUILD, slot, DATE, OLGA, ENDS)
    await plan(database, AT + 6 * DAY)
    await say(database, slot, "They grow.", NEXT)
    assert await lines(database, "Trees") == ("They grow.",), "while it goes on"
    await close(database, slot, ENDS + WEEK, NEXT)
    assert await lines(database, "Trees") == ("They grow.",)


async def test_a_suggestion_that_was_prompted_for_and_read_is_offered_once(database: Database, slot: str) -> None:
    number = await suggest(database, "Trees")
    await prompt_for(database, slot, DATE, Choice(Why.SUGGESTED, "Trees", suggestion_id=number))
    assert await told(database, AT - HOUR) == [("Trees", None)]
    await say(database, slot, "They grow.")
    assert await lines(database, "Trees") == ("They grow.",)
    await close(database, slot)
    assert await told(database) == [("Trees", AT)]
    assert await lines(database, "Trees") == ("They grow.",)


async def test_what_organisers_marked_as_read_keeps_what_was_asked(database: Database) -> None:
    found = await add(database)
    trees = await choose(database, "Trees")
    await prompt_for(database, found.key, DATE, of(trees))
    await MeetingStore(database).mark_read(GUILD, trees.id, OLGA, NOW + HOUR)
    assert await told(database, NOW + timedelta(hours=2)) == [("Trees", NOW)]
