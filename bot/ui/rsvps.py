"""Who comes to a meeting: the line that says so, the buttons below it, and what members hear."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
from discord import ui

from bot.club.agenda import Entry
from bot.club.ladder import Kind
from bot.club.occasion import Occasion
from bot.club.rsvp import Answer, Recipients, Turnout
from bot.club.schedule import next_occurrences
from bot.club.slot import Slot
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.spots import Spot, find_spots
from bot.ui.text import one_line
from bot.ui.titles import title_line

_NAMED = 10
_PINGED = 50
_MOMENT = re.compile(r"<t:([0-9]{1,11}):F>")
_OFF = "-# Nobody need answer: it is called off"

_SAID = {Answer.YES: "You will come", Answer.LATE: "You will come late", Answer.NO: "You cannot come"}


def when_line(at: datetime) -> str:
    """Say when the club meets."""
    return f"We meet {discord.utils.format_dt(at, 'R')}, on {discord.utils.format_dt(at, 'F')}"


def turnout_line(turnout: Turnout) -> str:
    """Say how many come."""
    if not (turnout.coming or turnout.no):
        return "-# Nobody has said yet whether they come"
    late = f", {turnout.late:,} of them late" if turnout.late and turnout.yes else ", late" if turnout.late else ""
    coming = f"**{turnout.coming:,} come{'s' if turnout.coming == 1 else ''}**{late}"
    parts = [coming if turnout.coming else "Nobody comes so far"]
    if turnout.no:
        parts.append(f"{turnout.no:,} cannot")
    return f"✋ {' · '.join(parts)}"


def named_line(turnout: Turnout, here: Collection[int]) -> str:
    """Say how many come and who, of those who are `here` still."""
    names = [f"<@{member_id}>" for member_id in turnout.first if member_id in here][:_NAMED]
    if not names:
        return turnout_line(turnout)
    rest = turnout.coming - len(names)
    return f"{turnout_line(turnout)}\n-# {', '.join(names)}{f' and {rest:,} more' if rest else ''}"


def rsvp_items(occasion: Occasion, turnout: Turnout, here: Collection[int] | None = None) -> list[ui.Item[Any]]:
    """Show how many come, with the buttons to say so; with names where it is known who is `here`.

    The message has to say when the meeting is, as `<t:...:F>`: an answer is to a time.
    """
    text = (
        ui.TextDisplay[Any](turnout_line(turnout), id=Spot.COUNTS)
        if here is None
        else ui.TextDisplay[Any](named_line(turnout, here), id=Spot.NAMES)
    )
    place = str(occasion.slot.id), occasion.date
    buttons = row(
        button("rsvp", *place, Answer.YES, label="I'll come", emoji="✅"),
        button("rsvp", *place, Answer.LATE, label="Late", emoji="🕒"),
        button("rsvp", *place, Answer.NO, label="Can't come", emoji="✖️"),
        button("calendar", *place, label="Calendar", emoji="📅"),
    )
    return [text, buttons]


def seen_times(view: View | None) -> set[datetime]:
    """Give the times that stand in a message."""
    texts = [item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay)] if view else []
    return {datetime.fromtimestamp(int(found), UTC) for text in texts for found in _MOMENT.findall(text)}


def names_members(view: View) -> bool:
    """Tell whether a message says who comes."""
    return bool(find_spots(view, Spot.NAMES))


def put_turnout(view: View, turnout: Turnout | None, here: Collection[int] = ()) -> bool | None:
    """Let a message say who comes, nothing for a meeting that is called off; tell whether that is new to it.

    None where it does not say who comes.
    """
    found = find_spots(view, Spot.COUNTS, Spot.NAMES)
    changed = False
    for item in found:
        said = turnout_line if item.id == Spot.COUNTS else partial(named_line, here=here)
        line = said(turnout) if turnout else _OFF
        changed |= item.content != line
        item.content = line
    return changed if found else None


def put_instead(view: View) -> None:
    """Let a message that told of a meeting that was called off not say any more what is done instead."""
    for item in find_spots(view, Spot.INSTEAD):
        item.content = "-# It had been called off"


# --- what members hear ----------------------------------------------------------------------------


def answered_note(occasion: Occasion, answer: Answer, turnout: Turnout) -> View:
    """Tell a member what was noted, where the message that they clicked does not say it."""
    name = one_line(occasion.slot.name, 100)
    lines = [f"**{name}:** {_SAID[answer]}", f"🗓️ {when_line(occasion.occurrence.at)}"]
    return layout(ui.TextDisplay("\n".join(lines)), *rsvp_items(occasion, turnout))


def another_time(occasion: Occasion, turnout: Turnout) -> View:
    """Ask a member who clicked on a message that shows another time than the meeting is at."""
    lines = [
        f"**{one_line(occasion.slot.name, 100)} is at another time than that message says**, so nothing was noted.",
        f"🗓️ {when_line(occasion.occurrence.at)}",
        "Will you come then?",
    ]
    return layout(ui.TextDisplay("\n".join(lines)), *rsvp_items(occasion, turnout))


# --- when it changes ------------------------------------------------------------------------------


def again_message(
    slot: Slot | None, line: str, occasion: Occasion | None, told: Recipients, turnout: Turnout, after: Entry | None
) -> View:
    """Tell those who wanted to come of a change; `line` says what it is.

    `occasion` is the meeting as it is now, None where it is called off: then `after` is what comes instead. `slot` is
    None where it was removed, and its name with it.
    """
    members = ", ".join(f"<@{member_id}>" for member_id in told.members[:_PINGED])
    rest = len(told.members) - _PINGED
    members += f" and {rest:,} more" if rest > 0 else ""
    name = one_line(slot.name, 100) if slot else "The club's week"
    lines = [f"-# {name}", f"### {line}"]
    if occasion is None:
        lines.append(f"You wanted to come: {members}")
        instead = _instead_line(after, slot.id if slot else None)
        return layout(ui.TextDisplay("\n".join(lines)), ui.TextDisplay(instead, id=Spot.INSTEAD))
    if told.before != occasion.occurrence.at:
        lines.append(f"-# It was to be on {discord.utils.format_dt(told.before, 'f')}")
    lines.append(f"You wanted to come: {members}. Will you come then?")
    return layout(ui.TextDisplay("\n".join(lines)), *rsvp_items(occasion, turnout))


def pinged(told: Recipients) -> tuple[int, ...]:
    """Give whom such a message notifies: those whom it names."""
    return told.members[:_PINGED]


def _instead_line(entry: Entry | None, own_slot: int | None) -> str:
    if entry is None:
        return "-# When the club meets next is not set"
    title = f"**{title_line(entry.paper.title)}**" if entry.paper else ""
    if entry.occasion is None:
        return f"📌 {title} is what the club reads next, once there is a date"
    slot, at = entry.occasion.slot, entry.occasion.occurrence.at
    what = "The next one" if slot.id == own_slot else f"**{one_line(slot.name, 100)}**"
    return f"⏭️ {what} is on {discord.utils.format_dt(at, 'F')}" + (f", and we read {title}" if title else "")


def entry_after(agenda: Sequence[Entry], slot: Slot | None, before: datetime, now: datetime) -> Entry | None:
    """Give what comes instead of a meeting that is called off: the next one of its slot, else what comes first."""
    own = [each for each in agenda if slot and each.occasion and each.occasion.slot.id == slot.id]
    if later := [each for each in own if each.occasion and each.occasion.occurrence.at > before]:
        return later[0]
    if slot and slot.ladder.kind is Kind.MEETING and (coming := next_occurrences(slot.schedule, before, 1)):
        return Entry(Occasion(slot, coming[0]))
    return next((each for each in agenda if each.occasion is None or each.occasion.occurrence.at > now), None)
