"""The club's week: its slots, what of them comes when, and what organisers set."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import discord
from discord import ui

from bot.club.club import Club
from bot.club.ladder import AFTER, Kind
from bot.club.rsvp import AGAIN
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import NewSlot, PostName, Slot, next_posts
from bot.ui.cards import View, layout
from bot.ui.controls import ControlSelect, button, menu, row
from bot.ui.events import event_lines
from bot.ui.mentions import Mentions
from bot.ui.permissions import missing_permissions
from bot.ui.slot_posts import MINUTES, days_before, days_menu, minutes_menu, posts_menu, quiet_line
from bot.ui.text import escape, label, one_line

PER_PAGE = 8
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = {Kind.PROMPT: "a prompt at just that time", Kind.MEETING: "a meeting, with posts around it"}
_PREVIEWED = 8
_NEXT = 3
_CHANGES = 25


# --- words ----------------------------------------------------------------------------------------


def say_rhythm(schedule: Schedule) -> str:
    """Say when a slot takes place: every second Thursday at 18:00."""
    days = [DAYS[day] for day in schedule.days]
    named = f"{', '.join(days[:-1])} and {days[-1]}" if len(days) > 1 else days[0]
    how = {1: "Every", 2: "Every second"}.get(schedule.every)
    rhythm = f"{how} {named}" if how else f"{named} of every {_ordinal(schedule.every)} week"
    return f"{rhythm} at {schedule.time:%H:%M}"


def say_date(day: date) -> str:
    """Write a day as text. As a timestamp it would be the day before in America."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def say_post(rung: str, day: date) -> str:
    """Say which of the posts around a date one is."""
    kind, _, detail = rung.partition(":")
    if kind != "reminder":
        names = {
            "choose": "Choice of what to read",
            "prompt": "Prompt",
            AFTER: "Question afterwards",
            AGAIN: "News of a change",
        }
        name = names.get(kind, kind.capitalize())
        return f"{name} for {say_date(day)}"
    number, unit = int(detail[:-1]), {"d": "day", "h": "hour"}[detail[-1]]
    return f"Reminder {number} {unit}{'' if number == 1 else 's'} before {say_date(day)}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _moment(at: datetime) -> str:
    return f"{discord.utils.format_dt(at, 'F')} ({discord.utils.format_dt(at, 'R')})"


def _name(slot: Slot) -> str:
    return one_line(slot.name, 100)


# --- one slot, for organisers ---------------------------------------------------------------------


def slot_page(
    slot: Slot,
    club: Club,
    guild: discord.Guild | None,
    now: datetime,
    over: Collection[PostName],
    done: str = "",
    doubt: str = "",
) -> View:
    """Show a slot with its next posts, where they go, and what can be set.

    `over` names posts that do not come again; `done` says what was just done, `doubt` why something was not.
    """
    heading = f"## {_name(slot)}" + (f"\n✅ {done}" if done else "") + (f"\n⚠️ {escape(doubt)}" if doubt else "")
    rhythm = f"**{say_rhythm(slot.schedule)}**, {escape(slot.schedule.zone)}\nIt is {KINDS[slot.ladder.kind]}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(heading),
        ui.TextDisplay("\n".join([rhythm, *_channel_lines(slot, club, guild), *event_lines(slot, guild)])),
        ui.Separator(visible=False),
        ui.TextDisplay("\n".join(_next_lines(slot, now, over))),
    ]
    number = 1_000 + int(now.timestamp() * 10) % 10**6 * 10  # so that menus show what is set, not what was chosen
    if slot.ladder.kind is Kind.MEETING:
        items += [ui.TextDisplay(quiet_line(slot)), row(posts_menu(slot, number + 1))]
        items += [row(days_menu(slot, rung, number + 3 + place)) for place, rung in enumerate(days_before(slot.ladder))]
        items.append(row(minutes_menu(slot, number + 5)))
    if changed := _changed(slot, now):
        items += [ui.TextDisplay("**Not as usual**\n" + "\n".join(map(_change_line, changed)))]
        items += [row(_changes_menu(slot, changed, number + 2))]
    buttons = [button("preview", str(slot.id), label="Preview", emoji="🗓️")]
    if slot.ladder.kind is Kind.MEETING:
        buttons.append(button("askquiet", str(slot.id), label="Quiet hours", emoji="🌙"))
        if coming := next_occurrences(slot.schedule, now, 1):
            buttons.append(button("calendar", str(slot.id), str(coming[0].original), label="Calendar", emoji="📅"))
    if slot.is_paused(now):
        buttons.append(button("resumeslot", str(slot.id), label="Resume", emoji="▶️"))
    else:
        buttons.append(button("pauseslot", str(slot.id), label="Pause", emoji="⏸️"))
    return layout(*items, ui.Separator(), row(*buttons, button("askremove", str(slot.id), label="Remove", emoji="🗑️")))


