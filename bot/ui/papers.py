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
from bot.ui.text import author_list, calendar_date, escape, label, quoted, truncate

_AUTHORS = 6
_ABSTRACT = 2_400
_KEPT = 256  # cards that are kept as they were made
_ROOM = 80  # characters of a custom_id that an id may fill


def paper_card(
    known: Known, review: Review | None, now: datetime, faults: Sequence[str] = (), asking: str = ""
) -> View:
    """Show what is known of a paper; `review` is the club's own, if it has read it.

    `faults` say what could not be asked, `asking` what is still being waited for. The same card is the same view.
    """
    return _paper_card(known, review, _age(known, now), tuple(faults), asking)


@lru_cache(maxsize=_KEPT)
def _paper_card(known: Known, review: Review | None, age: str, faults: tuple[str, ...], asking: str) -> View:
    paper = known.paper
    name = truncate(escape(readable_text(paper.title)), 240)
    items: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join([f"{'##' if len(name) <= 70 else '###'} {name}", *_about(paper)])),
        ui.Separator(visible=False),
    ]
    if paper.withdrawn:
        why = f": {escape(truncate(readable_text(paper.comment), 300))}" if paper.comment else ""
        items.append(ui.TextDisplay(f"⚠️ **This paper was withdrawn**{why}"))
    if review:
        when = f" on {calendar_date(review.date)}" if review.date else ""
        items.append(ui.TextDisplay(f"📗 **The club read this{when}**"))
    abstract = "\n\n".join(escape(part) for part in readable_text(paper.abstract).split("\n\n"))
    items.append(ui.TextDisplay(truncate(abstract, _ABSTRACT) or "*No abstract is known.*"))
    if remarks := _remarks(paper, age, faults, asking):
        items += [ui.Separator(visible=False), ui.TextDisplay("\n".join(remarks))]
    if review:
        items.append(row(button("card", review.key, label="Open the review", emoji="📗"), *_actions(paper)))
    elif actions := _actions(paper):
        items.append(row(*actions))
    if links := _links(paper):
        items.append(row(*links))
    return layout(*items)


def _about(paper: Paper) -> list[str]:
    """Say who wrote it, when, and where it appeared: a line each."""
    dates: list[str] = []
    if paper.published:
        dates.append(calendar_date(paper.published) if paper.id.scheme == "arxiv" else str(paper.published.year))
    if paper.id.version and paper.id.version > 1 and paper.updated:
        dates.append(f"v{paper.id.version} of {calendar_date(paper.updated)}")
    where = [escape(truncate(readable_text(paper.venue), 160))] if paper.venue else []
    subjects = list(dict.fromkeys(map(category_name, paper.categories)))[:3]
    lines = [author_list(paper.authors, _AUTHORS), " · ".join([*dates, *where]), escape(", ".join(subjects))]
    return [f"-# {line}" for line in lines if line]


def _age(known: Known, now: datetime) -> str:
    """Say how old something is that could not be asked for anew; empty for what was."""
    days = (now - known.asked).days
    age = "today" if days < 1 else "yesterday" if days == 1 else f"{days:,} days ago"
    return age if known.stale else ""


def _remarks(paper: Paper, age: str, faults: Sequence[str], asking: str) -> list[str]:
    remarks: list[str] = []
    if paper.comment and not paper.withdrawn:
        remarks.append(escape(truncate(readable_text(paper.comment), 300)))
    if paper.tldr or paper.citations is not None:
        tldr = f" {escape(truncate(paper.tldr, 300))}" if paper.tldr else ""
        cited = f" Cited {paper.citations:,} times." if paper.citations is not None else ""
        remarks.append(f"**Semantic Scholar's summary:**{tldr}{cited}")
    if paper.source != "arXiv":
        remarks.append(f"As {escape(paper.source)} describes it.")
    if age:
        remarks.append(f"⚠️ As it was known {age}: {escape('; '.join(faults) or 'it could not be asked for anew')}.")
    elif faults:
        remarks.append(f"⚠️ {escape('; '.join(faults))}.")
    if asking:
        remarks.append(f"⏳ {escape(asking)}")
    return [f"-# {remark}" for remark in remarks]


