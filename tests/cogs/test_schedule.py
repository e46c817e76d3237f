"""The club's week as organisers set it and members see it, on a simulated Discord."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import Connection, select, update

from bot.club.delivery import USEFUL
from bot.club.delivery import Kind as Delivered
from bot.club.ladder import Kind, Ladder, Quiet
from bot.club.post import Planned, Post, State
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot, Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import PostStore, plan_post
from bot.club.stores.slots import SlotStore
from bot.database.tables import post
from bot.ui.cards import View, note
from bot.ui.controls import button, menu
from bot.ui.slot_posts import POSTS
from tests.cogs.test_club import organiser
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, components, menu_of, text_of

WISH = {"name": "Club night", "day": "Thu", "time": "18:00", "timezone": "Europe/Berlin", "kind": "meeting"}


def store(club: Club) -> SlotStore:
    return SlotStore(club.bot.database)


async def slots(club: Club, guild: int | None = None) -> list[Slot]:
    return await store(club).list_all(guild or club.env.guild.id)


async def posts(club: Club) -> list[Any]:
    query = select(post).order_by(post.c.due_at, post.c.id)
    return list(await club.bot.database.read(lambda connection: connection.execute(query).all()))


def render_prompts(club: Club) -> None:
    """Let prompts be posted that say nothing but what they are."""

    async def render(prompt: Post) -> View:
        return note(f"The prompt of {prompt.date}")

    club.bot.outbox._kinds["prompt"] = Delivered(render, None, USEFUL)


async def let_pass(club: Club, days: int) -> None:
    for _ in range(days):
        await club.env.advance_time(24 * 3_600)


async def weekly(club: Club, who: simcord.MemberActor, **wish: Any) -> Any:
    """Type /schedule weekly; give the message."""
    wish = {**WISH, "channel": club.channel, **wish}
    result = await who.slash(club.channel, "schedule weekly", **{key: value for key, value in wish.items() if value})
    assert result.ephemeral
    return result.response


async def ask(club: Club, who: simcord.MemberActor, command: str, **options: Any) -> str:
    result = await who.slash(club.channel, f"schedule {command}", **options)
    assert result.ephemeral
    return text_of(result.response)


def stamp(at: datetime, style: str = "F") -> str:
    return discord.utils.format_dt(at, style)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def test_the_confirmation_lists_the_next_posts_and_where_they_go(club: Club) -> None:
    text = text_of(await weekly(club, organiser(club)))
    assert "✅ It is set" in text
    assert "**Every Thursday at 18:00**, Europe/Berlin" in text
    assert f"Posted in <#{club.channel.id}>" in text
    assert "lacks" not in text
    # Today is Thursday, 1 January, 01:00 in Berlin: days before the first meeting never existed.
    lines = text[text.index("**Next posts**") :].splitlines()
    assert lines[1:7] == [
        "- Reminder 1 hour before Thu 1 Jan 2026",
        f"  {stamp(utc(1, 1, 16))} ({stamp(utc(1, 1, 16), 'R')})",
        "- Prompt for Thu 8 Jan 2026",
        f"  {stamp(utc(1, 1, 17))} ({stamp(utc(1, 1, 17), 'R')})",
        "- Question afterwards for Thu 1 Jan 2026",
        f"  {stamp(utc(1, 1, 18, 30))} ({stamp(utc(1, 1, 18, 30), 'R')})",
    ]
    (slot,) = await slots(club)
    assert (slot.name, slot.ladder, slot.channel_id) == ("Club night", Ladder(), club.channel.id)
    assert [(row.rung, row.due_at) for row in await posts(club)] == [
        ("reminder:1h", utc(1, 1, 16)),
        ("prompt", utc(1, 1, 17)),
        ("after", utc(1, 1, 18, 30)),
    ]


async def test_what_the_bot_lacks_in_the_channel_is_named(club: Club) -> None:
    everyone = club.env.guild.default_role
    denied = discord.PermissionOverwrite(send_messages=False)
    quiet = club.env.guild.create_text_channel("quiet", overwrites={everyone: denied})
    assert "⚠️ Paperclub lacks there: Send Messages" in text_of(await weekly(club, organiser(club), channel=quiet))


BAD = [
    ({"time": "25:99"}, "“25:99” is not a time"),
    ({"time": "6"}, "“6” may be 06:00 or 18:00"),
    ({"timezone": "Mars/Olympus"}, "No time zone is called “Mars/Olympus”"),
    ({"timezone": "CET and <@&5>"}, "No time zone is called"),
    ({"day": "someday"}, "does not name days of the week"),
    ({"name": "Hello <@&123>"}, "A name mentions nobody"),
    ({"name": "Hi @everyone"}, "A name mentions nobody"),
    ({"name": "x" * 4_000}, "this one has 4,000"),
    ({"day": "x" * 4_000}, "4,000 characters long"),
    ({"time": "x" * 4_000}, "4,000 characters long"),
    ({"timezone": "x" * 4_000}, "No time zone is called"),
    ({"name": "\u202e\u200b"}, "A slot needs a name"),
]


@pytest.mark.parametrize(("wish", "sentence"), BAD)
async def test_what_cannot_be_read_is_told_privately_and_nothing_is_stored(
    club: Club, wish: dict[str, str], sentence: str
) -> None:
    text = text_of(await weekly(club, organiser(club), **wish))
    assert sentence.replace("_", "\\_") in text.replace("\\", "") or sentence in text
    assert len(text) < 400
    assert await slots(club) == []
    assert await posts(club) == []


async def test_a_slot_needs_a_channel(club: Club) -> None:
    olga = organiser(club)
    assert "The club has no channel yet" in text_of(await weekly(club, olga, channel=None))
    await club.bot.clubs.change(club.env.guild.id, olga.id, club.env.now(), channel_id=club.channel.id)
    assert f"Posted in <#{club.channel.id}>" in text_of(await weekly(club, olga, channel=None))


async def test_members_may_look_and_nothing_else(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    refused = "That is for the club's organisers"
    assert refused in text_of(await weekly(club, club.ada))
    for command, options in (
        ("skip", {"date": "2026-01-08"}),
        ("move", {"date": "2026-01-08", "to": "2026-01-09"}),
        ("pause", {}),
        ("resume", {}),
        ("remove", {}),
    ):
        assert refused in await ask(club, club.ada, command, slot="Club night", **options)
    shown = await club.ada.slash(club.channel, "schedule show")
    assert "Every Thursday at 18:00" in text_of(shown.response)
    assert not [part for part in components(shown.response) if part["type"] == 3], "members cannot change anything"
    assert "1. **Thu 1 Jan 2026, 18:00**" in await ask(club, club.ada, "preview")


async def test_forged_controls_do_nothing_for_members_and_other_clubs(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    (before,) = await slots(club)
    number = str(before.id)
    wish = ("3", "1900", "Europe/Berlin", "m", "1", "0")
    buttons = [
        button("putslot", number, *wish, label="0"),
        button("pauseslot", number, label="1"),
        button("resumeslot", number, label="2"),
        button("removeslot", number, label="3"),
        button("askremove", number, label="4"),
        button("askquiet", number, label="5"),
        button("slot", number, label="6"),
        button("unskip", number, "2026-01-08", label="7"),
        menu("slotposts", number, placeholder="8", options=[discord.SelectOption(label="1h", value="1h")]),
        menu("slotminutes", number, placeholder="9", options=[discord.SelectOption(label="30", value="30")]),
    ]
    forged = await forge(club, *buttons)
    for place in range(8):
        clicked = await club.ada.click(forged, label=str(place))
        assert "That is for the club's organisers" in text_of(clicked.response)
    for value, action in (("1h", "slotposts"), ("30", "slotminutes")):
        chosen = await club.ada.select(forged, [value], custom_id=f"pc:s:{action}:{number}")
        assert "organisers" in text_of(chosen.response)
    assert await slots(club) == [before]

    there = club.env.create_guild("Another club")
    channel = there.create_text_channel("papers")
    role = there.create_role("organisers", permissions=discord.Permissions(manage_guild=True))
    eve = there.add_member(club.env.create_user("eve"), roles=[role])
    for command in ("skip", "pause", "remove"):
        options = {"date": "2026-01-08"} if command == "skip" else {}
        told = await eve.slash(channel, f"schedule {command}", slot=number, **options)
        assert "No slot of the club is called so" in text_of(told.response)
    assert await slots(club) == [before]
    assert await slots(club, there.id) == []


@pytest.mark.parametrize(
    "wish",
    [
        ("9", "1900", "UTC", "m", "1", "0"),
        ("3", "2500", "UTC", "m", "1", "0"),
        ("3", "1900", "Mars/Olympus", "m", "1", "0"),
        ("3", "1900", "UTC", "m", "99", "0"),
        ("3", "1900", "UTC", "m", "1", "123"),
        ("", "", "", "", "", ""),
    ],
)
async def test_a_forged_wish_is_refused(club: Club, wish: tuple[str, ...]) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    before = await slots(club)
    forged = await forge(club, button("putslot", str(before[0].id), *wish, label="Replace"))
    told = text_of((await olga.click(forged, label="Replace")).response)
    assert "run the command again" in told or "every 1 to 52 weeks" in told
    assert await slots(club) == before


async def test_a_repeated_name_offers_replacement_that_survives_a_restart(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga)
    (before,) = await slots(club)
    other = club.env.guild.create_text_channel("other")
    zone = "America/Argentina/ComodRivadavia"  # the longest name
    wish = {"name": "club  NIGHT", "day": "Mon, Tue, Wed, Fri", "time": "6pm", "timezone": zone, "every": 52}
    question = await weekly(club, olga, **wish, kind="prompt", channel=other)
    assert "There is a slot called Club night already" in text_of(question)
    assert await slots(club) == [before]
    await club.restart()
    message = (await olga.click(question, label="Replace it")).response
    assert "✅ It is set" in text_of(message)
    (after,) = await slots(club)
    assert (after.id, after.name, after.ladder.kind, after.channel_id) == (
        before.id,
        "Club night",
        Kind.PROMPT,
        other.id,
    )
    assert after.schedule == Schedule((0, 1, 2, 4), time(18), zone, date(2026, 1, 2), 52)


async def test_posts_and_quiet_hours_are_set_on_the_page_also_after_a_restart(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga)
    await club.restart()
    message = (await olga.select(message, ["prompt", "1h"], custom_id="pc:s:slotposts:1")).response
    (slot,) = await slots(club)
    assert slot.ladder == Ladder(choose=None, reminders=("1h",), after=False)
    form = await olga.click(message, label="Quiet hours")
    await club.restart()
    message = (await olga.submit_modal(form, {"begin": "16:30", "end": "9 am"})).response
    assert "Quiet from 16:30 to 09:00" in text_of(message)
    (slot,) = await slots(club)
    assert slot.quiet == Quiet(time(16, 30), time(9))
    # The prompt at 18:00 is in the quiet hours, and waits for their end; the reminder comes before the meeting.
    assert [(row.rung, row.due_at) for row in await posts(club) if row.state == State.DUE] == [
        ("reminder:1h", utc(1, 1, 15, 30)),
        ("prompt", utc(1, 2, 8)),
    ]
    for begin, end, sentence in (("25:99", "9:00", "is not a time"), ("22:00", "", "a beginning and an end")):
        form = await olga.click(message, label="Quiet hours")
        told = (await olga.submit_modal(form, {"begin": begin, "end": end})).response
        assert sentence in text_of(told)
    assert await slots(club) == [slot]
    form = await olga.click(message, label="Quiet hours")
    message = (await olga.submit_modal(form, {"begin": "", "end": ""})).response
    assert (await slots(club))[0].quiet is None
    message = (await olga.select(message, [], custom_id="pc:s:slotposts:1")).response
    assert "**Next posts**\nNone" in text_of(message)
    assert [row for row in await posts(club) if row.state == State.DUE] == []


DAYS = "pc:s:slotdays:1:{}"


def offered_days(message: Any, rung: str) -> tuple[list[int], list[int]]:
    """Give the days that a menu offers, and those that it shows as set."""
    found = next(part for part in components(message) if part.get("custom_id") == DAYS.format(rung))
    options = found["options"]
    return [int(each["value"]) for each in options], [int(each["value"]) for each in options if each.get("default")]


async def test_organisers_choose_the_days_of_the_choice_and_the_prompt(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga)
    assert offered_days(message, "prompt") == ([*range(1, 15)], [7])
    assert offered_days(message, "choose") == ([*range(8, 22)], [10])
    message = (await olga.select(message, ["5"], custom_id=DAYS.format("prompt"))).response
    await club.restart()
    message = (await olga.select(message, ["6"], custom_id=DAYS.format("choose"))).response
    assert offered_days(message, "choose") == ([*range(6, 22)], [6])
    assert "✅ The days are set" in text_of(message)
    assert "Choice of what to read for Thu 8 Jan 2026\n  " + stamp(utc(1, 2, 17)) in text_of(message)
    (slot,) = await slots(club)
    assert slot.ladder == Ladder(choose=6, prompt=5)
    assert [row.rung for row in await posts(club) if row.state == State.DUE] == ["reminder:1h", "after"]
    labels = [each["label"] for each in menu_of(message)["options"]]
    assert labels[:2] == ["What to read is chosen, 6 days before", "The prompt, 5 days before"]
    kept = [*POSTS]
    message = (await olga.select(message, kept[1:], custom_id="pc:s:slotposts:1")).response
    assert (await slots(club))[0].ladder == Ladder(choose=None, prompt=5), "the prompt keeps its days"
    await olga.select(message, kept, custom_id="pc:s:slotposts:1")
    assert (await slots(club))[0].ladder == Ladder(choose=10, prompt=5)


LASTS = "pc:s:slotminutes:1"


def offered_minutes(message: Any) -> list[tuple[str, bool]]:
    found = next(part for part in components(message) if part.get("custom_id") == LASTS)
    return [(each["value"], bool(each.get("default"))) for each in found["options"]]


async def test_organisers_choose_how_long_a_meeting_lasts_and_whether_it_is_asked_about(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga, minutes=60)
    assert [value for value, default in offered_minutes(message) if default] == ["60"]
    assert [value for value, _ in offered_minutes(message)] == ["30", "45", "60", "75", "90", "120", "150", "180"]
    await club.restart()
    message = (await olga.select(message, ["150"], custom_id=LASTS)).response
    assert "✅ It lasts 2½ hours" in text_of(message)
    assert f"- Question afterwards for Thu 1 Jan 2026\n  {stamp(utc(1, 1, 19, 30))}" in text_of(message)
    assert (await slots(club))[0].ladder == Ladder(minutes=150)
    message = (await olga.select(message, ["prompt", "after"], custom_id="pc:s:slotposts:1")).response
    assert (await slots(club))[0].ladder == Ladder(choose=None, reminders=(), minutes=150)
    due = [(row.rung, row.due_at) for row in await posts(club) if row.state == State.DUE]
    assert due == [("prompt", utc(1, 1, 17)), ("after", utc(1, 1, 19, 30))]
    message = (await olga.select(message, ["prompt"], custom_id="pc:s:slotposts:1")).response
    assert (await slots(club))[0].ladder == Ladder(choose=None, reminders=(), minutes=150, after=False)
    assert [row.rung for row in await posts(club) if row.state == State.DUE] == ["prompt"]


async def test_a_slot_that_is_replaced_lasts_as_long_as_is_wished_or_as_before(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga, minutes=45)
    for wish, lasts in (({"time": "19:00"}, 45), ({"minutes": 120}, 120), ({}, 120)):
        asked = await weekly(club, olga, **wish)
        await club.restart()
        await olga.click(asked, label="Replace it")
        assert (await slots(club))[0].ladder.minutes == lasts
    told = await olga.slash(club.channel, "schedule weekly", **{**WISH, "kind": "prompt", "name": "Another"})
    assert LASTS not in str(told.response.components)


async def test_a_choice_that_is_not_before_the_prompt_is_refused_and_the_menus_show_what_is_set(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga)
    before = await slots(club)
    message = (await olga.select(message, ["12"], custom_id=DAYS.format("prompt"))).response
    assert "⚠️ What to read is chosen before the prompt, which comes 12 days before the meeting" in text_of(message)
    assert offered_days(message, "prompt")[1] == [7]
    for rung, days in (("prompt", "0"), ("prompt", "15"), ("choose", "22"), ("choose", "7")):
        forged = await forge(club, button("slotdays", "1", rung, days, label="Days"))
        told = text_of((await olga.click(forged, label="Days")).response)
        assert "days before" in told
        refused = await club.ada.click(forged, label="Days")
        assert "That is for the club's organisers" in text_of(refused.response)
    assert await slots(club) == before
    asked = await weekly(club, olga, kind="prompt")
    await olga.click(asked, label="Replace it")
    told = text_of((await olga.select(message, ["3"], custom_id=DAYS.format("prompt"))).response)
    assert "This is no meeting" in told


async def test_dates_are_skipped_moved_and_put_back(club: Club) -> None:
    olga = organiser(club)
    await weekly(club, olga, kind="prompt")
    (slot,) = await slots(club)
    choices = await olga.autocomplete(club.channel, "schedule skip", "slot", "night")
    assert choices == [{"name": "Club night", "value": str(slot.id)}]
    offered = await olga.autocomplete(club.channel, "schedule skip", "date", "", slot=str(slot.id))
    assert offered[0] == {"name": "Thursday, 1 Jan 2026", "value": "2026-01-01"}
    assert len(offered) == 25
    assert "Thu 1 Jan 2026 is skipped" in await ask(club, olga, "skip", slot=str(slot.id), date="2026-01-01")
    offered = await olga.autocomplete(club.channel, "schedule move", "date", "jan", slot=str(slot.id))
    assert [choice["value"] for choice in offered] == ["2026-01-08", "2026-01-15", "2026-01-22", "2026-01-29"]
    days = await olga.autocomplete(club.channel, "schedule move", "to", "fri", slot=str(slot.id), date="2026-01-08")
    assert days[0] == {"name": "Friday, 2 Jan 2026", "value": "2026-01-02"}
    options = {"slot": str(slot.id), "date": "2026-01-08", "to": "2026-01-09", "time": "20:30"}
    result = await olga.slash(club.channel, "schedule move", **options)
    assert "Thu 8 Jan 2026: moved to Fri 9 Jan 2026, 20:30" in text_of(result.response)
    assert "Thu 1 Jan 2026: skipped" in text_of(result.response)
    preview = await ask(club, club.ada, "preview", slot=str(slot.id))
    assert f"1. **Fri 9 Jan 2026, 20:30** · moved from Thu 8 Jan 2026\n   {stamp(utc(1, 9, 19, 30))}" in preview
    await club.restart()
    back = (await olga.select(result.response, ["2026-01-08"])).response
    assert "Thu 8 Jan 2026 is as usual again" in text_of(back)
    (slot,) = await slots(club)
    assert (slot.schedule.moved, slot.schedule.skipped) == ({}, {date(2026, 1, 1)})


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("skip", {"date": "31 February"}, "is not a day of the calendar"),
        ("skip", {"date": "2025-12-25"}, "is past"),
        ("skip", {"date": "2031-01-02"}, "more than two years away"),
        ("skip", {"date": "2026-01-09"}, "does not take place on 2026-01-09"),
        ("skip", {"date": "<@&123>"}, "is not a date"),
        ("skip", {"date": "x" * 4_000}, "4,000 characters long"),
        ("move", {"date": "2026-01-08", "to": "2026-01-15"}, "takes place on 2026-01-15 already"),
        ("move", {"date": "2026-01-08", "to": "31 February"}, "is not a day of the calendar"),
        ("move", {"date": "2026-01-08", "to": "2026-01-09", "time": "25:99"}, "is not a time"),
        ("move", {"date": "2026-01-01", "to": "2026-01-01", "time": "00:30"}, "That moment is past"),
        ("pause", {"until": "2026-01-01"}, "later day than today"),
        ("pause", {"until": "never"}, "is not a date"),
    ],
)
async def test_dates_that_will_not_do_change_nothing(
    club: Club, command: str, options: dict[str, str], sentence: str
) -> None:
    olga = organiser(club)
    await weekly(club, olga, kind="prompt")
    before = await slots(club), await posts(club)
    told = (await ask(club, olga, command, slot="Club night", **options)).replace("\\", "")
    assert sentence in told
    assert len(told) < 400
    assert (await slots(club), await posts(club)) == before


async def test_a_slot_that_is_not_there_is_said_to_be(club: Club) -> None:
    olga = organiser(club)
    for named in ("Nothing", "7", "9" * 30, "x" * 4_000):
        assert "No slot of the club is called so" in await ask(club, olga, "pause", slot=named)
    assert await olga.autocomplete(club.channel, "schedule skip", "date", "", slot="7") == []


async def test_a_slot_is_paused_resumed_and_removed(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga, kind="prompt")
    message = (await olga.click(message, label="Pause")).response
    assert "⏸️ **Paused** until it is resumed" in text_of(message)
    assert [row.state for row in await posts(club)] == [State.CANCELLED]
    assert "⏸️ Paused" in await ask(club, club.ada, "show")
    assert "None: nothing takes place" in await ask(club, club.ada, "preview")
    message = (await olga.click(message, label="Resume")).response
    assert [row.state for row in await posts(club)] == [State.DUE]
    assert "until Thu 8 Jan 2026" in await ask(club, olga, "pause", slot="Club night", until="2026-01-08")
    assert "1. **Thu 8 Jan 2026" in await ask(club, club.ada, "preview")
    assert "It takes place" in await ask(club, olga, "resume", slot="Club night")
    question = (await olga.click(message, label="Remove")).response
    assert "Remove Club night?" in text_of(question)
    assert len(await slots(club)) == 1
    assert "is removed" in text_of((await olga.click(question, label="Remove it")).response)
    assert await slots(club) == []
    assert "Nothing takes place every week yet" in await ask(club, club.ada, "show")


async def test_the_weeks_of_the_change_of_clocks_keep_their_local_time(club: Club) -> None:
    await weekly(club, organiser(club), day="Sun", time="02:30", kind="prompt", every=6)
    preview = await ask(club, club.ada, "preview")
    # On 29 March the clocks of Berlin go from 02:00 to 03:00: the time that is jumped over comes an hour later.
    for line in (
        f"2. **Sun 15 Feb 2026, 02:30**\n   {stamp(utc(2, 15, 1, 30))}",
        f"3. **Sun 29 Mar 2026, 03:30**\n   {stamp(utc(3, 29, 1, 30))}",
        f"4. **Sun 10 May 2026, 02:30**\n   {stamp(utc(5, 10, 0, 30))}",
    ):
        assert line in preview
    assert preview.count("**Sun ") == 8


async def test_many_slots_are_paged(club: Club) -> None:
    olga = organiser(club)
    for number in range(20):
        new = NewSlot(
            f"{number:02} " + "_*W*_" * 9,
            Schedule((3, 4), time(18), "America/Argentina/ComodRivadavia", date(2026, 1, 1), 3),
            Kind.MEETING,
            club.channel.id,
        )
        await store(club).add(club.env.guild.id, olga.id, club.env.now(), new)
    shown = await olga.slash(club.channel, "schedule show")
    assert "page 1 of 3" in text_of(shown.response)
    assert len(text_of(shown.response)) < 4_000
    shown = await olga.click(shown.response, label="More")
    shown = await olga.click(shown.response, label="More")
    assert button_labels(shown.response) == ["The next dates", "Back", "More"]
    assert "19 " in text_of(shown.response)
    assert "at most 20 slots" in text_of(await weekly(club, olga))
    preview = await olga.click(shown.response, label="The next dates")
    assert len(text_of(preview.response)) < 4_000


async def test_zones_and_days_are_offered(club: Club) -> None:
    olga = organiser(club)
    offered = await olga.autocomplete(club.channel, "schedule weekly", "timezone", "berl")
    assert offered[0]["value"] == "Europe/Berlin"
    assert all(len(choice["name"]) <= 100 for choice in offered)
    assert (await olga.autocomplete(club.channel, "schedule weekly", "timezone", ""))[0]["value"] == "UTC"
    assert await olga.autocomplete(club.channel, "schedule weekly", "timezone", "x" * 4_000) == []
    assert [choice["name"] for choice in await olga.autocomplete(club.channel, "schedule weekly", "day", "t")] == [
        "Tuesday",
        "Thursday",
    ]


# --- planning by itself ---------------------------------------------------------------------------


async def test_the_week_is_planned_by_itself_and_after_a_restart(club: Club) -> None:
    await weekly(club, organiser(club), day="Sat, Mon", kind="prompt")
    assert await posts(club) == []
    await club.restart()
    render_prompts(club)
    await let_pass(club, 2)
    assert [row.due_at for row in await posts(club)] == [utc(1, 3, 17)]
    await let_pass(club, 7)
    assert [(row.date, row.state) for row in await posts(club)] == [
        ("2026-01-03", State.SENT),
        ("2026-01-05", State.SENT),
        ("2026-01-10", State.DUE),
    ]
    assert len(club.channel.history()) == 2


async def test_a_plan_that_is_silent_is_noticed_and_begins_again(
    club: Club, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    render_prompts(club)
    cog: Any = club.bot.get_cog("WeekCog")
    cog._plan.stop()
    await club.env.advance_time(2 * 3_600)
    assert cog._plan.running
    caplog.set_level(logging.ERROR)

    async def fail(now: datetime) -> int:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(cog._week, "plan", fail)
        await club.env.advance_time(6 * 3_600)
    assert "a pass of the plan failed" in caplog.text
    assert caplog.text.count("the plan of the week is silent") == 1
    await weekly(club, organiser(club), day="Fri, Sun", kind="prompt")
    await let_pass(club, 2)
    assert [row.date for row in await posts(club)] == ["2026-01-02", "2026-01-04"]


# --- what became of posts -------------------------------------------------------------------------


async def end(
    club: Club,
    state: State,
    slot: str = "slot:1",
    day: str = "2026-01-01",
    reason: str = "",
    ago: int = 0,
) -> Post:
    """Let a post end in some way."""
    planned = Planned(club.env.guild.id, slot, day, "prompt", club.channel.id, club.env.now())

    def work(connection: Connection) -> None:
        lock_club(connection, planned.guild_id)
        plan_post(connection, planned)
        own = (post.c.slot == slot, post.c.date == day, post.c.rung == "prompt")
        ended = {"state": state, "ended_at": club.env.now() - timedelta(days=ago), "reason": reason}
        connection.execute(update(post).where(*own).values(ended))

    await club.bot.database.write(work)
    found = await PostStore(club.bot.database).get(planned.guild_id, slot, day, "prompt")
    assert found
    return found


async def test_status_shows_what_was_posted_and_what_went_wrong(club: Club) -> None:
    olga = organiser(club)
    render_prompts(club)
    nothing = text_of((await olga.slash(club.channel, "club status")).response)
    assert "Last sent: nothing yet\nNext due: nothing" in nothing
    await weekly(club, olga, day="Tue", kind="prompt")
    await end(club, State.SENT, day="2025-12-30")
    await end(club, State.MISSED, day="2025-12-23", reason="Discord answered: 403 @everyone <@5>")
    await end(club, State.CANCELLED, day="2025-12-16", reason="An organiser skipped this date.")
    await end(club, State.MISSED, day="2025-12-09", reason="Long ago", ago=15)
    text = text_of((await olga.slash(club.channel, "club status")).response)
    assert "Last sent: Club night: prompt for Tue 30 Dec 2025" in text
    assert f"Next due: Club night: prompt for Tue 6 Jan 2026 {stamp(utc(1, 6, 17), 'R')}" in text
    assert "🛑 **missed** Club night: prompt for Tue 23 Dec 2025" in text
    assert "Discord answered: 403" in text
    assert "@everyone" not in text
    assert "✖️ **cancelled**" in text
    assert text.index("missed") < text.index("cancelled")
    assert "9 Dec 2025" not in text


@pytest.mark.parametrize(("label", "state"), [("It is there", State.SENT), ("Post again", State.DUE)])
async def test_organisers_decide_what_is_in_doubt_and_members_do_not(club: Club, label: str, state: State) -> None:
    olga = organiser(club)
    doubt = await end(club, State.IN_DOUBT, slot="oldkind:1", day="", reason="The history cannot be read.")
    shown = await olga.slash(club.channel, "club status")
    assert "❓ **in doubt**" in text_of(shown.response)
    forged = await forge(club, *(button(action, str(doubt.id), label=action) for action in ("itisthere", "postagain")))
    for action in ("itisthere", "postagain"):
        refused = await club.ada.click(forged, label=action)
        assert "That is for the club's organisers" in text_of(refused.response)
    await club.restart()
    clicked = await olga.click(shown.response, label=label)
    assert "❓" not in text_of(clicked.response)
    (row,) = await posts(club)
    assert row.state == state
    assert row.due_at == (club.env.now() if state is State.DUE else doubt.due_at)
    for action in ("itisthere", "postagain"):
        again = await olga.click(forged, label=action)
        assert "not in doubt any more" in text_of(again.response)
    assert (await posts(club))[0].state == state
    (line, *_), _ = await club.bot.clubs.read_audit(club.env.guild.id, 0, 10)
    assert line.actor_id == olga.id


async def test_another_club_does_not_decide_what_is_in_doubt(club: Club) -> None:
    doubt = await end(club, State.IN_DOUBT, slot="oldkind:1", day="")
    posts_of = PostStore(club.bot.database)
    assert not await posts_of.confirm_posted(5, doubt.id, 1, club.env.now())
    assert not await posts_of.post_again(5, doubt.id, 1, club.env.now())
    assert (await posts(club))[0].state == State.IN_DOUBT


async def test_a_slot_that_discord_refuses_three_times_is_paused_and_organisers_are_told(club: Club) -> None:
    olga = organiser(club)
    render_prompts(club)
    denied = discord.PermissionOverwrite(send_messages=False)
    quiet = club.env.guild.create_text_channel("quiet", overwrites={club.env.guild.default_role: denied})
    await weekly(club, olga, day="Mon, Tue, Wed, Thu, Fri, Sat, Sun", kind="prompt", channel=quiet)
    await let_pass(club, 2)
    assert [row.state for row in await posts(club) if row.due_at <= club.env.now()] == [State.MISSED] * 2
    assert not (await slots(club))[0].is_paused(club.env.now())
    await club.env.advance_time(24 * 3_600)
    (slot,) = await slots(club)
    assert slot.is_paused(club.env.now())
    assert "50013" in slot.pause_reason
    assert [row.state for row in await posts(club)] == [State.MISSED] * 3 + [State.CANCELLED]
    assert not (await club.ada.slash(club.channel, "schedule show")).followups
    told = await olga.slash(club.channel, "schedule show")
    assert any("is paused: three posts in a row were refused" in text_of(each) for each in told.followups)
    assert not (await olga.slash(club.channel, "schedule show")).followups
    status = text_of((await olga.slash(club.channel, "club status")).response)
    assert "⏸️ **Club night** is paused" in status
    assert "It takes place" in await ask(club, olga, "resume", slot="Club night")
    assert "is paused" not in text_of((await olga.slash(club.channel, "club status")).response)
