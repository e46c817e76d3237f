"""What the club reads next, as messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import discord
from discord import ui

from bot.club.aftermath import Past
from bot.club.agenda import Entry
from bot.club.ballot import Ballot, BallotState
from bot.club.counting import Method
from bot.club.meeting import MOST_NOTES, Meeting, tell_tally
from bot.club.occasion import Occasion
from bot.club.rsvp import Turnout
from bot.club.suggestion import State, Suggestion
from bot.library.review import Review
from bot.papers.tex import readable_text
from bot.ui.after import last_time_items
from bot.ui.cards import View, layout
from bot.ui.controls import button, field, form, menu, row, write_argument
from bot.ui.mentions import Mentions
from bot.ui.presenters import presenter_items
from bot.ui.roles import NOBODY, Holders, roles_button, roles_text
from bot.ui.rsvps import rsvp_items, when_line
from bot.ui.slot_posts import say_minutes
from bot.ui.spans import escape_with_addresses
from bot.ui.text import author_list, columns, label, no_links, one_line, truncate
from bot.ui.titles import byline_of, title_line
from bot.ui.week import say_date

_FOLLOWING = 4  # that are listed; the menu has up to 25
_REASON = 240
_NOTES = 850  # characters: what else stands on the longest card leaves so much room
_NOBODY = Turnout()
_ROOM = 80  # characters of a custom_id that an id may fill


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of an entry of the agenda beside what stands in it.

    `turnout` is who comes, and `here` who of them is here still. `review` is the club's own of the paper, if it has
    read it; `presenter_unknown` tells that Discord could not say whether the one who presents is still here, and
    `proposed` whose turn it is by the rota; `holders` have roles. `best` is the first suggestion and `ballot` the
    latest ballot, where no paper is chosen; `last` is the meeting that was last.
    """

    turnout: Turnout = _NOBODY
    here: Collection[int] = ()
    review: Review | None = None
    presenter_unknown: bool = False
    proposed: int | None = None
    holders: Holders | None = None
    best: Suggestion | None = None
    ballot: Ballot | None = None
    last: Past | None = None


def meeting_card(entry: Entry, agenda: Sequence[Entry], seen: Seen, now: datetime, mentions: Mentions) -> View:
    """Show a meeting that is to come: when, who comes, what is read and why, and who presents; or a paper alone."""
    items: list[ui.Item[Any]] = []
    first = agenda[0].name == entry.name
    if entry.occasion:
        items += [ui.TextDisplay("\n".join(_occasion_lines(entry.occasion, now, first=first)))]
        items += [*rsvp_items(entry.occasion, seen.turnout, seen.here), ui.Separator()]
    if entry.paper:
        others = sum(each.paper is not None for each in agenda) > 1
        items += _paper_items(entry, entry.paper, seen, first=first, others=others)
    else:
        items.append(ui.TextDisplay("\n".join(_nothing_lines(entry, seen, mentions))))
    if others := [each for each in agenda if each.name != entry.name]:
        items += [ui.Separator(), ui.TextDisplay("\n".join(_others(others, first=first)))]
        options = [discord.SelectOption(label=_option(each), value=each.name) for each in others[:25]]
        items.append(row(menu("meeting", placeholder="Show one of them", options=options)))
    if first and (last := last_time_items(seen.last)):
        items += [ui.Separator(), *last]
    return layout(*items)


def _occasion_lines(occasion: Occasion, now: datetime, *, first: bool) -> list[str]:
    slot, at = occasion.slot, occasion.occurrence.at
    when = when_line(at) if at > now else f"It began {discord.utils.format_dt(at, 'R')}, on {_moment(at)}"
    return [
        f"-# The club meets {'next' if first else 'later'}",
        f"## {one_line(slot.name, 100)}",
        f"🗓️ {when} · {say_minutes(slot.ladder.minutes)}",
    ]


def _moment(at: datetime, style: Literal["D", "F"] = "F") -> str:
    return discord.utils.format_dt(at, style)


