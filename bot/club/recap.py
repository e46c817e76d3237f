"""The draft of the next review, in the style of those that the club has. Pure.

It names no member. What nobody of the club has said stands in comments, which no page shows, or is marked as the
abstract's; what members, sources and abstracts say is escaped.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import quote

from bot.library.filenames import name_file
from bot.library.hugo import fold_term
from bot.library.keys import FieldStyle, Role
from bot.library.manner import LinkForm, link_kind, write_date
from bot.library.outline import DIVIDER
from bot.library.review import Link, Review
from bot.library.roles import section_role
from bot.library.style import Style
from bot.library.writing import escape_markdown, one_line, wrap, write_front_matter, write_list, write_text
from bot.papers.identifiers import PaperId
from bot.papers.tex import readable_text

_MAX_TEASER = 500  # characters; the longest teasers of real clubs
_MAX_TAGS = 4  # that are guessed

# What no page shows, for whoever writes the review.
_ON_TEASER = "Say in your own words what the paper is about."
_ON_SECTION = {"about": "What is the paper about, and why did we read it?", "opinion": "What did we think of it?"}
_ON_ANY = "To be written."
_ON_LINES = "Said by members who may be quoted."

_WORDS = {
    "arxiv": "arXiv", "acl": "ACL Anthology", "openreview": "OpenReview", "s2": "Semantic Scholar",
    "corpusid": "Semantic Scholar",
}  # fmt: skip
_LIKE_A_LABEL = re.compile(r"[:\uff1a]|http")  # what could name links or authors, once it began a line
_BALANCED = re.compile(r"[^()]*(?:\([^()]*\)[^()]*)*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the club knows of a paper that it has read; nothing of it names a member.

    `links` are further pages of the paper. `held_at` is when the club met, in its time zone. `lines` are what members
    said who allow it to be quoted. `tags` are taken from `related` where there are none. `taken` are the paths of
    files that exist.
    """

    title: str
    authors: tuple[str, ...] = ()
    ids: tuple[PaperId, ...] = ()
    links: tuple[Link, ...] = ()
    held_at: datetime | None = None
    abstract: str = ""
    tags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    related: tuple[Review, ...] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that can be put into the folder of reviews: its path there, and its text."""

    path: str
    text: str


def draft(style: Style, facts: Facts, now: datetime) -> Draft:
    """Write the draft of a review; without a meeting it bears the date of `now`, which is aware."""
    moment = facts.held_at or now
    title = readable_text(_title(facts))
    path = name_file(style.name, style.name_words, title, facts.authors, moment, facts.taken)
    body = "\n\n".join(filter(None, (_top(style, facts), *_sections(style, facts, path))))
    body = _gaps(style, body)
    text = _front_matter(style, facts, moment, path, body) + "\n" * style.fence_gap + body + style.end
    return Draft(path, text.replace("\n", "\r\n") if style.crlf else text)


def guess_tags(related: Sequence[Review], known: Sequence[str] = ()) -> tuple[str, ...]:
    """Give the tags that at least two related reviews share, the most common first; without those that are `known`."""
    names = {fold_term(tag): tag for review in reversed(related) for tag in review.tags}
    counts = Counter(name for review in related for name in dict.fromkeys(map(fold_term, review.tags)))
    shared = [names[name] for name, count in counts.most_common() if count > 1]
    skipped = set(map(fold_term, known))
    return tuple(tag for tag in shared if fold_term(tag) not in skipped)[:_MAX_TAGS]


# --- front matter ---------------------------------------------------------------------------------


def _front_matter(style: Style, facts: Facts, moment: datetime, path: str, body: str) -> str:
    fields = list(style.fields)
    if not any(field.role == "title" for field in fields):
        fields.insert(0, FieldStyle("title", "title"))
    if not any(field.role == "draft" for field in fields):
        # Jekyll publishes whatever lies among its posts, but for this one field.
        fields.append(FieldStyle("published" if style.name.is_jekylls else "draft", "draft", ""))
    if style.math and style.math in body:
        fields += style.math_fields
    pairs = ((field.key, _value(field, style, facts, moment, path)) for field in fields)
    return write_front_matter([(key, value) for key, value in pairs if value], style.form, style.indent)


def _value(field: FieldStyle, style: Style, facts: Facts, moment: datetime, path: str) -> str:
    """Write the value of a key; an empty text leaves it out."""

    def text(value: str) -> str:
        return write_text(value, style.form, field.quote or ("" if style.form == "yaml" else '"'))

    def items(values: Sequence[str]) -> str:
        return write_list(
            [item for value in values if (item := one_line(value))], style.form, field.quote, field.spread
        )

    def terms() -> str:
        common = field.terms
        if field.key.lower() != "tags":
            return items(common)
        own = facts.tags or guess_tags(facts.related, common)
        tags = dict[str, str]()
        for tag in (*common, *own):
            tags.setdefault(fold_term(one_line(tag)), tag)
        return items(list(tags.values()))

    def date() -> str:
        if not style.date.zone:
            aware = moment if style.date.pattern.find("%H") < 0 else moment.astimezone(style.zone)
        else:
            aware = moment.astimezone(UTC) if style.date.zone == "Z" else moment
        written = write_date(aware, style.date)
        return f'"{written}"' if style.form == "json" and not style.date.quote else written

    writers: dict[Role, Callable[[], str]] = {
        "title": lambda: text(style.prefix + _title(facts)),
        "date": date,
        "draft": lambda: "false" if field.key == "published" else "true",
        "terms": terms,
        "authors": lambda: text(field.text.join(map(one_line, facts.authors))) if field.text else items(facts.authors),
        "link": lambda: text(next((link.url for link in _links(style, facts)), "")),
        "id": lambda: text(next((paper.value for paper in facts.ids if paper.scheme == field.scheme), "")),
        "summary": lambda: text(one_line(readable_text(_excerpt(facts.abstract)))),
        "slug": lambda: text(PurePosixPath(path).stem),
        "constant": lambda: field.text,
        "empty": lambda: field.text or text(""),
    }
    return writers[field.role]()


def _title(facts: Facts) -> str:
    return one_line(facts.title) or next((str(paper) for paper in facts.ids), "Untitled")


# --- what stands on top ---------------------------------------------------------------------------


def _top(style: Style, facts: Facts) -> str:
    """Write what stands before the first section: the teaser, the divider, the lines of links and authors."""
    order = list(style.order)
    if "links" not in order and not any(field.role in ("link", "id") for field in style.fields):
        order.append("links")
    links, authors = _link_line(style, facts), _authors_line(style, facts)
    parts = {"text": _teaser(style, facts), "more": DIVIDER, "links": links, "authors": authors}
    top, last = "", ""
    for block in order:
        if part := parts[block]:
            touching = style.tight and {block, last} == {"links", "authors"}
            top += ("\n" if touching else "\n\n") * bool(top) + part
            last = block
    return top


def _teaser(style: Style, facts: Facts) -> str:
    comment = f"<!-- {_ON_TEASER} -->"
    excerpt = _excerpt(facts.abstract)
    if not excerpt:
        return comment
    text = f"From the abstract: {escape_markdown(excerpt, style.math)}"
    return f"{comment}\n\n{text if _LIKE_A_LABEL.search(excerpt) else wrap(text, style.width)}"


def _excerpt(abstract: str) -> str:
    """Take the first sentences of an abstract, as they stand in it."""
    text = one_line(abstract)
    if len(text) <= _MAX_TEASER:
        return text
    end = 0
    for match in re.finditer(r"[.!?][\"')]*(?= )|[\u3002\uff01\uff1f]", text[: _MAX_TEASER + 1]):
        end = match.end()
    return text[:end] if end else text[:_MAX_TEASER].rpartition(" ")[0] + " …"


def _links(style: Style, facts: Facts) -> list[Link]:
    """Give the pages of the paper, each once, those first that the club names first."""
    known = [kind for kind, _ in style.words]
    ids = [paper for paper in facts.ids if paper.scheme not in ("s2", "corpusid")] or list(facts.ids)
    links = [Link(_word(style, paper.url), paper.url) for paper in dict.fromkeys(ids)]
    links.sort(key=lambda link: known.index(kind) if (kind := link_kind(link.url)[0]) in known else len(known))
    urls = {link.url for link in links}
    further = [Link(link.text, url) for link in facts.links if (url := _safe_url(link.url)) and url not in urls]
    return [*links, *{link.url: link for link in further}.values()]


def _word(style: Style, url: str) -> str:
    kind, value = link_kind(url)
    return dict(style.words).get(kind, _WORDS.get(kind, "")) or value or url


def _safe_url(url: str) -> str:
    if not re.match(r"https?://[^\s/]", url):
        return ""
    return quote(one_line(url), safe=":/?=&#%+,;@~!$*'-._")


def _link_line(style: Style, facts: Facts) -> str:
    links = _links(style, facts)
    if not links:
        return ""
    form: LinkForm = style.links if len(links) > 1 else style.link
    if form.bare:
        return f"{form.lead} {form.between.join(link.url for link in links)}"
    return f"{form.lead} " + form.between.join(
        f"[{escape_markdown(link.text or link.url)}]({_bracketed(link.url)})" for link in links
    )


def _bracketed(url: str) -> str:
    """Write an address so that it can stand in brackets."""
    return url if _BALANCED.fullmatch(url) else url.replace("(", "%28").replace(")", "%29")


def _authors_line(style: Style, facts: Facts) -> str:
    names = [escape_markdown(author) for author in facts.authors]
    if not names:
        return ""
    last = style.authors_last if len(names) > 2 else style.authors_last.replace(", and", " and").replace(", &", " &")
    return f"{style.authors_lead} {last.join(filter(None, (', '.join(names[:-1]), names[-1])))}"


# --- sections -------------------------------------------------------------------------------------


def _sections(style: Style, facts: Facts, path: str) -> Iterator[str]:
    """Yield headings and what stands below them: comments to be replaced, quotes, questions, references."""
    headings = list(style.headings)
    questions, lines = (list(filter(one_line, texts)) for texts in (facts.questions, facts.lines))
    roles = {title: section_role([title]) for title in headings}
    asides = [title for title in headings if roles[title] == "aside" and _QUESTIONS.search(title)]
    if questions and not asides:
        asides = [_cased("Questions", style)]
        headings += asides
    opinions = [title for title in headings if roles.get(title) == "opinion"]
    if lines and not opinions:
        opinions = [_cased("Our thoughts", style)]
        headings.insert(headings.index(asides[0]) if asides else len(headings), opinions[0])
    see_also = _see_also(style, facts, path)
    if not style.headings:
        yield see_also
    asked = dict[str, str]()  # what to write where, each once
    for title in headings:
        asked.setdefault(_ON_SECTION.get(roles.get(title, ""), _ON_ANY), title)
    for number, title in enumerate(headings):
        yield f"{'#' * style.level} {title}"
        if title in asides[:1] and questions:
            yield "\n".join(_wrapped(style, question, style.bullet) for question in questions)
        elif title in opinions[-1:] and lines:
            yield f"<!-- {_ON_LINES} -->"
            yield "\n\n".join(_wrapped(style, line, "> ", "> ") for line in lines)
        else:
            yield f"<!-- {next((text for text, where in asked.items() if where == title), _ON_ANY)} -->"
        if number == 0 and style.headings:
            yield see_also


def _wrapped(style: Style, text: str, first: str, next_: str = "") -> str:
    """Write what a member said, with a mark before it, and before each further line of it."""
    width = max(style.width - len(first), 0)
    return first + wrap(escape_markdown(text, style.math), width).replace("\n", "\n" + (next_ or " " * len(first)))


_QUESTIONS = re.compile(r"question|discussion|frage|pregunta|问题|問題|疑問|질문", re.IGNORECASE)


def _cased(title: str, style: Style) -> str:
    return title.lower() if style.lower else title


def _see_also(style: Style, facts: Facts, path: str) -> str:
    links = [f"[{escape_markdown(review.name, style.math)}]({_ref(style, review, path)})" for review in facts.related]
    return f"See also {' and '.join(filter(None, (', '.join(links[:-1]), links[-1])))}." if links else ""


def _ref(style: Style, review: Review, path: str) -> str:
    """Write the reference to a review as the club does, as far as it leads there."""
    form, file = style.ref, PurePosixPath(review.path.removeprefix("content/"))
    is_bundle = file.stem.lower() == "index"
    page = file.parent if is_bundle else file if form.extension else file.with_suffix("")
    target = page.name if not form.place else page.as_posix() if form.place == "folder" else f"/{page.as_posix()}"
    if not form.mark:
        return f"{{% {form.name} {target} %}}"
    mark = {"<": ">", "%": "%"}[form.mark]
    quotes = form.quote or '"' * (" " in target)
    return f"{{{{{form.mark} {form.name} {quotes}{target}{quotes} {mark}}}}}"


def _gaps(style: Style, body: str) -> str:
    """Set the usual number of blank lines around headings."""
    before, after = style.gaps
    mark = re.escape("#" * style.level)
    return re.sub(
        rf"\n+(?P<heading>{mark} [^\n]*)\n+", lambda m: "\n" * (before + 1) + m["heading"] + "\n" * (after + 1), body
    )
