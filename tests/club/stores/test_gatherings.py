"""The meetings of the week as they are kept: soon, or past, whatever becomes of their slots, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.club.gathering import Gathering
from bot.club.ladder import AFTER, Kind, Ladder
from bot.club.post import State
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot, Slot, begin_weekly
from bot.club.stores.gatherings import GatheringStore, read_gathering
from bot.club.stores.slots import SlotStore
from bot.club.week import Week
from bot.database.database import Database
from bot.database.tables import gathering, post

GUILD, OTHERS, OLGA, ROOM = 1, 2, 7, 5
NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)  # a Monday, in the week at whose end Berlin's clocks change
THURSDAY = date(2026, 3, 26)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
AT = datetime(2026, 3, 26, 17, tzinfo=UTC)
LASTS = timedelta(minutes=90)
ENDS = AT + LASTS
MEETING = NewSlot("Club night", Schedule((3,), time(18), "Europe/Berlin", THURSDAY), Kind.MEETING, ROOM)


async def add(database: Database, guild: int = GUILD, new: NewSlot = MEETING) -> Slot:
    return await SlotStore(database).add(guild, OLGA, NOW, new)


def local(day: int, hour: int) -> datetime:
    return datetime.combine(date(2026, 3, day), time(hour))


async def plan(database: Database, now: datetime) -> None:
    await Week(SlotStore(database)).plan(now)


async def kept(database: Database, guild: int = GUILD) -> list[Gathering]:
    def work(connection: Connection) -> list[Gathering]:
        rows = connection.execute(select(gathering).where(gathering.c.guild_id == guild).order_by(gathering.c.at))
        return list(map(read_gathering, rows))

    return await database.read(work)


async def times(database: Database) -> list[tuple[str, datetime]]:
    return [(each.date, each.at) for each in await kept(database)]


THIS = [(str(THURSDAY), AT)]


async def test_a_meeting_is_written_down_a_while_before_it_and_stays(database: Database) -> None:
    found = await add(database)
    assert await kept(database) == []
    await plan(database, AT - 37 * HOUR)
    assert await kept(database) == []
    await plan(database, AT - 36 * HOUR)
    expected = Gathering(GUILD, found.key, str(THURSDAY), AT, AT + LASTS, "Club night")
    assert await kept(database) == [expected]
    await plan(database, AT + 3 * DAY)
    assert await kept(database) == [expected]
    store = GatheringStore(database)
    assert await store.list_past(GUILD, AT + LASTS - HOUR / 60, 5) == []
    assert await store.list_past(GUILD, AT + LASTS, 5) == [expected]
    assert await store.list_past(OTHERS, AT + LASTS, 5) == []
    assert await kept(database, OTHERS) == []


async def test_a_prompt_alone_is_no_meeting(database: Database) -> None:
    await add(database, new=NewSlot("Reading", MEETING.schedule, Kind.PROMPT, ROOM))
    await plan(database, AT)
    assert await kept(database) == []


async def test_a_meeting_without_any_post_is_written_down_too(database: Database) -> None:
    found = await add(database)
    bare = Ladder(choose=None, prompt=None, reminders=(), after=False)
    await SlotStore(database).set_posts(GUILD, found.id, OLGA, NOW, bare, None)
    await plan(database, AT - HOUR)
    assert await times(database) == THIS


async def test_a_bot_that_was_down_for_weeks_knows_what_took_place(database: Database) -> None:
    await add(database)
    await plan(database, NOW)
    await plan(database, NOW + 3 * WEEK)
    summer = AT - HOUR  # in UTC
    assert await times(database) == [*THIS, ("2026-04-02", summer + WEEK), ("2026-04-09", summer + 2 * WEEK)]


async def test_what_is_skipped_is_forgotten_and_what_is_put_back_is_known_again(database: Database) -> None:
    found, store = await add(database), SlotStore(database)
    await plan(database, AT - DAY)
    for now in (AT - DAY, AT - HOUR, AT + HOUR):  # the last one while it goes on
        await store.skip(GUILD, found.id, OLGA, now, THURSDAY)
        assert await kept(database) == []
        await store.unskip(GUILD, found.id, OLGA, now, THURSDAY)
        assert await times(database) == THIS
    # What organisers skip much later did take place, for all that one knows.
    await plan(database, AT + DAY)
    assert await times(database) == THIS


async def test_what_is_moved_back_and_forth_is_one_meeting_at_its_last_time(database: Database) -> None:
    found, store = await add(database), SlotStore(database)
    await plan(database, AT - DAY)
    now = AT - 20 * HOUR
    await store.move(GUILD, found.id, OLGA, now, THURSDAY, local(26, 20))
    assert await times(database) == [(str(THURSDAY), AT + 2 * HOUR)]
    await store.move(GUILD, found.id, OLGA, now, THURSDAY, local(31, 20))
    assert await kept(database) == [], "it is far away"
    await store.unskip(GUILD, found.id, OLGA, now, THURSDAY)
    assert await times(database) == THIS
    # While it goes on, it is put off.
    await store.move(GUILD, found.id, OLGA, AT + HOUR, THURSDAY, local(31, 20))
    assert await kept(database) == []
    await plan(database, datetime(2026, 3, 31, tzinfo=UTC))
    assert await times(database) == [(str(THURSDAY), datetime(2026, 3, 31, 18, tzinfo=UTC))]


async def test_a_pause_takes_away_what_has_not_begun(database: Database) -> None:
    found, store = await add(database), SlotStore(database)
    await plan(database, AT - DAY)
    await store.pause(GUILD, found.id, OLGA, AT - HOUR, None)
    assert await kept(database) == []
    await store.resume(GUILD, found.id, OLGA, AT - HOUR / 2)
    assert await times(database) == THIS
    await store.pause(GUILD, found.id, OLGA, AT + HOUR, None)
    assert await times(database) == THIS, "it goes on"
    await plan(database, AT + 2 * WEEK)
    await store.resume(GUILD, found.id, OLGA, AT + 2 * WEEK + DAY)
    assert await times(database) == THIS


async def test_what_took_place_stays_when_its_slot_is_removed_or_becomes_another(database: Database) -> None:
    found, store = await add(database), SlotStore(database)
    await plan(database, AT + 6 * DAY)
    next_one = ("2026-04-02", AT + WEEK - HOUR)
    assert await times(database) == [*THIS, next_one]
    other = NewSlot("Club night", Schedule((0,), time(18), "UTC", date(2026, 4, 6)), Kind.PROMPT, ROOM)
    await store.add(GUILD, OLGA, AT + 6 * DAY, other, replace=True)
    assert await times(database) == THIS
    await store.remove(GUILD, found.id, OLGA, AT + 6 * DAY)
    assert await times(database) == THIS


async def test_a_meeting_lasts_as_long_as_its_slot_says(database: Database) -> None:
    found, store = await add(database), SlotStore(database)
    await plan(database, AT - DAY)

    async def ends(now: datetime, **changed: Any) -> datetime:
        await store.set_posts(GUILD, found.id, OLGA, now, Ladder(**changed), None)
        (only,) = await kept(database)
        return only.ends_at

    assert await ends(AT - HOUR, minutes=45) == AT + HOUR * 0.75
    assert await ends(AT + HOUR / 2, minutes=120) == AT + 2 * HOUR


async def test_two_clubs_have_their_own(database: Database) -> None:
    first = await add(database)
    await add(database, OTHERS)
    await plan(database, AT - DAY)
    await SlotStore(database).skip(GUILD, first.id, OLGA, AT - DAY, THURSDAY)
    assert await kept(database) == []
    assert [each.date for each in await kept(database, OTHERS)] == [str(THURSDAY)]


async def asked_at(database: Database) -> list[tuple[str, datetime]]:
    """Give for which dates members are still to be asked how it was, and when."""

    def work(connection: Connection) -> list[tuple[str, datetime]]:
        still = (post.c.guild_id == GUILD, post.c.rung == AFTER, post.c.state == State.DUE)
        return [(row.date, row.due_at) for row in connection.execute(select(post).where(*still))]

    return await database.read(work)


@pytest.mark.parametrize("into", [timedelta(minutes=30), timedelta(minutes=89)])
@pytest.mark.parametrize("days", [(3,), (0,)])
async def test_whoever_sets_a_slot_anew_while_it_meets_still_asks_how_it_was(
    database: Database, into: timedelta, days: tuple[int, ...]
) -> None:
    found, store, now = await add(database), SlotStore(database), AT + into
    await plan(database, AT - DAY)
    schedule = begin_weekly(days, time(17), "Europe/Berlin", 1, now)
    assert schedule.start > THURSDAY
    await store.add(GUILD, OLGA, now, replace(MEETING, schedule=schedule, channel_id=ROOM + 1), replace=True)
    assert await asked_at(database) == [(str(THURSDAY), ENDS)]
    assert await times(database) == THIS
    await store.remove(GUILD, found.id, OLGA, now)
    assert await asked_at(database) == [(str(THURSDAY), ENDS)], "it met all the same"


async def test_a_meeting_that_is_made_shorter_than_it_has_lasted_is_still_asked_about(database: Database) -> None:
    found, store, now = await add(database), SlotStore(database), AT + timedelta(minutes=80)
    await plan(database, AT - DAY)
    await store.set_posts(GUILD, found.id, OLGA, now, Ladder(minutes=60), None)
    assert await asked_at(database) == [(str(THURSDAY), ENDS)]
    await store.set_posts(GUILD, found.id, OLGA, now, Ladder(minutes=60, after=False), None)
    assert await asked_at(database) == []


async def test_a_slot_that_is_removed_before_its_meeting_asks_nothing(database: Database) -> None:
    found = await add(database)
    await plan(database, AT - HOUR)
    assert await asked_at(database) == [(str(THURSDAY), ENDS)]
    await SlotStore(database).remove(GUILD, found.id, OLGA, AT - HOUR)
    assert await asked_at(database) == []
