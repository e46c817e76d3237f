"""The reviews of a club: loading the folder, and everything that is asked of it.

What a member sees depends on the clock (drafts, future and expired reviews are hidden), so each question carries
the time at which it is asked.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from bot.errors import LibraryLoading, LibraryNotConnected
from bot.library.addresses import assign_keys, short_hash
from bot.library.files import BeingWritten
from bot.library.folder import Scan, Scanner, Stamp
from bot.library.gist import gist, opinions, questions
from bot.library.index import Index, Record
from bot.library.lookup import Match
from bot.library.outline import DIVIDER
from bot.library.packing import unpack_review
from bot.library.parse import definitions_in
from bot.library.plain import plain_text
from bot.library.reader import BEING_WRITTEN, Reader, Reading, read_files
from bot.library.review import Problem, Review, Section
from bot.library.shelf import Filter, Reviews, Shelf, Tag
from bot.library.site import Site

_log = logging.getLogger(__name__)

_SLICE = 32  # files that are read and parsed in one go, away from the event loop
_MANY = 300  # changed files, from which on they are read by processes of their own
_SHARE = 0.5  # of the known files; a scan that finds fewer is a fault
_WORTH_CHOOSING = 1_200  # characters of a body from which sentences are chosen for its card
_OPINIONS = 2  # sentences
_KEPT = 256  # reviews whose chosen sentences are kept in memory
_TEXTS = 500  # that are put into the full-text index in one go


_Store = Callable[[list[Reading]], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one reading of the folder gave.

    `reviews` are all there are, drafts and the like included, `read` how many files were read anew, `gone` how many
    are no longer there; `problems` are those of the files that were read. `unfinished` tells that some files were
    being written and are to be read a little later.
    """

    reviews: int
    read: int
    gone: int = 0
    problems: tuple[Problem, ...] = ()
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """How a library is: what organisers are told about it.

    `reviews` are those of the folder, `hidden` how many of them the chat does not show now; `read_at` is when the
    folder was last read without a fault. `faults` are sentences about what keeps it from being up to date; `lost`
    tells that so many files are missing that the loss must be accepted.
    """

    reviews: int
    hidden: int
    read_at: datetime | None
    faults: tuple[str, ...]
    lost: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """A review near to another one, and why."""

    review: Review
    reason: str


