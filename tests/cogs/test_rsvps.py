"""Who comes: /next, prompts, reminders and what tells of a change, as members use them on a simulated Discord."""

from datetime import datetime
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import select

from bot.club.post import State
from bot.club.rsvp import Turnout
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.rsvps import RsvpStore
from bot.database.tables import rsvp
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import accept, suggest
from tests.cogs.test_prompts import button_labels, seen, text_of
from tests.cogs.test_schedule import let_pass, posts, slots, stamp, utc, weekly
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import components, menu_of, option, write_reviews

FIRST = utc(1, 1, 17)  # Thursday, 18:00 in Berlin
SECOND = utc(1, 8, 17)
FRIDAY = utc(1, 9, 19, 30)
NOBODY = "-# Nobody has said yet whether they come"


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    return await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}))


async def show_next(club: Club, who: simcord.MemberActor | None = None) -> Any:
    return (await (who or club.ada).slash(club.channel, "next")).response


async def count(club: Club, at: datetime, day: str) -> Turnout:
    return await RsvpStore(club.bot.database).count(club.env.guild.id, "slot:1", day, at)


async def posted(club: Club, rung: str, day: str) -> Any:
    """Give a message that was posted, as it is now."""
    (found,) = [
        each for each in await posts(club) if each.rung.startswith(rung) and each.date == day and each.message_id
    ]
    return next(each for each in club.channel.history() if each.id == found.message_id)


async def move(club: Club, olga: simcord.MemberActor, day: str = "2026-01-08") -> Any:
    options = {"slot": "Club night", "date": day, "to": "2026-01-09", "time": "20:30"}
    return (await olga.slash(club.channel, "schedule move", **options)).response


async def skip(club: Club, olga: simcord.MemberActor, day: str = "2026-01-08") -> Any:
    return (await olga.slash(club.channel, "schedule skip", slot="Club night", date=day)).response


# --- /next ----------------------------------------------------------------------------------------


