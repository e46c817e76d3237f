"""The card of a paper, and what is said when it is not known."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import discord
from discord import ui

from bot.library.review import Review
from bot.papers.catalog import Known
from bot.papers.categories import category_name
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import button, menu, row
from bot.ui.links import is_web_address
from bot.ui.spans import escape_with_addresses
from bot.ui.text import author_list, calendar_date, escape, label, length, no_links, one_line, quoted, truncate

_AUTHORS = 6
_ABSTRACT = 2_400
_ROOM_OF_TEXT = 3_900  # of a message, in which Discord takes 4,000
_LISTED = 5  # of the papers that a search found; its menu has them all
STILL_ASKING = "The source takes its time; this message is completed as soon as it answers."

_KEPT = 256  # cards that are kept as they were made
_ROOM = 80  # characters of a custom_id that an id may fill


def paper_card(
    known: Known,
    review: Review | None,
    now: datetime,
    faults: Sequence[str] = (),
    asking: str = "",
    discussion: str = "",
) -> View:
    """Show what is known of a paper; `review` is the club's own, if it has read it.

    `faults` say what could not be asked, `asking` what is still being waited for; `discussion` is the address of the
    club's thread on it, or empty. The same card is the same view.
    """
    return _paper_card(known, review, _age(known, now), tuple(faults), asking, discussion)


@lru_cache(maxsize=_KEPT)
def _paper_card(
    known: Known, review: Review | None, age: str, faults: tuple[str, ...], asking: str, discussion: str
) -> View:
    paper = known.paper
    name = _name(paper, 240)
    parts = ["\n".join([f"{'##' if len(name) <= 70 else '###'} {name}", *_about(paper)])]
    if paper.withdrawn:
        parts.append("⚠️ **This paper was withdrawn**" + (f": {_comment(paper)}" if paper.comment else ""))
    if review:
        parts.append(f"📗 **{_read_by_club(review)}**")
    remarks = ["\n".join(lines)] if (lines := _remarks(paper, age, faults, asking)) else []
    abstract = "\n\n".join(escape_with_addresses(part) for part in readable_text(paper.abstract).split("\n\n"))
    room = _ROOM_OF_TEXT - sum(map(length, [*parts, *remarks]))
    parts += [truncate(abstract, min(_ABSTRACT, room)) or "*No abstract is known.*", *remarks]
    items = _apart(parts)
    if review:
        items.append(row(button("card", review.key, label="Open the review", emoji="📗"), *_actions(paper)))
    elif actions := _actions(paper):
        items.append(row(*actions))
    links = _links(paper)
    if discussion:
        links.append(ui.Button(label="Discussion", emoji="💬", url=discussion))
    if links:
        items.append(row(*links))
    return layout(*items)


def _apart(parts: Sequence[str]) -> list[ui.Item[Any]]:
    """Show texts with room between them."""
    items: list[ui.Item[Any]] = []
    for part in parts:
        items += [ui.Separator(visible=False), ui.TextDisplay(part)] if items else [ui.TextDisplay(part)]
    return items


def _name(paper: Paper, limit: int) -> str:
    return one_line(readable_text(paper.title), limit)


def _comment(paper: Paper) -> str:
    return escape_with_addresses(truncate(readable_text(paper.comment), 300))


def _read_by_club(review: Review) -> str:
    return "The club read this" + (f" on {calendar_date(review.date)}" if review.date else "")


def _about(paper: Paper) -> list[str]:
    """Say who wrote it, when, and where it appeared: a line each."""
    dates: list[str] = []
    if paper.published:
        dates.append(calendar_date(paper.published) if paper.id.scheme == "arxiv" else str(paper.published.year))
    if paper.id.version and paper.id.version > 1 and paper.updated:
        dates.append(f"v{paper.id.version} of {calendar_date(paper.updated)}")
    where = [one_line(truncate(readable_text(paper.venue), 160), 320)] if paper.venue else []
    subjects = list(dict.fromkeys(map(category_name, paper.categories)))[:3]
    lines = [
        no_links(author_list(paper.authors, _AUTHORS)),
        " · ".join([*dates, *where]),
        one_line(", ".join(subjects), 200),
    ]
    return [f"-# {line}" for line in lines if line]


def _age(known: Known, now: datetime) -> str:
    """Say how old something is that could not be asked for anew; empty for what was."""
    days = (now - known.asked).days
    age = "today" if days < 1 else "yesterday" if days == 1 else f"{days:,} days ago"
    return age if known.stale else ""


def _remarks(paper: Paper, age: str, faults: Sequence[str], asking: str) -> list[str]:
    remarks: list[str] = []
    if paper.comment and not paper.withdrawn:
        remarks.append(_comment(paper))
    if paper.tldr or paper.citations is not None:
        summary = f"'s summary:** {escape(truncate(readable_text(paper.tldr), 300))}" if paper.tldr else ":**"
        remarks.append(f"**Semantic Scholar{summary}{_cited(paper.citations)}")
    if paper.source != "arXiv":
        remarks.append(f"As {escape(paper.source)} describes it.")
    if age:
        remarks.append(f"⚠️ As it was known {age}: {escape('; '.join(faults) or 'it could not be asked for anew')}.")
    elif faults:
        remarks.append(f"⚠️ {escape('; '.join(faults))}.")
    if asking:
        remarks.append(f"⏳ {escape(asking)}")
    return [f"-# {remark}" for remark in remarks]


def _cited(citations: int | None) -> str:
    if citations is None:
        return ""
    times = {0: "not yet", 1: "once"}.get(citations, f"{citations:,} times")
    return f" Cited {times}."


def _actions(paper: Paper) -> list[ui.Item[Any]]:
    arguments = paper_arguments(paper.id)
    if not arguments:
        return []
    gist = [button("gist", *arguments, label="Gist", emoji="✂️")] if len(paper.abstract) >= 400 else []
    return [*gist, button("suggestask", *arguments, label="Suggest to the club", emoji="💡")]


def _links(paper: Paper) -> list[ui.Item[Any]]:
    """Make buttons of addresses that are built from the id, never taken from an answer."""
    buttons = _page_buttons(paper.id)
    if paper.id.scheme == "arxiv":
        version = f"v{paper.id.version}" if paper.id.version else ""
        buttons += [
            ui.Button(label="PDF", url=f"https://arxiv.org/pdf/{paper.id.value}{version}"),
            ui.Button(label="HTML", url=f"https://arxiv.org/html/{paper.id.value}{version}"),
        ]
    return buttons


def _page(paper_id: PaperId) -> str:
    return paper_id.url + (f"v{paper_id.version}" if paper_id.scheme == "arxiv" and paper_id.version else "")


def _page_buttons(paper_id: PaperId | None) -> list[ui.Item[Any]]:
    """Make the button of a paper's page; none of an address that Discord has no room for."""
    if paper_id is None or not is_web_address(_page(paper_id)):
        return []
    return [ui.Button(label=_page_name(paper_id), url=_page(paper_id))]


