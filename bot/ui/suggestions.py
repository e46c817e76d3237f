"""What members want to read, as messages: one suggestion, and the queue of them."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.club.stores.suggestions import Proposed, Receipt
from bot.club.suggestion import Reason, State, Suggestion
from bot.library.review import Review
from bot.papers.catalog import Known
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import ControlButton, button, menu, row
from bot.ui.text import author_list, calendar_date, escape, label, one_line, quoted, truncate

PER_PAGE = 5
_REASONS = 3  # that one suggestion shows
_ROOM = 240  # characters of a reason in a list

_ENDED = {
    State.CHOSEN: "🎉 Chosen to be read",
    State.DECLINED: "Declined",
    State.READ: "📗 The club has read it",
    State.WITHDRAWN: "Taken back",
}


def suggestion_card(suggestion: Suggestion, remark: str = "") -> View:
    """Show one suggestion, with the buttons of members; `remark` is what happened to it just now."""
    lines = [*_heading(suggestion), *_reasons(suggestion.reasons, 500)]
    if remark:
        lines.append(f"-# {remark}")
    return layout(ui.TextDisplay(truncate("\n".join(lines), 3_800)), row(*_buttons(suggestion)))


def suggested(receipt: Receipt, who: int, remark: str = "") -> View:
    """Answer a proposal for everybody to see."""
    said = {
        Proposed.NEW: f"<@{who}> suggests this paper.",
        Proposed.JOINED: f"<@{who}> wants to read this too; it had been suggested.",
        Proposed.ALREADY: "You have suggested this already, and a paper counts once for each member.",
    }[receipt.outcome]
    remarks = [said]
    if receipt.before:
        remarks.append(_before(receipt.before))
    return suggestion_card(receipt.suggestion, " ".join(filter(None, [*remarks, remark])))


def _before(earlier: Suggestion) -> str:
    when = f" on {calendar_date(earlier.decided_at)}" if earlier.decided_at else ""
    why = f": {one_line(earlier.remark, 200)}" if earlier.remark else "."
    return f"It was {'declined' if earlier.state is State.DECLINED else 'read'}{when}{why}"


def _heading(suggestion: Suggestion) -> list[str]:
    title = one_line(readable_text(suggestion.title), 240)
    about = [author_list(suggestion.authors, 3), str(suggestion.year or "")]
    if suggestion.paper_id and suggestion.described:
        about.append(f"`{suggestion.paper_id}`")
    lines = [f"### {title}"]
    if any(about):
        lines.append(f"-# {' · '.join(filter(None, about))}")
    lines.append(f"**{_count(suggestion.votes)}**{_by(suggestion)}")
    if suggestion.state in _ENDED:
        lines.append(_ENDED[suggestion.state] + (f": {one_line(suggestion.remark, 300)}" if suggestion.remark else ""))
    return lines


def _count(votes: int) -> str:
    return "1 member wants to read it" if votes == 1 else f"{votes} members want to read it"


def _by(suggestion: Suggestion) -> str:
    when = f"<t:{int(suggestion.made_at.timestamp())}:D>"
    return f" · suggested by <@{suggestion.suggested_by}>, {when}" if suggestion.suggested_by else f" · since {when}"


def _reasons(reasons: Sequence[Reason], room: int) -> list[str]:
    said = [reason for reason in reasons if reason.text]
    lines = [f"> {one_line(reason.text, room)} — <@{reason.member_id}>" for reason in said[:_REASONS]]
    rest = len(said) - _REASONS
    return [*lines, f"-# and {rest} more reason{'s' if rest > 1 else ''}"] if rest > 0 else lines


def _buttons(suggestion: Suggestion) -> list[ControlButton]:
    number, over = str(suggestion.id), suggestion.state is not State.OPEN
    buttons = [
        button("voice", number, label="Want to read it", emoji="🙋", disabled=over),
        button("unvoice", number, label="Not any more", disabled=over),
    ]
    if suggestion.paper_id:
        buttons.append(button("suggested", number, label="Abstract", emoji="📄"))
    return buttons


# --- choosing what is meant -----------------------------------------------------------------------


def which_paper(words: str, found: Sequence[Known], faults: Sequence[str]) -> View:
    """Ask which of the papers is suggested that words fit, or whether the words are the title themselves."""
    lines = [f"{_papers(len(found))} {quoted(words)}. Which one do you suggest?"]
    for known in found[:5]:
        year = f", {known.paper.published.year}" if known.paper.published else ""
        lines.append(
            f"- {one_line(readable_text(known.paper.title), 160)}\n-# {author_list(known.paper.authors, 1)}{year}"
        )
    lines += [f"-# ⚠️ {escape(fault)}." for fault in faults]
    options = [
        discord.SelectOption(
            label=label(readable_text(known.paper.title), 100),
            value=str(known.paper.id),
            description=label(", ".join(known.paper.authors[:2]) or str(known.paper.id), 100),
        )
        for known in found[:24]
        if len(str(known.paper.id)) <= 100
    ]
    options.append(discord.SelectOption(label="None of these: suggest the title as I typed it", value="title"))
    chooser = menu("suggestone", placeholder="Choose a paper", options=options)
    return layout(ui.TextDisplay(truncate("\n".join(lines), 3_800)), row(chooser))


def _papers(count: int) -> str:
    return "One paper fits" if count == 1 else f"{count} papers fit"


def read_before(review: Review, arguments: Sequence[str]) -> View:
    """Say that the club has read what is suggested; `arguments` name the paper, to suggest it all the same."""
    when = f" on {calendar_date(review.date)}" if review.date else ""
    text = f"📗 **The club read this{when}:** {one_line(review.name, 200)}\nIt can be suggested again, to revisit it."
    buttons: list[ui.Item[Any]] = [button("card", review.key, label="Open the review", emoji="📗")]
    if arguments:
        buttons.append(button("suggestagain", *arguments, label="Suggest again", emoji="🔁"))
    return layout(ui.TextDisplay(text), row(*buttons))


# --- the queue ------------------------------------------------------------------------------------


def queue_page(queue: Sequence[Suggestion], page: int, member_id: int, *, organiser: bool = False) -> View:
    """Show one page of the queue, counted from 0, as one member sees it: their own voices, and what they may do."""
    last = max(0, (len(queue) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = queue[page * PER_PAGE : (page + 1) * PER_PAGE]
    if not shown:
        return layout(ui.TextDisplay("Nothing is suggested. `/suggest` proposes what to read next."))
    counter = f" · page {page + 1} of {last + 1}" if last else ""
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"### {len(queue)} suggestion{'s' if len(queue) > 1 else ''}{counter}")]
    for rank, each in enumerate(shown, page * PER_PAGE + 1):
        mine = any(reason.member_id == member_id for reason in each.reasons)
        title = one_line(readable_text(each.title), 160)
        about = " · ".join(filter(None, [author_list(each.authors, 1), str(each.year or "")]))
        first = next((f"> {one_line(reason.text, _ROOM)}" for reason in each.reasons if reason.text), "")
        own = " · one of them is you" if mine and each.votes > 1 else " · you" if mine else ""
        lines = [f"**{rank}. {title}**", f"-# {about}" if about else "", f"-# {_count(each.votes)}{own}", first]
        action, word = ("qunvoice", "-1") if mine else ("qvoice", "+1")
        items.append(
            ui.Section(
                ui.TextDisplay("\n".join(filter(None, lines))),
                accessory=button(action, str(each.id), str(page), label=word),
            )
        )
    options = [
        discord.SelectOption(label=label(f"{rank}. {readable_text(each.title)}", 100), value=str(each.id))
        for rank, each in enumerate(shown, page * PER_PAGE + 1)
    ]
    items.append(row(menu("suggestion", placeholder="Open one", options=options)))
    turning = [
        button("queue", str(max(page - 1, 0)), label="◀", disabled=page == 0),
        button("queue", str(page + 1), label="▶", disabled=page == last),
    ]
    if last:
        items.append(row(*turning))
    return layout(*items)


def suggestion_page(suggestion: Suggestion, member_id: int, *, organiser: bool) -> View:
    """Show one suggestion privately, with what this member may do with it."""
    number, still = str(suggestion.id), suggestion.state is State.OPEN
    lines = [*_heading(suggestion), *_reasons(suggestion.reasons, 500)]
    items: list[ui.Item[Any]] = [ui.TextDisplay(truncate("\n".join(lines), 3_800)), row(*_buttons(suggestion))]
    own: list[ui.Item[Any]] = []
    if still and suggestion.suggested_by == member_id:
        own.append(button("withdraw", number, label="Take it back", emoji="↩️"))
    if still and organiser:
        own += [
            button("accept", number, label="Read it next", emoji="✅"),
            button("askdecline", number, label="Decline", emoji="✖️"),
            button("markread", number, label="Already read", emoji="📗"),
            button("putfirst", number, label="Put first", emoji="⏫"),
        ]
    if own:
        items.append(row(*own[:5]))
    items.append(row(button("queue", "0", label="All suggestions", emoji="📋")))
    return layout(*items)
