"""Prompts, reminders and the choice of what to read, as members meet them, on a simulated Discord."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import Connection

from bot.club.ballot import Ballot, BallotState
from bot.club.ladder import Kind, Ladder
from bot.club.post import Planned, Post, State
from bot.club.prompt import Prompt, Why
from bot.club.schedule import Schedule
from bot.club.slot import Slot
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import PostStore, plan_post
from bot.club.stores.prompts import PromptStore
from bot.papers.source import SourceFault
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests import shared
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import PRUNING, accept, suggest
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import plain, review_file, write_reviews

NUMBER, NAME = 7, "Tuesday reading"
ABSTRACT = (
    "We introduce decision pruning, a new way to cut decision trees. We show that decision pruning halves the cost of "
    "decision trees on every task that we tried. Decision pruning is 30% faster than the best earlier method."
)
PING = "pc:s:setping"
RSVP = ["I'll come", "Late", "Can't come", "Calendar"]


def text_of(message: Any) -> str:
    """Give the text of an answer, or of a message in the channel."""
    return shared.text_of(_alike(message))


def button_labels(message: Any) -> list[str]:
    return shared.button_labels(_alike(message))


def _alike(message: Any) -> Any:
    return plain(message) if message.components and not isinstance(message.components[0], dict) else message


class FakeSlots:
    """Knows one slot of each club."""

    def __init__(self, slot: Slot) -> None:
        self.slot: Slot | None = slot

    async def get(self, guild_id: int, number: int) -> Slot | None:
        return self.slot if self.slot and (guild_id, number) == (self.slot.guild_id, self.slot.id) else None


def day_after(club: Club, days: int) -> date:
    return (club.env.now() + timedelta(days=days)).date()


def use_slot(club: Club, days: int = 7, kind: Kind = Kind.MEETING, **more: Any) -> FakeSlots:
    """Let the club meet every week from some days from now on, at 18:00 UTC."""
    start = day_after(club, days)
    schedule = Schedule((start.weekday(),), time(18), "UTC", start, **more)
    slot = Slot(NUMBER, club.env.guild.id, NAME, schedule, Ladder(kind), None, None, club.env.now())
    slots = FakeSlots(slot)
    cog: Any = club.bot.get_cog("PromptsCog")
    cog._prompting._slots = slots
    return slots


async def deliver(club: Club, rung: str, days: int = 7) -> Any:
    """Let a post of the slot come due; give the message, or None."""
    day = day_after(club, days).isoformat()
    before = {message.id for message in club.channel.history()}
    planned = Planned(club.env.guild.id, f"slot:{NUMBER}", day, rung, club.channel.id, club.env.now())

    def work(connection: Connection) -> None:
        lock_club(connection, planned.guild_id)
        plan_post(connection, planned)

    await club.bot.database.write(work)
    club.bot.outbox.wake()
    await club.env.settle()
    new = [message for message in club.channel.history() if message.id not in before]
    return new[0] if new else None


async def post_of(club: Club, rung: str, days: int = 7) -> Post:
    day = day_after(club, days).isoformat()
    found = await PostStore(club.bot.database).get(club.env.guild.id, f"slot:{NUMBER}", day, rung)
    assert found
    return found


async def kept(club: Club, days: int = 7) -> Prompt:
    day = day_after(club, days).isoformat()
    found = await PromptStore(club.bot.database).find(club.env.guild.id, f"slot:{NUMBER}", day)
    assert found
    return found


def seen(club: Club, message: Any) -> Any:
    """Give a message as it is now."""
    return next(each for each in club.channel.history() if each.id == message.id)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(
        paper(PRUNING.value, "Pruning of trees: how much can one cut?", abstract=ABSTRACT),
        paper("2401.00009", "Trees", abstract=ABSTRACT),
    )


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path, source: FakeSource) -> Club:
    return await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}), sources=[source])


@pytest.fixture
async def readers(start_club: StartClub, tmp_path: Path, source: FakeSource) -> Club:
    """Start a club that has read two papers, one of them long ago."""
    asks = "\n\n## Questions\n\nDoes every tree need its leaves? Who pays for the birds?\n"
    body = (
        "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00009)\n\n## Summary\n\nThe authors cut trees "
        "in a new way and count what is left of them afterwards." + asks
    )
    files = {
        "trees.md": review_file("Trees", body, date="2019-06-07"),
        "new.md": review_file("New things", "Text of it.\n", date="2025-06-07"),
    }
    return await start_club(write_reviews(tmp_path / "r", files), sources=[source])


# --- which paper ----------------------------------------------------------------------------------


async def test_the_prompt_shows_what_was_chosen_and_asks_about_its_own_words(club: Club) -> None:
    use_slot(club)
    await suggest(club, "Something else", club.grace)
    await accept(club, "Pruning of trees: how much can one cut?", club.ada, organiser(club), paper_id=PRUNING)
    text = text_of(await deliver(club, "prompt"))
    at = int(datetime.combine(day_after(club, 7), time(18), UTC).timestamp())
    assert text.startswith(f"-# {NAME}\n## Pruning of trees: how much can one cut?\n-# Ada Lovelace · [arxiv:")
    assert "📌 The club chose it\n" in text
    assert f"We meet <t:{at}:R>, on <t:{at}:F>" in text
    assert "A minute for the abstract" in text
    assert "**In brief**\n- We introduce decision pruning" in text
    assert "“We show that decision pruning halves the cost" in text or "“decision trees”" in text
    prompt = await kept(club)
    assert 2 <= len(prompt.questions) <= 4
    assert prompt.why is Why.CHOSEN
    assert prompt.message_id


async def test_without_a_choice_the_best_suggestion_is_prompted_for_and_another_one_is_asked_for(club: Club) -> None:
    use_slot(club)
    await suggest(club, "Pruning", club.grace, paper_id=PRUNING)
    text = text_of(await deliver(club, "prompt"))
    assert "## Pruning\n" in text
    assert "💡 The first of the suggestions\n-# Nothing was chosen: </suggest:" in text


async def test_without_any_suggestion_the_club_looks_again_at_its_oldest_review(readers: Club) -> None:
    use_slot(readers)
    message = await deliver(readers, "prompt")
    text = text_of(message)
    assert "## Trees\n" in text
    assert "📗 The club read it on 7 June 2019; let's look at it again" in text
    assert "A minute for the club's review" in text
    assert "- Does every tree need its leaves?\n- Who pays for the birds?" in text
    opened = await readers.ada.click(message, label="Open the review")
    assert opened.ephemeral
    use_slot(readers, 14)
    text = text_of(await deliver(readers, "prompt", 14))
    assert "## New things" in text, "the other one was just looked at"


async def test_a_prompt_that_is_refused_at_first_is_of_the_same_paper_later(readers: Club) -> None:
    use_slot(readers)
    readers.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    assert await deliver(readers, "prompt") is None
    before = await kept(readers)
    await readers.env.advance_time(61)
    (message,) = readers.channel.history()
    assert "## Trees\n" in text_of(message)
    after = await kept(readers)
    assert (after.id, after.questions, after.message_id) == (before.id, before.questions, message.id)


async def test_with_nothing_at_all_the_prompt_asks_for_suggestions(club: Club) -> None:
    use_slot(club)
    message = await deliver(club, "prompt")
    assert "## What shall we read?\nNothing is chosen, nothing is suggested" in text_of(message)
    assert "</suggest:" in text_of(message)
    assert button_labels(message) == RSVP, "the club meets all the same"


async def test_a_source_that_is_down_leaves_a_prompt_that_says_so(club: Club, source: FakeSource) -> None:
    use_slot(club)
    await accept(club, "Pruning", club.ada, organiser(club), paper_id=PRUNING)
    source.fault = SourceFault("arXiv is down")
    text = text_of(await deliver(club, "prompt"))
    assert "## Pruning" in text
    assert "⚠️ Its abstract is missing here: " in text
    assert text.count("\n- ") >= 2, "it asks its questions nevertheless"


async def test_what_was_prompted_for_one_date_is_not_prompted_for_another_unless_that_was_skipped(club: Club) -> None:
    slots = use_slot(club)
    olga = organiser(club)
    await accept(club, "First paper", club.ada, olga)
    assert "## First paper" in text_of(await deliver(club, "prompt"))
    await suggest(club, "Second paper", club.grace)
    assert "## Second paper" in text_of(await deliver(club, "prompt", 14)), "nobody said that the first was read"
    assert slots.slot
    use_slot(club, skipped=frozenset([day_after(club, 7)]))
    assert "## First paper" in text_of(await deliver(club, "prompt", 21))


async def test_what_was_prompted_for_a_date_in_a_pause_is_prompted_for_after_it(club: Club) -> None:
    use_slot(club)
    await accept(club, "First paper", club.ada, organiser(club))
    await suggest(club, "Second paper", club.grace)
    await deliver(club, "prompt")
    use_slot(club, paused_since=club.env.now(), paused_until=day_after(club, 8))
    assert "## First paper" in text_of(await deliver(club, "prompt", 14))


async def test_a_prompt_alone_says_nothing_of_a_meeting(club: Club) -> None:
    use_slot(club, 0, Kind.PROMPT)
    await accept(club, "Pruning", club.ada, organiser(club))
    assert "We meet" not in text_of(await deliver(club, "prompt", 0))


# --- in time --------------------------------------------------------------------------------------


async def test_a_reminder_after_the_meeting_began_is_missed_and_says_why(club: Club) -> None:
    use_slot(club, 0)
    await club.env.advance_time(18 * 3_600)
    for rung in ("reminder:1h", "prompt", "choose"):
        assert await deliver(club, rung, 0) is None
        post = await post_of(club, rung, 0)
        assert (post.state, post.reason) == (State.MISSED, "It came too late: the meeting had begun.")


async def test_what_is_of_no_slot_or_date_any_more_is_not_posted(club: Club) -> None:
    slots = use_slot(club, skipped=frozenset([day_after(club, 7)]))
    assert await deliver(club, "prompt") is None
    assert (await post_of(club, "prompt")).state is State.CANCELLED
    slots.slot = None
    assert await deliver(club, "reminder:3d") is None
    assert (await post_of(club, "reminder:3d")).state is State.CANCELLED


async def test_a_reminder_says_when_and_what_and_leads_to_the_prompt(club: Club) -> None:
    use_slot(club)
    await accept(club, "Pruning", club.ada, organiser(club), paper_id=PRUNING)
    prompt = await deliver(club, "prompt")
    await club.ada.click(prompt, label="I have read it")
    reminder = await deliver(club, "reminder:3d")
    at = int(datetime.combine(day_after(club, 7), time(18), UTC).timestamp())
    assert f"### 🗓️ We meet <t:{at}:R>, on <t:{at}:F>\nWe read **Pruning**" in text_of(reminder)
    assert "1 member has read it" in text_of(reminder)
    assert str(prompt.id) in str([part.to_dict() for part in reminder.components])


async def test_a_reminder_speaks_of_what_was_chosen_since_the_prompt(club: Club) -> None:
    use_slot(club)
    await suggest(club, "First idea", club.grace)
    await deliver(club, "prompt")
    assert "We read **First idea**" in text_of(await deliver(club, "reminder:3d"))
    await accept(club, "Chosen since", club.ada, organiser(club))
    reminder = await deliver(club, "reminder:24h")
    assert "We read **Chosen since**" in text_of(reminder)
    assert button_labels(reminder) == RSVP


# --- choosing -------------------------------------------------------------------------------------


async def latest(club: Club) -> Ballot | None:
    return await BallotStore(club.bot.database).get_latest(club.env.guild.id)


async def test_a_ballot_over_the_best_five_closes_before_the_prompt(club: Club) -> None:
    use_slot(club, 10)
    for number in range(7):
        await suggest(club, f"Paper {number}", club.ada if number % 2 else club.grace)
    message = await deliver(club, "choose", 10)
    ballot = await latest(club)
    assert ballot
    assert [option.title for option in ballot.options] == [f"Paper {number}" for number in range(5)]
    prompt_at = datetime.combine(day_after(club, 3), time(18), UTC)
    assert ballot.closes_at == prompt_at - timedelta(hours=1)
    assert (ballot.opened_by, ballot.message_id) == (None, message.id)
    assert f"-# {NAME}" in text_of(message)
    paper_of_grace = await club.grace.click(message, label="Vote")
    assert "Your ballot paper" in text_of(paper_of_grace.response)


async def test_no_ballot_is_opened_when_something_is_chosen_or_the_club_votes_already(club: Club) -> None:
    use_slot(club, 10)
    for number in range(3):
        await suggest(club, f"Paper {number}", club.ada)
    assert await deliver(club, "choose", 10)
    use_slot(club, 11)
    assert await deliver(club, "choose", 11) is None, "a ballot is open"
    ballot = await latest(club)
    assert ballot
    assert ballot.state is BallotState.OPEN
    await BallotStore(club.bot.database).cancel_ballot(club.env.guild.id, ballot.id, 1, club.env.now())
    await accept(club, "Chosen", club.grace, organiser(club))
    use_slot(club, 12)
    assert await deliver(club, "choose", 12) is None
    again = await latest(club)
    assert again
    assert again.id == ballot.id


@pytest.mark.parametrize("count", [0, 1])
async def test_too_few_suggestions_are_asked_for(club: Club, count: int) -> None:
    use_slot(club, 10)
    for number in range(count):
        await suggest(club, f"Paper {number}", club.ada)
    text = text_of(await deliver(club, "choose", 10))
    assert ("Only one paper is suggested" if count else "Nothing is suggested yet") in text
    assert "</suggest:" in text
    assert await latest(club) is None


async def test_there_is_no_ballot_without_time_for_it(club: Club) -> None:
    use_slot(club, 7)  # the prompt comes today at 18:00
    for number in range(2):
        await suggest(club, f"Paper {number}", club.ada)
    await club.env.advance_time(17 * 3_600)
    assert await deliver(club, "choose", 7) is None
    assert (await post_of(club, "choose", 7)).reason == "It came too late for a ballot that closes before the prompt."
    assert await latest(club) is None


async def refused_ballot(club: Club) -> Ballot:
    """Let a ballot be opened whose message Discord refuses three times."""
    use_slot(club, 10)
    for number in range(2):
        await suggest(club, f"Paper {number}", club.ada)
    club.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=3)
    assert await deliver(club, "choose", 10) is None
    ballot = await latest(club)
    assert ballot
    return ballot


async def test_organisers_hear_once_of_a_ballot_whose_message_was_refused_and_can_post_it(club: Club) -> None:
    olga = organiser(club)
    ballot = await refused_ballot(club)
    assert not (await olga.slash(club.channel, "next")).followups, "it is tried again"
    await club.env.advance_time(17 * 60)
    assert (await post_of(club, "choose", 10)).state is State.MISSED
    assert not (await club.ada.slash(club.channel, "next")).followups
    (told,) = (await olga.slash(club.channel, "next")).followups
    assert "A vote on what to read is open, and nobody can see it" in text_of(told)
    assert f"<#{club.channel.id}>" in text_of(told)
    assert "50013" in text_of(told)
    assert not (await olga.slash(club.channel, "next")).followups
    await club.restart()
    (told,) = (await olga.slash(club.channel, "next")).followups
    await olga.click(told, label="Post it again")
    now = await latest(club)
    assert now
    assert (now.id, now.state, now.message_id) == (ballot.id, BallotState.OPEN, club.channel.history()[0].id)
    await club.restart()
    assert not (await olga.slash(club.channel, "next")).followups


async def test_a_ballot_that_was_posted_at_the_second_try_is_none_of_those(club: Club) -> None:
    use_slot(club, 10)
    for number in range(2):
        await suggest(club, f"Paper {number}", club.ada)
    club.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    assert await deliver(club, "choose", 10) is None
    await club.env.advance_time(61)
    assert len(club.channel.history()) == 1
    ballot = await latest(club)
    assert ballot
    await BallotStore(club.bot.database).put_message(club.env.guild.id, ballot.id, None)  # as if it was killed there
    assert not (await organiser(club).slash(club.channel, "next")).followups


# --- who has read it ------------------------------------------------------------------------------


async def chosen_prompt(club: Club) -> Any:
    use_slot(club)
    await accept(club, "Pruning", club.ada, organiser(club), paper_id=PRUNING)
    return await deliver(club, "prompt")


async def test_members_who_have_read_it_are_counted_once_and_can_take_it_back(club: Club) -> None:
    message = await chosen_prompt(club)
    before = text_of(message)
    assert "-# Nobody has read it yet" in before
    for _ in range(2):
        await club.ada.click(message, label="I have read it")
    assert "📗 1 member has read it" in text_of(seen(club, message))
    await club.restart()
    await club.grace.click(seen(club, message), label="I have read it")
    now = text_of(seen(club, message))
    assert "📗 2 members have read it" in now
    assert now.replace("📗 2 members have read it", "-# Nobody has read it yet") == before
    for _ in range(2):
        await club.ada.click(message, label="Not yet")
    assert "📗 1 member has read it" in text_of(seen(club, message))
    assert button_labels(seen(club, message)) == button_labels(message)


async def test_what_a_member_has_read_is_shown_exported_and_forgotten(club: Club) -> None:
    message = await chosen_prompt(club)
    await club.grace.click(message, label="I have read it")
    shown = (await club.grace.slash(club.channel, "me show")).response
    assert "**You have read**\n- Pruning" in text_of(shown)
    asked = await club.grace.click(shown, label="Forget me")
    await club.grace.click(asked.response, label="Forget me")
    assert (await kept(club)).readers == 0


async def test_forged_clicks_change_nothing(club: Club) -> None:
    await chosen_prompt(club)
    number = str((await kept(club)).id)
    actions = ("haveread", "notread", "discuss")
    forged = await forge(club, *(button(action, "99999", label=action) for action in actions))
    for action in actions:
        refused = await club.ada.click(forged, label=action)
        assert refused.ephemeral
        assert "not known here any more" in text_of(refused.response)
    other = club.env.create_guild("Another club")
    room = other.create_text_channel("room")
    ada = other.add_member(club.env.create_user("ada2"))
    channel = club.bot.get_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send(view=layout(row(*(button(action, number, label=action) for action in actions))))
    (elsewhere,) = room.history()
    for action in actions:
        assert "not known here any more" in text_of((await ada.click(elsewhere, label=action)).response)
    assert (await kept(club)).readers == 0


# --- the discussion -------------------------------------------------------------------------------


async def test_the_first_click_opens_the_thread_and_others_lead_to_it(club: Club) -> None:
    message = await chosen_prompt(club)
    for who in (club.ada, club.grace, club.ada):
        told = await who.click(message, label="Discuss")
        assert told.ephemeral
        assert text_of(told.response) == f"💬 The discussion is in <#{message.id}>"
        await club.restart()
    (thread,) = club.channel.threads
    assert (thread.id, thread.name) == (message.id, "Pruning")
    assert (await kept(club)).thread_id == message.id


async def test_a_long_title_names_its_thread_in_a_hundred_characters(club: Club) -> None:
    use_slot(club)
    await accept(club, "Long " * 60, club.ada, organiser(club))
    await club.ada.click(await deliver(club, "prompt"), label="Discuss")
    (thread,) = club.channel.threads
    assert len(thread.name) <= 100
    assert thread.name.endswith("Long…")


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, 50013, "Create Public Threads"),
        (403, 50001, "Create Public Threads"),
        (400, 160006, "as many open threads as Discord allows"),
        (400, 50024, "discuss it right here"),
        (404, 10008, "was deleted"),
        (500, 0, "did not answer"),
    ],
)
async def test_what_keeps_a_thread_from_being_opened_is_told(club: Club, status: int, code: int, told: str) -> None:
    message = await chosen_prompt(club)
    club.env.inject_error("POST", "/channels/*/messages/*/threads", status=status, code=code, times=None)
    answer = await club.ada.click(message, label="Discuss")
    assert answer.ephemeral
    assert told in text_of(answer.response)
    assert (await kept(club)).thread_id is None


async def test_a_thread_that_was_deleted_is_said_to_be(club: Club) -> None:
    message = await chosen_prompt(club)
    await club.ada.click(message, label="Discuss")
    thread = club.bot.get_channel(message.id) or await club.bot.fetch_channel(message.id)
    assert isinstance(thread, discord.Thread)
    await thread.delete()
    club.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=160004)
    assert "was deleted, and Discord opens none a second time" in text_of(
        (await club.ada.click(message, label="Discuss")).response
    )


async def test_two_discussions_that_begin_at_the_same_time_are_one(club: Club) -> None:
    message = await chosen_prompt(club)
    channel = club.bot.get_channel(club.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await (await channel.fetch_message(message.id)).create_thread(name="Somebody was faster")
    told = await club.ada.click(message, label="Discuss")
    assert text_of(told.response) == f"💬 The discussion is in <#{message.id}>"
    assert len(club.channel.threads) == 1
    assert (await kept(club)).thread_id == message.id


async def test_the_longest_texts_fit_into_a_message(club: Club, source: FakeSource) -> None:
    long = paper(
        PRUNING.value,
        "_*" * 300,
        abstract="We show that **" + "_*" * 150 + "** holds. " * 30,
        authors=("*_" * 60,) * 30,
    )
    source.papers = {PRUNING: long}
    use_slot(club)
    await accept(club, "_*" * 300, club.ada, organiser(club), paper_id=PRUNING)
    for rung in ("prompt", "reminder:3d"):
        assert len(text_of(await deliver(club, rung))) < 4_000


async def test_what_papers_and_slots_say_neither_pings_nor_formats(club: Club, source: FakeSource) -> None:
    evil = "@everyone <@1> <@&2> **bold** [x](https://evil.example)"
    source.papers = {PRUNING: paper(PRUNING.value, evil, abstract=f"We show that {evil} is what everybody wants. " * 3)}
    use_slot(club)
    await accept(club, evil, club.ada, organiser(club), paper_id=PRUNING)
    for rung in ("prompt", "reminder:3d"):
        message = await deliver(club, rung)
        said = text_of(message).replace("\\<", "")
        assert "@everyone" not in said
        assert "<@" not in said
        assert "**bold**" not in said
        assert "](https://evil" not in said
