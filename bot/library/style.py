"""The style of a club's reviews: what most of them have in common, the newest first. Pure but for `load_style`.

A draft that is written in it looks like one of them. Without any review it is the style of the sample library.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path

from bot.library import hugo
from bot.library.filenames import NameForm
from bot.library.files import BeingWritten, UnreadableFile, read_file
from bot.library.frontmatter import FrontMatterError
from bot.library.keys import SHARE, FieldStyle, T, Weighted, learn_fields, learn_math_fields, usual
from bot.library.manner import POST, Block, DateForm, LinkForm, Manner, RefForm, link_kind, read_manner
from bot.library.parse import without_prefix
from bot.library.plain import plain_inline
from bot.library.review import Review
from bot.library.roles import section_role
from bot.library.writing import Format

_log = logging.getLogger(__name__)

MOST = 60  # reviews that are looked at
_HALF = 10  # so many reviews later, one counts half
_HEADING = 0.4  # of the reviews with headings, from which on a heading is usual
_MAX_HEADINGS = 6


_DATE = DateForm()
_LINK, _LINKS = LinkForm("**Link**:"), LinkForm("**Links**:")
_REF = RefForm()
_NAME = NameForm()


@dataclass(frozen=True, slots=True)
class Style:
    """How a club writes its reviews; the defaults are those of the sample library.

    `order` is that of what stands before the first section, `tight` tells whether the lines of links and authors touch,
    `link` and `links` are the forms for one link and for several; `words` are what links to a kind of page are called.
    `headings` have `level`, with so many blank lines before and after them; `lower` tells that they have no capitals.
    `math` is how a formula opens, empty where there are none; `math_fields` are the keys that only reviews with
    formulas carry. `width` is that of a line, 0 for none. `zone` is where dates without a zone are meant to be.
    """

    form: Format = "toml"
    fields: tuple[FieldStyle, ...] = (
        FieldStyle("title", "title"),
        FieldStyle("categories", "terms", terms=("papers",)),
        FieldStyle("tags", "terms", terms=("reading club",)),
        FieldStyle("date", "date", ""),
        FieldStyle("draft", "draft", ""),
        FieldStyle("authors", "authors"),
    )
    math_fields: tuple[FieldStyle, ...] = ()
    indent: str = "  "
    prefix: str = "[Paper] "
    date: DateForm = _DATE
    zone: tzinfo = UTC
    fence_gap: int = 1
    order: tuple[Block, ...] = ("text", "more", "links")
    tight: bool = False
    link: LinkForm = _LINK
    links: LinkForm = _LINKS
    words: tuple[tuple[str, str], ...] = (
        ("arxiv", "arXiv"),
        ("doi:10.1145", ""),
        ("acl", "ACL Anthology"),
        ("openreview", "OpenReview"),
    )
    authors_lead: str = "**Authors**:"
    authors_last: str = ", "
    level: int = 2
    headings: tuple[str, ...] = (
        "Background",
        "What they did",
        "What they found",
        "Our thoughts",
        "Questions for the club",
    )
    lower: bool = False
    gaps: tuple[int, int] = (1, 1)
    ref: RefForm = _REF
    bullet: str = "- "
    math: str = "$"
    width: int = 0
    name: NameForm = _NAME
    name_words: int = 2
    end: str = "\n"
    crlf: bool = False


def load_style(root: Path, reviews: Iterable[Review], zone: tzinfo = UTC) -> Style:
    """Learn the style of reviews from their files in a folder; those that cannot be read don't count."""
    manners: list[Manner] = []
    for review in newest(reviews):
        try:
            manners.append(read_manner(review, read_file(root, review.path)))
        except (BeingWritten, UnreadableFile, FrontMatterError, OSError) as error:
            _log.info("%s says nothing of the style: %s", review.path, error)
    return learn_style(manners, zone)


def newest(reviews: Iterable[Review]) -> list[Review]:
    """Give the newest reviews that are published and about a paper, or all kinds where there are no such."""
    known = [review for review in reviews if not review.draft]
    known = [review for review in known if review.links or review.paper_ids] or known
    return sorted(known, key=lambda r: (-r.date.timestamp() if r.date else float("inf"), r.path))[:MOST]


