"""The reviews of a club: loading the folder, and everything that is asked of it.

What a member sees depends on the clock (drafts, future and expired reviews are hidden), so each question carries
the time at which it is asked.
"""

import asyncio
import hashlib
import logging
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from bot.errors import LibraryNotConnected
from bot.library.addresses import Resolver, assign_keys, short_hash
from bot.library.folder import Stamp, UnreadableFile, read_file, scan_folder
from bot.library.hugo import fold_term
from bot.library.index import Index, Record
from bot.library.lookup import Match, newest_first
from bot.library.parse import Parsed, definitions_in, parse_review
from bot.library.review import Problem, Review, Section
from bot.library.shelf import Shelf
from bot.library.site import Site
from bot.library.words import normalize

_log = logging.getLogger(__name__)

_FEW = 100  # changed reviews, whose names are indexed in a few milliseconds
_SLICE = 32  # files that are read and parsed in one go, away from the event loop


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one reading of the folder gave: how many reviews, how many files were read anew, and the problems."""

    reviews: int
    read: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it is shown, its identity, and how many reviews carry it."""

    name: str
    term: str
    count: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which reviews to browse. An unset part admits all; `author` fits anywhere in an author's name."""

    tag: str = ""
    author: str = ""
    year: int | None = None

    def admits(self, review: Review) -> bool:
        """Tell whether a review passes every part that is set."""
        if self.year is not None and review.year != self.year:
            return False
        if self.tag and fold_term(self.tag) not in map(fold_term, review.tags):
            return False
        author = normalize(self.author)
        return not author or any(author in normalize(name) for name in review.authors)


@dataclass(frozen=True, slots=True)
class Related:
    """A review near to another one, and why."""

    review: Review
    reason: str


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
        self.problems: tuple[Problem, ...] = ()
        self._include = include
        self._index = index
        self._drafts = drafts
        self._shelf = Shelf((), drafts=drafts)

    # --- loading ----------------------------------------------------------------------------------

    async def open(self, now: datetime) -> LoadReport:
        """Open the index and bring it up to date with the folder."""
        await self._index.open()
        return await self.refresh(now)

    async def close(self) -> None:
        """Close the index; may be called at any time, and again."""
        await self._index.close()

    async def refresh(self, now: datetime) -> LoadReport:
        """Read what changed in the folder since it was last read; raise OSError when there is no folder.

        A file that can no longer be read keeps its last good version, and is reported. What takes long is done
        beside the event loop, and what was loaded before answers meanwhile.
        """
        records = {record.path: record for record in await self._index.get_records()}
        scan = await asyncio.to_thread(scan_folder, self.root, self._include)
        changed = [path for path, stamp in scan.files.items() if path not in records or records[path].stamp != stamp]
        gone = [records.pop(path) for path in list(records) if path not in scan.files]
        before = [*gone, *(records[path] for path in changed if path in records)]
        unread: list[Problem] = []
        for start in range(0, len(changed), _SLICE):
            paths = changed[start : start + _SLICE]
            files = [(path, scan.files[path]) for path in paths]
            parsed = await asyncio.to_thread(_read_slice, self.root, files, scan.site)
            good: list[tuple[Record, str]] = []
            for record, body in parsed:
                old = records.get(record.path)
                if not record.digest:  # it could not be opened, and is tried again at the next reading
                    unread += record.problems
                elif record.review is None and old and old.review:
                    records[record.path] = broken = replace(record, review=old.review, digest=old.digest)
                    await self._index.put_problems(broken)
                else:
                    records[record.path] = record
                    good.append((record, body))
            await self._index.put(good)
        await self._index.delete(record.path for record in gone)
        await self._give_keys(records, before)
        await self._take([record.review for record in records.values() if record.review], len(changed) + len(gone), now)
        self.problems = (
            *(p for record in records.values() for p in record.problems),
            *broken_refs(self._shelf.by_path.values(), self._shelf.resolver),
            *unread,
            *scan.skipped,
        )
        return LoadReport(len(self._shelf.by_key), len(changed), self.problems)

    async def _give_keys(self, records: dict[str, Record], before: list[Record]) -> None:
        """Give the reviews that were read now their keys; `before` is what stood in their and in vanished files."""
        keyless = {path: record for path, record in records.items() if record.review and not record.review.key}
        keys = assign_keys(
            [(record.review, record.digest) for record in keyless.values() if record.review],
            [(record.review, record.digest) for record in before if record.review and record.review.key],
            [record.review.key for record in records.values() if record.review and record.review.key],
        )
        for path, record in keyless.items():
            if record.review:
                records[path] = replace(record, review=replace(record.review, key=keys[path]))
        await self._index.put_keys(keys)

    async def _take(self, reviews: list[Review], changes: int, now: datetime) -> None:
        """Put the reviews on a new shelf; the names of a few that changed are indexed when they are next asked for."""
        shelf = await asyncio.to_thread(Shelf, reviews, drafts=self._drafts)
        if changes > _FEW or not self._shelf.by_key:
            await asyncio.to_thread(shelf.at, now)
        else:
            shelf.adopt(self._shelf)
        self._shelf = shelf

    # --- questions --------------------------------------------------------------------------------

    def _at(self, now: datetime) -> dict[str, Review]:
        return self._shelf.at(now)

    def find(self, name: str, now: datetime) -> Match:
        """Find the review that a member means by a name: slug, title, words of it, a paper's id or link."""
        self._at(now)
        return self._shelf.names.find(name)

    def suggest(self, text: str, now: datetime, limit: int = 25) -> list[Review]:
        """Complete a name while it is typed, best first."""
        self._at(now)
        return self._shelf.names.suggest(text, limit)

    def get(self, key: str, now: datetime) -> Review | None:
        """Give the review of a key, if it is visible."""
        return self._at(now).get(key)

    def browse(self, wanted: Filter, now: datetime) -> list[Review]:
        """Give the reviews that pass a filter, newest first."""
        return sorted((review for review in self._at(now).values() if wanted.admits(review)), key=newest_first)

    def tags(self, now: datetime) -> list[Tag]:
        """Give the tags in use, the most used first; spellings of one term count as one, the most common is shown."""
        spellings: dict[str, Counter[str]] = {}
        for review in self._at(now).values():
            for term, name in {fold_term(tag): tag for tag in review.tags}.items():
                spellings.setdefault(term, Counter())[name] += 1
        tags = [Tag(names.most_common(1)[0][0], term, names.total()) for term, names in spellings.items()]
        return sorted(tags, key=lambda tag: (-tag.count, tag.term))

    def untagged(self, now: datetime) -> int:
        """Count the visible reviews that carry no tag."""
        return sum(not review.tags for review in self._at(now).values())

    def find_tag(self, short: str, now: datetime) -> str:
        """Give the tag that `short_hash` named so, or the empty text when no review has it any more."""
        return next((tag.name for tag in self.tags(now) if short_hash(tag.name) == short), "")

    def authors(self, text: str, now: datetime) -> list[str]:
        """Give the authors whose names hold a text, those of most reviews first."""
        wanted = normalize(text)
        counts = Counter(name for review in self._at(now).values() for name in review.authors)
        return [name for name, _ in counts.most_common() if wanted in normalize(name)]

    def years(self, now: datetime) -> list[int]:
        """Give the years of the reviews, the latest first."""
        return sorted({review.year for review in self._at(now).values() if review.year}, reverse=True)

    def resolve_ref(self, target: str, source: Review, now: datetime) -> Review | None:
        """Give the review that a `ref` in another one means, if it is visible."""
        path = self._shelf.resolver.resolve(target, source.path)
        review = self._shelf.by_path.get(path) if path else None
        return review if review and review.key in self._at(now) else None

    def related(self, review: Review, now: datetime, limit: int = 5) -> list[Related]:
        """Give the reviews nearest to one: those it refers to, those that refer to it, those that share its tags."""
        visible = self._at(now)
        found: dict[str, Related] = {}
        for ref in review.refs:
            other = self.resolve_ref(ref.target, review, now)
            if other and other.key != review.key:
                found.setdefault(other.key, Related(other, "cited here"))
        for other in sorted(visible.values(), key=newest_first):
            if other.key != review.key and any(
                self._shelf.resolver.resolve(ref.target, other.path) == review.path for ref in other.refs
            ):
                found.setdefault(other.key, Related(other, "cites this"))
        counts = {tag.term: tag.count for tag in self.tags(now)}
        mine = {fold_term(tag): tag for tag in review.tags}
        shared = [
            (sum(math.log(len(visible) / counts[term]) for term in terms), [mine[term] for term in terms], other)
            for other in visible.values()
            if other.key not in found
            and other.key != review.key
            and (terms := sorted(mine.keys() & {fold_term(tag) for tag in other.tags}))
        ]
        for weight, names, other in sorted(shared, key=lambda row: (-row[0], newest_first(row[2]))):
            if weight > 0.1:
                found.setdefault(other.key, Related(other, f"shares {', '.join(names[:3])}"))
        return list(found.values())[:limit]

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


