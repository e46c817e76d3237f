"""What the bot posted by itself, and what went wrong with it, for organisers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import discord
from discord import ui

from bot.club.ballot import Ballot
from bot.club.post import Outlook, Post, State
from bot.club.slot import PostName, Slot, is_to_come, next_posts
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.links import message_url
from bot.ui.mentions import Mentions
from bot.ui.text import escape, one_line, truncate
from bot.ui.week import say_date, say_post

_LISTED = 4
_REASON = 140  # characters
_MARKS = {State.IN_DOUBT: "❓", State.MISSED: "🛑", State.LATE: "🕓", State.CANCELLED: "✖️"}
_SAID = {State.IN_DOUBT: "in doubt", State.MISSED: "missed", State.LATE: "late", State.CANCELLED: "cancelled"}
_OTHERS = {"result": "The result of a ballot", "thanks": "Thanks for a suggestion"}


def posted_items(
    outlook: Outlook, slots: Sequence[Slot], over: Collection[PostName], now: datetime
) -> list[ui.Item[Any]]:
    """Show what was posted last, what comes next without what is over, and what went wrong lately.

    What was cancelled and is to come again, since its date was moved or put back, did not go wrong. Of a post in doubt
    organisers are asked: of one at a time, the latest.
    """
    of = {slot.key: slot for slot in slots}
    lines = ["### What is posted", *_course(outlook, of, over, now)]
    paused = [slot for slot in slots if slot.pause_reason and slot.is_paused(now)]
    lines += [f"⏸️ **{one_line(slot.name, 50)}** is paused: three posts in a row were refused" for slot in paused]
    troubles = [post for post in outlook.troubles if not _comes_again(post, of, now)]
    lines += [_trouble_line(post, of) for post in troubles[:_LISTED]]
    if rest := len(troubles) - _LISTED:
        lines += [f"-# and {rest} more lately"] if rest > 0 else []
    items: list[ui.Item[Any]] = [ui.TextDisplay(truncate("\n".join(lines), 1_600))]
    doubt = next((post for post in troubles if post.state is State.IN_DOUBT), None)
    if doubt:
        asked = f"Is **{post_name(doubt, of)}** in <#{doubt.channel_id}>?"
        number = str(doubt.id)
        buttons = row(
            button("itisthere", number, label="It is there", emoji="✅"),
            button("postagain", number, label="Post again", emoji="🔁"),
        )
        items += [ui.TextDisplay(asked), buttons]
    return [*items, ui.Separator()]


def _course(outlook: Outlook, of: Mapping[str, Slot], over: Collection[PostName], now: datetime) -> Iterator[str]:
    if (last := outlook.last) and last.ended_at:
        when = discord.utils.format_dt(last.ended_at, "R")
        where = message_url(last.guild_id, last.channel_id, last.message_id)
        name = post_name(last, of)
        yield f"Last sent: [{name}]({where}) {when}" if last.message_id else f"Last sent: {name} {when}"
    else:
        yield "Last sent: nothing yet"
    coming = [(outlook.next.due_at, post_name(outlook.next, of))] if outlook.next else []
    coming += [
        (due.rung.at, _slot_post(slot, due.occurrence.original, due.rung.name))
        for slot in of.values()
        for due in next_posts(slot, now, 1, over)
    ]
    if coming:
        at, name = min(coming)
        yield f"Next due: {name} {discord.utils.format_dt(at, 'R')}, {discord.utils.format_dt(at, 'f')}"
    else:
        yield "Next due: nothing"


def post_name(post: Post, of: Mapping[str, Slot]) -> str:
    """Say what a post is; `of` are the slots by their keys."""
    if not post.slot.startswith("slot:"):
        return _OTHERS.get(post.kind, escape(post.kind))
    return _slot_post(of.get(post.slot), date.fromisoformat(post.date), post.rung)


def _slot_post(slot: Slot | None, original: date, rung: str) -> str:
    """Name a post by the day on which its date takes place, and by the original one where that is another."""
    moved = slot.schedule.moved.get(original) if slot else None
    day = moved.date() if moved else original
    said = say_post(rung, day) + ("" if day == original else f" (moved from {say_date(original)})")
    return f"{one_line(slot.name, 50) if slot else 'a slot that was removed'}: {said[0].lower()}{said[1:]}"


def _comes_again(post: Post, of: Mapping[str, Slot], now: datetime) -> bool:
    if post.state is not State.CANCELLED or post.began_at is not None or post.slot not in of:
        return False
    return is_to_come(of[post.slot], date.fromisoformat(post.date), post.rung, now)


def _trouble_line(post: Post, of: Mapping[str, Slot]) -> str:
    when = f" {discord.utils.format_dt(post.ended_at, 'R')}" if post.ended_at else ""
    reason = f"\n-# {one_line(post.reason, _REASON)}" if post.reason else ""
    return f"{_MARKS[post.state]} **{_SAID[post.state]}** {post_name(post, of)}{when}{reason}"


def unseen_note(ballot: Ballot, lost: Post, mentions: Mentions) -> View:
    """Tell an organiser, once, of a ballot that is open although its message could not be posted."""
    said = (
        f"⚠️ A vote on what to read is open, and nobody can see it: it could not be posted in <#{ballot.channel_id}>. "
        f"{one_line(lost.reason, _REASON)}\nGive Paperclub the permissions it lacks there and post it, or end it with "
        f"{mentions.mention('ballot close')}."
    )
    again = button("postballot", str(ballot.id), label="Post it again", emoji="📣")
    return layout(ui.TextDisplay(said), row(again))


def pause_note(paused: Sequence[Slot], mentions: Mentions) -> str:
    """Tell an organiser, once, of slots that the bot has paused."""
    lines = [
        f"⏸️ **{one_line(slot.name, 50)}** is paused: three posts in a row were refused. "
        f"{one_line(slot.pause_reason, _REASON)}"
        for slot in paused
    ]
    mend = f"Give Paperclub the permissions it lacks there, and then use {mentions.mention('schedule resume')}."
    return "\n".join([*lines, mend])