def _page_name(paper_id: PaperId) -> str:
    names = {
        "arxiv": "arXiv",
        "acl": "ACL Anthology",
        "openreview": "OpenReview",
        "s2": "Semantic Scholar",
        "corpusid": "Semantic Scholar",
    }
    return names.get(paper_id.scheme, "Publisher")


def paper_arguments(paper_id: PaperId) -> tuple[str, ...]:
    """Write an id into a custom_id, for `read_paper`; nothing when there is no room for it."""
    value = paper_id.value.replace("%", "%25").replace(":", "%3A")
    version = str(paper_id.version or "")
    return (paper_id.scheme, value, version) if len(value) <= _ROOM - len(paper_id.scheme) - len(version) else ()


def read_paper(arguments: Sequence[str]) -> PaperId:
    """Read what `paper_arguments` wrote."""
    scheme, value, version = arguments
    return PaperId(scheme, value.replace("%3A", ":").replace("%25", "%"), int(version) if version else None)


def gist_page(paper: Paper, sentences: Sequence[str]) -> View:
    """Show an abstract in a few of its own sentences."""
    lines = [f"-# {_name(paper, 120)}", "### In brief", *(f"- {escape_with_addresses(part)}" for part in sentences)]
    return layout(*_apart(["\n".join(lines), "-# Sentences of the abstract, chosen by Paperclub"]))


def choose_paper(words: str, found: Sequence[Known], faults: Sequence[str]) -> View:
    """Offer the papers that a search found."""
    parts = [f"{len(found)} papers fit {quoted(words)}. Which one do you mean?"]
    parts += ["\n".join([f"**{_name(known.paper, 160)}**", *_in_short(known.paper)]) for known in found[:_LISTED]]
    lines = [f"-# … and {len(found) - _LISTED} more in the menu"] if len(found) > _LISTED else []
    if faults:
        lines.append(f"-# ⚠️ {escape('; '.join(faults))}.")
    options = [
        discord.SelectOption(
            label=label(readable_text(known.paper.title), 100),
            value=str(known.paper.id),
            description=label(_short_about(known.paper), 100),
        )
        for known in found[:25]
        if len(str(known.paper.id)) <= 100
    ]
    parts += ["\n".join(lines)] if lines else []
    chooser = [row(menu("showpaper", placeholder="Choose a paper", options=options))] if options else []
    return layout(*_apart(parts), *chooser)


