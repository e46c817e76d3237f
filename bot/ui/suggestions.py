"""What members want to read, as messages: one suggestion, what is asked about it, and the queue of them all."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.club.stores.suggestions import Page, Proposed, Receipt
from bot.club.suggestion import Reason, State, Suggestion
from bot.library.review import Review
from bot.papers.catalog import Known
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import ControlButton, beside, button, field, form, menu, row, write_argument
from bot.ui.spans import escape_with_addresses
from bot.ui.text import author_list, calendar_date, escape, label, length, no_links, one_line, quoted, truncate

LONGEST_REASON = 500  # characters, and those of a title
LONGEST_TITLE = 300
LONGEST_VALUE = 100  # of an option of a menu

PER_PAGE = 5  # suggestions
_REASONS = 3  # that one suggestion shows
_ROOM_OF_TEXT = 3_800  # of a message, in which Discord takes 4,000
_ABSTRACT = 1_200
_CUSTOM_ID = 80  # characters that an argument may fill
_PLACES = 10  # of the queue that organisers can give away

_ENDED = {
    State.CHOSEN: "🎉 **Chosen to be read**",
    State.DECLINED: "**Declined**",
    State.READ: "📗 **The club has read it**",
    State.WITHDRAWN: "**Taken back**",
}


def suggestion_card(suggestion: Suggestion, remark: str = "") -> View:
    """Show one suggestion to everybody; `remark` is what happened to it just now."""
    lines = [*_heading(suggestion), *_reasons(suggestion.reasons, LONGEST_REASON)]
    if remark:
        lines.append(f"-# {remark}")
    buttons = [*_voice_buttons(suggestion), *_paper_button(suggestion.paper_id, "Abstract")]
    return layout(ui.TextDisplay(truncate("\n".join(lines), _ROOM_OF_TEXT)), row(*buttons))


def suggested(receipt: Receipt, who: int, remark: str = "") -> View:
    """Answer a proposal; `who` made it, and `remark` says what else is to be known."""
    said = {
        Proposed.NEW: "",
        Proposed.JOINED: f"<@{who}> wants to read this too; it was suggested before.",
        Proposed.ALREADY: "You want to read this already, and a paper counts once for each member.",
    }[receipt.outcome]
    remarks = [said, _before(receipt.before) if receipt.before else "", remark]
    return suggestion_card(receipt.suggestion, " ".join(filter(None, remarks)))


def chosen(suggestion: Suggestion) -> View:
    """Tell everybody what an organiser has chosen."""
    return layout(ui.TextDisplay("\n".join([*_heading(suggestion), "-# An organiser has chosen it."])))


def thanks(suggestion: Suggestion, review: Review | None) -> View:
    """Thank the one who suggested what the club has read."""
    to = f", <@{suggestion.suggested_by}>" if suggestion.suggested_by else ""
    lines = [
        f"### 📗 {one_line(readable_text(suggestion.title), 240)}",
        f"The club has read it, and its review is in the library. Thanks for suggesting it{to}!",
    ]
    opening = [row(button("card", review.key, label="Open the review", emoji="📗"))] if review else []
    return layout(ui.TextDisplay("\n".join(lines)), *opening)


def _before(earlier: Suggestion) -> str:
    when = f" on {calendar_date(earlier.decided_at)}" if earlier.decided_at else ""
    why = f": {one_line(earlier.remark, 200)}" if earlier.remark else "."
    return f"It was {'declined' if earlier.state is State.DECLINED else 'read'}{when}{why}"


def _heading(suggestion: Suggestion) -> list[str]:
    lines = [f"### {one_line(readable_text(suggestion.title), 400)}"]
    if about := _about(suggestion, 3):
        lines.append(f"-# {about}")
    lines.append(f"**{_count(suggestion.votes)}**{_by(suggestion)}")
    if suggestion.state in _ENDED:
        lines.append(_ENDED[suggestion.state] + (f": {one_line(suggestion.remark, 300)}" if suggestion.remark else ""))
    return lines


def _about(suggestion: Suggestion, authors: int, room: int = 400) -> str:
    """Say who wrote it, when, and under which number; empty for a title that no source knows."""
    about = [truncate(no_links(author_list(suggestion.authors, authors)), room), str(suggestion.year or "")]
    if suggestion.paper_id and suggestion.described:
        scheme, value = suggestion.paper_id.scheme, suggestion.paper_id.value
        about.append(f"`{label({'arxiv': 'arXiv'}.get(scheme, scheme) + ':' + value, 60).replace('`', '')}`")
    return " · ".join(filter(None, about))


def _count(votes: int) -> str:
    return "1 member wants to read it" if votes == 1 else f"{votes:,} members want to read it"


def _by(suggestion: Suggestion) -> str:
    when = f"<t:{int(suggestion.made_at.timestamp())}:R>"
    return f" · suggested by <@{suggestion.suggested_by}>, {when}" if suggestion.suggested_by else f" · since {when}"


def _reasons(reasons: Sequence[Reason], room: int) -> list[str]:
    lines = [f"> {one_line(reason.text, room)} — <@{reason.member_id}>" for reason in reasons[:_REASONS]]
    rest = len(reasons) - _REASONS
    return [*lines, f"-# and {rest:,} more reason{'s' if rest > 1 else ''}"] if rest > 0 else lines


def _voice_buttons(suggestion: Suggestion) -> list[ControlButton]:
    number, over = str(suggestion.id), suggestion.state is not State.OPEN
    return [
        button("voice", number, label="I want to read it", emoji="🙋", disabled=over),
        button("unvoice", number, label="Not any more", disabled=over),
    ]


def _paper_button(paper_id: PaperId | None, label: str) -> list[ControlButton]:
    """Make the button that shows a paper; none for a title alone, or for an id that Discord has no room for."""
    written = write_argument(str(paper_id)) if paper_id else ""
    return [button("showpaper", written, label=label, emoji="📜")] if 0 < len(written) <= _CUSTOM_ID else []


# --- choosing what is meant -----------------------------------------------------------------------


def ask_why(action: str, *arguments: str, title: str, why: str = "") -> discord.ui.Modal:
    """Ask for the reason of a suggestion, which may be left out."""
    about = "The club sees it beside your name. You may leave it empty."
    asked = field(
        "why", "Why should the club read it?", about=about, value=why, most=LONGEST_REASON, long=True, required=False
    )
    return form(action, *arguments, title=title, fields=[asked])


def ask_title() -> discord.ui.Modal:
    """Ask again for what was typed, which is not known any more."""
    title = field("title", "The paper", about="As it is to be suggested: its title.", most=LONGEST_TITLE)
    why = field("why", "Why should the club read it?", most=LONGEST_REASON, long=True, required=False)
    return form("suggesttitle", title="Suggest a paper", fields=[title, why])


def which_paper(words: str, found: Sequence[Known], faults: Sequence[str]) -> View:
    """Ask which of the papers is suggested that words fit, or whether the words are the title themselves."""
    fits = "One paper fits" if len(found) == 1 else f"{len(found)} papers fit"
    lines = [f"{fits} {quoted(words)}. Which one do you suggest?"]
    for known in found[:5]:
        year = f" · {known.paper.published.year}" if known.paper.published else ""
        authors = no_links(author_list(known.paper.authors, 1))
        lines += [f"**{one_line(readable_text(known.paper.title), 160)}**", f"-# {authors}{year}"]
    lines += [f"-# … and {len(found) - 5} more in the menu"] if len(found) > 5 else []
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
    return layout(ui.TextDisplay(truncate("\n".join(lines), _ROOM_OF_TEXT)), row(chooser))


def which_of_message(papers: Sequence[tuple[PaperId, str]], named: int) -> View:
    """Ask which of the papers of a message is suggested; each with its title, or its number.

    `named` is how many the message names; a menu has room for 25 of them.
    """
    options = [
        discord.SelectOption(label=label(title, 100), value=str(paper_id))
        for paper_id, title in papers[:25]
        if len(str(paper_id)) <= 100
    ]
    some = f"; here are {len(options)} of them" if named > len(options) else ""
    text = f"The message names {named} papers{some}. Which one do you suggest?"
    return layout(ui.TextDisplay(text), row(menu("suggestask", placeholder="Choose a paper", options=options)))


def read_before(review: Review) -> View:
    """Say that the club has read what is suggested, and let it be suggested all the same."""
    when = f" on {calendar_date(review.date)}" if review.date else ""
    text = f"📗 **The club read this{when}:** {one_line(review.name, 200)}\nIt can be suggested again, to revisit it."
    buttons: list[ui.Item[Any]] = [
        button("card", review.key, label="Open the review", emoji="📗"),
        button("suggestagain", review.key, label="Suggest again", emoji="🔁"),
    ]
    return layout(ui.TextDisplay(text), row(*buttons))


# --- the queue ------------------------------------------------------------------------------------


def queue_page(queue: Page, member_id: int | None = None, decided: Sequence[Suggestion] = ()) -> View:
    """Show one page of the queue, as one member sees it, or as everybody does.

    `decided` are the member's own suggestions on which was decided lately.
    """
    page, last = queue.number, queue.pages - 1
    shown = [*enumerate(queue.suggestions, page * PER_PAGE + 1)]
    count = f"{queue.total:,} suggestion{'s' if queue.total > 1 else ''}" if shown else "Nothing is suggested"
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"### {count}{f' · page {page + 1} of {last + 1}' if last else ''}")]
    if not shown:
        items.append(ui.TextDisplay("`/suggest` proposes what the club reads next: a link, a number or a title."))
    texts: list[str] = []
    outcomes = "\n".join(
        f"-# Yours: {one_line(readable_text(each.title), 120)}. {_outcome(each)}" for each in decided[:3]
    )
    for room in (200, 120):  # for each part of a suggestion
        texts = [_in_queue(rank, each, member_id, room) for rank, each in shown]
        if sum(map(length, [*texts, outcomes])) <= _ROOM_OF_TEXT:
            break
    for text, each in zip(texts, queue.suggestions, strict=True):
        items.append(ui.Separator(visible=False))
        items.append(beside(text, _vote(each, page, member_id)))
    if outcomes and page == 0:
        items.append(ui.TextDisplay(outcomes))
    if shown:
        options = [
            discord.SelectOption(label=label(f"{rank}. {readable_text(each.title)}", 100), value=str(each.id))
            for rank, each in shown
        ]
        items.append(row(menu("suggestion", placeholder="Who wants it and why, and its abstract", options=options)))
    turning = [
        button("queue", str(max(page - 1, 0)), label="◀", disabled=page == 0),
        button("queue", str(page + 1), label="▶", disabled=page == last),
    ]
    ways = turning if last else []
    if shown and member_id is not None:
        ways.append(button("sharequeue", str(page), label="Show everybody"))
    return layout(*items, *([row(*ways)] if ways else []))


def _in_queue(rank: int, each: Suggestion, member_id: int | None, room: int) -> str:
    mine = member_id in each.voices
    own = " · you too" if mine and each.suggested_by != member_id else ""
    by = f" · by <@{each.suggested_by}>" if each.suggested_by else ""
    lines = [f"**{rank}. {one_line(readable_text(each.title), room)}**"]
    lines += [f"-# {about}"] if (about := _about(each, 1, room)) else []
    lines += [f"{_count(each.votes)}{by}{own}"]
    lines += [f"> {one_line(reason.text, room)}" for reason in each.reasons[:1]]
    return "\n".join(lines)


def _vote(each: Suggestion, page: int, member_id: int | None) -> ControlButton:
    mine = member_id in each.voices
    if each.suggested_by == member_id and mine:
        return button("queuevoice", str(each.id), str(page), label="Yours", disabled=True)
    if mine:
        return button("queueunvoice", str(each.id), str(page), label="-1")
    return button("queuevoice", str(each.id), str(page), label="+1")


def _outcome(each: Suggestion) -> str:
    why = f": {one_line(each.remark, 200)}" if each.remark else "."
    return {State.DECLINED: "Declined", State.CHOSEN: "Chosen to be read"}.get(each.state, "The club has read it") + why


def suggestion_page(
    suggestion: Suggestion, member_id: int, paper: Paper | None = None, *, organiser: bool = False, done: str = ""
) -> View:
    """Show one suggestion privately, with what this member may do with it.

    `paper` is what is known of it, and `done` what was done just now.
    """
    number, still = str(suggestion.id), suggestion.state is State.OPEN
    lines = [*_heading(suggestion), *_reasons(suggestion.reasons, LONGEST_REASON)]
    if done:
        lines.insert(0, f"✅ {escape(done)}")
    text = truncate("\n".join(lines), _ROOM_OF_TEXT - _ABSTRACT)
    abstract = escape_with_addresses(readable_text(paper.abstract)) if paper else ""
    parts = [text, *([truncate(abstract, _ABSTRACT)] if abstract else [])]
    items: list[ui.Item[Any]] = [*map(ui.TextDisplay, parts)]
    own: list[ControlButton] = []
    if still and suggestion.suggested_by == member_id:
        own.append(button("withdraw", number, label="Take it back", emoji="↩️"))
    elif still:
        mine = member_id in suggestion.voices
        own.append(_voice_buttons(suggestion)[mine])
    own += _paper_button(suggestion.paper_id, "The paper")
    if own:
        items.append(row(*own))
    if still and organiser:
        deciding = [
            button("accept", number, label="Read it next", emoji="✅"),
            button("askdecline", number, label="Decline", emoji="✖️"),
            button("markread", number, label="Already read", emoji="📗"),
        ]
        items.append(row(*deciding))
        places = [
            discord.SelectOption(label=f"Put it at place {place}", value=str(place)) for place in range(1, _PLACES + 1)
        ]
        by_votes = discord.SelectOption(label="Let the votes decide", value="0", default=suggestion.place is None)
        items.append(row(menu("putat", number, placeholder="Where it stands", options=[by_votes, *places])))
    return layout(*items, row(button("queue", "0", label="All suggestions", emoji="📋")))


def ask_decline(number: str) -> discord.ui.Modal:
    """Ask an organiser why a suggestion is declined."""
    why = field("why", "Why?", about="The one who suggested it is told.", most=300, long=True)
    return form("decline", number, title="Decline a suggestion", fields=[why])