def _paper_items(entry: Entry, meeting: Meeting, seen: Seen, *, first: bool, others: bool) -> list[ui.Item[Any]]:
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(_heading(entry, meeting, seen.review, first=first)))]
    items += [ui.Separator(visible=False), ui.TextDisplay("\n".join(_reasons(meeting)))]
    unknown, proposed = seen.presenter_unknown, seen.proposed
    items += [ui.Separator(visible=False)]
    items += presenter_items(meeting, entry.name, proposed=proposed, unknown=unknown, others=others)
    if entry.occasion:
        roles = cast("ui.Item[Any]", roles_button(entry.occasion.slot.id, entry.occasion.date))
        items.append(ui.Section(roles_text(seen.holders or NOBODY), accessory=roles))
    if meeting.notes:
        items.append(ui.TextDisplay(f"**Notes**\n{truncate(escape_with_addresses(meeting.notes), _NOTES)}"))
    return [*items, ui.Separator(visible=False), row(*_buttons(meeting, seen.review))]


def _name(meeting: Meeting | Suggestion, limit: int = 240) -> str:
    """Give the title as text; it is cut first, since reading the formulas of many long ones takes its time."""
    return readable_text(truncate(meeting.title, limit))


def _heading(entry: Entry, meeting: Meeting, review: Review | None, *, first: bool) -> list[str]:
    when = "We read" if entry.occasion else f"The club reads {'next' if first else 'later'}"
    title = one_line(_name(meeting), 240)
    lines = [f"-# {when}", f"{'##' if columns(title) <= 70 and not entry.occasion else '###'} {title}"]
    if byline := byline_of(meeting.authors, meeting.paper_id):
        lines.append(f"-# {byline}")
    if review:
        lines.append("📗 The club has read it before")
    return lines


def _reasons(meeting: Meeting) -> list[str]:
    """Say why it is read: who or what chose it, who suggested it, and why."""
    when = f" on {discord.utils.format_dt(meeting.chosen_at, 'D')}" if meeting.chosen_at else ""
    if meeting.victory:
        count, day = meeting.victory.count, discord.utils.format_dt(meeting.victory.closed_at, "D")
        tally = tell_tally(count)
        how = f": {tally} chose it" if count.method is Method.APPROVAL else f" with {tally}"
        lines = [f"🗳️ Won the ballot of {day}{how if tally else ''}"]
    elif meeting.chosen_by:
        lines = [f"📌 Chosen by <@{meeting.chosen_by}>{when}"]
    else:
        lines = [f"📌 Chosen{when}"]
    suggestion = meeting.suggestion
    if suggestion is None:
        return lines
    if suggestion.suggested_by:
        lines.append(f"💡 Suggested by <@{suggestion.suggested_by}>; {_wanted(suggestion)}")
        own = [each.text for each in suggestion.reasons if each.member_id == suggestion.suggested_by]
        lines += [f"> {one_line(text, _REASON)}" for text in own]
    elif suggestion.votes:
        lines.append(f"💡 {_wanted(suggestion)}")
    return lines


def _wanted(suggestion: Suggestion) -> str:
    return "1 member wants to read it" if suggestion.votes == 1 else f"{suggestion.votes} members want to read it"


def _buttons(meeting: Meeting, review: Review | None) -> list[ui.Item[Any]]:
    buttons: list[ui.Item[Any]] = []
    if meeting.paper_id and len(argument := write_argument(str(meeting.paper_id))) <= _ROOM:
        buttons.append(button("showpaper", argument, label="Abstract", emoji="📜"))
    elif review and review.paper_ids:
        buttons.append(button("abstract", review.key, label="Abstract", emoji="📜"))
    if review:
        buttons.append(button("open", review.key, label="Open the review", emoji="📗"))
    buttons.append(button("manage", str(meeting.id), label="For organisers", emoji="⚙️"))
    return buttons


def _others(others: Sequence[Entry], *, first: bool) -> list[str]:
    lines = ["**After that**" if first else "**Also to come**", *map(_other_line, others[:_FOLLOWING])]
    if len(others) > _FOLLOWING:
        lines.append(f"-# and {len(others) - _FOLLOWING} more")
    return lines


def _other_line(entry: Entry) -> str:
    """Name an entry: when, and what is read; where that is open, what takes place."""
    at = _moment(entry.occasion.occurrence.at, "D") if entry.occasion else ""
    if entry.paper is None:
        name = one_line(entry.occasion.slot.name, 100) if entry.occasion else ""
        return f"- {at} · {name}, nothing chosen yet"
    authors = truncate(no_links(author_list(entry.paper.authors, 1)), 80)
    return f"- {' · '.join(filter(None, [at, one_line(_name(entry.paper, 120), 120), authors]))}"


def _option(entry: Entry) -> str:
    day = say_date(entry.occasion.occurrence.local.date()) if entry.occasion else ""
    name = _name(entry.paper, 120) if entry.paper else entry.occasion.slot.name if entry.occasion else ""
    return label(" · ".join(filter(None, [day, name])), 100)