def _channel_lines(slot: Slot, club: Club, guild: discord.Guild | None) -> list[str]:
    number = slot.channel_id or club.channel_id
    channel = guild.get_channel(number) if guild and number else None
    if number is None:
        return ["⚠️ The club has no channel yet, so nothing is posted"]
    if not isinstance(channel, discord.TextChannel):
        return ["⚠️ Its channel is gone, or Paperclub cannot see it, so nothing is posted"]
    missing = missing_permissions(channel)
    if not missing:
        return [f"Posted in <#{number}>"]
    return [f"Posted in <#{number}>", f"⚠️ Paperclub lacks there: {', '.join(missing)}"]


def _next_lines(slot: Slot, now: datetime, over: Collection[PostName]) -> list[str]:
    if slot.is_paused(now):
        until = slot.schedule.paused_until
        paused = f"⏸️ **Paused** until {say_date(until)}" if until else "⏸️ **Paused** until it is resumed"
        lines = [paused]
        if slot.pause_reason:
            lines.append(f"Three posts in a row were refused. {escape(slot.pause_reason)}")
        if until is None:
            return lines
    else:
        lines = []
    coming = next_posts(slot, now, _NEXT, over)
    if not coming:
        return [*lines, "**Next posts**\nNone"]
    several = slot.ladder.kind is Kind.MEETING
    for due in coming:
        of = say_post(due.rung.name, due.occurrence.local.date()) if several else "Prompt"
        lines.append(f"- {of}\n  {_moment(due.rung.at)}")
    return ["**Next posts**", *lines] if not slot.is_paused(now) else [lines[0], "**Next posts**", *lines[1:]]


def _changed(slot: Slot, now: datetime) -> list[tuple[date, datetime | None]]:
    """Give the dates to come that are skipped or moved."""
    today = now.date()
    moved = {day: to for day, to in slot.schedule.moved.items() if max(day, to.date()) >= today}
    skipped = dict.fromkeys((day for day in slot.schedule.skipped if day >= today), None)
    return sorted((moved | skipped).items(), key=lambda change: change[0])[:_CHANGES]


def _change_line(change: tuple[date, datetime | None]) -> str:
    day, to = change
    return f"- {say_date(day)}: " + (f"moved to {say_date(to.date())}, {to:%H:%M}" if to else "skipped")


def _changes_menu(slot: Slot, changed: Sequence[tuple[date, datetime | None]], number: int) -> ControlSelect:
    options = [discord.SelectOption(label=label(_change_line(each)[2:], 100), value=str(each[0])) for each in changed]
    return menu("unskip", str(slot.id), placeholder="Let a date be as usual", options=options, number=number)


# --- questions ------------------------------------------------------------------------------------


def replace_question(slot: Slot, new: NewSlot, now: datetime) -> View:
    """Ask whether a slot shall take the place of the one that has its name."""
    schedule = new.schedule
    days = "".join(map(str, schedule.days))
    kind = new.kind[0] + (str(MINUTES.index(new.minutes)) if new.minutes in MINUTES else "")
    wish = (days, f"{schedule.time:%H%M}", schedule.zone, kind, str(schedule.every), str(new.channel_id or 0))
    text = (
        f"**There is a slot called {_name(slot)} already**\n"
        f"It is: {say_rhythm(slot.schedule)}, {escape(slot.schedule.zone)}, {KINDS[slot.ladder.kind]}\n"
        f"It would be: {say_rhythm(schedule)}, {escape(schedule.zone)}, {KINDS[new.kind]}\n"
        "-# What was posted already is not posted again. Dates that were skipped or moved stay so"
    )
    return layout(
        ui.TextDisplay(text),
        row(
            button("putslot", str(slot.id), *wish, label="Replace it", emoji="🔁"),
            button("slot", str(slot.id), label="Keep it as it is"),
        ),
    )