def _in_short(paper: Paper) -> list[str]:
    """Say who wrote it and when, and whether it was withdrawn: a line each."""
    year = [str(paper.published.year)] if paper.published else []
    about = " · ".join(filter(None, [no_links(author_list(paper.authors, 2)), *year]))
    return [*([f"-# {about}"] if about else []), *(["-# ⚠️ Withdrawn"] if paper.withdrawn else [])]


def _short_about(paper: Paper) -> str:
    names = ", ".join(paper.authors[:2]) + (" and others" if len(paper.authors) > 2 else "")
    return " · ".join(filter(None, (names, str(paper.published.year) if paper.published else str(paper.id))))


def waiting(paper_id: PaperId, review: Review | None) -> View:
    """Say what is being waited for, with what is known without it."""
    lines = [f"⏳ Looking for {_written(paper_id)}. {STILL_ASKING}"]
    return _with_ways_on(lines, paper_id, review)


def searching(words: str) -> View:
    """Say that a search goes on."""
    return layout(ui.TextDisplay(f"⏳ Looking for papers with {quoted(words)} in their titles. {STILL_ASKING}"))


def _written(paper_id: PaperId) -> str:
    return f"`{label(str(paper_id), 120).replace('`', '')}`"


def _with_ways_on(lines: Sequence[str], paper_id: PaperId | None, review: Review | None) -> View:
    """Show sentences, and below them what the club knows of a paper, and where something of it can be read."""
    buttons = [button("card", review.key, label="Open the review", emoji="📗")] if review else []
    ways = [*buttons, *_page_buttons(paper_id)]
    read = [f"📗 **{_read_by_club(review)}:** {one_line(review.name, 200)}"] if review else []
    return layout(*_apart([*read, "\n".join(lines)]), *([row(*ways)] if ways else []))


def unknown(paper_id: PaperId | None, words: str, faults: Sequence[str], review: Review | None) -> View:
    """Say that a paper is not known, or could not be asked for, and what can be done."""
    if paper_id:
        name = _written(paper_id)
        lines = [f"Nothing could be learned about {name}." if faults else f"No paper is known as {name}."]
    elif faults:
        lines = [f"Papers with {quoted(words)} in their titles could not be looked for everywhere. None was found."]
    else:
        lines = [f"No paper with the words {quoted(words)} in its title was found."]
    lines += [f"-# ⚠️ {escape(fault)}." for fault in faults]
    if not faults:
        lines.append("Check the number, or give a link, a DOI, or words of the title.")
    elif paper_id:
        lines.append("Its page may still open; try again in a few minutes.")
    else:
        lines.append("Try again in a few minutes, or give a link, a number or a DOI.")
    return _with_ways_on(lines, paper_id, review)


def papers_found(
    lines: Sequence[tuple[PaperId, Known | None, Review | None]],
    faults: Sequence[str],
    *,
    named: int = 0,
    asking: bool = False,
) -> View:
    """List the papers of a message, each with what is known of it, and a menu that shows one.

    `named` is how many the message names, of which these are the first. `asking` tells that those of which nothing is
    known are still being asked for.
    """
    parts: list[str] = ["### Papers in this message"]
    options: list[discord.SelectOption] = []
    missing = "⏳ Still being looked for" if asking else "Nothing could be learned about it" if faults else "Not known"
    for paper_id, known, review in lines:
        title = readable_text(known.paper.title) if known else review.name if review else str(paper_id)
        about = _in_short(known.paper) if known else [f"-# {missing}"]
        read = [f"-# 📗 {_read_by_club(review)}"] if review else []
        parts.append("\n".join([f"**{one_line(title, 200)}**", *about, *read]))
        if len(str(paper_id)) <= 100:
            options.append(discord.SelectOption(label=label(title, 100), value=str(paper_id)))
    notes = [f"-# ⚠️ {escape(fault)}." for fault in faults]
    notes += [f"-# ⏳ {STILL_ASKING}"] if asking else []
    notes += [f"-# The message names {named} papers; these are the first {len(lines)}."] if named > len(lines) else []
    items = _apart([*parts, *(["\n".join(notes)] if notes else [])])
    if options:
        items.append(row(menu("showpaper", placeholder="Show one of them", options=options)))
    return layout(*items)
