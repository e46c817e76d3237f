"""/next as members and organisers use it, on a simulated Discord."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import Connection

from bot.club.ballot import GRACE, BallotOption, Option
from bot.club.counting import Method
from bot.club.meeting import Meeting
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import lock_club
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore, assign_paper
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import Proposal, keys_of, propose_title
from bot.errors import StorageFault
from bot.papers.identifiers import PaperId
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests.club.test_ballots import click
from tests.cogs.test_club import organiser
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, menu_of, option, review_file, text_of, write_reviews

PRUNING = PaperId("arxiv", "2401.00001")
GONE = "not to be read next any more"


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    body = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00009)\n\n## Summary\n\nText.\n"
    files = {"trees.md": review_file("Trees", body, date="2024-06-07")}
    source = FakeSource(paper(PRUNING.value, "Pruning"), paper("2401.00009", "Trees"))
    return await start_club(write_reviews(tmp_path / "r", files), sources=[source])


async def suggest(club: Club, title: str, by: simcord.MemberActor, reason: str = "", paper_id: Any = None) -> int:
    proposal = propose_title(title)
    if paper_id:
        proposal = Proposal(title, paper_id, ("Ada Lovelace",), 2024, True, keys_of([paper_id], title))
    store = SuggestionStore(club.bot.database)
    return (await store.propose(club.env.guild.id, by.id, proposal, reason, club.env.now())).suggestion.id


async def accept(club: Club, title: str, by: simcord.MemberActor, olga: simcord.MemberActor, **more: Any) -> int:
    """Let a member suggest a paper and an organiser choose it."""
    number = await suggest(club, title, by, **more)
    await DecisionStore(club.bot.database).accept(club.env.guild.id, number, olga.id, club.env.now())
    return number


async def coming(club: Club) -> list[Meeting]:
    return await MeetingStore(club.bot.database).list_coming(club.env.guild.id)


async def show_next(club: Club, who: simcord.MemberActor | None = None) -> Any:
    return (await (who or club.ada).slash(club.channel, "next")).response


async def test_next_shows_to_everybody_what_an_organiser_chose_and_why(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "Pruning", club.grace, olga, reason="It is <@1> @everyone **short**", paper_id=PRUNING)
    await accept(club, "Second paper", club.ada, olga)
    answer = await club.ada.slash(club.channel, "next")
    assert not answer.ephemeral, "as /paper does"
    text = text_of(answer.response)
    assert (
        "-# The club reads next\n## Pruning\n-# Ada Lovelace · [arxiv:2401.00001](https://arxiv.org/abs/2401.00001)"
        in text
    )
    assert f"Chosen by <@{olga.id}> on <t:{int(club.env.now().timestamp())}:D>" in text
    assert (
        f"Suggested by <@{club.grace.id}>; 1 member wants to read it\n> It is \\<@1> @\u200beveryone \\*\\*short"
        in text
    )
    assert "Nobody presents it yet" in text
    assert "**After that**\n- Second paper" in text
    assert not answer.response._message.ping_user_ids
    abstract = await club.ada.click(answer.response, label="Abstract")
    assert abstract.ephemeral
    assert "and find that it costs" in text_of(abstract.response)
    second = await club.ada.select(answer.response, [option(answer.response, "Second")])
    assert second.ephemeral
    assert "-# The club reads later\n## Second paper" in text_of(second.response)
    back = await club.ada.select(second.response, [option(second.response, "Pruning")])
    assert "-# The club reads next\n## Pruning" in text_of(back.response)


@pytest.mark.parametrize(
    ("method", "told"), [(Method.APPROVAL, ": 7 of 9 voters chose it"), (Method.RANKED, " with 7 of 9 votes")]
)
async def test_next_tells_of_the_ballot_that_a_paper_won(club: Club, method: Method, told: str) -> None:
    ballots, guild, now = BallotStore(club.bot.database), club.env.guild.id, club.env.now()
    numbers = [await suggest(club, f"Paper {name}", club.ada) for name in "AB"]
    options = [Option(f"Paper {name}", now, number) for name, number in zip("AB", numbers, strict=True)]
    opened = await ballots.open_ballot(guild, 1, options, 5, now, method=method, closes_at=now)
    for member in range(9):
        await ballots.cast(guild, opened.id, member, [0 if member < 7 else 1], click(now, member))
    await ballots.count_due(guild, opened.id, now + GRACE)
    assert f"Won the ballot of <t:{int(now.timestamp())}:D>{told}\n" in text_of(await show_next(club))


async def test_next_leads_to_the_review_of_what_is_read_again(club: Club) -> None:
    (review,) = club.bot.libraries.for_guild(club.env.guild.id).suggest("trees", discord.utils.utcnow())

    def work(connection: Connection) -> None:
        lock_club(connection, club.env.guild.id)
        assign_paper(connection, club.env.guild.id, BallotOption("Trees", None, review.key, None, ()), club.env.now())

    await club.bot.database.write(work)
    shown = await show_next(club)
    assert "The club has read it before" in text_of(shown)
    assert "costs" in text_of((await club.ada.click(shown, label="Abstract")).response)
    assert "## Trees" in text_of((await club.ada.click(shown, label="Open the review")).response)


async def test_next_says_what_could_be_chosen_when_nothing_is(club: Club) -> None:
    answer = await club.ada.slash(club.channel, "next")
    assert answer.ephemeral
    assert "### Nothing is chosen to be read next\n💡 Nothing is suggested either" in text_of(answer.response)
    number = await suggest(club, "Good paper", club.ada)
    await SuggestionStore(club.bot.database).add_voice(club.env.guild.id, number, club.grace.id, club.env.now())
    other = await suggest(club, "Other paper", club.ada)
    text = text_of(await show_next(club))
    assert "First among the suggestions: **Good paper**\n-# 2 members want to read it" in text
    for command in ("suggest", "suggestions", "ballot open"):
        assert f"/{command}" in text
    options = [Option("x", club.env.now(), each) for each in (number, other)]
    end = club.env.now().replace(microsecond=0)
    await BallotStore(club.bot.database).open_ballot(club.env.guild.id, 1, options, 5, end, closes_at=end)
    text = text_of(await show_next(club))
    assert f"The club votes on it until <t:{int(end.timestamp())}:F>: </ballot show:" in text
    assert "ballot open" not in text


async def test_one_presents_and_who_comes_second_is_told_who(club: Club) -> None:
    await accept(club, "One paper", club.ada, organiser(club))
    shown = await show_next(club)
    volunteered = await club.grace.click(shown, label="I'll present")
    assert volunteered.response.id == shown.id, "everybody sees it"
    assert f"<@{club.grace.id}> presents it" in text_of(volunteered.response)
    await club.restart()
    stale = await forge(club, button("present", str((await coming(club))[0].id), label="I'll present"))
    told = await club.ada.click(stale, label="I'll present")
    assert told.ephemeral
    assert text_of(told.response).startswith(f"<@{club.grace.id}> presents it already.")
    again = await club.grace.click(stale, label="I'll present")
    assert f"<@{club.grace.id}> presents it" in text_of(again.response)
    assert (await coming(club))[0].presenter_id == club.grace.id
    refused = await club.ada.click(await show_next(club), label="Not me after all")
    assert refused.ephemeral
    assert "Only they or an organiser" in text_of(refused.response)
    freed = await club.grace.click(await show_next(club), label="Not me after all")
    assert "Nobody presents it yet" in text_of(freed.response)
    assert "I'll present" in button_labels(freed.response)


async def test_an_organiser_frees_the_place_of_a_presenter(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "One paper", club.ada, olga)
    await club.grace.click(await show_next(club), label="I'll present")
    await olga.click(await show_next(club), label="Not me after all")
    assert (await coming(club))[0].presenter_id is None
    lines, _ = await club.bot.clubs.read_audit(club.env.guild.id, 0, 9)
    assert (lines[0].actor_id, lines[0].action) == (olga.id, "looks for another presenter of")


async def test_who_has_left_is_not_named_and_their_place_is_free(club: Club) -> None:
    await accept(club, "One paper", club.ada, organiser(club))
    await club.grace.click(await show_next(club), label="I'll present")
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    shown = await show_next(club)
    assert str(club.grace.id) not in str([*components(shown)])
    assert "Nobody presents it yet" in text_of(shown)
    assert (await coming(club))[0].presenter_id is None


async def test_who_has_left_is_not_named_while_the_disk_is_full(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise StorageFault("The disk is full.")

    await accept(club, "One paper", club.ada, organiser(club))
    await club.grace.click(await show_next(club), label="I'll present")
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    monkeypatch.setattr(club.bot.database, "write", full)
    shown = await show_next(club)
    assert "One paper" in text_of(shown)
    assert str(club.grace.id) not in str([*components(shown)])


async def test_the_place_of_who_has_left_goes_to_the_next_volunteer_at_once(club: Club) -> None:
    await accept(club, "One paper", club.ada, organiser(club))
    shown = await show_next(club)
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, (await coming(club))[0].id, club.grace.id)
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    answer = await club.ada.click(shown, label="I'll present")
    assert answer.deferred, "Discord is asked twice, and may take its time each time"
    assert answer.response.id == shown.id
    assert f"<@{club.ada.id}> presents it" in text_of(answer.response)
    assert (await coming(club))[0].presenter_id == club.ada.id


@pytest.mark.parametrize(("status", "code"), [(500, 0), (503, 0), (404, 10004), (403, 50001)])
async def test_nobody_is_named_wrongly_or_lost_when_discord_does_not_tell(club: Club, status: int, code: int) -> None:
    await accept(club, "One paper", club.ada, organiser(club))
    shown = await show_next(club)
    number = (await coming(club))[0].id
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, number, club.grace.id)
    club.env.inject_error("GET", "/guilds/*/members/*", status=status, code=code, times=None)
    text = text_of(await show_next(club))
    assert "Discord cannot say just now who" in text
    assert f"<@{club.grace.id}> presents" not in text
    told = await club.ada.click(shown, label="I'll present")
    assert text_of(told.response).startswith("Somebody else presents it already.")
    assert f"<@{club.grace.id}> presents it" in text_of(await show_next(club, club.grace)), "they are surely here"
    assert (await coming(club))[0].presenter_id == club.grace.id


async def manage(club: Club, olga: simcord.MemberActor) -> Any:
    return (await olga.click(await show_next(club), label="For organisers")).response


async def test_organisers_write_notes_that_everybody_reads(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "One paper", club.ada, olga)
    page = await manage(club, olga)
    asked = await olga.click(page, label="Notes")
    await club.restart()
    kept = await olga.submit_modal(asked, {"notes": "Room 5\n@everyone <@1> https://example.org/a_b_c"})
    assert "The notes are kept" in text_of(kept.response)
    shown = await show_next(club)
    assert "**Notes**\nRoom 5\n@\u200beveryone \\<@1> https://example.org/a_b_c" in text_of(shown)
    form = await olga.click(kept.response, label="Notes")
    assert "Room 5" in str(form.modal), "what is written can be changed"
    await olga.submit_modal(form, {"notes": ""})
    assert "**Notes**" not in text_of(await show_next(club))


async def test_the_longest_texts_fit_into_a_message(club: Club) -> None:
    olga = organiser(club)
    for number in range(30):
        await accept(club, f"{number} " + "_*" * 400, club.ada if number else club.grace, olga, reason="*" * 900)
        club.env.backend.advance_clock(1)
        await club.bot.clubs.change(club.env.guild.id, olga.id, club.env.now(), quota=number + 9)
    asked = await olga.click(await manage(club, olga), label="Notes")
    await olga.submit_modal(asked, {"notes": "_`" * 500})
    shown = await show_next(club)
    assert len(text_of(shown)) < 4_000
    assert "-# and 25 more" in text_of(shown)
    assert len(menu_of(shown)["options"]) == 25


async def test_an_organiser_drops_a_meeting_after_a_question(club: Club) -> None:
    olga = organiser(club)
    number = await accept(club, "First paper", club.ada, olga)
    await accept(club, "Second paper", club.grace, olga)
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, (await coming(club))[0].id, club.ada.id)
    old = await show_next(club)
    asked = (await olga.click(await manage(club, olga), label="Drop it")).response
    assert "### Drop First paper?" in text_of(asked)
    assert "goes back to the queue, with its 1 vote." in text_of(asked)
    kept = (await olga.click(asked, label="Keep it")).response
    assert "Notes" in button_labels(kept)
    assert len(await coming(club)) == 2
    asked = (await olga.click(kept, label="Drop it")).response
    done = (await olga.click(asked, label="Drop it")).response
    assert "**First paper** is back in the queue with its 1 vote." in text_of(done)
    assert "## Second paper" in text_of(await show_next(club))
    assert [each.id for each in await SuggestionStore(club.bot.database).queue(club.env.guild.id)] == [number]
    for clicked in (await club.ada.click(old, label="Not me after all"), await olga.click(old, label="For organisers")):
        assert GONE in text_of(clicked.response)


async def test_an_organiser_says_that_a_paper_was_read(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "First paper", club.ada, olga)
    done = (await olga.click(await manage(club, olga), label="It was read")).response
    assert "**First paper** was read" in text_of(done)
    assert "Nothing is chosen" in text_of(await show_next(club))
    lines, _ = await club.bot.clubs.read_audit(club.env.guild.id, 0, 9)
    assert (lines[0].actor_id, lines[0].action, lines[0].subject) == (olga.id, "marked as read", "First paper")


async def test_only_organisers_decide(club: Club) -> None:
    await accept(club, "First paper", club.ada, organiser(club))
    (before,) = await coming(club)
    actions = ("manage", "asknotes", "askdrop", "drop", "held")
    forged = await forge(
        club,
        *(button(action, str(before.id), label=action) for action in actions),
        button("notes", str(before.id), "x", label="notes"),
    )
    for action in (*actions, "notes"):
        refused = await club.grace.click(forged, label=action)
        assert refused.ephemeral
        assert "That is for the club's organisers" in text_of(refused.response)
    assert await coming(club) == [before]


async def test_forged_controls_are_answered_in_a_sentence_and_change_nothing(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "First paper", club.ada, olga)
    (before,) = await coming(club)
    actions = ("present", "unpresent", "manage", "asknotes", "askdrop", "drop", "held", "meeting")
    for number in ("99", "9" * 18, "9" * 40, "x"):
        forged = await forge(club, *(button(action, number, label=action) for action in actions))
        for action in actions:
            answer = await olga.click(forged, label=action)
            assert answer.ephemeral
            assert GONE in text_of(answer.response) or "another version" in text_of(answer.response)
    forged = await forge(
        club, button("notes", str(before.id), "x" * 60, label="notes"), button("showpaper", "x", label="y")
    )
    assert "another version" in text_of((await olga.click(forged, label="y")).response)
    assert await coming(club) == [before]
    other = club.env.create_guild("Other club")
    place = other.create_text_channel("room")
    manager = other.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    maria = other.add_member(club.env.create_user("maria"), roles=[manager])
    there = club.bot.get_channel(place.id)
    assert isinstance(there, discord.TextChannel)
    sent = await there.send(view=layout(*(row(button(action, str(before.id), label=action)) for action in actions)))
    message = next(each for each in place.history() if each.id == sent.id)
    for action in actions:
        assert GONE in text_of((await maria.click(message, label=action)).response)
    assert await coming(club) == [before]
