"""The slots of the club's week, and what is planned of them, on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.club.ladder import Kind, Ladder, Quiet
from bot.club.post import Post, State
from bot.club.schedule import Schedule
from bot.club.slot import HORIZON, MOST, NewSlot, Slot
from bot.club.stores.clubs import ClubStore
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.week import Week
from bot.database.database import Database
from bot.database.tables import post
from bot.errors import ClubError

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)  # a Monday, in the week at whose end Berlin's clocks change
THURSDAY = date(2026, 3, 26)
GUILD, OLGA, ROOM = 1, 7, 5
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
BERLIN = Schedule((3,), time(18), "Europe/Berlin", THURSDAY)
PROMPT = NewSlot("Reading", BERLIN, Kind.PROMPT, ROOM)
MEETING = NewSlot("Club night", BERLIN, Kind.MEETING, ROOM)


async def add(database: Database, new: NewSlot = PROMPT, guild: int = GUILD, now: datetime = NOW) -> Slot:
    return await SlotStore(database).add(guild, OLGA, now, new)


async def rows(database: Database, guild: int = GUILD) -> Sequence[Any]:
    def work(connection: Connection) -> Sequence[Any]:
        return connection.execute(select(post).where(post.c.guild_id == guild).order_by(post.c.due_at, post.c.id)).all()

    return await database.read(work)


async def due(database: Database, guild: int = GUILD) -> list[tuple[str, str, datetime]]:
    """Give what is planned: original date, rung and moment."""
    return [(row.date, row.rung, row.due_at) for row in await rows(database, guild) if row.state == State.DUE]


async def plan(database: Database, now: datetime) -> int:
    return await Week(SlotStore(database)).plan(now)


async def noted(database: Database) -> list[tuple[int | None, str, str]]:
    lines, _ = await ClubStore(database).read_audit(GUILD, 0, 50)
    return [(line.actor_id, line.action, line.subject) for line in reversed(lines)]


def utc(day: int, hour: int, month: int = 3, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def local(month: int, day: int, hour: int) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour))


async def test_a_slot_is_kept_as_it_was_wished(database: Database) -> None:
    store = SlotStore(database)
    schedule = Schedule((0, 3), time(18, 30), "America/New_York", THURSDAY, every=2)
    added = await add(database, NewSlot("Club night", schedule, Kind.MEETING, None))
    kept = Slot(added.id, GUILD, "Club night", schedule, Ladder(), None, None, NOW)
    assert added == kept
    assert await store.get(GUILD, added.id) == kept
    assert await store.get(GUILD + 1, added.id) is None
    assert await store.list_all(GUILD + 1) == []
    assert await store.find(GUILD, " CLUB  Night") == kept
    assert await store.find(GUILD, "Club") is None
    assert await noted(database) == [(OLGA, "added the slot", "Club night")]


async def test_a_name_that_is_taken_is_replaced_only_if_that_is_wanted(database: Database) -> None:
    store = SlotStore(database)
    before = await add(database, MEETING)
    await store.set_posts(GUILD, before.id, OLGA, NOW, Ladder(choose=None, reminders=("1h",)), Quiet(time(22), time(8)))
    await store.skip(GUILD, before.id, OLGA, NOW, THURSDAY)
    await store.pause(GUILD, before.id, OLGA, NOW, None)
    later = NewSlot("club NIGHT", Schedule((3,), time(19), "Asia/Tokyo", THURSDAY), Kind.MEETING, 9)
    with pytest.raises(ClubError, match="There is a slot called Club night already"):
        await store.add(GUILD, OLGA, NOW, later)
    after = await store.add(GUILD, OLGA, NOW + HOUR, later, replace=True)
    assert [each.id for each in await store.list_all(GUILD)] == [before.id]
    assert (after.name, after.channel_id, after.schedule.zone) == ("club NIGHT", 9, "Asia/Tokyo")
    assert after.ladder == Ladder(choose=None, reminders=("1h",))
    assert after.quiet == Quiet(time(22), time(8))
    assert after.schedule.skipped == {THURSDAY}
    assert not after.is_paused(NOW + HOUR)
    prompt = await store.add(GUILD, OLGA, NOW, NewSlot("Club night", BERLIN, Kind.PROMPT, ROOM), replace=True)
    assert prompt.ladder == Ladder(Kind.PROMPT)


async def test_a_club_has_so_many_slots_and_not_more_however_fast_they_come(database: Database) -> None:
    async def one(number: int) -> bool:
        try:
            await add(database, NewSlot(f"Slot {number}", BERLIN, Kind.PROMPT, ROOM))
        except ClubError as error:
            assert "at most 20 slots" in error.sentence
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(MOST + 5)))) == MOST
    await add(database, guild=2)


async def test_what_is_due_is_planned_a_while_before_and_once(database: Database) -> None:
    await add(database, MEETING)
    first = [("2026-03-26", "reminder:3d", utc(23, 17)), ("2026-04-02", "choose", utc(23, 17))]
    assert await due(database) == first
    assert await plan(database, NOW) == 0
    at = utc(25, 17)  # 24 hours before
    assert await plan(database, at - HORIZON - HOUR / 60) == 0
    assert sum(await asyncio.gather(*(plan(database, at - HORIZON) for _ in range(4)))) == 1
    assert await due(database) == [*first, ("2026-03-26", "reminder:24h", at)]
    assert await plan(database, at) == 3
    # A week later the clocks have changed: at the same local time, an hour earlier in UTC.
    await plan(database, utc(1, 12, 4))
    assert (await due(database))[3:] == [
        ("2026-03-26", "reminder:1h", utc(26, 16)),
        ("2026-04-02", "prompt", utc(26, 17)),
        ("2026-03-26", "after", utc(26, 18, minute=30)),
        ("2026-04-02", "reminder:3d", utc(30, 16)),
        ("2026-04-09", "choose", utc(30, 16)),
        ("2026-04-02", "reminder:24h", utc(1, 16, 4)),
        ("2026-04-02", "reminder:1h", utc(2, 15, 4)),
        ("2026-04-09", "prompt", utc(2, 16, 4)),
        ("2026-04-02", "after", utc(2, 17, 4, 30)),
    ]


async def test_what_lies_before_the_slot_was_set_never_existed(database: Database) -> None:
    await add(database, MEETING, now=utc(26, 12))
    # No choice, no prompt, no reminder of days ago; the prompt of next week's meeting comes today.
    assert await due(database) == [
        ("2026-03-26", "reminder:1h", utc(26, 16)),
        ("2026-04-02", "prompt", utc(26, 17)),
        ("2026-03-26", "after", utc(26, 18, minute=30)),
    ]


async def test_what_was_not_planned_while_nobody_was_there_is_planned_late(database: Database) -> None:
    await add(database)
    assert await plan(database, utc(26, 19)) == 1
    assert await due(database) == [("2026-03-26", "prompt", utc(26, 17))]
    # An edit after a long silence does not forget it either.
    found = (await SlotStore(database).list_all(GUILD))[0]
    await SlotStore(database).set_posts(GUILD, found.id, OLGA, utc(3, 12, 4), found.ladder, Quiet(time(1), time(2)))
    assert await due(database) == [
        ("2026-03-26", "prompt", utc(26, 17)),
        ("2026-04-02", "prompt", utc(2, 16, 4)),
    ]


async def test_a_skipped_date_is_withdrawn_and_comes_back(database: Database) -> None:
    store, now = SlotStore(database), utc(25, 12)
    found = await add(database, now=now)
    planned = [("2026-03-26", "prompt", utc(26, 17))]
    assert await due(database) == planned
    skipped = await store.skip(GUILD, found.id, OLGA, now, THURSDAY)
    assert skipped.schedule.skipped == {THURSDAY}
    assert await due(database) == []
    assert await store.skip(GUILD, found.id, OLGA, now + HOUR, THURSDAY) == skipped
    await store.unskip(GUILD, found.id, OLGA, now, THURSDAY)
    assert await due(database) == planned
    with pytest.raises(ClubError, match="does not take place on 2026-03-27"):
        await store.skip(GUILD, found.id, OLGA, now, THURSDAY + DAY)
    assert await noted(database) == [
        (OLGA, "added the slot", "Reading"),
        (OLGA, "skipped", "Reading on 2026-03-26"),
        (OLGA, "put back", "Reading on 2026-03-26"),
    ]


async def test_what_was_due_when_a_date_was_skipped_is_cancelled_with_the_reason(database: Database) -> None:
    store = SlotStore(database)
    found = await add(database)
    await plan(database, utc(26, 16))
    await store.skip(GUILD, found.id, OLGA, utc(26, 18), THURSDAY)
    (row,) = await rows(database)
    assert (row.state, row.reason, row.ended_at) == (
        State.CANCELLED,
        "An organiser skipped this date.",
        utc(26, 18),
    )
    await store.unskip(GUILD, found.id, OLGA, utc(26, 19), THURSDAY)
    assert await due(database) == [], "its time is past"
    await store.move(GUILD, found.id, OLGA, utc(26, 19), THURSDAY, local(3, 27, 20))
    assert await due(database) == [("2026-03-26", "prompt", utc(27, 19))], "it was not posted, so it can be moved"


async def test_a_moved_date_keeps_its_name_and_what_was_posted_is_not_posted_again(database: Database) -> None:
    store, posts = SlotStore(database), PostStore(database)
    found = await add(database, MEETING)
    await plan(database, utc(26, 12))
    day_before = await posts.get(GUILD, found.key, "2026-03-26", "reminder:24h")
    assert day_before
    (claimed,) = [each for each in await posts.claim(utc(25, 17), HOUR) if each.rung == "reminder:24h"]
    assert await posts.mark_posted(claimed, State.SENT, utc(25, 17), 99)
    await store.move(GUILD, found.id, OLGA, utc(26, 12), THURSDAY, local(3, 28, 20))
    await plan(database, utc(28, 12))
    own = [(row.rung, row.state, row.due_at) for row in await rows(database) if row.date == "2026-03-26"]
    assert ("reminder:24h", State.SENT, utc(25, 17)) in own
    assert ("reminder:1h", State.DUE, utc(28, 18)) in own
    assert sum(rung == "reminder:24h" for rung, _, _ in own) == 1


async def test_a_date_is_not_moved_to_where_another_one_is(database: Database) -> None:
    store = SlotStore(database)
    found = await add(database)
    for to in (local(4, 2, 20), local(4, 9, 18)):
        with pytest.raises(ClubError, match=f"takes place on {to.date()} already"):
            await store.move(GUILD, found.id, OLGA, NOW, THURSDAY, to)
    moved = await store.move(GUILD, found.id, OLGA, NOW, THURSDAY, local(3, 26, 20))
    assert moved.schedule.moved == {THURSDAY: local(3, 26, 20)}
    await store.move(GUILD, found.id, OLGA, NOW, THURSDAY, local(3, 27, 20))
    with pytest.raises(ClubError, match="already"):
        await store.move(GUILD, found.id, OLGA, NOW, THURSDAY + WEEK, local(3, 27, 21))
    assert len((await store.list_all(GUILD))[0].schedule.moved) == 1


async def test_a_pause_withdraws_and_ends_by_itself_or_when_it_is_resumed(database: Database) -> None:
    store, now = SlotStore(database), utc(25, 12)
    found = await add(database, now=now)
    paused = await store.pause(GUILD, found.id, OLGA, now, date(2026, 4, 9))
    assert paused.is_paused(now)
    assert not paused.is_paused(utc(9, 0, 4))
    assert await due(database) == []
    await plan(database, utc(8, 12, 4))
    assert await due(database) == [("2026-04-09", "prompt", utc(9, 16, 4))]
    await store.pause(GUILD, found.id, OLGA, utc(8, 12, 4), None)
    assert await due(database) == []
    await plan(database, utc(1, 12, 5))
    await store.resume(GUILD, found.id, OLGA, utc(1, 12, 5))
    await plan(database, utc(7, 12, 5))
    assert [day for day, _, _ in await due(database)] == ["2026-05-07"]


async def test_a_removed_slot_posts_nothing_more_and_its_number_is_not_used_again(database: Database) -> None:
    store = SlotStore(database)
    found = await add(database, now=utc(25, 12))
    assert await store.remove(GUILD + 1, found.id, OLGA, NOW) is None
    assert await store.remove(GUILD, found.id, OLGA, utc(25, 13)) == found
    assert await store.remove(GUILD, found.id, OLGA, utc(25, 13)) is None
    assert await due(database) == []
    assert await plan(database, utc(27, 12)) == 0
    assert (await add(database)).id > found.id
    with pytest.raises(ClubError, match="not there any more"):
        await store.skip(GUILD, found.id, OLGA, NOW, THURSDAY)


async def test_another_channel_is_taken_by_what_is_planned(database: Database) -> None:
    await add(database, now=utc(25, 12))
    new = NewSlot("Reading", BERLIN, Kind.PROMPT, 77)
    await SlotStore(database).add(GUILD, OLGA, utc(25, 13), new, replace=True)
    assert [row.channel_id for row in await rows(database)] == [77]


async def test_a_slot_without_a_channel_waits_until_the_club_has_one(database: Database) -> None:
    await add(database, NewSlot("Reading", BERLIN, Kind.PROMPT, None), now=utc(25, 12))
    assert await plan(database, utc(26, 18)) == 0
    await ClubStore(database).change(GUILD, OLGA, utc(26, 18), channel_id=ROOM)
    assert await plan(database, utc(26, 18)) == 1
    assert await due(database) == [("2026-03-26", "prompt", utc(26, 17))]


async def test_what_is_planned_follows_the_club_to_another_channel(database: Database) -> None:
    clubs = ClubStore(database)
    await clubs.change(GUILD, OLGA, NOW, channel_id=ROOM)
    await add(database, NewSlot("Here", BERLIN, Kind.PROMPT, ROOM), now=utc(25, 12))
    await add(database, NewSlot("There", BERLIN, Kind.PROMPT, None), now=utc(25, 12))
    await add(database, NewSlot("Elsewhere", BERLIN, Kind.PROMPT, None), guild=2)
    await clubs.change(GUILD, OLGA, utc(25, 13), channel_id=77)
    assert [row.channel_id for row in await rows(database)] == [ROOM, 77]


async def test_a_slot_whose_posts_discord_refuses_three_times_in_a_row_is_paused(database: Database) -> None:
    store, posts = SlotStore(database), PostStore(database)
    found, now = await add(database), NOW
    for week in range(4):
        assert await store.pause_refused(GUILD, found.id, now, "Missing Permissions") is None
        now = utc(26, 17) + week * WEEK
        await plan(database, now)
        (claimed,) = await posts.claim(now, HOUR)
        if week == 0:  # one that was posted ends the row
            await posts.mark_posted(claimed, State.SENT, now, 9)
            continue
        claimed = await refuse_twice(posts, claimed, now)
        await posts.end(claimed, State.MISSED, now, "Missing Permissions")
    paused = await store.pause_refused(GUILD, found.id, now, "Missing Permissions")
    assert paused
    assert paused.is_paused(now)
    assert paused.pause_reason == "Missing Permissions"
    assert await store.pause_refused(GUILD, found.id, now, "Missing Permissions") is None
    assert (await noted(database))[-1] == (None, "paused", "Reading: Discord refused three posts of it")
    resumed = await store.resume(GUILD, found.id, OLGA, now + HOUR)
    assert resumed.pause_reason == ""
    assert await store.pause_refused(GUILD, found.id, now + 2 * HOUR, "x") is None, "what was before does not count"


async def refuse_twice(posts: PostStore, claimed: Post, now: datetime) -> Post:
    for minute in (1, 2):
        later = now + minute * HOUR / 60
        await posts.put_off(claimed, later, "Missing Permissions", refused=True)
        (claimed,) = await posts.claim(later, HOUR)
    return claimed