def remove_question(slot: Slot) -> View:
    """Ask whether a slot is to be removed."""
    text = f"**Remove {_name(slot)}?**\nNothing of it is posted any more. To stop it for a while, pause it instead."
    return layout(
        ui.TextDisplay(text),
        row(
            button("removeslot", str(slot.id), label="Remove it", emoji="🗑️"),
            button("slot", str(slot.id), label="Keep it"),
        ),
    )


# --- for everybody --------------------------------------------------------------------------------


def week_page(
    slots: Sequence[Slot], club: Club, page: int, now: datetime, mentions: Mentions, *, organiser: bool
) -> View:
    """Show the slots of a club, a page of them; organisers can choose one."""
    if not slots:
        hint = f"\nBegin with {mentions.mention('schedule weekly')}." if organiser else ""
        return layout(ui.TextDisplay(f"## The club's week\nNothing takes place every week yet.{hint}"))
    last = (len(slots) - 1) // PER_PAGE
    page = min(max(page, 0), last)
    shown = slots[page * PER_PAGE : (page + 1) * PER_PAGE]
    counter = f" · page {page + 1} of {last + 1}" if last else ""
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"## The club's week{counter}")]
    items.append(ui.TextDisplay("\n".join(_slot_lines(each, club, now) for each in shown)))
    if organiser:
        options = [
            discord.SelectOption(
                label=label(each.name, 100), value=str(each.id), description=label(say_rhythm(each.schedule), 100)
            )
            for each in shown
        ]
        items.append(row(menu("slot", placeholder="Change a slot", options=options)))
    buttons = [button("preview", "", label="The next dates", emoji="🗓️")]
    if last:
        buttons += [
            button("slots", str(max(0, page - 1)), "b", label="Back", emoji="◀️", disabled=page == 0),
            button("slots", str(min(last, page + 1)), "f", label="More", emoji="▶️", disabled=page == last),
        ]
    return layout(*items, row(*buttons))


def _slot_lines(slot: Slot, club: Club, now: datetime) -> str:
    coming = next_occurrences(slot.schedule, now, 1)
    kind = "prompt" if slot.ladder.kind is Kind.PROMPT else "meeting"
    number = slot.channel_id or club.channel_id
    where = f" in <#{number}>" if number else ""
    lines = [f"**{_name(slot)}** · {kind}{where}", f"{say_rhythm(slot.schedule)}, {escape(slot.schedule.zone)}"]
    if slot.is_paused(now):
        until = slot.schedule.paused_until
        lines.append("⏸️ Paused" + (f" until {say_date(until)}" if until else ""))
    if coming:
        lines.append(f"Next {_moment(coming[0].at)}" + (", moved" if coming[0].moved else ""))
    return "\n".join([*lines, ""])


def preview_page(slots: Sequence[Slot], now: datetime) -> View:
    """Show the next eight dates of some slots, in their own time and in the reader's."""
    coming = [(each, slot) for slot in slots for each in next_occurrences(slot.schedule, now, _PREVIEWED)]
    coming.sort(key=lambda pair: pair[0].at)
    name = f" of {_name(slots[0])}" if len(slots) == 1 else ""
    if not coming:
        return layout(ui.TextDisplay(f"## The next dates{name}\nNone: nothing takes place, or all of it is paused."))
    zones = {slot.schedule.zone for slot in slots}
    lines = ["-# First the club's own time" + (f", {escape(*zones)}" if len(zones) == 1 else "") + "; below it yours"]
    for number, (each, slot) in enumerate(coming[:_PREVIEWED], 1):
        zone = f" {escape(slot.schedule.zone)}" if len(zones) > 1 else ""
        what = f" · {_name(slot)}" if len(slots) > 1 else ""
        moved = f" · moved from {say_date(each.original)}" if each.moved else ""
        local = f"**{say_date(each.local.date())}, {each.local:%H:%M}**{zone}{what}{moved}"
        lines.append(f"{number}. {local}\n   {_moment(each.at)}")
    return layout(ui.TextDisplay(f"## The next dates{name}"), ui.TextDisplay("\n".join(lines)))
