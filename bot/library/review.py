"""What the library knows of one review, as plain values."""

import math
from dataclasses import dataclass
from datetime import datetime

from bot.papers.identifiers import PaperId


@dataclass(frozen=True, slots=True)
class Link:
    """A link that the review shows for its paper: the words of it and an http or https address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A `ref` shortcode: its target as written, and the line of the file, counted from 1."""

    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the body. `title` is empty for what stands before the first heading.

    `start` and `end` are character offsets of its text in the body, its own heading excluded.
    """

    title: str
    anchor: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Review:
    """One review. Its body stays in the index; `Library.read_section` brings it.

    `key` is short, stable across renames and safe in a custom_id; `path` is relative to the reviews folder with
    forward slashes; `slug` is the last segment of the page's address. `title` is as written, `name` the same
    without a leading `[Paper]`. Dates are aware; `unclear_date`
    tells that one of them could not be read. `own_url` tells that `url_path` was set in front matter and counts from
    the root of the site. `teaser` is markdown. `refs` are the references to
    other pages, unresolved.
    """

    key: str
    path: str
    slug: str
    url_path: str
    title: str
    name: str
    authors: tuple[str, ...] = ()
    date: datetime | None = None
    publish_date: datetime | None = None
    expiry_date: datetime | None = None
    draft: bool = False
    unclear_date: bool = False
    own_url: bool = False
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    teaser: str = ""
    links: tuple[Link, ...] = ()
    paper_ids: tuple[PaperId, ...] = ()
    refs: tuple[Ref, ...] = ()
    sections: tuple[Section, ...] = ()

    def visibility(self) -> tuple[float, float]:
        """Give the times (seconds since 1970) from which on, and until which, Hugo would show the page.

        A draft is never shown, nor a review with a date that cannot be read, since it may be held back until then.
        Source: https://gohugo.io/content-management/front-matter/ (date, draft, expiryDate, publishDate).
        """
        if self.draft or self.unclear_date:
            return math.inf, math.inf
        starts = [day.timestamp() for day in (self.date, self.publish_date) if day]
        end = self.expiry_date.timestamp() if self.expiry_date else math.inf
        return max(starts, default=-math.inf), end

    def is_published(self, now: datetime) -> bool:
        """Tell whether Hugo would show the page at `now`."""
        opens, closes = self.visibility()
        return opens <= now.timestamp() < closes

    @property
    def year(self) -> int | None:
        """The calendar year of the review, in the time zone it was written in."""
        return self.date.year if self.date else None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a file that its author should know. `line` counts from 1.

    `severity` is ``error`` (the file, or a part of it, could not be read as meant), ``warning`` (read, but
    probably not as meant) or ``info`` (the file is not a review).
    """

    path: str
    line: int
    severity: str
    reason: str


def broken_ref(path: str, ref: Ref) -> Problem:
    """Report a reference that leads to no review of its folder."""
    return Problem(path, ref.line, "warning", f"the reference `{ref.target}` leads to no review in this folder")
