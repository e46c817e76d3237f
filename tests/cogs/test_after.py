"""After a meeting, as members and organisers live through it, on a simulated Discord."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.club.gathering import Attendance, Headcount
from bot.club.ladder import Ladder
from bot.club.meeting import Meeting
from bot.club.stores.attendance import AttendanceStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.members import MemberStore
from bot.club.stores.slots import SlotStore
from bot.ui.cards import layout
from bot.ui.controls import button, row, user_menu
from tests.cogs.test_a_week import wait_until
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import PRUNING, accept
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_prompts import ABSTRACT, button_labels, seen, text_of
from tests.cogs.test_schedule import weekly
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import components, write_reviews

# The simulated clock begins on Thursday, 1 January 2026, at midnight in UTC: an hour later in Berlin.
BEGINS = datetime(2026, 1, 1, 17, tzinfo=UTC)
ENDS = BEGINS + timedelta(minutes=90)
DATE = "2026-01-01"
TITLE = "Pruning of trees"
NAME = ("1", DATE)
STARS = ["1", "2", "3", "4", "5"]


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    source = FakeSource(paper(PRUNING.value, TITLE, abstract=ABSTRACT))
    return await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}), sources=[source])


@pytest.fixture
async def olga(club: Club) -> simcord.MemberActor:
    return organiser(club)


async def meet(club: Club, olga: simcord.MemberActor) -> Any:
    """Let the club choose a paper, which Grace presents, and meet; give the question how it was."""
    await accept(club, TITLE, club.ada, olga, paper_id=PRUNING)
    (meeting,) = await coming(club)
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, meeting.id, club.grace.id)
    await weekly(club, olga)
    return await ask(club, olga)


async def ask(club: Club, olga: simcord.MemberActor) -> Any:
    """Let a meeting pass around which nothing else is posted."""
    quiet = Ladder(choose=None, prompt=None, reminders=())
    store, now = SlotStore(club.bot.database), club.env.now()
    await store.set_posts(club.env.guild.id, 1, olga.id, now, quiet, None)
    (asked,) = await wait_until(club, ENDS + timedelta(seconds=5))
    return asked


def private(told: simcord.InteractionResult) -> Any:
    """Give what only the member sees who clicked."""
    message = told.followups[0] if told.followups else told.response
    assert message.ephemeral
    return message


async def coming(club: Club) -> list[Meeting]:
    return await MeetingStore(club.bot.database).list_coming(club.env.guild.id)


def name(club: Club) -> tuple[int, str, str]:
    return club.env.guild.id, "slot:1", DATE


async def own(club: Club, who: simcord.MemberActor) -> Attendance | None:
    return await AttendanceStore(club.bot.database).get_own(name(club), who.id)


async def turnout(club: Club) -> Headcount:
    return await AttendanceStore(club.bot.database).count(name(club))


def members(club: Club, count: int) -> list[simcord.MemberActor]:
    return [club.env.guild.add_member(club.env.create_user(f"member{number}")) for number in range(count)]


async def test_when_a_meeting_ends_its_paper_was_read_and_members_are_asked_how_it_was(
    club: Club, olga: simcord.MemberActor
) -> None:
    asked = await meet(club, olga)
    assert text_of(asked).startswith(f"-# Club night\n## How was it?\nWe read **{TITLE}**\n-# Ada Lovelace · [arxiv:")
    assert f"🎤 <@{club.grace.id}> presented it" in text_of(asked)
    assert "-# Nobody has said yet that they came" in text_of(asked)
    assert button_labels(asked) == [*STARS, "I was there", "Catch up", "For organisers"]
    assert await coming(club) == []
    sent = [each.json for each in club.env.http_requests if each.json and "nonce" in each.json][-1]
    allowed = sent["allowed_mentions"]
    assert not any(allowed.get(kind) for kind in ("parse", "users", "roles"))


async def test_stars_are_one_click_each_counts_once_and_can_be_changed(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    for stars in ("4", "4", "2"):
        told = await club.ada.click(seen(club, asked), label=stars)
        assert f"You gave {stars} of 5, and are counted as having come" in text_of(private(told))
    assert await own(club, club.ada) == Attendance(stars=2)
    assert "👥 1 came" in text_of(seen(club, asked))
    assert "of 5, from" not in text_of(seen(club, asked)), "one alone is not told of"
    await club.restart()
    first, second = members(club, 2)
    await first.click(seen(club, asked), label="5")
    assert "of 5, from" not in text_of(seen(club, asked))
    told = await second.click(seen(club, asked), label="4")
    assert "👥 3 came · ⭐ 3.7 of 5, from 3" in text_of(seen(club, asked))
    assert "3.7" not in text_of(private(told))
    await olga.click(seen(club, asked), label="I was there")
    assert "👥 4 came · ⭐ 3.7 of 5, from 3" in text_of(seen(club, asked))


async def test_who_was_there_says_so_once_and_can_take_it_back(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    for _ in range(2):
        told = await club.ada.click(seen(club, asked), label="I was there")
        assert "✋ You are counted as having come" in text_of(private(told))
    assert await turnout(club) == Headcount(1)
    await club.restart()
    back = await club.ada.click(private(told), label="I was not there")
    assert "You are not counted as having come" in text_of(private(back))
    assert await own(club, club.ada) is None
    assert "Nobody has said yet that they came" in text_of(seen(club, asked)), "also what everybody sees"
    await club.ada.click(private(back), label="I was there")
    assert "👥 1 came" in text_of(seen(club, asked))


async def test_a_line_is_quoted_only_when_its_writer_lets_it_be(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    told = await club.ada.click(asked, label="5")
    form = await club.ada.click(private(told), label="Add a line")
    told = await club.ada.submit_modal(form, {"line": "Trees  are\n@everyone **great**"})
    assert "> Trees are @\u200beveryone \\*\\*great\\*\\*" in text_of(private(told))
    assert "Organisers read it, without your name" in text_of(private(told))
    caught = await club.grace.click(seen(club, asked), label="Catch up")
    assert "Trees are" not in text_of(private(caught))
    page = await olga.click(seen(club, asked), label="For organisers")
    assert "What members said, without their names" in text_of(private(page))
    assert "> Trees are" in text_of(private(page))
    told = await club.ada.click(private(told), label="It may be quoted")
    assert "The club may quote it, without your name" in text_of(private(told))
    caught = await club.grace.click(seen(club, asked), label="Catch up")
    assert "**What members said**\n> Trees are" in text_of(private(caught))
    assert str(club.ada.id) not in str(caught.response.components)
    # Another line is another matter, and none is none.
    form = await club.ada.click(private(told), label="Change the line")
    told = await club.ada.submit_modal(form, {"line": "Birds"})
    assert await own(club, club.ada) == Attendance(5, "Birds", quotable=False)
    told = await club.ada.click(private(told), label="It may be quoted")
    told = await club.ada.click(private(told), label="Don't quote it")
    assert await own(club, club.ada) == Attendance(5, "Birds", quotable=False)
    form = await club.ada.click(private(told), label="Change the line")
    told = await club.ada.submit_modal(form, {"line": ""})
    assert await own(club, club.ada) == Attendance(5)
    assert "Birds" not in text_of(private(told))


async def test_those_who_missed_it_catch_up(club: Club, olga: simcord.MemberActor) -> None:
    await accept(club, TITLE, club.ada, olga, paper_id=PRUNING)
    await weekly(club, olga)
    at = BEGINS + timedelta(days=7)
    await olga.slash(club.channel, "schedule skip", slot="Club night", date=DATE)
    prompt = (await wait_until(club, at - timedelta(days=6)))[-1]
    await club.grace.click(prompt, label="Discuss")
    (thread,) = club.channel.threads
    asked = (await wait_until(club, at + timedelta(minutes=91)))[-1]
    assert "How was it?" in text_of(asked)
    for who in (club.ada, olga):
        await who.click(seen(club, asked), label="I was there")
    caught = await club.grace.click(seen(club, asked), label="Catch up")
    assert caught.ephemeral
    text = text_of(private(caught))
    assert f"-# Club night, <t:{int(at.timestamp())}:D>\n## {TITLE}\n-# Ada Lovelace" in text
    assert "👥 2 came" in text
    assert "**In brief**\n- We introduce decision pruning" in text
    questions = text[text.index("**What was asked**") :].splitlines()[1:]
    assert 2 <= len(questions) <= 4
    assert all(question in text_of(prompt) for question in questions)
    links = {each["label"]: each.get("url") for each in components(caught.response) if each["type"] == 2}
    assert links["Discussion"] == f"https://discord.com/channels/{club.env.guild.id}/{thread.id}"
    assert [*links] == ["Discussion", "Abstract", "The paper"]


async def test_organisers_add_members_who_did_not_click_and_no_bots(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    await club.ada.click(asked, label="I was there")
    page = await olga.click(seen(club, asked), label="For organisers")
    assert page.ephemeral
    assert f"👥 1 came\n<@{club.ada.id}>" in text_of(private(page))
    robot = club.env.guild.add_member(club.env.create_user("robot", bot=True))
    added = await olga.select(page.response, [club.ada, club.grace, robot])
    assert "✅ They are counted\n👥 2 came" in text_of(private(added))
    assert await turnout(club) == Headcount(2)
    assert "👥 2 came" in text_of(seen(club, asked))
    club.env.guild.remove_member(club.grace)
    page = await olga.click(seen(club, asked), label="For organisers")
    assert f"👥 2 came\n<@{club.ada.id}> and 1 more" in text_of(private(page))
    assert str(club.grace.id) not in str(page.response.components), "who has left is not named"


async def test_organisers_do_not_read_who_wrote_a_line_where_few_came(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    told = await club.ada.click(asked, label="2")
    form = await club.ada.click(private(told), label="Add a line")
    await club.ada.submit_modal(form, {"line": "Dull"})
    page = await olga.click(seen(club, asked), label="For organisers")
    assert "> Dull" in text_of(private(page))
    assert str(club.ada.id) not in str(page.response.components)
    for who in members(club, 2):
        await who.click(seen(club, asked), label="I was there")
    page = await olga.click(seen(club, asked), label="For organisers")
    assert f"<@{club.ada.id}> <@" in text_of(private(page))
    assert "> Dull" in text_of(private(page))


async def test_a_paper_that_was_not_read_comes_next_with_its_presenter(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    stale = await olga.click(asked, label="For organisers")
    page = await olga.click(asked, label="For organisers")
    assert f"Was **{TITLE}** not read after all?" in text_of(private(page))
    await club.restart()
    done = await olga.click(private(page), label="We did not get to it")
    assert "✅ Its paper comes next again" in text_of(private(done))
    assert "We did not get to it" not in button_labels(done.response)
    (again,) = await coming(club)
    assert (again.title, again.presenter_id) == (TITLE, club.grace.id)
    shown = await club.ada.slash(club.channel, "next")
    assert TITLE in text_of(shown.response)
    await olga.click(private(stale), label="We did not get to it")
    assert len(await coming(club)) == 1


async def test_a_presenter_who_has_left_is_not_named(club: Club, olga: simcord.MemberActor) -> None:
    await accept(club, TITLE, club.ada, olga)
    (meeting,) = await coming(club)
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, meeting.id, club.grace.id)
    await weekly(club, olga)
    club.env.guild.remove_member(club.grace)
    asked = await ask(club, olga)
    assert f"We read **{TITLE}**" in text_of(asked)
    assert "presented" not in text_of(asked)
    assert str(club.grace.id) not in str([component.to_dict() for component in asked.components])


async def test_a_meeting_without_a_paper_is_asked_about_too(club: Club, olga: simcord.MemberActor) -> None:
    await weekly(club, olga)
    asked = await ask(club, olga)
    assert "We read" not in text_of(asked)
    caught = await club.ada.click(asked, label="Catch up")
    assert "### It is not known what was read" in text_of(private(caught))
    page = await olga.click(asked, label="For organisers")
    assert "We did not get to it" not in button_labels(page.response)


async def test_what_is_skipped_is_not_asked_about(club: Club, olga: simcord.MemberActor) -> None:
    await weekly(club, olga)
    await wait_until(club, BEGINS + timedelta(minutes=30))
    await olga.slash(club.channel, "schedule skip", slot="Club night", date=DATE)
    new = await wait_until(club, ENDS + timedelta(minutes=30))
    assert [text_of(each) for each in new if "How was it?" in text_of(each)] == []


async def test_after_two_weeks_nothing_is_changed_any_more(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    told = await club.ada.click(asked, label="3")
    await olga.slash(club.channel, "schedule remove", slot="Club night")
    await wait_until(club, ENDS + timedelta(days=13))
    await club.grace.click(seen(club, asked), label="5")
    await wait_until(club, ENDS + timedelta(days=15))
    for label in ("4", "I was there"):
        late = await club.grace.click(seen(club, asked), label=label)
        assert "more than 14 days ago" in text_of(private(late))
    late = await club.ada.click(private(told), label="I was not there")
    assert "more than 14 days ago" in text_of(private(late))
    assert await turnout(club) == Headcount(2, 2)
    caught = await club.grace.click(seen(club, asked), label="Catch up")
    assert TITLE in text_of(private(caught)), "one still catches up"


async def test_forged_and_stale_controls_change_nothing(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    await club.ada.click(asked, label="4")
    wrong = {
        "a": button("howwasit", "1", "2026-01-02", "4", label="a"),
        "b": button("iwasthere", "2", DATE, label="b"),
        "c": button("iwasthere", "1", "2026-01-08", label="c"),
        "d": button("wasntthere", "1", "9999-99-99", label="d"),
        "e": button("howwasit", "1", DATE, "6", label="e"),
        "f": button("catchup", "1", "2026-01-08", label="f"),
        "g": button("whocame", "1", DATE, label="g"),
        "h": button("notgotto", "1", DATE, label="h"),
        "i": button("quoteline", "1", "2026-01-02", "1", label="i"),
    }
    forged = await forge(club, *wrong.values(), user_menu("addcame", "1", DATE, placeholder="x"))
    said = {"e": "another version of the bot", "g": "club's organisers", "h": "club's organisers"}
    for label in wrong:
        told = await club.grace.click(forged, label=label)
        assert said.get(label, "That meeting is not known here") in text_of(private(told))
    told = await club.grace.select(forged, [club.grace])
    assert "club's organisers" in text_of(private(told))
    assert await turnout(club) == Headcount(1, 1)
    assert await coming(club) == []
    # A meeting that goes on can be told of, one to come cannot.
    await wait_until(club, BEGINS + timedelta(days=7) - timedelta(hours=1))
    told = await club.grace.click(forged, label="c")
    assert "has not begun yet" in text_of(private(told))


async def test_another_club_is_none_of_it(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    await club.ada.click(asked, label="4")
    there = club.env.create_guild("Another club")
    room = there.create_text_channel("papers")
    powers = there.create_role("organisers", permissions=discord.Permissions(manage_guild=True))
    eve = there.add_member(club.env.create_user("eve"), roles=[powers])
    channel = club.bot.get_channel(room.id)
    assert isinstance(channel, discord.TextChannel)
    items = [
        button(action, *NAME, label=action) for action in ("iwasthere", "catchup", "whocame", "notgotto", "wasntthere")
    ]
    await channel.send(view=layout(*(row(item) for item in items)))
    (forged,) = room.history()
    for item in items:
        told = await eve.click(forged, label=str(item.item.label))
        assert "That meeting is not known here" in text_of(private(told))
    assert await turnout(club) == Headcount(1, 1)
    assert await coming(club) == []


async def test_what_a_member_said_is_theirs_to_take_and_to_forget(club: Club, olga: simcord.MemberActor) -> None:
    asked = await meet(club, olga)
    told = await club.ada.click(asked, label="4")
    form = await club.ada.click(private(told), label="Add a line")
    await club.ada.submit_modal(form, {"line": "Good"})
    store, guild = MemberStore(club.bot.database), club.env.guild.id
    (row_,) = (await store.collect(guild, club.ada.id)).sections["meetings_attended"]
    assert (row_["your_stars"], row_["your_line"], row_["date"]) == (4, "Good", DATE)
    assert (await store.collect(guild, club.grace.id)).sections["meetings_attended"] == []
    await store.forget(guild, club.ada.id, club.env.now())
    assert await turnout(club) == Headcount()
