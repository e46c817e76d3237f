"""What becomes of a meeting that has ended, and of its paper, on both databases."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from bot.club.ballot import BallotOption
from bot.club.gathering import Gathering
from bot.club.meeting import Meeting, MeetingState
from bot.club.prompt import Choice, Why
from bot.club.stores.clubs import ClubStore, lock_club
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore, assign_paper, load_meeting
from bot.club.stores.prompts import PromptStore
from bot.club.stores.slots import SlotStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import State, propose_title
from bot.club.week import Closing
from bot.database.database import Database
from tests.club.stores.test_gatherings import AT, DAY, GUILD, HOUR, LASTS, NOW, OLGA, OTHERS, THURSDAY, WEEK, add, plan

ENDS = AT + LASTS
DATE = str(THURSDAY)
NEXT = str(THURSDAY + timedelta(7))
ADA, GRACE = 41, 42


async def suggest(database: Database, title: str, guild: int = GUILD) -> int:
    told = await SuggestionStore(database).propose(guild, ADA, propose_title(title), "", NOW)
    return told.suggestion.id


async def choose(database: Database, title: str, now: datetime = NOW, guild: int = GUILD) -> Meeting:
    """Let organisers choose a paper that was suggested; Grace presents it."""
    number = await suggest(database, title, guild)
    await DecisionStore(database).accept(guild, number, OLGA, now)
    meeting = (await MeetingStore(database).list_coming(guild))[-1]
    assert meeting.title == title
    return await MeetingStore(database).volunteer(guild, meeting.id, GRACE)


async def prompt_for(database: Database, slot: str, day: str, choice: Choice, guild: int = GUILD) -> None:
    await PromptStore(database).keep(guild, slot, day, choice, (), NOW)


def of(meeting: Meeting) -> Choice:
    return Choice(Why.CHOSEN, meeting.title, meeting_id=meeting.id)


async def paper(database: Database, number: int | None, guild: int = GUILD) -> Meeting | None:
    return await database.read(lambda connection: load_meeting(connection, guild, number) if number else None)


async def coming(database: Database, guild: int = GUILD) -> list[str]:
    return [each.title for each in await MeetingStore(database).list_coming(guild)]


async def state_of(database: Database, meeting: Meeting) -> State:
    assert meeting.suggestion
    found = await SuggestionStore(database).get(GUILD, meeting.suggestion.id)
    assert found
    return found.state


@pytest.fixture
async def slot(database: Database) -> str:
    """Let a meeting be soon."""
    found = await add(database)
    await plan(database, AT - DAY)
    return found.key


async def close(database: Database, slot: str, now: datetime = ENDS, day: str = DATE) -> Gathering | None:
    return await GatheringStore(database).close(GUILD, slot, day, now)


async def test_the_paper_of_its_prompt_is_read_when_a_meeting_ends_and_once(database: Database, slot: str) -> None:
    first, second = await choose(database, "Trees"), await choose(database, "Birds")
    await prompt_for(database, slot, DATE, of(second))
    await prompt_for(database, slot, NEXT, of(first))
    before = await close(database, slot, ENDS - timedelta(seconds=1))
    assert before
    assert not before.closed
    assert await coming(database) == ["Trees", "Birds"]
    ends = await asyncio.gather(*(close(database, slot, ENDS + n * HOUR) for n in range(4)))
    assert {end and (end.closed, end.meeting_id) for end in ends} == {(True, second.id)}
    assert await coming(database) == ["Trees"]
    held = await paper(database, second.id)
    assert held
    assert (held.state, held.presenter_id) == (MeetingState.HELD, GRACE)
    assert await state_of(database, second) is State.READ
    lines, _ = await ClubStore(database).read_audit(GUILD, 0, 50)
    assert [(line.actor_id, line.subject) for line in lines if line.action == "marked as read"] == [(None, "Birds")]


async def test_without_a_prompt_it_is_the_first_that_was_chosen_before_the_meeting_began(
    database: Database, slot: str
) -> None:
    bound = await choose(database, "Bound to the next date")
    await prompt_for(database, slot, NEXT, of(bound))
    chosen = await choose(database, "Trees")
    await choose(database, "Chosen while we met", AT + HOUR / 2)
    end = await close(database, slot)
    assert end
    assert end.meeting_id == chosen.id
    assert await coming(database) == ["Bound to the next date", "Chosen while we met"]


async def test_what_organisers_marked_as_read_or_dropped_meanwhile_stays_so(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    await MeetingStore(database).mark_read(GUILD, trees.id, OLGA, AT + HOUR)
    end = await close(database, slot)
    assert end
    assert end.meeting_id == trees.id
    assert len([line for line in (await ClubStore(database).read_audit(GUILD, 0, 9))[0] if "read" in line.action]) == 1


async def test_a_paper_that_was_dropped_was_not_read(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    await MeetingStore(database).drop(GUILD, trees.id, OLGA, AT - HOUR)
    end = await close(database, slot)
    assert end
    assert (end.closed, end.meeting_id) == (True, None)
    assert await state_of(database, trees) is State.OPEN


async def test_a_suggestion_that_was_prompted_for_was_read(database: Database, slot: str) -> None:
    number = await suggest(database, "Trees")
    await prompt_for(database, slot, DATE, Choice(Why.SUGGESTED, "Trees", suggestion_id=number))
    end = await close(database, slot)
    held = await paper(database, end.meeting_id if end else None)
    assert held
    assert (held.title, held.state) == ("Trees", MeetingState.HELD)
    assert await state_of(database, held) is State.READ
    assert await SuggestionStore(database).queue(GUILD) == []


async def test_without_any_paper_a_meeting_is_closed_all_the_same(database: Database, slot: str) -> None:
    await prompt_for(database, slot, DATE, Choice(Why.AGAIN, "An old one", review_key="k"))
    end = await close(database, slot)
    assert end
    assert (end.closed, end.meeting_id) == (True, None)


async def test_what_was_skipped_or_moved_is_not_closed_and_its_paper_goes_to_the_next_date(
    database: Database, slot: str
) -> None:
    trees = await choose(database, "Trees")
    number = int(slot.partition(":")[2])
    await SlotStore(database).skip(GUILD, number, OLGA, AT + HOUR, THURSDAY)
    assert await close(database, slot) is None
    assert await coming(database) == ["Trees"]
    await plan(database, AT + 6 * DAY)
    end = await close(database, slot, ENDS + WEEK, NEXT)
    assert end
    assert end.meeting_id == trees.id
    held = await paper(database, trees.id)
    assert held
    assert held.presenter_id == GRACE


async def test_a_meeting_whose_slot_is_gone_is_closed(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    await SlotStore(database).remove(GUILD, int(slot.partition(":")[2]), OLGA, AT + HOUR)
    end = await close(database, slot)
    assert end
    assert end.meeting_id == trees.id


async def test_a_paper_that_the_club_did_not_get_to_comes_next_with_its_presenter(
    database: Database, slot: str
) -> None:
    trees, birds = await choose(database, "Trees"), await choose(database, "Birds")
    store, prompts = GatheringStore(database), PromptStore(database)
    await prompt_for(database, slot, DATE, of(trees))
    assert await store.reopen(GUILD, slot, DATE, OLGA, ENDS) is None, "it is not closed"
    await close(database, slot)
    assert await coming(database) == ["Birds"]
    assert [each.key for each in (await prompts.brought(GUILD, slot)).values()] == [f"meeting:{trees.id}"]
    assert await store.reopen(OTHERS, slot, DATE, OLGA, ENDS) is None
    given = await asyncio.gather(*(store.reopen(GUILD, slot, DATE, OLGA, ENDS + HOUR) for _ in range(3)))
    assert [each.title for each in given if each] == ["Trees"]
    assert await coming(database) == ["Trees", "Birds"]
    again = (await MeetingStore(database).list_coming(GUILD))[0]
    assert (again.id, again.presenter_id) == (trees.id, GRACE)
    assert await state_of(database, trees) is State.CHOSEN
    assert await prompts.brought(GUILD, slot) == {}, "it may be prompted for again"
    # It stays so, whoever closes again; and the next date closes with it.
    end = await close(database, slot, ENDS + DAY)
    assert end
    assert end.meeting_id is None
    await plan(database, AT + 6 * DAY)
    await prompt_for(database, slot, NEXT, of(trees))
    end = await close(database, slot, ENDS + WEEK, NEXT)
    assert end
    assert end.meeting_id == trees.id
    assert await coming(database) == ["Birds"]
    assert birds.title == "Birds"


async def test_a_paper_that_was_suggested_again_meanwhile_comes_back_beside_its_suggestion(
    database: Database, slot: str
) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    await close(database, slot)
    again = await suggest(database, "Trees")
    assert trees.suggestion
    assert again != trees.suggestion.id
    assert await GatheringStore(database).reopen(GUILD, slot, DATE, OLGA, ENDS)
    assert await coming(database) == ["Trees"]
    assert await state_of(database, trees) is State.READ
    assert [each.id for each in await SuggestionStore(database).queue(GUILD)] == [again]


async def test_all_that_is_over_is_closed_in_one_pass_in_every_club(database: Database, slot: str) -> None:
    trees = await choose(database, "Trees")
    await prompt_for(database, slot, DATE, of(trees))
    other = await add(database, OTHERS)
    theirs = await choose(database, "Theirs", guild=OTHERS)
    closing, store = Closing(GatheringStore(database)), GatheringStore(database)
    await plan(database, AT - DAY)
    assert await closing.close(ENDS - HOUR) == ENDS
    assert await coming(database) == ["Trees"]
    assert await closing.close(ENDS) is None
    assert (await coming(database), await coming(database, OTHERS)) == ([], [])
    ours, others = await store.get(GUILD, slot, DATE), await store.get(OTHERS, other.key, DATE)
    assert ours
    assert others
    assert (ours.meeting_id, others.meeting_id) == (trees.id, theirs.id)
    assert await store.get(OTHERS, slot, DATE) is None or slot == other.key


async def test_a_bot_that_was_down_for_weeks_closes_each_with_its_own_paper(database: Database, slot: str) -> None:
    papers = [await choose(database, title) for title in ("Trees", "Birds", "Bees")]
    days = [str(date(2026, 3, 26) + timedelta(7 * n)) for n in range(3)]
    for day, each in zip(days[:2], papers, strict=False):
        await prompt_for(database, slot, day, of(each))
    await plan(database, AT + 3 * WEEK)
    await Closing(GatheringStore(database)).close(AT + 3 * WEEK)
    store = GatheringStore(database)
    found = [await store.get(GUILD, slot, day) for day in days]
    assert [each and each.meeting_id for each in found] == [each.id for each in papers]


async def test_one_that_cannot_be_closed_does_not_keep_the_others(
    database: Database, slot: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await add(database, OTHERS)
    await plan(database, AT - DAY)
    store = GatheringStore(database)
    whole = store.close

    async def close_some(guild_id: int, *rest: object) -> object:
        if guild_id == GUILD:
            raise LookupError("a row that nobody expected")
        return await whole(guild_id, *rest)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(store, "close", close_some)
    assert await Closing(store).close(ENDS) is None
    assert [each.guild_id for each in await store.list_over(ENDS)] == [GUILD]
    assert "could not be closed" in caplog.text


async def test_a_paper_that_an_organiser_gave_without_a_suggestion_is_read_too(database: Database, slot: str) -> None:
    def give(connection: object) -> int:
        lock_club(connection, GUILD)  # pyright: ignore[reportArgumentType]
        option = BallotOption("A talk", None, None, None, ())
        return assign_paper(connection, GUILD, option, NOW)  # pyright: ignore[reportArgumentType]

    number = await database.write(give)
    end = await close(database, slot)
    assert end
    assert end.meeting_id == number
    assert await coming(database) == []