class Libraries:
    """Which server reads which library. A club is a guild."""

    def __init__(self, default: Library, guilds: frozenset[int] | None = None) -> None:
        """`guilds` are the ids of the servers that read the default library; None admits all."""
        self._default = default
        self._guilds = guilds

    async def open(self, now: datetime) -> LoadReport:
        """Open every library."""
        return await self._default.open(now)

    async def close(self) -> None:
        """Close every library."""
        await self._default.close()

    def for_guild(self, guild_id: int | None) -> Library:
        """Give the library of a server, or in a direct message (None) the default one.

        Raises LibraryNotConnected for a server that has none.
        """
        if guild_id is not None and self._guilds is not None and guild_id not in self._guilds:
            raise LibraryNotConnected
        return self._default


def _read_slice(root: Path, files: list[tuple[str, Stamp]], site: Site) -> list[tuple[Record, str]]:
    rows: list[tuple[Record, str]] = []
    for path, stamp in files:
        parsed, digest = read_review(root, path, site)
        rows.append((Record(path, stamp, digest, parsed.review, parsed.problems), parsed.body))
    return rows


def read_review(root: Path, path: str, site: Site) -> tuple[Parsed, str]:
    """Read and parse one file of a folder; the second value is the SHA-256 of its bytes. Never raises."""
    try:
        data = read_file(root, path)
    except (UnreadableFile, OSError) as error:
        return Parsed(None, "", (Problem(path, 1, "error", str(error)),)), ""
    return parse_review(path, data, site), hashlib.sha256(data).hexdigest()


def broken_refs(reviews: Iterable[Review], resolver: Resolver) -> list[Problem]:
    """Report the references that lead to no review of the folder."""
    return [
        Problem(review.path, ref.line, "warning", f"the reference `{ref.target}` leads to no review in this folder")
        for review in reviews
        for ref in review.refs
        if resolver.resolve(ref.target, review.path) is None
    ]
