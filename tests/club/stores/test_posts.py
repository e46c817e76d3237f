"""What is to be posted, on both databases."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import Connection, Select

from bot.club.post import Outlook, Planned, Post, State
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import PostStore, plan_post
from bot.database.database import Database
from bot.database.postgres import PostgresDatabase

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=90)
MINUTE = timedelta(minutes=1)
ONE = Planned(1, "ballot:1", "", "result", 5, NOW)


async def plan(database: Database, posts: Iterable[Planned]) -> list[bool]:
    def work(connection: Connection) -> list[bool]:
        for guild in sorted({post.guild_id for post in posts}):
            lock_club(connection, guild)
        return [plan_post(connection, post) for post in posts]

    return await database.write(work)


def many(count: int) -> list[Planned]:
    return [Planned(n % 3, f"ballot:{n}", "", "result", n % 4, NOW - n * MINUTE) for n in range(count)]


async def get(store: PostStore, planned: Planned) -> Post:
    post = await store.get(planned.guild_id, planned.slot, planned.date, planned.rung)
    assert post
    return post


async def test_a_post_is_planned_once(database: Database) -> None:
    twins = await asyncio.gather(*(plan(database, [ONE]) for _ in range(8)))
    assert sorted(twins) == [*([[False]] * 7), [True]]
    others = [replace(ONE, slot="b"), replace(ONE, date="2026-01-01"), replace(ONE, rung="r"), replace(ONE, guild_id=2)]
    assert await plan(database, others) == [True] * 4
    store = PostStore(database)
    (first, *_) = await store.claim(NOW, LEASE)
    assert await store.mark_posted(first, State.SENT, NOW, 7)
    assert await plan(database, [replace(first, due_at=NOW + MINUTE)]) == [False]
    assert (await get(store, first)).state is State.SENT


async def test_a_change_that_fails_plans_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        lock_club(connection, 1)
        assert plan_post(connection, ONE)
        raise KeyError

    try:
        await database.write(work)
    except KeyError:
        pass
    assert await PostStore(database).get(1, "ballot:1", "", "result") is None


async def test_every_post_is_claimed_by_one_alone_until_its_lease_ends(database: Database) -> None:
    store = PostStore(database)
    await plan(database, many(70))
    claims = await asyncio.gather(*(store.claim(NOW, LEASE) for _ in range(8)))
    claims += [await store.claim(NOW, LEASE)]  # what was locked, and not yet committed, was passed over
    claimed = [post.slot for claim in claims for post in claim]
    assert len(claimed) == len(set(claimed)) == 70
    assert max(map(len, claims)) <= 50
    assert await store.claim(NOW + LEASE - MINUTE / 60, LEASE) == []
    again = await store.claim(NOW + LEASE, LEASE)
    assert [post.due_at for post in again] == sorted(post.due_at for post in again)
    assert {post.tries for post in again} == {2}


async def test_without_a_lease_a_post_is_claimed_again(database: Database) -> None:
    store = PostStore(database)
    await plan(database, [ONE])
    assert [len(await store.claim(NOW, lease)) for lease in (timedelta(), LEASE, LEASE)] == [1, 1, 0]


@pytest.mark.parametrize("locked", [True, False])
async def test_two_that_claim_at_the_same_time_are_kept_apart_by_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    if not locked:
        monkeypatch.setattr(Select, "with_for_update", lambda statement, **_: statement)
    database = PostgresDatabase(postgres_url)
    await database.open()
    await plan(database, many(10))
    store = PostStore(database)
    holder = await asyncpg.connect(postgres_url)
    async with holder.transaction():
        # All rows but one are another's just now, and whoever would write to them has to wait.
        await holder.execute("SELECT id FROM post WHERE slot <> 'ballot:0' FOR UPDATE")
        claims = [asyncio.create_task(store.claim(NOW, LEASE)) for _ in range(2)]
        if locked:
            assert sorted([len(claimed) for claimed in await asyncio.gather(*claims)]) == [0, 1]
        else:
            await two_wait_for_a_lock(postgres_url)
    claimed = [post.slot for posts in await asyncio.gather(*claims) for post in posts]
    assert max(Counter(claimed).values()) == (1 if locked else 2)
    await holder.close()
    await database.close()


async def two_wait_for_a_lock(url: str) -> None:
    """Ask the database until two of its connections wait for a lock."""
    watcher = await asyncpg.connect(url)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(30):
        while await watcher.fetchval(waiting) < 2:
            continue
    await watcher.close()


async def test_what_is_not_due_is_not_claimed_and_the_next_moment_is_known(database: Database) -> None:
    store = PostStore(database)
    assert await store.next_at() is None
    await plan(database, [ONE])
    assert await store.next_at() == NOW
    assert await store.claim(NOW - MINUTE, LEASE) == []
    (post,) = await store.claim(NOW, LEASE)
    assert await store.next_at() == NOW + LEASE
    assert await store.put_off(post, NOW + 2 * LEASE, "no answer")
    assert await store.next_at() == NOW + 2 * LEASE
    (post,) = await store.claim(NOW + 2 * LEASE, LEASE)
    assert post.reason == "no answer"
    assert await store.end(post, State.CANCELLED, NOW, "not needed")
    assert await store.next_at() is None


async def test_who_lost_a_lease_changes_nothing_but_what_is_true(database: Database) -> None:
    store = PostStore(database)
    await plan(database, [ONE])
    (slow,) = await store.claim(NOW, LEASE)
    (quick,) = await store.claim(NOW + LEASE, LEASE)
    assert not await store.begin(slow, NOW)
    assert not await store.put_off(slow, NOW, "")
    assert not await store.end(slow, State.MISSED, NOW)
    assert await store.begin(quick, NOW + LEASE)
    assert (await get(store, ONE)).began_at == NOW + LEASE
    assert await store.end(quick, State.IN_DOUBT, NOW + LEASE, "unreadable")
    assert await store.mark_posted(slow, State.SENT, NOW, 7)
    assert not await store.mark_posted(quick, State.SENT, NOW, 8)
    post = await get(store, ONE)
    assert (post.state, post.message_id, post.reason) == (State.SENT, 7, "")


async def test_a_refused_post_is_due_again_unless_an_earlier_try_had_no_answer(database: Database) -> None:
    store = PostStore(database)
    await plan(database, [ONE])
    tries = [("forbidden", State.DUE, 1), ("no answer", State.SENDING, 1), ("forbidden", State.SENDING, 2)]
    for number, (reason, state, refusals) in enumerate(tries):
        now = NOW + number * MINUTE
        (post,) = await store.claim(now, LEASE)
        assert await store.begin(post, now)
        assert (await get(store, ONE)).state is State.SENDING
        assert await store.put_off(post, now + MINUTE, reason, refused=reason == "forbidden")
        post = await get(store, ONE)
        assert (post.state, post.refusals, post.began_at, post.tries) == (state, refusals, NOW, number + 1)


async def test_a_later_post_of_the_same_slot_takes_the_place_of_an_earlier_one(database: Database) -> None:
    week = [Planned(1, "weekly:1", f"2026-01-{day:02}", "prompt", 5, NOW - (9 - day) * MINUTE) for day in range(1, 12)]
    await plan(database, [*week, ONE])
    claimed = await PostStore(database).claim(NOW, LEASE)
    assert [(post.date, post.superseded) for post in claimed] == [
        *((f"2026-01-{day:02}", True) for day in range(1, 9)),
        ("", False),
        ("2026-01-09", False),
    ]


async def test_what_is_posted_for_one_meeting_does_not_take_the_place_of_what_is_for_another(
    database: Database,
) -> None:
    # As in a club that meets every week, where the reminder for one meeting comes with the choice for the next one.
    rungs = [("2026-01-22", "choose"), ("2026-01-15", "reminder:3d"), ("2026-01-15", "reminder:24h")]
    await plan(database, [Planned(1, "slot:1", day, rung, 5, NOW - MINUTE) for day, rung in rungs])
    claimed = await PostStore(database).claim(NOW, LEASE)
    assert [(post.date[-2:], post.rung, post.superseded) for post in claimed] == [
        ("15", "reminder:3d", True),
        ("15", "reminder:24h", False),
        ("22", "choose", False),
    ]


async def test_a_new_run_takes_over_at_once_where_it_is_alone(database: Database) -> None:
    store = PostStore(database)
    await plan(database, [ONE])
    await store.claim(NOW, LEASE)
    await store.release()
    assert len(await store.claim(NOW + MINUTE, LEASE)) == (0 if database.shared else 1)


async def test_what_was_missed_can_be_listed(database: Database) -> None:
    store = PostStore(database)
    await plan(database, many(9))
    for n, post in enumerate(await store.claim(NOW, LEASE)):
        await store.end(post, State.MISSED if n % 2 else State.CANCELLED, NOW + n * MINUTE, "why")
    listed = await store.ended(0, [State.MISSED], NOW + 2 * MINUTE)
    assert listed
    assert all(post.guild_id == 0 and post.state is State.MISSED and post.reason == "why" for post in listed)
    assert [post.ended_at for post in listed] == sorted(
        (post.ended_at for post in listed if post.ended_at), reverse=True
    )


async def test_the_outlook_tells_the_last_the_next_and_what_went_wrong_lately(database: Database) -> None:
    store = PostStore(database)
    assert await store.outlook(1, NOW) == Outlook()
    ends = [State.SENT, State.LATE, State.CANCELLED, State.MISSED, State.IN_DOUBT, State.MISSED]
    week = [Planned(1, f"slot:{n}", "", "prompt", 5, NOW - (20 - n) * MINUTE) for n in range(len(ends))]
    await plan(database, [*week, replace(ONE, due_at=NOW + MINUTE), replace(ONE, guild_id=2)])
    for n, post in enumerate(await store.claim(NOW - MINUTE, LEASE)):
        if ends[n] in (State.SENT, State.LATE):
            await store.mark_posted(post, ends[n], NOW + n * MINUTE, 7 + n)
        else:
            await store.end(post, ends[n], NOW + n * MINUTE, "why")
    found = await store.outlook(1, NOW + 2 * MINUTE)
    assert found.last
    assert found.next
    assert (found.last.slot, found.last.message_id) == ("slot:1", 8)
    assert found.next.slot == ONE.slot
    assert [post.slot for post in found.troubles] == ["slot:4", "slot:5", "slot:3", "slot:2"]
    later = await store.outlook(1, NOW + 60 * MINUTE)
    assert [post.slot for post in later.troubles] == ["slot:4"], "what is in doubt waits for an organiser"


async def test_organisers_decide_once_what_is_in_doubt(database: Database) -> None:
    store, olga = PostStore(database), 9
    await plan(database, [ONE, replace(ONE, slot="ballot:2")])
    for post in await store.claim(NOW, LEASE):
        await store.begin(post, NOW)
        await store.end(post, State.IN_DOUBT, NOW, "unreadable")
    first, second = (await store.outlook(1, NOW)).troubles
    later = NOW + 30 * LEASE
    assert not await store.confirm_posted(2, first.id, olga, later)
    assert not await store.post_again(2, second.id, olga, later)
    clicks = [store.confirm_posted(1, first.id, olga, later), store.post_again(1, first.id, olga, later)]
    assert sorted(await asyncio.gather(*clicks, *(store.post_again(1, second.id, olga, later) for _ in range(3)))) == [
        False,
        False,
        False,
        True,
        True,
    ]
    again = await store.claim(later, LEASE)
    assert second.id in [post.id for post in again]
    assert all((post.state, post.due_at, post.began_at, post.refusals) == (State.DUE, later, None, 0) for post in again)
    assert not await store.post_again(1, second.id, olga, later)
