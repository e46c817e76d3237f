"""What the club reads next, as messages."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.club.ballot import Ballot, BallotState
from bot.club.counting import Method
from bot.club.meeting import MOST_NOTES, Meeting, tell_tally
from bot.club.suggestion import State, Suggestion
from bot.library.review import Review
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import button, field, form, menu, row, write_argument
from bot.ui.links import is_web_address, named_link
from bot.ui.mentions import Mentions
from bot.ui.presenters import presenter_items
from bot.ui.spans import escape_with_addresses
from bot.ui.text import author_list, columns, escape, label, no_links, one_line, truncate

_AUTHORS = 6
_FOLLOWING = 4  # that are listed; the menu has up to 25
_REASON = 300
_ROOM = 80  # characters of a custom_id that an id may fill


def meeting_card(
    meeting: Meeting,
    coming: Sequence[Meeting],
    review: Review | None,
    *,
    presenter_unknown: bool = False,
    proposed: int | None = None,
) -> View:
    """Show one of the meetings that are to come: its paper, why it was chosen, and who presents.

    `review` is the club's own of the paper, if it has read it; `presenter_unknown` tells that Discord could not say
    whether the one who presents is still here; `proposed` is whose turn it is by the rota.
    """
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(_heading(meeting, coming, review)))]
    items += [ui.Separator(visible=False), ui.TextDisplay("\n".join(_reasons(meeting)))]
    presenter = presenter_items(meeting, proposed=proposed, unknown=presenter_unknown, others=len(coming) > 1)
    items += [ui.Separator(visible=False), *presenter]
    if meeting.notes:
        items.append(ui.TextDisplay(f"**Notes**\n{truncate(escape_with_addresses(meeting.notes), 1_500)}"))
    items += [ui.Separator(visible=False), row(*_buttons(meeting, review))]
    if others := [each for each in coming if each.id != meeting.id]:
        items += [ui.Separator(), ui.TextDisplay("\n".join(_others(meeting, coming, others)))]
        options = [discord.SelectOption(label=label(_name(each, 120), 100), value=str(each.id)) for each in others[:25]]
        items.append(row(menu("meeting", placeholder="Show one of them", options=options)))
    return layout(*items)


def _name(meeting: Meeting | Suggestion, limit: int = 240) -> str:
    """Give the title as text; it is cut first, since reading the formulas of many long ones takes its time."""
    return readable_text(truncate(meeting.title, limit))


def _heading(meeting: Meeting, coming: Sequence[Meeting], review: Review | None) -> list[str]:
    when = "The club reads next" if coming[0].id == meeting.id else "The club reads later"
    title = one_line(_name(meeting), 240)
    about = [truncate(no_links(author_list(meeting.authors, _AUTHORS)), 300)]
    if meeting.paper_id and is_web_address(meeting.paper_id.url):
        name = label(str(meeting.paper_id), 100)
        about.append(named_link(escape(name), name, meeting.paper_id.url))
    lines = [f"-# {when}", f"{'##' if columns(title) <= 70 else '###'} {title}"]
    if any(about):
        lines.append(f"-# {' · '.join(filter(None, about))}")
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


def _others(meeting: Meeting, coming: Sequence[Meeting], others: Sequence[Meeting]) -> list[str]:
    lines = ["**After that**" if coming[0].id == meeting.id else "**Also to come**"]
    for each in others[:_FOLLOWING]:
        authors = truncate(no_links(author_list(each.authors, 1)), 80)
        lines.append(f"- {one_line(_name(each, 120), 120)}{f' · {authors}' if authors else ''}")
    if len(others) > _FOLLOWING:
        lines.append(f"-# and {len(others) - _FOLLOWING} more")
    return lines


def nothing_next(best: Suggestion | None, ballot: Ballot | None, mentions: Mentions) -> View:
    """Say that nothing was chosen, and how the club comes to it; `ballot` is the latest one, if there was any."""
    lines = ["### Nothing is chosen to be read next"]
    if ballot and ballot.state is BallotState.OPEN:
        until = f" until {discord.utils.format_dt(ballot.closes_at, 'F')}" if ballot.closes_at else ""
        lines.append(f"🗳️ The club votes on it{until}: {mentions.mention('ballot show')}")
    if best:
        lines.append(f"💡 First among the suggestions: **{one_line(_name(best), 200)}**\n-# {_wanted(best)}")
    else:
        lines.append("💡 Nothing is suggested either.")
    lines.append(f"- {mentions.mention('suggest')} proposes a paper")
    lines.append(f"- Organisers choose one of the {mentions.mention('suggestions')}")
    if not (ballot and ballot.state is BallotState.OPEN):
        lines[-1] += f", or let the club vote with {mentions.mention('ballot open')}"
    return layout(ui.TextDisplay("\n".join(lines)))


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
