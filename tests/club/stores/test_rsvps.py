"""Who comes, on each kind of database."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.club.ladder import Kind, Ladder
from bot.club.post import Post, State
from bot.club.rsvp import Answer, Turnout, read_rung
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot, Slot
from bot.club.stores.posts import PostStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.database.database import Database
from bot.database.tables import post, rsvp
from bot.errors import ClubError

CLUB, OTHER, OLGA, ROOM = 1, 2, 7, 5
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAY, NEXT = date(2026, 3, 5), date(2026, 3, 12)
AT = datetime(2026, 3, 5, 18, tzinfo=UTC)
FRIDAY = datetime.combine(date(2026, 3, 6), time(20))
YES, LATE, NO = Answer
HOUR = timedelta(hours=1)


@pytest.fixture
def rsvps(database: Database) -> RsvpStore:
    return RsvpStore(database)


@pytest.fixture
def slots(database: Database) -> SlotStore:
    return SlotStore(database)


async def add(slots: SlotStore, club: int = CLUB, kind: Kind = Kind.MEETING, name: str = "Night") -> Slot:
    schedule = Schedule((3,), time(18), "UTC", date(2026, 1, 1))
    return await slots.add(club, OLGA, NOW, NewSlot(name, schedule, kind, ROOM))


async def say(
    store: RsvpStore,
    slot: Slot,
    member: int,
    answer: Answer = YES,
    *,
    day: date = DAY,
    now: datetime = NOW,
    at: datetime = AT,
) -> Turnout:
    _, turnout, counts = await store.answer(slot.guild_id, slot.id, day, member, answer, now, {at})
    assert counts
    return turnout


async def again(database: Database) -> list[Any]:
    """Give the posts that tell of a change."""
    query = select(post).where(post.c.rung.startswith("again")).order_by(post.c.id)
    return list(await database.read(lambda connection: connection.execute(query).all()))


async def put_state(database: Database, number: int, state: State) -> None:
    change = update(post).where(post.c.id == number).values(state=state, message_id=9, ended_at=NOW)
    await database.write(lambda connection: connection.execute(change))


async def post_of(database: Database, row: Any) -> Post:
    found = await PostStore(database).get(row.guild_id, row.slot, row.date, row.rung)
    assert found
    return found


async def test_an_answer_counts_once_and_may_change(rsvps: RsvpStore, slots: SlotStore, database: Database) -> None:
    slot = await add(slots)
    assert await say(rsvps, slot, 41) == Turnout(1, 0, 0, (41,))
    assert await say(rsvps, slot, 42, now=NOW + HOUR) == Turnout(2, 0, 0, (41, 42))
    rows = await database.read(lambda connection: connection.execute(select(rsvp)).all())
    assert await say(rsvps, slot, 41, now=NOW + 2 * HOUR) == Turnout(2, 0, 0, (41, 42)), "a second click is none"
    assert await database.read(lambda connection: connection.execute(select(rsvp)).all()) == rows
    assert await say(rsvps, slot, 41, LATE, now=NOW + 3 * HOUR) == Turnout(1, 1, 0, (42, 41))
    assert await say(rsvps, slot, 41, NO) == Turnout(1, 0, 1, (42,))
    assert await rsvps.count(CLUB, slot.key, str(DAY), AT) == Turnout(1, 0, 1, (42,))
    assert await rsvps.count(CLUB, slot.key, str(NEXT), AT + timedelta(7)) == Turnout()


async def test_two_hundred_who_answer_at_once_are_counted_exactly(rsvps: RsvpStore, slots: SlotStore) -> None:
    slot = await add(slots)
    answers = [YES, LATE, NO, YES]
    counts = await asyncio.gather(*(say(rsvps, slot, member, answers[member % 4]) for member in range(200)))
    assert await rsvps.count(CLUB, slot.key, str(DAY), AT) == Turnout(
        100, 50, 50, tuple(n for n in range(16) if n % 4 != 2)
    )
    totals = sorted(each.coming + each.no for each in counts)
    assert totals == [*range(1, 201)], "each has counted all before it"


async def test_a_moved_meeting_asks_again_and_one_moved_back_knows_the_answers(
    rsvps: RsvpStore, slots: SlotStore
) -> None:
    slot = await add(slots)
    await say(rsvps, slot, 41)
    await say(rsvps, slot, 42)
    await slots.move(CLUB, slot.id, OLGA, NOW, DAY, FRIDAY)
    friday = FRIDAY.replace(tzinfo=UTC)
    assert await rsvps.count(CLUB, slot.key, str(DAY), friday) == Turnout()
    found, turnout, counts = await rsvps.answer(CLUB, slot.id, DAY, 41, YES, NOW, {AT})
    assert (found.occurrence.at, turnout, counts) == (friday, Turnout(), False), "they have seen the old time"
    assert (await say(rsvps, slot, 42, NO, at=friday)).no == 1
    await slots.unskip(CLUB, slot.id, OLGA, NOW, DAY)
    assert await rsvps.count(CLUB, slot.key, str(DAY), AT) == Turnout(1, 0, 0, (41,)), "the other one answered anew"


@pytest.mark.parametrize(
    ("why", "day", "after"),
    [
        ("over", DAY, timedelta(days=3, hours=7, minutes=30)),
        ("does not meet on that date", DAY + timedelta(1), timedelta()),
        ("does not meet on that date", None, timedelta()),
        ("does not meet on that date", date.min, timedelta()),
        ("does not meet on that date", date(9999, 12, 30), timedelta()),
    ],
)
async def test_there_is_nothing_to_answer_for_other_dates(
    rsvps: RsvpStore, slots: SlotStore, why: str, day: date | None, after: timedelta
) -> None:
    slot = await add(slots)
    with pytest.raises(ClubError, match=why):
        await rsvps.answer(CLUB, slot.id, day, 41, YES, NOW + after, {AT})
    await say(rsvps, slot, 41, now=NOW + timedelta(days=3, hours=7))


async def test_called_off_prompts_and_other_clubs_have_nothing_to_answer(rsvps: RsvpStore, slots: SlotStore) -> None:
    slot, alone = await add(slots), await add(slots, kind=Kind.PROMPT, name="Prompt")
    theirs = await add(slots, OTHER)
    for club, number, why in (
        (CLUB, alone.id, "no meeting"),
        (CLUB, theirs.id, "not take"),
        (OTHER, slot.id, "not take"),
    ):
        with pytest.raises(ClubError, match=why):
            await rsvps.answer(club, number, DAY, 41, YES, NOW, {AT})
    await say(rsvps, theirs, 41)
    await slots.skip(CLUB, slot.id, OLGA, NOW, DAY)
    with pytest.raises(ClubError, match="called off"):
        await rsvps.answer(CLUB, slot.id, DAY, 41, YES, NOW, {AT})
    assert await rsvps.count(CLUB, slot.key, str(DAY), AT) == Turnout()
    assert (await rsvps.count(OTHER, theirs.key, str(DAY), AT)).coming == 1


async def test_who_has_left_is_dropped(rsvps: RsvpStore, slots: SlotStore) -> None:
    slot = await add(slots)
    for member in (41, 42, 43):
        await say(rsvps, slot, member)
    await rsvps.drop(OTHER, slot.key, str(DAY), [42])
    await rsvps.drop(CLUB, slot.key, str(DAY), [41, 43])
    assert await rsvps.count(CLUB, slot.key, str(DAY), AT) == Turnout(1, 0, 0, (42,))


# --- telling of a change --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["skip", "move", "pause", "remove", "replace", "prompt"])
async def test_who_wanted_to_come_is_told_once_of_a_change(
    rsvps: RsvpStore, slots: SlotStore, database: Database, how: str
) -> None:
    slot = await add(slots)
    for member, answer in ((41, YES), (42, LATE), (43, NO)):
        await say(rsvps, slot, member, answer)
    await slots.set_posts(CLUB, slot.id, OLGA, NOW, Ladder(choose=None), None)
    assert await again(database) == [], "it is when it was"
    tuesday = Schedule((1,), time(18), "UTC", date(2026, 1, 1))
    for _ in range(2):
        match how:
            case "skip":
                await slots.skip(CLUB, slot.id, OLGA, NOW, DAY)
            case "move":
                await slots.move(CLUB, slot.id, OLGA, NOW, DAY, FRIDAY)
            case "pause":
                await slots.pause(CLUB, slot.id, OLGA, NOW, NEXT)
            case "remove":
                await slots.remove(CLUB, slot.id, OLGA, NOW)
            case "replace":
                await slots.add(CLUB, OLGA, NOW, NewSlot("Night", tuesday, Kind.MEETING, ROOM), replace=True)
            case _:
                await slots.add(CLUB, OLGA, NOW, NewSlot("Night", slot.schedule, Kind.PROMPT, ROOM), replace=True)
    (told,) = await again(database)
    assert (told.date, told.channel_id, told.due_at, told.state) == (str(DAY), ROOM, NOW, State.DUE)
    assert read_rung(told.rung) == (FRIDAY.replace(tzinfo=UTC) if how == "move" else None)
    found = await rsvps.find_recipients(await post_of(database, told))
    assert found
    assert (found.members, found.before) == ((41, 42), AT)


async def test_nobody_is_told_where_nobody_wanted_to_come_or_it_is_past(
    rsvps: RsvpStore, slots: SlotStore, database: Database
) -> None:
    slot = await add(slots)
    await say(rsvps, slot, 43, NO)
    await say(rsvps, slot, 44, day=NEXT, at=AT + timedelta(7))
    await slots.skip(CLUB, slot.id, OLGA, NOW, DAY)
    await slots.pause(CLUB, slot.id, OLGA, AT + timedelta(8), None)
    assert await again(database) == []


async def test_what_was_not_told_yet_is_not_told_when_it_is_as_before(
    rsvps: RsvpStore, slots: SlotStore, database: Database
) -> None:
    slot = await add(slots)
    await say(rsvps, slot, 41)
    await slots.skip(CLUB, slot.id, OLGA, NOW, DAY)
    await slots.unskip(CLUB, slot.id, OLGA, NOW + HOUR, DAY)
    assert [State(row.state) for row in await again(database)] == [State.CANCELLED]
    await slots.skip(CLUB, slot.id, OLGA, NOW + 2 * HOUR, DAY)
    await slots.set_posts(CLUB, slot.id, OLGA, NOW + 2 * HOUR, Ladder(choose=None), None)
    assert [State(row.state) for row in await again(database)] == [State.CANCELLED, State.DUE], "other changes leave it"


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.IN_DOUBT])
async def test_who_was_told_is_told_again_when_it_is_as_before(
    rsvps: RsvpStore, slots: SlotStore, database: Database, state: State
) -> None:
    slot = await add(slots)
    await say(rsvps, slot, 41)
    await say(rsvps, slot, 42)
    await slots.move(CLUB, slot.id, OLGA, NOW, DAY, FRIDAY)
    (moved,) = await again(database)
    await put_state(database, moved.id, state)
    friday = FRIDAY.replace(tzinfo=UTC)
    await say(rsvps, slot, 41, at=friday, now=NOW + HOUR)
    await slots.move(CLUB, slot.id, OLGA, NOW + 2 * HOUR, NEXT, datetime.combine(date(2026, 3, 13), time(20)))
    assert len(await again(database)) == 1, "another date"
    await slots.unskip(CLUB, slot.id, OLGA, NOW + 2 * HOUR, DAY)
    _, back = await again(database)
    assert read_rung(back.rung) == AT
    found = await rsvps.find_recipients(await post_of(database, back))
    assert found
    assert (found.members, found.before) == ((42, 41), friday)
    await say(rsvps, slot, 42, LATE, now=NOW + 3 * HOUR)
    found = await rsvps.find_recipients(await post_of(database, back))
    assert found
    assert found.members == (41,), "who has answered since knows it"


async def test_two_clubs_are_told_apart(rsvps: RsvpStore, slots: SlotStore, database: Database) -> None:
    slot, theirs = await add(slots), await add(slots, OTHER)
    await say(rsvps, theirs, 41)
    await slots.skip(CLUB, slot.id, OLGA, NOW, DAY)
    assert await again(database) == []
    await slots.skip(OTHER, theirs.id, OLGA, NOW, DAY)
    assert [(row.guild_id, row.slot) for row in await again(database)] == [(OTHER, theirs.key)]


async def test_who_is_told_is_told_beside_a_reminder_that_is_late(
    rsvps: RsvpStore, slots: SlotStore, database: Database
) -> None:
    slot = await add(slots)
    await say(rsvps, slot, 41)
    await slots.move(CLUB, slot.id, OLGA, NOW, DAY, FRIDAY)
    claimed = await PostStore(database).claim(AT + timedelta(days=1), HOUR)
    told = [each for each in claimed if each.rung.startswith("again")]
    assert [each.superseded for each in told] == [False]
    assert len(claimed) > 1
