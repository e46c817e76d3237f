"""What clubs were prompted for, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.club.agenda import spent_papers, without_unmet
from bot.club.ladder import Kind
from bot.club.post import Planned, State
from bot.club.prompt import Choice, Why
from bot.club.questions import Question
from bot.club.slot import NewSlot
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import PostStore, plan_post
from bot.club.stores.prompts import PromptStore
from bot.club.stores.slots import SlotStore
from bot.database.database import Database
from bot.errors import ClubError
from bot.papers.identifiers import PaperId
from tests.attending import weekly

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLUB, OTHER = 700_000_000_000_000_001, 700_000_000_000_000_002
SLOT, DAY = "slot:3", "2026-03-10"
TREES = Choice(Why.AGAIN, "Trees", ("Ada",), PaperId("arxiv", "2401.00001"), "k1")
BIRDS = Choice(Why.AGAIN, "Birds", review_key="k2")
ASKED = (Question("sceptic:0", "Why?"), Question("sceptic:1", "How?"))


@pytest.fixture
def prompts(database: Database) -> PromptStore:
    return PromptStore(database)


async def test_a_prompt_is_kept_once_with_its_questions(prompts: PromptStore) -> None:
    kept = [await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW + timedelta(hours=n)) for n in range(2)]
    assert kept[0] == kept[1], "what is tried again is the same"
    assert (kept[0].title, kept[0].authors, kept[0].paper_id, kept[0].review_key) == (
        "Trees", ("Ada",), PaperId("arxiv", "2401.00001"), "k1",
    )  # fmt: skip
    assert kept[0].questions == ("Why?", "How?")
    assert await prompts.asked(CLUB) == {"sceptic:0": 1, "sceptic:1": 1}
    assert await prompts.asked(OTHER) == {}
    assert await prompts.get(CLUB, kept[0].id) == await prompts.find(CLUB, SLOT, DAY) == kept[0]
    assert await prompts.get(OTHER, kept[0].id) is None
    assert await prompts.find(OTHER, SLOT, DAY) is None


async def test_another_paper_takes_the_place_of_one_that_was_not_posted(prompts: PromptStore) -> None:
    nothing = await prompts.keep(CLUB, SLOT, DAY, Choice(), (), NOW)
    assert nothing.why is Why.NOTHING
    trees = await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)
    birds = await prompts.keep(CLUB, SLOT, DAY, BIRDS, ASKED[:1], NOW)
    assert nothing.id == trees.id == birds.id
    assert (birds.title, birds.questions) == ("Birds", ("Why?",))
    assert await prompts.asked(CLUB) == {"sceptic:0": 2, "sceptic:1": 1}


async def test_two_processes_that_prepare_a_prompt_keep_one(prompts: PromptStore) -> None:
    kept = await asyncio.gather(*(prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW) for _ in range(10)))
    assert len({each.id for each in kept}) == 1
    assert await prompts.asked(CLUB) == {"sceptic:0": 1, "sceptic:1": 1}


async def test_where_it_was_posted_is_what_the_outbox_says(database: Database, prompts: PromptStore) -> None:
    await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)
    posts = PostStore(database)
    for rung in ("prompt", "reminder:3d"):
        planned = Planned(CLUB, SLOT, DAY, rung, 55 if rung == "prompt" else 56, NOW)
        await database.write(
            lambda connection, planned=planned: (lock_club(connection, CLUB), plan_post(connection, planned))
        )
    found = await prompts.find(CLUB, SLOT, DAY)
    assert found
    assert (found.channel_id, found.message_id) == (55, None)
    (post, reminder) = await posts.claim(NOW, timedelta(minutes=1))
    await posts.mark_posted(post, State.SENT, NOW, 77)
    await posts.mark_posted(reminder, State.SENT, NOW, 78)
    found = await prompts.find(CLUB, SLOT, DAY)
    assert found
    assert (found.channel_id, found.message_id) == (55, 77)


async def test_members_are_counted_once_each_however_often_they_click(prompts: PromptStore) -> None:
    number = (await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)).id
    marks = [prompts.mark_read(CLUB, number, member % 7, NOW) for member in range(50)]
    assert max([each.readers for each in await asyncio.gather(*marks)]) == 7
    assert (await prompts.unmark_read(CLUB, number, 3)).readers == 6
    assert (await prompts.unmark_read(CLUB, number, 3)).readers == 6
    for change in (prompts.mark_read(OTHER, number, 1, NOW), prompts.unmark_read(OTHER, number, 1)):
        with pytest.raises(ClubError, match="not known here"):
            await change
    nothing = await prompts.keep(CLUB, SLOT, "2026-03-17", Choice(), (), NOW)
    with pytest.raises(ClubError, match="not known here"):
        await prompts.mark_read(CLUB, nothing.id, 1, NOW)
    assert (await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)).readers == 6


async def test_what_a_slot_has_brought_and_what_was_read_again(prompts: PromptStore) -> None:
    await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)
    await prompts.keep(CLUB, SLOT, "2026-03-17", BIRDS, ASKED, NOW + timedelta(days=7))
    await prompts.keep(CLUB, "slot:4", DAY, TREES, ASKED, NOW + timedelta(days=1))
    await prompts.keep(OTHER, SLOT, DAY, TREES, ASKED, NOW + timedelta(days=30))
    brought = await prompts.brought(CLUB, SLOT)
    assert {day: choice.key for day, choice in brought.items()} == {DAY: "review:k1", "2026-03-17": "review:k2"}
    lately = await prompts.prompted(CLUB, NOW)
    assert {name: choice.key for name, choice in lately.items()} == {
        (SLOT, DAY): "review:k1", (SLOT, "2026-03-17"): "review:k2", ("slot:4", DAY): "review:k1"
    }  # fmt: skip
    assert set(await prompts.prompted(CLUB, NOW + timedelta(days=71))) == {(SLOT, "2026-03-17")}
    lately = {"k1": NOW + timedelta(days=1), "k2": NOW + timedelta(days=7)}
    assert await prompts.read_again(CLUB, SLOT, DAY) == lately
    assert await prompts.read_again(CLUB, "slot:4", DAY) == lately | {"k1": NOW}
    assert await prompts.read_again(CLUB, SLOT, "2026-03-17") == {"k1": NOW + timedelta(days=1)}


async def test_the_thread_of_a_prompt_is_kept(prompts: PromptStore) -> None:
    number = (await prompts.keep(CLUB, SLOT, DAY, TREES, ASKED, NOW)).id
    await prompts.put_thread(OTHER, number, 1)
    await prompts.put_thread(CLUB, number, 9)
    found = await prompts.get(CLUB, number)
    assert found
    assert found.thread_id == 9


@pytest.mark.parametrize("how", ["paused and resumed", "on other days", "met"])
async def test_what_was_prompted_for_a_meeting_that_never_was_is_not_brought(
    database: Database, prompts: PromptStore, how: str
) -> None:
    found, slots = await weekly(database, CLUB, NOW, days=1), SlotStore(database)
    day = (NOW + timedelta(days=1)).date().isoformat()
    await prompts.keep(CLUB, found.key, day, TREES, ASKED, NOW)
    if how == "paused and resumed":
        await slots.pause(CLUB, found.id, 1, NOW, None)
        found = await slots.resume(CLUB, found.id, 1, NOW + timedelta(days=5))
    elif how == "on other days":
        later = replace(found.schedule, days=(found.schedule.days[0] + 1,))
        found = await slots.add(CLUB, 1, NOW, NewSlot(found.name, later, Kind.MEETING, None), replace=True)
    brought = without_unmet(found, await prompts.brought(CLUB, found.key), NOW + timedelta(days=5))
    assert set(spent_papers(found.schedule, brought)) == ({"review:k1"} if how == "met" else set())
    lately = await prompts.prompted(CLUB, NOW + timedelta(days=5))
    assert lately[found.key, day].met is (how == "met")