def learn_style(manners: Sequence[Manner], zone: tzinfo = UTC) -> Style:
    """Find what most files have in common; they come with the newest first."""
    style = Style(zone=zone)
    weighted = [(manner, 0.5 ** (place / _HALF)) for place, manner in enumerate(manners)]
    form = usual((manner.form, weight) for manner, weight in weighted if manner.form)
    if not form:
        return style
    same = [(manner, weight) for manner, weight in weighted if manner.form == form]
    link, links = _learn_links(weighted)
    top = [(manner, weight) for manner, weight in weighted if manner.headings]
    name = _learn_name(weighted)
    level = usual((manner.level, weight) for manner, weight in top) or style.level
    order = usual((_layout(manner), weight) for manner, weight in weighted) or style.order
    return replace(
        style,
        form=form,
        fields=learn_fields(same),
        math_fields=learn_math_fields(same),
        indent=usual((manner.indent, weight) for manner, weight in same) or style.indent,
        prefix=_learn_prefix(weighted),
        date=usual((manner.date, weight) for manner, weight in same if manner.date) or DateForm(),
        fence_gap=usual((manner.fence_gap, weight) for manner, weight in weighted) or 0,
        order=order,
        tight=bool(usual((m.tight, weight) for m, weight in weighted if m.links and m.authors_lead)),
        link=link or style.link,
        links=links or style.links,
        words=_learn_words(weighted),
        authors_lead=usual((m.authors_lead, w) for m, w in weighted if m.authors_lead) or style.authors_lead,
        authors_last=usual((m.authors_last, w) for m, w in weighted if m.authors_lead) or style.authors_last,
        level=level,
        headings=_learn_headings([(m, w) for m, w in top if m.level == level], sum(w for _, w in weighted)),
        lower=bool(usual((title.islower(), weight) for manner, weight in weighted for title in manner.headings)),
        gaps=usual((gap, weight) for manner, weight in weighted for gap in manner.gaps) or style.gaps,
        ref=usual((ref, weight) for manner, weight in weighted for ref in manner.refs) or _default_ref(name),
        bullet=usual((mark, weight) for manner, weight in weighted for mark in manner.bullets) or style.bullet,
        math=usual((manner.math, weight) for manner, weight in weighted if manner.math) or "",
        width=usual((manner.width, weight) for manner, weight in weighted) or 0,
        name=name,
        name_words=sorted(manner.words for manner, _ in weighted)[len(weighted) // 2],
        end=usual((manner.end, weight) for manner, weight in weighted) or "",
        crlf=bool(usual((manner.crlf, weight) for manner, weight in weighted)),
    )


# --- the parts -------------------------------------------------------------------------------------


def _learn_name(weighted: Weighted) -> NameForm:
    """Find how files are called, each part of it for itself."""

    def part(read: Callable[[NameForm], T]) -> T | None:
        return usual((read(manner.name), weight) for manner, weight in weighted)

    split = [(manner, weight) for manner, weight in weighted if manner.name.separator]
    return NameForm(
        folder=part(lambda name: name.folder) or "",
        bundle=bool(part(lambda name: name.bundle)),
        dated=part(lambda name: name.dated) or "",
        separator=usual((manner.name.separator, weight) for manner, weight in split) or _NAME.separator,
        author=part(lambda name: name.author) or "",
        extension=part(lambda name: name.extension) or _NAME.extension,
    )


def _default_ref(name: NameForm) -> RefForm:
    return POST if name.is_jekylls else _REF


def _learn_prefix(weighted: Weighted) -> str:
    return (
        usual(
            (title[: len(title) - len(name)] if title.endswith(name := without_prefix(title)) else "", weight)
            for manner, weight in weighted
            for title in [manner.review.title]
        )
        or ""
    )


def _layout(manner: Manner) -> tuple[Block, ...]:
    """Give the order of what stands on top, where prose behind the divider does not count."""
    return manner.order if "text" in manner.order else ("text", *manner.order)


def _learn_links(weighted: Weighted) -> tuple[LinkForm | None, LinkForm | None]:
    one = usual((m.links, weight) for m, weight in weighted if m.links and len(m.worded) == 1)
    several = usual((m.links, weight) for m, weight in weighted if m.links and len(m.worded) > 1)
    if one and several:  # what parts links is seen only where there are several
        one = replace(one, between=several.between)
    return one or several, several or one


def _learn_words(weighted: Weighted) -> tuple[tuple[str, str], ...]:
    """Find what links to a kind of page are called; a link that is called after its id has the empty text."""
    votes: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for manner, weight in weighted:
        for link in manner.worded:
            kind, value = link_kind(link.url)
            if link.text and kind:
                votes[kind].append(("" if link.text.lower() == value.lower() else link.text, weight))
    return tuple((kind, usual(words) or "") for kind, words in votes.items())


def _learn_headings(top: Weighted, total: float) -> tuple[str, ...]:
    """Find the usual headings, and for what a usual section is for, what it is mostly called, in their usual order."""
    if sum(weight for _, weight in top) < SHARE * total:
        return ()
    votes: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    places: defaultdict[str, list[float]] = defaultdict(list)
    roles: defaultdict[str, float] = defaultdict(float)
    for manner, weight in top:
        plain = {hugo.fold_term(title): title for title in manner.headings if plain_inline(title) == title}
        for number, title in enumerate(manner.headings):
            if (name := hugo.fold_term(title)) in plain and len(title) < 60:
                votes[name].append((title, weight))
                places[name].append(number / len(manner.headings))
        for role in {section_role([title]) for title in plain.values()}:
            roles[role] += weight
    heavy = {name: sum(weight for _, weight in held) for name, held in votes.items()}
    total = sum(weight for _, weight in top)
    chosen = [name for name, weight in heavy.items() if weight >= _HEADING * total and len(votes[name]) > 1]
    for role in ("about", "opinion", "aside"):
        mine = [name for name in heavy if section_role([votes[name][0][0]]) == role]
        if roles[role] >= SHARE * total and not set(mine) & set(chosen):
            chosen.append(max(mine, key=heavy.__getitem__))
    chosen = sorted(chosen, key=heavy.__getitem__, reverse=True)[:_MAX_HEADINGS]
    chosen.sort(key=lambda name: sum(places[name]) / len(places[name]))
    return tuple(usual(votes[name]) or "" for name in chosen)
