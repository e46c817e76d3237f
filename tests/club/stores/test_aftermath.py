"""What is told of a meeting that is over, whatever became of its paper, on both databases."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.club.aftermath import Aftermath, Past
from bot.club.gathering import Gathering
from bot.club.meeting import MeetingState
from bot.club.prompt import Choice, Why
from bot.club.stores.attendance import AttendanceStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.slots import SlotStore
from bot.club.suggestion import State
from bot.database.database import Database
from tests.club.stores.test_closing import DATE, ENDS, choose, close, coming, of, paper, prompt_for, state_of, suggest
from tests.club.stores.test_gatherings import AT, DAY, GUILD, HOUR, MEETING, NOW, OLGA, THURSDAY, add, plan


@pytest.fixture
async def slot(database: Database) -> str:
    """Let a meeting be soon."""
    found = await add(database)
    await plan(database, AT - DAY)
    return found.key


async def past(database: Database, slot: str, day: str = DATE) -> Past:
    stores = GatheringStore(database), MeetingStore(database), PromptStore(database), AttendanceStore(database)
    found = await Aftermath(*stores).find((GUILD, slot, day), ENDS + 9 * DAY)
    assert found
    assert found.gathering.closed
    return found


async def read(database: Database, end: Gathering | None) -> tuple[str, MeetingState] | None:
    held = await paper(database, end.meeting_id if end else None)
    return (held.title, held.state) if held else None


async def test_a_suggestion_that_was_chosen_while_the_club_met_was_read(database: Database, slot: str) -> None:
    number = await suggest(database, "Trees")
    await prompt_for(database, slot, DATE, Choice(Why.SUGGESTED, "Trees", suggestion_id=number))
    await DecisionStore(database).accept(GUILD, number, OLGA, AT + HOUR)
    assert await read(database, await close(database, slot)) == ("Trees", MeetingState.HELD)
    assert await coming(database) == []
    found = await past(database, slot)
    assert (found.choice.title, found.missed) == ("Trees", False)


async def test_a_suggestion_that_was_marked_as_read_while_the_club_met_was_read(database: Database, slot: str) -> None:
    number = await suggest(database, "Trees")
    await prompt_for(database, slot, DATE, Choice(Why.SUGGESTED, "Trees", suggestion_id=number))
    await DecisionStore(database).mark_read(GUILD, number, None, OLGA, AT + HOUR)
    assert await read(database, await close(database, slot)) == ("Trees", MeetingState.HELD)
    found = await past(database, slot)
    assert (found.choice.title, found.missed) == ("Trees", False)
    assert found.prompt, "what was asked is told too"


async def test_a_suggestion_that_two_slots_read_was_read_by_both(database: Database, slot: str) -> None:
    other = await add_evening(database)
    number = await suggest(database, "Trees")
    for each in (slot, other):
        await prompt_for(database, each, DATE, Choice(Why.SUGGESTED, "Trees", suggestion_id=number))
    first, second = await close(database, slot), await close(database, other, ENDS + 2 * HOUR)
    assert first
    assert second
    assert first.meeting_id == second.meeting_id
    assert (await past(database, other)).choice.title == "Trees"


async def add_evening(database: Database) -> str:
    late = replace(MEETING, name="Late night", schedule=replace(MEETING.schedule, time=time(20)))
    found = await add(database, new=late)
    await plan(database, AT - DAY)
    assert found.schedule.start == THURSDAY
    return found.key


@pytest.mark.parametrize("why", [Why.CHOSEN, Why.SUGGESTED])
async def test_what_is_not_to_be_read_any_more_does_not_come_again(database: Database, slot: str, why: Why) -> None:
    if why is Why.CHOSEN:
        trees = await choose(database, "Trees")
        await prompt_for(database, slot, DATE, of(trees))
        await MeetingStore(database).drop(GUILD, trees.id, OLGA, AT - HOUR)
    else:
        number = await suggest(database, "Trees")
        await prompt_for(database, slot, DATE, Choice(why, "Trees", suggestion_id=number))
        await DecisionStore(database).decline(GUILD, number, OLGA, "", AT - HOUR)
    found = await past(database, slot)
    assert (found.choice, found.missed) == (Choice(), False)


@pytest.mark.parametrize("why", [Why.CHOSEN, Why.SUGGESTED])
async def test_what_the_club_did_not_get_to_comes_again(database: Database, slot: str, why: Why) -> None:
    if why is Why.CHOSEN:
        await prompt_for(database, slot, DATE, of(await choose(database, "Trees")))
    else:
        choice = Choice(why, "Trees", suggestion_id=await suggest(database, "Trees"))
        await prompt_for(database, slot, DATE, choice)
    end = await close(database, slot)
    again = await GatheringStore(database).reopen(GUILD, slot, DATE, OLGA, ENDS)
    assert end
    assert again
    assert again.id == end.meeting_id
    assert await state_of(database, again) is State.CHOSEN
    found = await past(database, slot)
    assert (found.choice, found.missed) == (Choice(), True)


async def test_a_review_that_was_read_again_is_told(database: Database, slot: str) -> None:
    await prompt_for(database, slot, DATE, Choice(Why.AGAIN, "An old one", review_key="k"))
    found = await past(database, slot)
    assert (found.choice.title, found.missed) == ("An old one", False)
    assert found.prompt
    assert found.prompt.made_at == NOW


async def test_who_is_not_counted_is_not_told_to_be_and_not_counted_by_an_empty_line(
    database: Database, slot: str
) -> None:
    """As from a private message that is older than /me forget, or than *I was not there*."""
    store, name, now = AttendanceStore(database), (GUILD, slot, DATE), AT + HOUR
    assert await store.let_quote(name, 1, now, quotable=True) is None
    assert await store.write_line(name, 1, "", now) is None
    assert (await store.count(name)).came == 0
    assert await store.write_line(name, 1, "Trees!", now)
    assert (await store.count(name)).came == 1


async def test_what_one_slot_has_read_does_not_come_again_since_another_did_not_get_to_it(
    database: Database, slot: str
) -> None:
    other, store = await add_evening(database), GatheringStore(database)
    trees = await choose(database, "Trees")
    for each in (slot, other):
        await prompt_for(database, each, DATE, of(trees))
    await close(database, slot)
    await close(database, other, ENDS + 2 * HOUR)
    assert await store.reopen(GUILD, other, DATE, OLGA, ENDS + 3 * HOUR) is None
    assert await coming(database) == []
    assert (await past(database, other)).choice == Choice()
    assert (await past(database, slot)).choice.title == "Trees"
    again = await store.reopen(GUILD, slot, DATE, OLGA, ENDS + 3 * HOUR)
    assert again, "now nobody has read it"
    assert await coming(database) == ["Trees"]


async def test_a_paper_that_a_removed_slot_was_to_read_is_free_again(database: Database, slot: str) -> None:
    other = await add_evening(database)
    await choose(database, "Trees")
    trees = (await MeetingStore(database).list_coming(GUILD))[0]
    await prompt_for(database, other, str(THURSDAY + timedelta(7)), of(trees))
    await SlotStore(database).remove(GUILD, int(other.partition(":")[2]), OLGA, AT - HOUR)
    assert await read(database, await close(database, slot)) == ("Trees", MeetingState.HELD)