@dataclass(frozen=True, slots=True)
class Highlights:
    """Sentences of a review, as plain text: what it says beyond its teaser, and what it thinks of the paper."""

    gist: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a scan says against the manifest. `known` are the changed files that were read before."""

    changed: list[str]
    gone: list[str]
    known: set[str]


class Library:
    """The reviews of one folder. Names and cards are served from memory, bodies from the index."""

    def __init__(
        self, root: Path, index: Index, site_url: str = "", *, include: tuple[str, ...] = (), drafts: bool = False
    ) -> None:
        """`include` are patterns that limit which files are reviews; see `folder.scan_folder`.

        With `drafts` every review is visible, published or not: for its author, never for a chat.
        """
        self.root = root
        self.site_url = site_url.rstrip("/")
        self.faults: dict[str, str] = {}  # sentences for the organisers, by what failed
        self.read_at: datetime | None = None  # when the folder was last read without a fault
        self._include = include
        self._scanner = Scanner(root, include)
        self._index = index
        self._drafts = drafts
        self._shelf: Shelf | None = None
        self._manifest: dict[str, Stamp] = {}
        self._settled: Scan | None = None  # the last one that left nothing to be read
        self._basis = ("", "")  # of what was read: the site's digest, the patterns
        self._skipped: tuple[Problem, ...] = ()
        self._unread: tuple[Problem, ...] = ()
        self._highlights: dict[tuple[str, Stamp | None], Highlights] = {}
        self._progress = (0, 0)  # files read, and files to read
        self._refreshing = asyncio.Lock()

    # --- loading ----------------------------------------------------------------------------------

    async def open(self, now: datetime) -> LoadReport:
        """Open the index and bring it up to date with the folder."""
        await self._index.open()
        self._manifest = await self._index.get_manifest()
        self._basis = (await self._index.get_fact("site"), await self._index.get_fact("include"))
        records = await self._index.get_records()
        if records:
            shelf = Shelf(drafts=self._drafts)
            await asyncio.to_thread(_fill, shelf, records, now)
            self._shelf = shelf
        return await self.refresh(now)

    async def close(self) -> None:
        """Close the index; may be called at any time, and again."""
        await self._index.close()

    async def refresh(self, now: datetime, *, accept_loss: bool = False) -> LoadReport:
        """Read what changed in the folder since it was last read.

        A file that can no longer be read keeps its last good version, and is reported. A folder that cannot be listed,
        or has lost more than half of its files, is a fault: everything stays as it was, unless the loss is accepted.
        What takes long is done beside the event loop, and what was loaded before answers meanwhile.
        """
        async with self._refreshing:
            try:
                scan = await asyncio.to_thread(self._scanner.scan)
            except OSError as error:
                return self._fault("folder", f"The folder of the reviews cannot be read: {error.strerror}.")
            except BeingWritten:
                return LoadReport(len(self._shelf or ()), 0, unfinished=True)
            self.faults.pop("folder", None)
            if scan is self._settled:
                self.read_at = now
                return LoadReport(len(self._shelf or ()), 0)
            basis = (scan.site.digest, ",".join(self._include))
            chosen_anew = self._basis[1] != basis[1]  # then fewer files are what is wanted
            if len(scan.files) < len(self._manifest) * _SHARE and not accept_loss and not chosen_anew:
                known = len(self._manifest)
                return self._fault(
                    "loss",
                    f"The folder of the reviews holds {len(scan.files)} of the {known} files that it held before.",
                )
            self.faults.pop("loss", None)
            self._skipped = scan.skipped
            another_site = self._basis[0] != basis[0]
            changes = await asyncio.to_thread(compare, scan, self._manifest, everything=another_site)
            try:
                report = await self._take(scan, changes, now)
            except BaseException:
                self._manifest = await self._index.get_manifest()
                raise
            if self._basis != basis:
                await self._index.put_fact("site", basis[0])
                await self._index.put_fact("include", basis[1])
                self._basis = basis
            if not self._unread:
                self._settled, self._manifest = scan, scan.files
            self.read_at = now
            return report

    def _fault(self, kind: str, sentence: str) -> LoadReport:
        if self.faults.get(kind) != sentence:
            _log.error("%s What was read before stays. (%s)", sentence, self.root)
        self.faults[kind] = sentence
        if self._shelf is None:
            self._shelf = Shelf(drafts=self._drafts)
        return LoadReport(len(self._shelf), 0)

    async def _take(self, scan: Scan, changes: Changes, now: datetime) -> LoadReport:
        """Read the changed files into the index and onto the shelf."""
        if not changes.changed and not changes.gone and self._shelf is not None:
            self._unread = ()
            return LoadReport(len(self._shelf), 0)
        few = self._shelf is not None and len(changes.changed) + len(changes.gone) < _MANY
        old = {record.path: record for record in await self._index.get_records([*changes.known, *changes.gone])}
        shelf = Shelf(drafts=self._drafts)
        if self._shelf is not None and not few:
            kept = [record for record in await self._index.get_records() if record.path not in old]
            await asyncio.to_thread(_fill, shelf, kept, now)
        problems: list[Problem] = []
        unread: list[Problem] = []
        fresh: list[tuple[Review, bytes, str]] = []
        self._progress = (0, len(changes.changed))

        async def store(readings: list[Reading]) -> None:
            good: list[tuple[Reading, Stamp]] = []
            for reading in readings:
                stamp = scan.files[reading.path]
                problems.extend(reading.problems)
                if not reading.digest:  # it could not be opened, or is not whole: it is tried again
                    unread.extend(reading.problems)
                    old.pop(reading.path, None)
                elif not reading.packed and reading.path in old:
                    await self._index.put_problems(reading.path, stamp, reading.problems)
                    self._manifest[reading.path] = stamp
                    del old[reading.path]
                else:
                    good.append((reading, stamp))
                    self._manifest[reading.path] = stamp
                    if reading.packed:
                        review = unpack_review(reading.packed)
                        fresh.append((review, reading.packed, reading.digest))
                        if not few:
                            shelf.put(review, reading.packed)
            if not few:
                shelf.turn_to(now, more=True)
            await self._index.put(good, changes.known)
            self._progress = (self._progress[0] + len(readings), self._progress[1])

        await self._read_all(changes.changed, scan.site, store)
        self._unread = tuple(unread)
        for path in changes.gone:
            del self._manifest[path]
        await self._index.delete(changes.gone)
        before = [(unpack_review(record.packed, record.key), record.digest) for record in old.values()]
        taken = set[str]() if self._shelf is None else self._shelf.keys()
        taken.difference_update(review.key for review, _ in before)
        keys = await asyncio.to_thread(assign_keys, [(review, digest) for review, _, digest in fresh], before, taken)
        if few and self._shelf is not None:
            shelf = self._shelf
            for start in range(0, len(fresh), _SLICE):
                for review, packed, _ in fresh[start : start + _SLICE]:
                    shelf.put(replace(review, key=keys[review.path]), packed)
                shelf.turn_to(now)
                await asyncio.sleep(0)
            for path in old.keys() - keys.keys():
                shelf.drop(path)
        else:
            shelf.give_keys(keys)
            await asyncio.to_thread(shelf.turn_to, now)
            self._shelf = shelf
        await self._index.put_keys(keys)
        unfinished = any(problem.reason == BEING_WRITTEN for problem in unread)
        return LoadReport(len(shelf), len(changes.changed), len(changes.gone), tuple(problems), unfinished)

    async def _read_all(self, paths: list[str], site: Site, store: _Store) -> None:
        """Read files and store what they give, the next ones while the last are stored."""
        slices = [paths[start : start + _SLICE] for start in reversed(range(0, len(paths), _SLICE))]

        async def work(read: Callable[[list[str]], Awaitable[list[Reading]]]) -> None:
            storing: asyncio.Task[None] | None = None
            while slices:
                readings = await read(slices.pop())
                if storing:
                    await storing
                storing = asyncio.create_task(store(readings))
            if storing:
                await storing

        if len(paths) < _MANY:
            await work(lambda some: asyncio.to_thread(read_files, self.root, some, site))
            return
        async with AsyncExitStack() as stack:
            count = min(4, os.cpu_count() or 1, len(paths) // _MANY + 1)
            readers = [await stack.enter_async_context(Reader(self.root, site)) for _ in range(count)]
            async with asyncio.TaskGroup() as group:
                for reader in readers:
                    group.create_task(work(reader.read))

    async def index_texts(self) -> None:
        """Put what is not yet there into the full-text index, a part at a time; what was loaded answers meanwhile."""
        while await self._index.count_unsearched():
            await self._index.index_texts(_TEXTS)

    async def status(self, now: datetime) -> Status:
        """Say how the library is."""
        shelf = self._at(now)
        return Status(
            reviews=len(shelf),
            hidden=len(shelf) - len(shelf.browse(Filter())),
            read_at=self.read_at,
            faults=tuple(self.faults.values()),
            lost="loss" in self.faults,
            problems=tuple(await self.problems()),
        )

    async def problems(self) -> list[Problem]:
        """Give everything that organisers should know about their files, references that lead nowhere included."""
        shelf = self._shelf
        broken = [] if shelf is None else await asyncio.to_thread(lambda: list(shelf.broken_refs()))
        return [*await self._index.get_problems(), *broken, *self._unread, *self._skipped]

    # --- questions --------------------------------------------------------------------------------

    def _at(self, now: datetime) -> Shelf:
        if self._shelf is None:
            raise LibraryLoading(*self._progress)
        self._shelf.turn_to(now)
        return self._shelf

    def find(self, name: str, now: datetime) -> Match:
        """Find the review that a member means by a name: slug, title, words of it, a paper's id or link."""
        return self._at(now).find(name)

    def suggest(self, text: str, now: datetime, limit: int = 25) -> list[Review]:
        """Complete a name while it is typed, best first."""
        return self._at(now).suggest(text, limit)

    def get(self, key: str, now: datetime) -> Review | None:
        """Give the review of a key, if it is visible."""
        return self._at(now).get(key)

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
        """Give the authors whose names hold a text, those of most reviews first."""
        return self._at(now).authors(text, limit)

    def years(self, now: datetime) -> list[int]:
        """Give the years of the reviews, the latest first."""
        return self._at(now).years()

    def resolve_ref(self, target: str, source: Review, now: datetime) -> Review | None:
        """Give the review that a `ref` in another one means, if it is visible."""
        shelf = self._at(now)
        review = shelf.resolve(target, source.path)
        return review if review and shelf.get(review.key) else None

    async def related(self, review: Review, now: datetime, limit: int = 5) -> list[Related]:
        """Give the reviews nearest to one: those it refers to, those that refer to it, those that share its tags."""
        shelf = self._at(now)

        def gather() -> list[Related]:
            found = [Related(other, "cited here") for other in shelf.cited(review)]
            found += [Related(other, "cites this") for other in shelf.citing(review)]
            near = shelf.sharing_tags(review, limit + len(found))
            found += [Related(other, f"shares {', '.join(tags[:3])}") for other, tags in near]
            first: dict[str, Related] = {}
            for related in found:
                first.setdefault(related.review.key, related)
            return list(first.values())[:limit]

        return await asyncio.to_thread(gather)

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

    async def read_gist(self, review: Review) -> tuple[str, ...]:
        """Give the review in a few of its own sentences."""
        return await self._of_body(review, lambda body: gist(body, review.name))

    async def read_highlights(self, review: Review) -> Highlights:
        """Give what a review's card shows beside its teaser; what was chosen is kept until the file changes."""
        version = (review.path, self._manifest.get(review.path))
        if version not in self._highlights:
            body = await self._index.get_body(review.path)
            chosen = await asyncio.to_thread(_choose_highlights, review, body or "")
            if len(self._highlights) >= _KEPT:
                del self._highlights[next(iter(self._highlights))]
            self._highlights[version] = chosen
        return self._highlights[version]

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


def compare(scan: Scan, manifest: Mapping[str, Stamp], *, everything: bool = False) -> Changes:
    """Find what a scan says against the manifest; with `everything`, each file counts as changed."""
    if scan.files == manifest and not everything:
        return Changes([], [], set())
    changed = sorted(path for path, stamp in scan.files.items() if everything or manifest.get(path) != stamp)
    gone = [path for path in manifest if path not in scan.files]
    return Changes(changed, gone, manifest.keys() & changed)


def _choose_highlights(review: Review, body: str) -> Highlights:
    """Choose what the card shows: of a review with a teaser of its own only its opinion, of a short one nothing."""
    if len(body) < _WORTH_CHOOSING:
        return Highlights()
    teaser = plain_text(review.teaser)
    found = () if DIVIDER in body else gist(body, review.name)
    return Highlights(
        tuple(sentence for sentence in found if sentence not in teaser),
        tuple(sentence for sentence in opinions(body) if sentence not in teaser)[:_OPINIONS],
    )


def _fill(shelf: Shelf, records: Iterable[Record], now: datetime) -> None:
    for record in records:
        shelf.put(unpack_review(record.packed, record.key), record.packed)
    shelf.turn_to(now)
