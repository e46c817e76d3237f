"""Meetings among the events of the server, as organisers switch them on, on a simulated Discord."""

from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.ui.controls import menu
from bot.ui.events import read_mark
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import PRUNING, accept
from tests.cogs.test_schedule import slots, utc, weekly
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import components, text_of

ALL = ["choose", "prompt", "3d", "24h", "1h", "events"]
MENU = "pc:s:slotposts:1"
SCHEDULED = "/scheduled-events"


def events(club: Club, guild: int | None = None) -> list[Any]:
    """Give the events of the server, the next first."""
    found = club.env.backend.get_guild(guild or club.env.guild.id).scheduled_events.values()
    return sorted(found, key=lambda event: event.scheduled_start_time)


def asked(club: Club) -> list[str]:
    return [entry.method for entry in club.env.http_requests if SCHEDULED in entry.path]


async def switch_on(club: Club, olga: Any) -> Any:
    message = await weekly(club, olga)
    return (await olga.select(message, ALL, custom_id=MENU)).response


def set_permissions(club: Club, **permissions: bool) -> None:
    """Change what the bot may do: by its own role, and as everybody."""
    guild = club.bot.get_guild(club.env.guild.id)
    assert guild
    for role in guild.me.roles:
        changed = discord.Permissions(role.permissions.value)
        changed.update(**permissions)
        club.env.backend.edit_role(guild.id, role.id, {"permissions": changed.value})


def is_chosen(message: Any, value: str) -> bool:
    (found,) = (part for part in components(message) if part.get("custom_id") == MENU)
    return next(option.get("default", False) for option in found["options"] if option["value"] == value)


async def test_they_are_off_at_first_and_an_organiser_switches_them_on(club: Club) -> None:
    olga = organiser(club)
    await accept(club, "Pruning @everyone **now**", club.grace, olga, paper_id=PRUNING)
    message = await weekly(club, olga)
    assert not is_chosen(message, "events")
    assert (events(club), asked(club)) == ([], [])
    message = (await olga.select(message, ALL, custom_id=MENU)).response
    assert is_chosen(message, "events")
    assert "Its next meetings are among the events of the server" in text_of(message)
    first, second, third = events(club)
    assert [first.scheduled_start_time, second.scheduled_start_time, third.scheduled_start_time] == [
        utc(1, day, 17).isoformat() for day in (1, 8, 15)
    ]
    assert first.scheduled_end_time == utc(1, 1, 18, 30).isoformat()
    assert first.name == "Club night: Pruning @everyone **now**"
    assert second.name == "Club night"
    assert first.entity_metadata["location"] == f"https://discord.com/channels/{club.env.guild.id}/{club.channel.id}"
    about, link, where, mark = first.description.split("\n")
    assert about == "We read Pruning @\u200beveryone \\*\\*now\\*\\*"
    assert (link, where) == ("https://arxiv.org/abs/2401.00001", f"We meet in <#{club.channel.id}>")
    assert read_mark(mark) == ("slot:1", "2026-01-01")
    done = len(asked(club))
    await club.env.advance_time(3_600)
    assert len(asked(club)) == done, "nothing has changed, so nothing is asked"


async def test_they_follow_moves_skips_papers_and_removal_and_a_restart_makes_none_twice(club: Club) -> None:
    olga = organiser(club)
    await switch_on(club, olga)
    await olga.slash(club.channel, "schedule move", slot="Club night", date="2026-01-08", to="2026-01-09", time="20:30")
    assert events(club)[1].scheduled_start_time == utc(1, 9, 19, 30).isoformat()
    await olga.slash(club.channel, "schedule skip", slot="Club night", date="2026-01-15")
    assert [event.scheduled_start_time[:10] for event in events(club)] == ["2026-01-01", "2026-01-09", "2026-01-22"]
    await accept(club, "Trees", club.grace, olga)
    await club.env.advance_time(400)
    assert [event.name for event in events(club)] == ["Club night: Trees", "Club night", "Club night"]
    before, done = [event.id for event in events(club)], len(asked(club))
    await club.restart()
    await club.env.advance_time(400)
    assert [event.id for event in events(club)] == before
    assert len(asked(club)) == done
    asking = await olga.slash(club.channel, "schedule remove", slot="Club night")
    await olga.click(asking.response, label="Remove it")
    assert events(club) == []


