"""Members put meetings into their calendars, on a simulated Discord."""

from datetime import UTC
from typing import Any

import pytest
from icalendar import Calendar

from bot.club.slot import Slot
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import PRUNING, accept
from tests.cogs.test_schedule import let_pass, slots, stamp, utc, weekly
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, text_of

DAY = "2026-01-08"  # a Thursday; it is 18:00 in Berlin
MEETING = utc(1, 8, 17)


async def meet(club: Club, **wish: Any) -> Slot:
    await weekly(club, organiser(club), **wish)
    (slot,) = await slots(club)
    return slot


async def ask(club: Club, number: int | str, day: str = DAY, who: Any = None) -> Any:
    message = await forge(club, button("calendar", str(number), day, label="Calendar"))
    result = await (who or club.ada).click(message, label="Calendar")
    assert result.ephemeral
    return result.response


async def read_files(message: Any) -> dict[str, list[Any]]:
    """Give the events in the files of a message."""
    files = {file.filename: Calendar.from_ical(await file.read()) for file in message.attachments}
    return {name: list(calendar.events) for name, calendar in files.items()}


async def test_a_member_gets_this_meeting_and_the_whole_series_privately(club: Club) -> None:
    await accept(club, "Pruning; or: not", club.grace, organiser(club), paper_id=PRUNING)
    await accept(club, "The second", club.grace, organiser(club))
    slot = await meet(club)
    message = await ask(club, slot.id, "2026-01-01")
    assert stamp(utc(1, 1, 17)) in text_of(message)
    assert "· 1½ hours" in text_of(message)
    files = await read_files(message)
    assert [*files] == ["meeting-2026-01-01.ics", "every-meeting.ics"]
    (meeting,), (series,) = files.values()
    assert meeting["summary"] == series["summary"] == "Club night"
    assert meeting["dtstart"].dt.astimezone(UTC) == utc(1, 1, 17)
    assert (meeting["dtend"].dt - meeting["dtstart"].dt).total_seconds() == 90 * 60
    assert meeting["description"] == "We read: Pruning; or: not\nhttps://arxiv.org/abs/2401.00001"
    assert meeting["location"] == f"https://discord.com/channels/{club.env.guild.id}/{club.channel.id}"
    assert series["rrule"].to_ical() == b"FREQ=WEEKLY;INTERVAL=1;BYDAY=TH;WKST=MO"
    assert "description" not in series
    following = (await read_files(await ask(club, slot.id)))["meeting-2026-01-08.ics"]
    assert following[0]["description"] == "We read: The second"


async def test_a_moved_meeting_keeps_its_name_and_is_newer(club: Club) -> None:
    slot, olga = await meet(club), organiser(club)
    before = (await read_files(await ask(club, slot.id)))[f"meeting-{DAY}.ics"][0]
    await olga.slash(club.channel, "schedule move", slot="Club night", date=DAY, to="2026-01-09", time="20:30")
    message = await ask(club, slot.id)
    (after,), (series, moved) = (await read_files(message)).values()
    assert stamp(utc(1, 9, 19, 30)) in text_of(message)
    assert (before["uid"], before["sequence"] + 1) == (after["uid"], after["sequence"])
    assert after["dtstart"].dt.astimezone(UTC) == moved["dtstart"].dt.astimezone(UTC) == utc(1, 9, 19, 30)
    assert moved["recurrence-id"].dt.astimezone(UTC) == MEETING
    assert moved["uid"] == series["uid"]


async def test_a_meeting_that_is_called_off_can_be_taken_out(club: Club) -> None:
    slot, olga = await meet(club), organiser(club)
    await olga.slash(club.channel, "schedule skip", slot="Club night", date=DAY)
    message = await ask(club, slot.id)
    assert "Called off:** it does not take place on Thu 8 Jan 2026" in text_of(message)
    (meeting,), (series,) = (await read_files(message)).values()
    assert meeting["status"] == "CANCELLED"
    assert series["exdate"].dts[0].dt.astimezone(UTC) == MEETING


@pytest.mark.parametrize(
    ("number", "day", "said"),
    [
        ("1", "2026-01-01", "is over"),
        ("1", "2026-01-09", "does not meet on that date"),
        ("1", "2026-02-31", "does not meet on that date"),
        ("1", "0001-01-01", "does not meet on that date"),
        ("99", DAY, "is not there any more"),
        ("999999999999999999", DAY, "is not there any more"),
        ("9" * 30, DAY, "another version"),
        ("1", "soon", "another version"),
    ],
)
async def test_stale_and_forged_buttons_get_a_clear_sentence(club: Club, number: str, day: str, said: str) -> None:
    slot = await meet(club)
    assert slot.id == 1
    if said == "is over":
        await let_pass(club, 8)
    message = await ask(club, number, day)
    assert said in text_of(message)
    assert not message.attachments


async def test_a_prompt_alone_and_the_slot_of_another_club_have_no_files(club: Club) -> None:
    prompt = await meet(club, name="Prompt", kind="prompt")
    assert "no meeting" in text_of(await ask(club, prompt.id))
    await weekly(club, organiser(club))
    slot = next(each for each in await slots(club) if each.name == "Club night")
    other = club.env.create_guild("Another club")
    channel, eve = other.create_text_channel("elsewhere"), other.add_member(club.env.create_user("eve"))
    found: Any = club.bot.get_channel(channel.id)
    sent = await found.send(view=layout(row(button("calendar", str(slot.id), DAY, label="Calendar"))))
    message = next(each for each in channel.history() if each.id == sent.id)
    assert "is not there any more" in text_of((await eve.click(message, label="Calendar")).response)


async def test_the_page_of_a_slot_has_the_button_for_its_next_date(club: Club) -> None:
    olga = organiser(club)
    message = await weekly(club, olga)
    result = await olga.click(message, label="Calendar")
    assert result.ephemeral
    assert [*await read_files(result.response)] == ["meeting-2026-01-01.ics", "every-meeting.ics"]
    prompt = await weekly(club, olga, name="Prompt", kind="prompt")
    assert "Calendar" not in button_labels(prompt)


async def test_what_is_read_is_said_as_it_was_prompted_and_not_twice(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "The first", club.grace, olga)
    slot = await meet(club)
    await club.env.advance_time(18 * 3_600)  # the prompt for 8 January is there: with the first paper
    await accept(club, "The second", club.grace, olga)
    first = (await read_files(await ask(club, slot.id)))[f"meeting-{DAY}.ics"][0]
    second = (await read_files(await ask(club, slot.id, "2026-01-15")))["meeting-2026-01-15.ics"][0]
    assert first["description"] == "We read: The first"
    assert second["description"] == "We read: The second"