def _actions(paper: Paper) -> list[ui.Item[Any]]:
    arguments = paper_arguments(paper.id)
    if len(paper.abstract) < 400 or not arguments:
        return []
    return [button("gist", *arguments, label="Gist", emoji="✂️")]


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
    heading = f"-# {escape(truncate(readable_text(paper.title), 120))}\n### In brief"
    lines = [f"- {escape(sentence)}" for sentence in sentences]
    source = "-# Sentences of the abstract, chosen by Paperclub"
    return layout(ui.TextDisplay("\n".join([heading, *lines, source])))


def choose_paper(words: str, found: Sequence[Known], faults: Sequence[str]) -> View:
    """Offer the papers that a search found."""
    lines = [f"{len(found)} papers fit {quoted(words)}. Which one do you mean?"]
    for known in found[:5]:
        year = f", {known.paper.published.year}" if known.paper.published else ""
        names = author_list(known.paper.authors, 1)
        lines.append(f"- {truncate(escape(readable_text(known.paper.title)), 160)}\n-# {names}{year}")
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
    return layout(
        ui.TextDisplay("\n".join(lines)), row(menu("showpaper", placeholder="Choose a paper", options=options))
    )


def _short_about(paper: Paper) -> str:
    names = ", ".join(paper.authors[:2]) + (" and others" if len(paper.authors) > 2 else "")
    return " · ".join(filter(None, (names, str(paper.published.year) if paper.published else str(paper.id))))


def waiting(paper_id: PaperId | None, who: str, review: Review | None) -> View:
    """Say what is being waited for, with what is known without it."""
    lines = [f"⏳ {escape(who)} takes its time. This message is completed as soon as the answer is there."]
    if review:
        lines.insert(0, f"📗 **The club has read this:** {escape(truncate(review.name, 200))}")
    return _with_ways_on(lines, paper_id, review)


def _with_ways_on(lines: Sequence[str], paper_id: PaperId | None, review: Review | None) -> View:
    """Show sentences, and below them where something of a paper can be read all the same."""
    buttons = [button("card", review.key, label="Open the review", emoji="📗")] if review else []
    ways = [*buttons, *_page_buttons(paper_id)]
    return layout(ui.TextDisplay("\n".join(lines)), *([row(*ways)] if ways else []))


def unknown(paper_id: PaperId | None, words: str, faults: Sequence[str], review: Review | None) -> View:
    """Say that a paper is not known, or could not be asked for, and what can be done."""
    if paper_id:
        name = f"`{label(str(paper_id), 120).replace('`', '')}`"
        lines = [f"Nothing could be learned about {name}." if faults else f"No paper is known as {name}."]
    else:
        lines = [f"No paper with the words {quoted(words)} in its title was found."]
    lines += [f"-# ⚠️ {escape(fault)}." for fault in faults]
    if not faults:
        lines.append("Check the number, or give a link, a DOI, or words of the title.")
    elif paper_id:
        lines.append("Its page may still open; try again in a few minutes.")
    return _with_ways_on(lines, paper_id, review)


def papers_found(lines: Sequence[tuple[PaperId, Known | None, Review | None]], faults: Sequence[str]) -> View:
    """List the papers of a message, each with what is known of it, and a menu that shows one."""
    texts: list[str] = ["### Papers in this message"]
    options: list[discord.SelectOption] = []
    for paper_id, known, review in lines:
        title = readable_text(known.paper.title) if known else review.name if review else str(paper_id)
        read = "\n-# 📗 the club has read it" if review else ""
        about = f"\n-# {author_list(known.paper.authors, 3)}" if known and known.paper.authors else ""
        texts.append(f"**{truncate(escape(title), 200)}**{about}{read}")
        if len(str(paper_id)) <= 100:
            options.append(discord.SelectOption(label=label(title, 100), value=str(paper_id)))
    texts += [f"-# ⚠️ {escape(fault)}." for fault in faults]
    items: list[ui.Item[Any]] = [ui.TextDisplay(truncate("\n".join(texts), 3_800))]
    if options:
        items.append(row(menu("showpaper", placeholder="Show one", options=options)))
    return layout(*items)
