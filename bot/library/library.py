"""The reviews of a club, and everything that is asked of them.

What a member sees depends on the clock (drafts, future and expired reviews are hidden), so each question carries
the time at which it is asked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from urllib.parse import quote, urlsplit

from bot.errors import LibraryLoading, LibraryNotConnected, SearchUnavailable
from bot.library.addresses import short_hash
from bot.library.facets import Filter, Tag
from bot.library.gist import gist, opinions, questions
from bot.library.highlights import Highlights, choose_highlights
from bot.library.index import Index, IndexFault
from bot.library.loader import Loader, LoadReport
from bot.library.lookup import Match
from bot.library.network import Network
from bot.library.parse import definitions_in
from bot.library.query import Query, parse_query, words_in
from bot.library.review import Problem, Review, Section
from bot.library.searching import MOST, Matches, Searcher
from bot.library.shelf import Reviews, Shelf, Title
from bot.library.snippets import Snippet, opening
from bot.library.ties import Related, find_near, find_related, make_network
from bot.papers.identifiers import PaperId

HITS = 5  # that a search shows on one page

_SLICE = 25  # reviews that are read at one go
_KEPT = 256  # reviews whose chosen sentences are kept in memory


@dataclass(frozen=True, slots=True)
class Status:
    """How a library is: what organisers are told about it.

    `reviews` are those of the folder, `hidden` how many of them the chat does not show now; `read_at` is when the
    folder was last read without a fault. `faults` are sentences about what keeps it from being up to date; `left` is
    how many files are left when so many are missing that the loss must be accepted.
    """

    reviews: int
    hidden: int
    read_at: datetime | None
    faults: tuple[str, ...]
    left: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A review that was found, and the piece of it that holds what was searched for."""

    review: Review
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what a search found, counted from 0, of `pages`; `unsearched` reviews could not be looked at yet."""

    matches: Matches
    hits: tuple[Hit, ...]
    page: int
    pages: int
    unsearched: int


class Library:
    """The reviews of one folder. Names and cards are served from memory, bodies from the index."""

    def __init__(
        self, root: Path, index: Index, site_url: str = "", *, include: tuple[str, ...] = (), drafts: bool = False
    ) -> None:
        """`include` are patterns that limit which files are reviews; see `folder.scan_folder`.

        With `drafts` every review is visible, published or not: for its author, never for a chat.
        """
        self.site_url = site_url.rstrip("/")
        self._index = index
        self._searcher = Searcher(index)
        self._loader = Loader(root, index, include, drafts=drafts)
        self._highlights: dict[str, Highlights] = {}  # by path, of this edition of the files
        self._edition = 0

    # --- loading ----------------------------------------------------------------------------------

    @property
    def root(self) -> Path:
        """The folder of the reviews."""
        return self._loader.root

    @property
    def zone(self) -> tzinfo:
        """Where dates without a time zone are meant to be: what the site says."""
        return self._loader.zone

    @property
    def taken(self) -> frozenset[str]:
        """The paths of the folder's files that were found, reviews or not: a new one must be called otherwise."""
        return self._loader.taken

    @property
    def faults(self) -> dict[str, str]:
        """What keeps the library from being up to date: sentences for the organisers, by what failed."""
        return self._loader.faults

    async def open(self, now: datetime) -> LoadReport:
        """Open the index and bring it up to date with the folder."""
        return self._take_note(await self._loader.open(now))

    async def close(self) -> None:
        """Close the index; may be called at any time, and again."""
        await self._index.close()

    async def refresh(self, now: datetime, *, accept: int | None = None) -> LoadReport:
        """Read what changed in the folder since it was last read; see `Loader.refresh`."""
        return self._take_note(await self._loader.refresh(now, accept=accept))

    def _take_note(self, report: LoadReport) -> LoadReport:
        """Forget what was made of files that have changed."""
        if report.read or report.gone:
            self._edition += 1
            self._highlights = {}
        return report

    async def index_texts(self) -> None:
        """Put what is not yet there into the full-text index, a part at a time; what was loaded answers meanwhile."""
        await self._loader.index_texts()

    async def problems(self) -> list[Problem]:
        """Give everything that organisers should know about their files, references that lead nowhere included."""
        return await self._loader.problems()

    async def status(self, now: datetime) -> Status:
        """Say how the library is."""
        shelf = self._at(now)
        return Status(
            reviews=len(shelf),
            hidden=shelf.hidden,
            read_at=self._loader.read_at,
            faults=tuple(self.faults.values()),
            left=self._loader.left if "loss" in self.faults else None,
            problems=tuple(await self.problems()),
        )

    # --- questions --------------------------------------------------------------------------------

    def _at(self, now: datetime) -> Shelf:
        shelf = self._loader.shelf
        if shelf is None:
            raise LibraryLoading(*self._loader.progress)
        shelf.turn_to(now)
        return shelf

    def find(self, name: str, now: datetime) -> Match:
        """Find the review that a member means by a name: slug, title, words of it, a paper's id or link."""
        return self._at(now).find(name)

    def suggest(self, text: str, now: datetime, limit: int = 25) -> list[Title]:
        """Complete a name while it is typed, best first."""
        return self._at(now).suggest(text, limit)

    def get(self, key: str, now: datetime) -> Review | None:
        """Give the review of a key, if it is visible."""
        return self._at(now).get(key)

    def review_of(self, paper_id: PaperId, now: datetime) -> Review | None:
        """Give the club's newest review of a paper, if it is visible."""
        return self._at(now).about(paper_id)

    def browse(self, wanted: Filter, now: datetime) -> Reviews:
        """Give the reviews that pass a filter, newest first."""
        return self._at(now).browse(wanted)

    def tags(self, now: datetime) -> list[Tag]:
        """Give the tags in use, the most used first; spellings of one term count as one, the most common is shown."""
        return self._at(now).tags()

    def untagged(self, now: datetime) -> int:
        """Count the visible reviews that carry no tag."""
        return self._at(now).untagged()

    def find_tag(self, short: str, now: datetime) -> str:
        """Give the tag that `short_hash` named so, or the empty text when no review has it any more."""
        return next((tag.name for tag in self.tags(now) if short_hash(tag.name) == short), "")

    def authors(self, text: str, now: datetime, limit: int = 25) -> list[str]:
        """Give the authors whose names hold the words of a text, those of most reviews first."""
        return self._at(now).authors(text, limit)

    def near_authors(self, text: str, now: datetime, limit: int = 5) -> list[str]:
        """Give the authors whose names are like a text that no name holds, the most alike first."""
        return self._at(now).near_authors(text, limit)

    def years(self, now: datetime) -> list[int]:
        """Give the years of the reviews, the latest first."""
        return self._at(now).years()

    def resolve_ref(self, target: str, source: Review, now: datetime) -> Review | None:
        """Give the review that a `ref` in another one means, if it is visible."""
        shelf = self._at(now)
        review = shelf.resolve(target, source.path)
        return review if review and shelf.get(review.key) else None

    async def related(self, review: Review, now: datetime, limit: int = 5) -> list[Related]:
        """Give the reviews nearest to one, each with the reason.

        First those that it refers to and those that refer to it, then those that share tags and telling words with it.
        """
        return await find_related(self._at(now), self._searcher, review, limit)

    async def near(self, text: str, now: datetime, limit: int = 3) -> list[Review]:
        """Give the reviews nearest to a paper that has none, by the words of its title and abstract."""
        return await find_near(self._at(now), self._searcher, text, limit)

    async def read_all(self, now: datetime) -> AsyncIterator[Review]:
        """Give all visible reviews, newest first; other members' questions come between."""
        shelf = self._at(now)
        for place, path in enumerate(shelf.paths()):
            if place % _SLICE == 0:
                await asyncio.sleep(0)
            if review := shelf.at(path):
                yield review

    async def network(self, now: datetime, most: int, most_loose: int) -> Network:
        """Give which reviews refer to which: `most` of these, the most connected first, and the newest others."""
        return await make_network(self._at(now), most, most_loose)

    async def search(self, text: str, now: datetime, page: int = 0) -> Results:
        """Give a page (counted from 0; one that is too high shows the last) of the reviews that hold what was typed.

        Raises SearchUnavailable when the index cannot be read.
        """
        shelf, query = self._at(now), parse_query(text)
        admits = await _admitting(shelf, query)
        try:
            if query.terms:
                unseen = None if query.filtered else shelf.hidden
                matches = await self._searcher.find(query, admits, unseen)
            else:
                paths = list(islice(filter(admits, shelf.paths()), MOST + 1)) if query.filtered else []
                matches = Matches((), tuple(paths[:MOST]), more=len(paths) > MOST)
            last_page = max(0, (len(matches.paths) - 1) // HITS)
            page = min(max(page, 0), last_page)
            shown = matches.paths[page * HITS : (page + 1) * HITS]
            snippets = await self._searcher.snippets(matches, shown) if matches.terms else {}
        except IndexFault as error:
            self._loader.note_fault(error)
            raise SearchUnavailable from error
        reviews = [review for path in shown if (review := shelf.at(path))]
        hits = [Hit(review, snippets.get(review.path) or opening(review.teaser)) for review in reviews]
        return Results(matches, tuple(hits), page, last_page + 1, self._loader.unsearched)

    async def mentioning(self, name: str, now: datetime) -> list[Review]:
        """Give the reviews whose texts hold a name that none of them has."""
        try:
            results = await self.search(f'"{" ".join(words_in(name))}"', now)
        except SearchUnavailable:  # which is told where it is searched
            return []
        return [hit.review for hit in results.hits]

    def page_url(self, review: Review, anchor: str = "") -> str:
        """Give the address of the published page, or the empty text when the site is not known."""
        if not self.site_url:
            return ""
        # A `url` in front matter counts from the root of the site, which may be above the folder that is read.
        above = urlsplit(self.site_url).path
        whole = review.own_url and review.url_path.startswith(f"{above}/")
        address = (self.site_url.removesuffix(above) if whole else self.site_url) + quote(
            review.url_path, safe="/:@!$&'()*+,;=~-._"
        )
        return address + (f"#{quote(anchor)}" if anchor else "")

    async def read_section(self, review: Review, section: Section) -> str:
        """Give the markdown of a section, with the definitions of footnotes and links that stand elsewhere.

        Gives the empty text when the file went away.
        """
        body = await self._index.get_body(review.path) or ""
        text = body[section.start : section.end].strip()
        elsewhere = definitions_in(body[: section.start] + "\n" + body[section.end :]) if "[" in text else []
        return "\n\n".join([text, *elsewhere])

    async def read_body(self, review: Review) -> str:
        """Give the markdown of a whole review; the empty text when the file went away."""
        return await self._index.get_body(review.path) or ""

    async def read_gist(self, review: Review) -> tuple[str, ...]:
        """Give the review in a few of its own sentences."""
        return await self._of_body(review, lambda body: gist(body, review.name))

    async def read_highlights(self, review: Review) -> Highlights:
        """Give what a review's card shows beside its teaser; what was chosen is kept until the file changes."""
        if chosen := self._highlights.get(review.path):
            return chosen
        edition = self._edition
        body = await self._index.get_body(review.path)
        chosen = await asyncio.to_thread(choose_highlights, review, body or "")
        if edition == self._edition:  # the body may be that of the file before it changed
            if len(self._highlights) >= _KEPT:
                del self._highlights[next(iter(self._highlights))]
            self._highlights[review.path] = chosen
        return chosen

    async def read_questions(self, review: Review) -> tuple[str, ...]:
        """Give the questions that a review asks, in their order."""
        return await self._of_body(review, questions)

    async def read_opinions(self, review: Review) -> tuple[str, ...]:
        """Give the sentences that hold the opinion of a review, in their order."""
        return await self._of_body(review, opinions)

    async def _of_body(self, review: Review, choose: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """Choose sentences of a body: some milliseconds of work, so beside the event loop."""
        body = await self._index.get_body(review.path)
        return await asyncio.to_thread(choose, body) if body else ()


class Libraries:
    """Which server reads which library. A club is a guild."""

    def __init__(self, default: Library, guilds: frozenset[int] | None = None) -> None:
        """`guilds` are the ids of the servers that read the default library; None admits all."""
        self._default = default
        self._guilds = guilds

    def for_guild(self, guild_id: int | None) -> Library:
        """Give the library of a server, or in a direct message (None) the default one.

        Raises LibraryNotConnected for a server that has none.
        """
        if guild_id is not None and self._guilds is not None and guild_id not in self._guilds:
            raise LibraryNotConnected
        return self._default


async def _admitting(shelf: Shelf, query: Query) -> Callable[[str], bool]:
    """Give the test that tells whether the review of a path is visible and passes the filters of a query."""
    admitted: set[int] | None = None
    if query.years:
        first, last = max(first for first, _ in query.years), min(last for _, last in query.years)
        years = (year for year in shelf.years() if first <= year <= last)
        admitted = set[int]().union(*(shelf.select(Filter(year=year)) for year in years))
    for wanted in [*(Filter(tag=tag) for tag in query.tags), *(Filter(author=author) for author in query.authors)]:
        await asyncio.sleep(0)  # other members' questions come between
        numbers = shelf.select(wanted)
        admitted = numbers if admitted is None else admitted & numbers
    return shelf.passing(admitted)
