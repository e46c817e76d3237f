"""What is stored about a member, for their eyes alone: the page, the file, and the question before it is forgotten."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import discord
import orjson
from discord import ui

from bot.club.ballot import Ballot, BallotOption, BallotState
from bot.club.meeting import Meeting
from bot.club.stores.members import Stored, Wanted
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.mentions import Mentions
from bot.ui.text import one_line, truncate

T = TypeVar("T")

_LISTED = 5  # of each kind
_FILE = "paperclub-about-me.json"

# The sections of an export, as one row or several of them are called.
_CALLED = {
    "papers_suggested": ("suggestion", "suggestions"),
    "papers_wanted": ("paper that you want to read", "papers that you want to read"),
    "votes": ("vote", "votes"),
    "papers_presented": ("presentation", "presentations"),
    "papers_read": ("paper that you have read", "papers that you have read"),
    "meetings_answered": ("answer whether you come", "answers whether you come"),
    "meetings_attended": ("meeting that you came to", "meetings that you came to"),
    "roles_taken": ("role taken", "roles taken"),
    "papers_not_to_be_presented": ("paper that you do not present", "papers that you do not present"),
    "preferences": ("choice on how you are named", "choices on how you are named"),
    "papers_chosen_as_organiser": ("paper chosen as an organiser", "papers chosen as an organiser"),
    "suggestions_decided_as_organiser": ("suggestion decided on", "suggestions decided on"),
    "ballots_opened_as_organiser": ("ballot opened", "ballots opened"),
    "ballots_closed_as_organiser": ("ballot closed", "ballots closed"),
    "decisions_as_organiser": ("line of what you decided", "lines of what you decided"),
    "decisions_that_name_you": ("line that names you", "lines that name you"),
}


def me_page(
    stored: Stored,
    queue: Sequence[Wanted],
    coming: Sequence[Meeting],
    ballot: Ballot | None,
    choices: Sequence[int],
    mentions: Mentions,
) -> View:
    """Show a member what is stored about them: what is open now by name, and the rest as numbers.

    `queue` are the open suggestions that they want; `coming` and `ballot`, the latest one, are the club's, and
    `choices` is what this member chose in it.
    """
    me = stored.member_id
    own = [each for each in queue if each.own]
    wanted = [each for each in queue if not each.own]
    presented = [each for each in coming if each.presenter_id == me]
    parts = ["## What is stored about you\n-# In this club; only you see this"]
    if own:
        parts.append(_listed("You suggest", own, _with_votes))
    if wanted:
        parts.append(_listed("You want to read", wanted, _with_votes))
    if presented:
        parts.append(_listed("You present", presented, _name))
    if read := stored.sections["papers_read"]:
        parts.append(_listed("You have read", read[::-1], lambda row: _readable(row["title"])))
    if ballot and ballot.state is BallotState.OPEN:
        parts.append(_vote(ballot, choices, mentions))
    counts = _counts(stored)
    unlisted = any(row["left_out_of_statistics"] for row in stored.sections["preferences"])
    if unlisted:
        parts.append(f"You are not named in {mentions.mention('stats')}.")
    unasked = any(row["not_proposed_as_presenter"] for row in stored.sections["preferences"])
    if unasked:
        parts.append("You are not proposed to present a paper.")
    parts.append(f"**In all**\n{counts}" if counts else "Nothing is stored about you in this club.")
    items: list[ui.Item[Any]] = []
    for part in parts:
        items += [ui.Separator(visible=False), ui.TextDisplay(part)] if items else [ui.TextDisplay(part)]
    naming = ("1", "List me again", "👋") if unlisted else ("0", "Leave me out of statistics", "🙈")
    asking = ("1", "Propose me again", "🎤") if unasked else ("0", "Don't propose me as presenter", "🙊")
    buttons = [
        button("meexport", label="Export", emoji="💾"),
        button("melisted", naming[0], label=naming[1], emoji=naming[2]),
        button("measked", asking[0], label=asking[1], emoji=asking[2]),
        button("measkforget", label="Forget me", emoji="🗑️", disabled=not counts),
    ]
    return layout(*items, row(*buttons))


def _name(each: Wanted | Meeting | BallotOption) -> str:
    return _readable(each.title)


def _with_votes(each: Wanted) -> str:
    return f"{_name(each)} · {_count(each.votes, 'vote')}"


def _readable(title: str) -> str:
    return one_line(readable_text(truncate(title, 120)), 120)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _listed(heading: str, entries: Sequence[T], name: Callable[[T], str]) -> str:
    shown = [f"- {name(entry)}" for entry in entries[:_LISTED]]
    more = len(entries) - _LISTED
    return "\n".join([f"**{heading}**", *shown, *([f"-# and {more} more"] if more > 0 else [])])


def _vote(ballot: Ballot, choices: Sequence[int], mentions: Mentions) -> str:
    heading = "**The open ballot**"
    if not choices:
        return f"{heading}\nYou have not voted in it: {mentions.mention('ballot show')}"
    chosen = [f"- {_name(ballot.options[choice])}" for choice in choices]
    more = [f"-# and {len(chosen) - _LISTED} more"] if len(chosen) > _LISTED else []
    return "\n".join([f"{heading}\nYou voted for", *chosen[:_LISTED], *more])


def _counts(stored: Stored) -> str:
    """Say how much is stored of each kind."""
    counts = [f"{len(rows):,} {_CALLED[section][len(rows) > 1]}" for section, rows in stored.sections.items() if rows]
    return ", ".join(counts)


# --- the file -------------------------------------------------------------------------------------


def export_text(stored: Stored, now: datetime) -> bytes:
    """Write what is stored as JSON. Ids are texts, since some programs round numbers of that length."""
    document = {
        "about": "What Paperclub stores about one member of one server. An empty list: nothing of that kind.",
        "server_id": str(stored.guild_id),
        "member_id": str(stored.member_id),
        "exported_at": now,
        **stored.sections,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS)


def export_message(stored: Stored, now: datetime) -> tuple[View, discord.File]:
    """Give the message that brings the file, and the file."""
    entries = "1 entry" if stored.rows == 1 else f"{stored.rows:,} entries"
    said = f"Everything that is stored about you in this club: {entries}."
    file = discord.File(io.BytesIO(export_text(stored, now)), _FILE)
    return layout(ui.TextDisplay(said), ui.File(f"attachment://{_FILE}")), file


# --- forgetting -----------------------------------------------------------------------------------


def forget_question(stored: Stored) -> View:
    """Ask whether a member is to be forgotten, and say what goes and what stays."""
    counts = _counts(stored)
    if not counts:
        return layout(ui.TextDisplay("Nothing is stored about you in this club, so there is nothing to forget."))
    goes = [
        "**What goes**",
        "- Your suggestions that nobody else wants, and your name on the others",
        "- What you want to read, and why",
        "- Your votes: one in an open ballot does not count any more; you may vote again",
        "- Your place as a presenter, and what you said you have read",
        "- Your name on what you decided, and where a decision names you",
    ]
    stays = [
        "**What stays, without your name**",
        "- The numbers of counted ballots, and the papers that were chosen",
        "- What you wrote as an organiser: notes, and why something was declined",
        "-# Messages in the channels are Discord's, and copies of the database are with whoever runs the bot.",
    ]
    buttons = [button("meforget", label="Forget me", emoji="🗑️"), button("me", label="Keep")]
    opening = f"## Forget you in this club?\nIt cannot be undone. Stored are {counts}."
    return layout(
        ui.TextDisplay(opening),
        ui.Separator(visible=False),
        ui.TextDisplay("\n".join(goes)),
        ui.Separator(visible=False),
        ui.TextDisplay("\n".join(stays)),
        row(*buttons),
    )


def forgotten() -> View:
    """Say that a member was forgotten."""
    return layout(ui.TextDisplay("🗑️ You are forgotten in this club. Whatever you do from now on is stored anew."))
