"""Gathers what the bot holds of a paper that was read, for the draft of its review."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from typing import Protocol

from bot.club.recap import Draft, Facts, draft
from bot.errors import ClubError, LibraryNotConnected
from bot.folding import fold_words
from bot.library.library import Libraries, Library
from bot.library.review import Review
from bot.library.style import MOST, Style, load_style
from bot.papers.catalog import PaperCatalog
from bot.papers.identifiers import PaperId, parse_doi
from bot.papers.paper import Paper

_PATIENCE = 12.0  # seconds for the sources of papers
_LOOKED_AT = 4 * MOST  # reviews among which are enough about papers
_RELATED = 3
_OFFERED = 25  # Discord completes with no more
_MENTION = re.compile(r"<@[!&]?[0-9]+>")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a review may be written of; `key` names it. `held_at` is None while it is still to be read."""

    key: str
    title: str
    authors: tuple[str, ...]
    paper_id: PaperId | None
    review_key: str | None
    questions: tuple[str, ...]
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recap:
    """The draft of a review and what went into it; `review` is the club's own of that paper, if it has one.

    `abstract_of` names the source of the abstract; `faults` say what could not be asked.
    """

    topic: Topic
    draft: Draft
    facts: Facts
    review: Review | None
    abstract_of: str
    faults: tuple[str, ...]


class Recaps(Protocol):
    """Knows what a club has read."""

    async def list_topics(self, guild_id: int, now: datetime, limit: int) -> list[Topic]:
        """Give what there may be a review of, what was met for last first."""
        ...

    async def list_quotable(self, guild_id: int, topic: Topic) -> tuple[str, ...]:
        """Give what members said who allow it to be quoted."""
        ...


class Recapping:
    """Writes drafts of reviews. Whoever calls has checked that an organiser asks."""

    def __init__(self, libraries: Libraries, catalog: PaperCatalog, recaps: Recaps) -> None:
        self._libraries = libraries
        self._catalog = catalog
        self._recaps = recaps

    async def suggest(self, guild_id: int, text: str, now: datetime) -> list[Topic]:
        """Give what a review may be written of and whose title holds the words of a text."""
        topics = await self._recaps.list_topics(guild_id, now, 4 * _OFFERED)
        return _named(topics, text)[:_OFFERED]

    async def choose(self, guild_id: int, named: str, now: datetime) -> Topic:
        """Give what was chosen by its key or by words of its title, else what was met for last.

        Raises ClubError where there is none.
        """
        topics = await self._recaps.list_topics(guild_id, now, 4 * _OFFERED)
        if not topics:
            raise ClubError(
                "There is nothing to write of yet: the club has chosen no paper, and was not prompted for one. "
                "/suggest proposes one, and organisers choose in /suggestions."
            )
        if not named.strip():
            return next((each for each in topics if each.held_at), topics[0])
        by_key = next((each for each in topics if each.key == named), None)
        found = [by_key] if by_key else _named(topics, named)
        if not found:
            raise ClubError(
                "The club has chosen no paper of this name. Pick one of those that appear while you type, or leave it "
                "away for the one that was read last."
            )
        return found[0]

    async def write(self, guild_id: int, topic: Topic, zone: tzinfo, now: datetime) -> Recap:
        """Write the draft of a review; takes as long as the sources of papers take, at most some seconds.

        `zone` is the club's: the date of the review is that of the meeting there.
        """
        (paper, source, faults), lines = await asyncio.gather(
            self._describe(topic, now), self._recaps.list_quotable(guild_id, topic)
        )
        title = paper.title if paper else topic.title
        abstract = paper.abstract if paper else ""
        style, taken, review = Style(zone=zone), frozenset[str](), None
        related: tuple[Review, ...] = ()
        try:
            library = self._libraries.for_guild(guild_id)
        except LibraryNotConnected:
            pass  # it is written as the sample library is
        else:
            review = self._review(library, topic, now)
            style, taken = await _style_of(library, now), library.taken
            related = await _related(library, f"{title} {abstract}", review, now)
        facts = Facts(
            title=title,
            authors=(paper.authors if paper else ()) or topic.authors,
            ids=_ids(topic, paper),
            held_at=(topic.held_at or now).astimezone(zone),
            abstract=abstract,
            questions=topic.questions,
            lines=tuple(_MENTION.sub("somebody", line) for line in lines),
            related=related,
            taken=taken,
        )
        written = await asyncio.to_thread(draft, style, facts, now)
        return Recap(topic, written, facts, review, source, faults)

    def _review(self, library: Library, topic: Topic, now: datetime) -> Review | None:
        found = library.get(topic.review_key, now) if topic.review_key else None
        return found or (library.review_of(topic.paper_id, now) if topic.paper_id else None)

    async def _describe(self, topic: Topic, now: datetime) -> tuple[Paper | None, str, tuple[str, ...]]:
        """Give the paper as a source describes it, what that is called, and what could not be asked."""
        if topic.paper_id is None:
            return None, "", ()
        faults: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._catalog.get([topic.paper_id], now)
                known, faults = answer.known.get(topic.paper_id), answer.faults
        except TimeoutError:
            known, faults = (await self._catalog.peek([topic.paper_id])).get(topic.paper_id), _SILENCE
        if known is None:
            return None, "", faults or ("No source knows it yet",)
        return known.paper, known.paper.source, ()


_SILENCE = ("The source did not answer",)


def _named(topics: Sequence[Topic], text: str) -> list[Topic]:
    """Give those whose titles hold words that begin like those of a text."""
    words = fold_words(text)

    def holds(topic: Topic) -> bool:
        held = fold_words(topic.title)
        return all(any(other.startswith(word) for other in held) for word in words)

    return [each for each in topics if holds(each)]


async def _style_of(library: Library, now: datetime) -> Style:
    reviews: list[Review] = []
    async for review in library.read_all(now):
        reviews.append(review)
        if len(reviews) == _LOOKED_AT:
            break
    return await asyncio.to_thread(load_style, library.root, reviews, library.zone)


async def _related(library: Library, text: str, own: Review | None, now: datetime) -> tuple[Review, ...]:
    near = await library.near(text, now, _RELATED + 1)
    return tuple(islice((review for review in near if own is None or review.key != own.key), _RELATED))


def _ids(topic: Topic, paper: Paper | None) -> tuple[PaperId, ...]:
    """Give the names of a paper: the one that the club uses, then those of its publisher."""
    found = [topic.paper_id] if topic.paper_id else []
    found += [parsed for doi in (paper.dois if paper else ()) if (parsed := parse_doi(doi))]
    return tuple(dict.fromkeys(found))