def nothing_next(seen: Seen, mentions: Mentions) -> View:
    """Say that nothing was chosen, and how the club comes to it."""
    lines = ui.TextDisplay[Any]("\n".join(_nothing_lines(Entry(), seen, mentions)))
    return layout(lines, *last_time_items(seen.last))


def _nothing_lines(entry: Entry, seen: Seen, mentions: Mentions) -> list[str]:
    best, ballot = seen.best, seen.ballot
    lines = ["### " + ("What we read is not chosen yet" if entry.occasion else "Nothing is chosen to be read next")]
    if ballot and ballot.state is BallotState.OPEN:
        until = f" until {discord.utils.format_dt(ballot.closes_at, 'F')}" if ballot.closes_at else ""
        lines.append(f"🗳️ The club votes on it{until}: {mentions.mention('ballot show')}")
    if entry.prompted:
        lines.append(f"📣 The prompt is about **{title_line(entry.prompted.title, 200)}**")
    elif best:
        lines.append(f"💡 First among the suggestions: **{one_line(_name(best), 200)}**\n-# {_wanted(best)}")
    else:
        lines.append("💡 Nothing is suggested either.")
    lines.append(f"- {mentions.mention('suggest')} proposes a paper")
    lines.append(f"- Organisers choose one of the {mentions.mention('suggestions')}")
    if not (ballot and ballot.state is BallotState.OPEN):
        lines[-1] += f", or let the club vote with {mentions.mention('ballot open')}"
    return lines


# --- for organisers -------------------------------------------------------------------------------


def manage_page(meeting: Meeting, done: str = "") -> View:
    """Show an organiser what can be decided on a meeting."""
    lines = [f"-# For organisers\n### {one_line(_name(meeting), 240)}"]
    if done:
        lines.append(f"✅ {done}")
    lines.append(f"**Notes**, which everybody reads in /next\n{truncate(escape_with_addresses(meeting.notes), 1_500)}")
    if not meeting.notes:
        lines[-1] = "There are no notes for it yet"
    number = str(meeting.id)
    buttons = [
        button("asknotes", number, label="Notes", emoji="📝"),
        button("held", number, label="It was read", emoji="📗"),
        button("askdrop", number, label="Drop it", emoji="🗑️"),
    ]
    return layout(ui.TextDisplay("\n".join(lines)), row(*buttons))


def notes_form(meeting: Meeting) -> discord.ui.Modal:
    """Ask an organiser for the notes of a meeting."""
    about = "Where and when, what to read, what to bring; empty: none"
    notes = field(
        "notes", "Notes", about=about, value=meeting.notes[:MOST_NOTES], most=MOST_NOTES, long=True, required=False
    )
    return form("notes", str(meeting.id), title="Notes for the meeting", fields=[notes])


def drop_question(meeting: Meeting) -> View:
    """Ask whether a meeting is to be dropped, and say what becomes of its paper."""
    lines = [
        f"### Drop {one_line(_name(meeting), 200)}?",
        "It is not read next any more. What comes after it moves up.",
    ]
    if meeting.suggestion and meeting.suggestion.state is State.CHOSEN:
        votes = meeting.suggestion.votes
        lines.append(f"As a suggestion it goes back to the queue, with its {votes} vote{'' if votes == 1 else 's'}.")
    if meeting.presenter_id:
        lines.append("The one who wanted to present it is not told; tell them yourself.")
    number = str(meeting.id)
    buttons = [
        button("drop", number, label="Drop it", emoji="🗑️"),
        button("manage", number, label="Keep it"),
    ]
    return layout(ui.TextDisplay("\n".join(lines)), row(*buttons))


def dropped(back: Suggestion | None, mentions: Mentions) -> View:
    """Say that a meeting was dropped, and what became of the suggestion."""
    lines = ["🗑️ Dropped."]
    if back:
        votes = f"{back.votes} vote{'' if back.votes == 1 else 's'}"
        lines.append(f"**{one_line(_name(back), 200)}** is back in the queue with its {votes}.")
    lines.append(f"{mentions.mention('next')} shows what is read now.")
    return layout(ui.TextDisplay("\n".join(lines)))


def marked_read(meeting: Meeting, mentions: Mentions) -> View:
    """Say that a paper was read."""
    told = f"📗 **{one_line(_name(meeting), 200)}** was read.\n{mentions.mention('next')} shows what comes after it."
    return layout(ui.TextDisplay(told))