async def test_next_shows_the_meeting_first_with_its_paper_and_those_after_it(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    for title in ("First paper", "Second paper", "Third paper"):
        await accept(club, title, club.ada, olga)
    answer = await club.ada.slash(club.channel, "next")
    assert not answer.ephemeral
    text = text_of(answer.response)
    when = f"🗓️ We meet {stamp(FIRST, 'R')}, on {stamp(FIRST)} · 1½ hours"
    assert text.startswith(f"-# The club meets next\n## Club night\n{when}\n{NOBODY}\n-# We read\n### First paper")
    assert f"**After that**\n- {stamp(SECOND, 'D')} · Second paper\n- {stamp(utc(1, 15, 17), 'D')} · Third" in text
    assert f"- {stamp(utc(1, 22, 17), 'D')} · Club night, nothing chosen yet" in text
    assert button_labels(answer.response)[:4] == ["I'll come", "Late", "Can't come", "Calendar"]
    calendar = next(part for part in components(answer.response) if part.get("label") == "Calendar")
    assert calendar["custom_id"] == "pc:b:calendar:1:2026-01-01"
    second = await club.grace.select(answer.response, [option(answer.response, "Thu 8 Jan 2026 · Second")])
    assert second.ephemeral
    assert text_of(second.response).startswith("-# The club meets later\n## Club night\n🗓️ We meet")
    assert stamp(SECOND) in text_of(second.response)
    assert "**Also to come**\n- " in text_of(second.response)
    open_one = await club.grace.select(second.response, [option(second.response, "Thu 22 Jan 2026 · Club night")])
    assert open_one.response.id == second.response.id, "in its place"
    assert "### What we read is not chosen yet" in text_of(open_one.response)


async def test_a_meeting_without_a_paper_is_shown_and_says_how_the_club_comes_to_one(club: Club) -> None:
    await weekly(club, organiser(club))
    await suggest(club, "A good one", club.grace)
    answer = await club.ada.slash(club.channel, "next")
    assert not answer.ephemeral
    text = text_of(answer.response)
    assert f"{NOBODY}\n### What we read is not chosen yet\n💡 First among the suggestions: **A good one**" in text
    assert "</suggest:" in text
    await club.env.advance_time(20 * 3_600)  # the prompt for 8 January took that suggestion
    assert "📣 The prompt is about **A good one**" in text_of(await show_next(club))


async def test_a_paper_without_a_slot_is_shown_without_a_date(club: Club) -> None:
    await weekly(club, organiser(club), kind="prompt")
    await accept(club, "First paper", club.ada, organiser(club))
    text = text_of(await show_next(club))
    assert text.startswith("-# The club reads next\n## First paper")
    assert NOBODY not in text


async def test_a_meeting_that_has_begun_is_the_next_one_until_it_is_over(club: Club) -> None:
    await weekly(club, organiser(club))
    await club.env.advance_time((FIRST - club.env.now()).total_seconds() + 60)
    shown = await show_next(club)
    assert f"🗓️ It began {stamp(FIRST, 'R')}, on {stamp(FIRST)}" in text_of(shown)
    assert "✋ **1 comes**, late" in text_of((await club.ada.click(shown, label="Late")).response)
    await club.env.advance_time(90 * 60)
    assert stamp(SECOND) in text_of(await show_next(club))
    over = await club.grace.click(shown, label="I'll come")
    assert over.ephemeral
    assert text_of(over.response).startswith("That meeting is over.")
    assert (await count(club, FIRST, "2026-01-01")).coming == 1


async def test_members_say_whether_they_come_by_one_click_and_change_it(club: Club) -> None:
    await weekly(club, organiser(club))
    shown = await show_next(club)
    clicked = await club.ada.click(shown, label="I'll come")
    assert clicked.response.id == shown.id, "the message itself is changed"
    assert f"✋ **1 comes**\n-# <@{club.ada.id}>\n" in text_of(clicked.response)
    assert not clicked.response._message.ping_user_ids
    await club.restart()
    again = await club.ada.click(clicked.response, label="I'll come")
    assert f"✋ **1 comes**\n-# <@{club.ada.id}>\n" in text_of(again.response)
    late = await club.grace.click(again.response, label="Late")
    assert f"✋ **2 come**, 1 of them late\n-# <@{club.ada.id}>, <@{club.grace.id}>\n" in text_of(late.response)
    none = await club.ada.click(late.response, label="Can't come")
    assert f"✋ **1 comes**, late · 1 cannot\n-# <@{club.grace.id}>\n" in text_of(none.response)
    assert text_of(await show_next(club)) == text_of(none.response)
    assert await count(club, FIRST, "2026-01-01") == Turnout(0, 1, 1, (club.grace.id,))


async def test_the_presenter_of_a_meeting_is_found_on_its_own_card(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    await accept(club, "First paper", club.ada, olga)
    shown = await show_next(club)
    clicked = await club.grace.click(shown, label="I'll present")
    assert f"<@{club.grace.id}> presents it" in text_of(clicked.response)
    assert stamp(FIRST) in text_of(clicked.response), "it still says when"
    freed = await club.grace.click(clicked.response, label="Not me after all")
    assert "Nobody presents it yet" in text_of(freed.response)
    assert stamp(FIRST) in text_of(freed.response)


async def test_who_has_left_is_not_named_and_does_not_count(club: Club) -> None:
    await weekly(club, organiser(club))
    shown = await show_next(club)
    for member in (club.ada, club.grace):
        await club.env.advance_time(1)
        await member.click(shown, label="I'll come")
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    text = text_of(await show_next(club))
    assert f"✋ **1 comes**\n-# <@{club.ada.id}>\n" in text
    assert str(club.grace.id) not in text
    assert await count(club, FIRST, "2026-01-01") == Turnout(1, 0, 0, (club.ada.id,))


async def test_who_left_before_another_clicks_is_not_named_in_the_message(club: Club) -> None:
    await weekly(club, organiser(club))
    shown = await show_next(club)
    await club.grace.click(shown, label="I'll come")
    club.env.guild.remove_member(club.grace)
    await club.env.advance_time(61)
    clicked = await club.ada.click(shown, label="I'll come")
    assert str(club.grace.id) not in text_of(clicked.response)
    assert f"✋ **2 come**\n-# <@{club.ada.id}> and 1 more\n" in text_of(clicked.response)


async def test_nobody_is_named_while_discord_does_not_say_who_is_here(club: Club) -> None:
    await weekly(club, organiser(club))
    await club.grace.click(await show_next(club), label="I'll come")
    club.env.inject_error("GET", "/guilds/*/members/*", status=503, code=0, times=None)
    text = text_of(await show_next(club))
    assert "✋ **1 comes**\n" in text
    assert str(club.grace.id) not in text
    assert (await count(club, FIRST, "2026-01-01")).coming == 1


async def test_many_who_come_are_named_up_to_ten_and_counted(club: Club) -> None:
    await weekly(club, organiser(club))
    shown = await show_next(club)
    members = [club.env.guild.add_member(club.env.create_user(f"m{number}")) for number in range(13)]
    for member in members:
        await club.env.advance_time(1)
        await member.click(shown, label="I'll come")
    text = text_of(await show_next(club))
    assert f"✋ **13 come**\n-# <@{members[0].id}>, " in text
    assert f"<@{members[9].id}> and 3 more\n" in text
    assert f"<@{members[10].id}>" not in text
    assert text_of(seen(club, shown)) == text, "and so says the message that was clicked"


async def test_the_longest_texts_fit_into_the_card_of_a_meeting(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga, name="*_" * 25)
    for number in range(30):
        await accept(club, f"{number} " + "_*" * 400, club.ada, olga, reason="*" * 900)
        club.env.backend.advance_clock(1)
        await club.bot.clubs.change(club.env.guild.id, olga.id, club.env.now(), quota=number + 9)
    shown = await show_next(club)
    managed = await olga.click(shown, label="For organisers")
    await olga.submit_modal(await olga.click(managed.response, label="Notes"), {"notes": "_`" * 500})
    for number in range(12):
        member = club.env.guild.add_member(club.env.create_user(f"m{number}"))
        await member.click(shown, label="I'll come")
    shown = await show_next(club)
    assert len(text_of(shown)) < 4_000
    assert len(menu_of(shown)["options"]) == 25
    assert sum(1 for _ in components(shown)) < 38, "Discord takes 40"


# --- what is not counted --------------------------------------------------------------------------


async def test_forged_and_stale_buttons_are_answered_in_a_sentence_and_change_nothing(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    await weekly(club, olga, name="Prompt", kind="prompt")
    await skip(club, olga)
    cases = {
        ("1", "2026-01-02", "yes"): "does not meet on that date",
        ("1", "2026-13-77", "yes"): "does not meet on that date",
        ("1", "9999-12-31", "yes"): "does not meet on that date",
        ("1", "0001-01-01", "late"): "does not meet on that date",
        ("1", "2026-01-08", "no"): "is called off",
        ("2", "2026-01-08", "yes"): "is no meeting",
        ("9" * 18, "2026-01-08", "yes"): "does not take place any more",
        ("1", "2026-01-15", "maybe"): "another version",
        ("x", "2026-01-15", "yes"): "another version",
        ("1", "tomorrow", "yes"): "another version",
    }
    buttons = [button("rsvp", *case, label=str(number)) for number, case in enumerate(cases)]
    forged = await forge(club, *buttons)
    for number, said in enumerate(cases.values()):
        answer = await club.ada.click(forged, label=str(number))
        assert answer.ephemeral
        assert said in text_of(answer.response)
    rows = await club.bot.database.read(lambda connection: connection.execute(select(rsvp)).all())
    assert rows == []


async def test_a_button_of_another_club_is_none(club: Club) -> None:
    await weekly(club, organiser(club))
    other = club.env.create_guild("Other club")
    place = other.create_text_channel("room")
    maria = other.add_member(club.env.create_user("maria"))
    there = club.bot.get_channel(place.id)
    assert isinstance(there, discord.TextChannel)
    sent = await there.send(view=layout(row(button("rsvp", "1", "2026-01-01", "yes", label="I'll come"))))
    message = next(each for each in place.history() if each.id == sent.id)
    answer = await maria.click(message, label="I'll come")
    assert "does not take place any more" in text_of(answer.response)
    assert await count(club, FIRST, "2026-01-01") == Turnout()


async def test_who_clicks_on_a_message_with_another_time_is_asked_for_the_right_one(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    await club.env.advance_time(20 * 3_600)
    old = await show_next(club)  # nobody edits the answer to a command
    assert stamp(SECOND) in text_of(old)
    await move(club, olga)
    asked = await club.ada.click(old, label="I'll come")
    assert asked.ephemeral
    assert "is at another time than that message says**, so nothing was noted" in text_of(asked.response)
    assert stamp(FRIDAY) in text_of(asked.response)
    assert await count(club, FRIDAY, "2026-01-08") == Turnout()
    done = await club.ada.click(asked.response, label="I'll come")
    assert "✋ **1 comes**" in text_of(done.response)
    assert (await count(club, FRIDAY, "2026-01-08")).yes == 1


# --- prompts and reminders ------------------------------------------------------------------------


async def prompted(club: Club, **wish: Any) -> Any:
    """Let the prompt for 8 January be posted; give it."""
    await weekly(club, organiser(club), **wish)
    await club.env.advance_time(20 * 3_600)
    return await posted(club, "prompt", "2026-01-08")


@pytest.mark.parametrize("paper", [True, False])
async def test_a_prompt_and_a_reminder_ask_who_comes_and_are_edited_in_place(club: Club, paper: bool) -> None:
    if paper:
        await accept(club, "First paper", club.ada, organiser(club))
    prompt = await prompted(club)
    assert NOBODY in text_of(prompt)
    asked = ["I'll come", "Late", "Can't come", "Calendar"]
    assert [each for each in button_labels(prompt) if each in asked] == asked
    clicked = await club.ada.click(prompt, label="I'll come")
    assert clicked.response.id == prompt.id
    assert "✋ **1 comes**" in text_of(seen(club, prompt))
    assert str(club.ada.id) not in text_of(seen(club, prompt)), "counts only"
    await let_pass(club, 4)
    reminder = await posted(club, "reminder", "2026-01-08")
    assert "✋ **1 comes**" in text_of(reminder)
    await club.grace.click(reminder, label="Late")
    assert "✋ **2 come**, 1 of them late" in text_of(seen(club, reminder))
    if paper:
        await club.ada.click(seen(club, prompt), label="I have read it")
        assert "1 member has read it" in text_of(seen(club, prompt))
    await club.ada.click(seen(club, prompt), label="Can't come")
    assert "✋ **1 comes**, late · 1 cannot" in text_of(seen(club, prompt))


async def test_a_prompt_alone_asks_nobody_whether_they_come(club: Club) -> None:
    await weekly(club, organiser(club), kind="prompt")
    await club.env.advance_time(20 * 3_600)
    prompt = await posted(club, "prompt", "2026-01-01")
    assert NOBODY not in text_of(prompt)
    assert "I'll come" not in button_labels(prompt)


# --- when it changes ------------------------------------------------------------------------------


def notified(club: Club) -> list[tuple[Any, ...]]:
    """Give whom each post of the bot may notify: members, roles, and whoever else."""
    allowed = [each.json["allowed_mentions"] for each in club.env.http_requests if each.json and "nonce" in each.json]
    return [({*each.get("users", ())}, each.get("roles", []), each["parse"]) for each in allowed]


async def test_who_wanted_to_come_is_told_of_a_move_and_asked_again(club: Club) -> None:
    prompt = await prompted(club)
    olga = organiser(club)
    await club.ada.click(prompt, label="I'll come")
    await club.grace.click(prompt, label="Late")
    await olga.click(prompt, label="Can't come")
    before = notified(club)
    assert all(each == (set(), [], []) for each in before)
    await move(club, olga)
    told = await posted(club, "again", "2026-01-08")
    text = text_of(told)
    assert text.startswith(f"-# Club night\n### 🗓️ **Changed:** we meet {stamp(FRIDAY, 'R')}, on {stamp(FRIDAY)}\n")
    assert (
        f"-# It was to be on {stamp(SECOND, 'f')}\nYou wanted to come: <@{club.ada.id}>, <@{club.grace.id}>. Will"
        in text
    )
    assert NOBODY in text
    assert notified(club)[len(before) :] == [({club.ada.id, club.grace.id}, [], [])]
    assert NOBODY in text_of(seen(club, prompt)), "what was posted is brought into line"
    await club.ada.click(told, label="I'll come")
    assert "✋ **1 comes**" in text_of(seen(club, told))
    shown = (await olga.slash(club.channel, "schedule show")).response
    back = (await olga.select(shown, ["1"])).response
    await olga.select(back, ["2026-01-08"], custom_id="pc:s:unskip:1")
    rungs = [(row.rung.split(":")[0], row.state) for row in await posts(club) if row.rung.startswith("again")]
    assert rungs == [("again", State.SENT)] * 2
    assert "✋ **1 comes**, late · 1 cannot" in text_of(seen(club, prompt)), "the old answers count again"


async def test_who_wanted_to_come_is_told_that_it_is_called_off_and_where_the_paper_goes(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "First paper", club.ada, olga)
    prompt = await prompted(club)
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, 1, club.grace.id)
    await club.ada.click(prompt, label="I'll come")
    await skip(club, olga)
    told = await posted(club, "again", "2026-01-08")
    off = (
        f"-# Club night\n### ❌ **Called off:** we do not meet on {stamp(SECOND)}\nYou wanted to come: <@{club.ada.id}>"
    )
    assert text_of(told).startswith(off)
    third = utc(1, 15, 17)
    assert f"⏭️ The next one is on {stamp(third)}, and we read **First paper**" in text_of(told)
    assert button_labels(told) == []
    assert "-# Nobody need answer: it is called off" in text_of(seen(club, prompt))
    await club.env.advance_time(3_600)
    text = text_of(await show_next(club))
    assert stamp(third) in text
    assert "### First paper" in text
    assert f"<@{club.grace.id}> presents it" in text
    refused = await club.ada.click(seen(club, prompt), label="Late")
    assert text_of(refused.response).startswith("That meeting is called off.")
    status = text_of((await olga.slash(club.channel, "club status")).response)
    assert "Club night: news of a change for Thu 8 Jan 2026" in status
    shown = (await olga.slash(club.channel, "schedule show")).response
    page = (await olga.select(shown, ["1"])).response
    await olga.select(page, ["2026-01-08"], custom_id="pc:s:unskip:1")
    assert "The next one" not in text_of(seen(club, told)), "what is done instead is not done"


@pytest.mark.parametrize("how", ["pause", "remove"])
async def test_a_pause_or_removal_of_the_slot_is_told_as_well(club: Club, how: str) -> None:
    prompt = await prompted(club)
    await club.ada.click(prompt, label="I'll come")
    olga = organiser(club)
    said = (await olga.slash(club.channel, f"schedule {how}", slot="Club night")).response
    if how == "remove":
        await olga.click(said, label="Remove it")
    told = text_of(await posted(club, "again", "2026-01-08"))
    assert f"❌ **Called off:** we do not meet on {stamp(SECOND)}\nYou wanted to come: <@{club.ada.id}>" in told
    assert "-# When the club meets next is not set" in told
    assert bool(await slots(club)) is (how == "pause")


async def test_nobody_is_told_of_what_is_not_so_any_more(club: Club) -> None:
    prompt = await prompted(club)
    await club.ada.click(prompt, label="I'll come")
    olga = organiser(club)
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=403, code=50013, times=1)
    await skip(club, olga)
    shown = (await olga.slash(club.channel, "schedule show")).response
    page = (await olga.select(shown, ["1"])).response
    await olga.select(page, ["2026-01-08"], custom_id="pc:s:unskip:1")
    await club.env.advance_time(600)
    assert not [each for each in club.channel.history() if "You wanted to come" in text_of(each)]


async def test_nobody_who_did_not_want_to_come_is_told(club: Club) -> None:
    prompt = await prompted(club)
    await club.ada.click(prompt, label="Can't come")
    before = len(club.channel.history())
    await skip(club, organiser(club))
    assert len(club.channel.history()) == before
    assert not [row for row in await posts(club) if row.rung.startswith("again")]
