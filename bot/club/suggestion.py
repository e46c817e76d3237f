"""What members want to read, as plain values; and by what two suggestions are known to be of one paper. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.folding import fold_words
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper


class State(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    CHOSEN = "chosen"
    DECLINED = "declined"
    READ = "read"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A paper as it is suggested: by its id, or by a title alone that no source knows.

    `described` tells that a source has said the title and the authors; until then the title is what is known, such as
    the id. `keys` name the paper in every way that is known; `review_key` is of the review that the club has of it
    already, and nevertheless reads it again.
    """

    title: str
    paper_id: PaperId | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    described: bool = False
    keys: frozenset[str] = frozenset()
    review_key: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a member wants a paper to be read, in their own words."""

    member_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A paper that members want to read.

    `voices` are the members who want it, the earliest first, and `reasons` what those said who said why.
    `suggested_by` is None once that member was forgotten or took it back; `place` is where an organiser put it.
    `review_key` is of the review of it once it was read; before that, of an earlier one that the club has.
    """

    id: int
    guild_id: int
    title: str
    state: State
    made_at: datetime
    paper_id: PaperId | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    described: bool = False
    suggested_by: int | None = None
    place: int | None = None
    decided_at: datetime | None = None
    remark: str = ""
    review_key: str | None = None
    voices: tuple[int, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def votes(self) -> int:
        """How many members want it, the one who suggested it among them."""
        return len(self.voices)


def propose_paper(paper: Paper, asked_for: PaperId) -> Proposal:
    """Make a proposal of a paper that a source has described."""
    year = paper.published.year if paper.published else None
    ids = [asked_for, paper.id, *(PaperId("doi", doi.lower()) for doi in paper.dois)]
    return Proposal(
        paper.title, PaperId(asked_for.scheme, asked_for.value), paper.authors, year, True, keys_of(ids, paper.title)
    )


def propose_id(paper_id: PaperId) -> Proposal:
    """Make a proposal of a paper that no source can describe just now; it is filled in later."""
    return Proposal(str(paper_id), PaperId(paper_id.scheme, paper_id.value), keys=keys_of([paper_id]))


def propose_title(title: str) -> Proposal:
    """Make a proposal of a title that no source knows."""
    title = " ".join(title.split())
    return Proposal(title, keys=keys_of((), title))


def keys_of(ids: Iterable[PaperId], title: str = "") -> frozenset[str]:
    """Name a paper in every way by which a suggestion of it is recognised; versions, case and marks don't count."""
    keys = {str(paper_id) for paper_id in ids}
    if words := fold_words(title):
        keys.add(f"title:{' '.join(words)}")
    return frozenset(keys)
