"""What the club is prompted to read: which paper, why that one, and how long it takes. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.club.meeting import Meeting
from bot.club.suggestion import Suggestion
from bot.library.gist import count_words
from bot.library.review import Review
from bot.papers.identifiers import PaperId

_NEVER = datetime.min.replace(tzinfo=UTC)
_WORDS_A_MINUTE = 238  # in silence, of English prose: Brysbaert 2019, "How many words do we read per minute?"


class Why(StrEnum):
    """Why a paper is the one that is read. The values are stored."""

    CHOSEN = "chosen"
    SUGGESTED = "suggested"
    AGAIN = "again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Choice:
    """A paper to prompt for; none where there is nothing that could be read.

    `met` says that its meeting was written down as one that takes place, or took place.
    """

    why: Why = Why.NOTHING
    title: str = ""
    authors: tuple[str, ...] = ()
    paper_id: PaperId | None = None
    review_key: str | None = None
    meeting_id: int | None = None
    suggestion_id: int | None = None
    met: bool = False

    @property
    def key(self) -> str:
        """What is the same for the same paper; empty for none."""
        numbers = {"meeting": self.meeting_id, "suggestion": self.suggestion_id, "review": self.review_key}
        return next((f"{name}:{value}" for name, value in numbers.items() if value is not None), "")


@dataclass(frozen=True, slots=True)
class Prompt(Choice):
    """What the club was prompted for: once for each time that a slot takes place.

    `questions` are plain text. `readers` is how many members have said that they have read it; `message_id` is there
    once it was posted, `thread_id` once it is discussed.
    """

    id: int = 0
    guild_id: int = 0
    slot: str = ""
    date: str = ""
    made_at: datetime = _NEVER
    questions: tuple[str, ...] = ()
    readers: int = 0
    channel_id: int | None = None
    message_id: int | None = None
    thread_id: int | None = None


def choose_paper(
    coming: Sequence[Meeting],
    queue: Sequence[Suggestion],
    reviews: Sequence[Review],
    read: Mapping[str, datetime],
    spent: Collection[str] = (),
) -> Choice:
    """Choose what to read: what was chosen, else the best suggestion, else the review longest not revisited.

    `read` says when the club was last prompted for a review, by its key. `spent` are the keys of what the same slot has
    brought for another date: it does not come again while there is something else, since organisers may forget to say
    that it was read.
    """
    ranked = [
        *map(_chosen, coming),
        *map(_suggested, queue),
        *(_again(review) for review in sorted(reviews, key=lambda review: _last_read(review, read))),
    ]
    return next((each for each in ranked if each.key not in spent), ranked[0] if ranked else Choice())


def _chosen(meeting: Meeting) -> Choice:
    suggested = meeting.suggestion.review_key if meeting.suggestion else None
    key = meeting.review_key or suggested
    return Choice(Why.CHOSEN, meeting.title, meeting.authors, meeting.paper_id, key, meeting.id)


def _suggested(each: Suggestion) -> Choice:
    return Choice(
        Why.SUGGESTED, each.title, each.authors, each.paper_id, each.review_key, suggestion_id=each.id
    )  # fmt: skip


def _again(review: Review) -> Choice:
    paper_id = next(iter(review.paper_ids), None)
    return Choice(Why.AGAIN, review.name, review.authors, paper_id, review.key)


def _last_read(review: Review, read: Mapping[str, datetime]) -> tuple[datetime, str]:
    """Give when a review was written or last prompted for; the oldest, and those without a date, come first."""
    written = review.date or _NEVER
    return max(written, read.get(review.key, written)), review.key


def reading_minutes(text: str) -> int:
    """Give how many minutes a text takes to read, rounded up; 0 for none."""
    return math.ceil(count_words(text) / _WORDS_A_MINUTE)