async def test_without_the_permission_they_cannot_be_switched_on_and_the_sentence_says_what_to_do(club: Club) -> None:
    olga = organiser(club)
    set_permissions(club, create_events=False)
    message = await switch_on(club, olga)
    assert "⚠️ Paperclub may not make events on this server. Give its role the permission Create Events" in text_of(
        message
    )
    assert not is_chosen(message, "events")
    assert not (await slots(club))[0].has_events
    assert asked(club) == []
    set_permissions(club, create_events=True)
    await olga.select(message, ALL, custom_id=MENU)
    assert len(events(club)) == 3


async def test_when_the_permission_is_taken_away_organisers_see_it_and_nothing_is_asked(club: Club) -> None:
    olga = organiser(club)
    await switch_on(club, olga)
    set_permissions(club, create_events=False)
    done = len(asked(club))
    said = await olga.slash(club.channel, "schedule skip", slot="Club night", date="2026-01-08")
    assert "⚠️ Its meetings are not kept among the events of the server: Paperclub lacks Create Events" in text_of(
        said.response
    )
    await club.env.advance_time(3_600)
    assert len(asked(club)) == done
    set_permissions(club, create_events=True)
    await club.env.advance_time(400)
    assert [event.scheduled_start_time[:10] for event in events(club)] == ["2026-01-01", "2026-01-15", "2026-01-22"]


async def test_a_refusal_that_was_not_foreseen_is_not_repeated(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    olga = organiser(club)
    club.env.inject_error("POST", f"/guilds/*{SCHEDULED}", status=403, code=50013, times=None)
    await switch_on(club, olga)
    await club.env.advance_time(2 * 3_600)
    assert asked(club).count("POST") == 1
    assert "50013" in caplog.text
    club.env.backend.faults.clear()
    await club.env.advance_time(5 * 3_600)
    assert len(events(club)) == 3


async def test_one_deleted_by_hand_stays_deleted(club: Club) -> None:
    olga = organiser(club)
    await switch_on(club, olga)
    club.env.backend.delete_scheduled_event(club.env.guild.id, events(club)[0].id)
    await accept(club, "Trees", club.grace, olga)
    await club.env.advance_time(800)
    assert [event.name for event in events(club)] == ["Club night", "Club night"]
    done = len(asked(club))
    await club.env.advance_time(800)
    assert len(asked(club)) == done


async def test_events_of_others_are_never_touched(club: Club) -> None:
    olga = organiser(club)
    start = (club.env.now() + timedelta(days=1)).isoformat()
    mark = "-# Paperclub slot:1 2026-01-01"
    theirs = club.env.backend.create_scheduled_event(
        club.env.guild.id, name="Theirs", entity_type=3, scheduled_start_time=start, creator_id=olga.id,
        description=mark, scheduled_end_time=start, entity_metadata={"location": "Here"},
    )  # fmt: skip
    await switch_on(club, olga)
    asking = await olga.slash(club.channel, "schedule remove", slot="Club night")
    assert len(events(club)) == 4
    await olga.click(asking.response, label="Remove it")
    assert [event.id for event in events(club)] == [theirs.id]


async def test_the_toggle_is_for_organisers_alone(club: Club) -> None:
    await weekly(club, organiser(club))
    option = [discord.SelectOption(label="Events", value="events")]
    message = await forge(club, menu("slotposts", "1", placeholder="Posts", options=option))
    result = await club.grace.select(message, ["events"], custom_id=MENU)
    assert "organisers" in text_of(result.response)
    assert not (await slots(club))[0].has_events


@pytest.mark.parametrize(
    ("description", "mark"),
    [
        ("We meet\n-# Paperclub slot:12 2026-01-01", ("slot:12", "2026-01-01")),
        ("Paperclub slot:12 2026-01-01\nand more", None),
        ("-# Paperclub slot:12 2026-01-01 or so", None),
        ("", None),
    ],
)
def test_a_marker_is_the_whole_last_line(description: str, mark: tuple[str, str] | None) -> None:
    assert read_mark(description) == mark
