"""A vote on what to read next, as plain values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.club.counting import Count, Method
from bot.papers.identifiers import PaperId

MOST_OPTIONS = 25  # of one menu of Discord
RESULT = "result"  # the kind of post that tells it
_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)

# Clicks that were made in time may take a moment to arrive: Discord waits three seconds for an answer.
GRACE = timedelta(seconds=5)


class BallotState(StrEnum):
    """Where a ballot stands."""

    OPEN = "open"
    COUNTED = "counted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Option:
    """One paper of a ballot: a suggestion, or a review of the library to read again."""

    title: str
    made_at: datetime
    suggestion_id: int | None = None
    review_key: str | None = None
    paper_id: PaperId | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot; its votes are secret, so it never holds them.

    `options` stand in the order in which they are shown, and `seniority` lists their positions from the oldest
    suggestion to the youngest: the rule for ties. `closes_at` is None while only an organiser can close it. `voters`
    is how many have voted; `result` is there once it was counted. With `attendees` only who says that they come to the
    next meeting, or came to one of the last three, may vote.
    """

    id: int
    guild_id: int
    method: Method
    state: BallotState
    quorum: int
    opened_at: datetime
    channel_id: int
    options: tuple["BallotOption", ...]
    seniority: tuple[int, ...]
    voters: int
    opened_by: int | None = None
    closes_at: datetime | None = None
    closed_by: int | None = None
    message_id: int | None = None
    result: Count | None = None
    attendees: bool = False


@dataclass(frozen=True, slots=True)
class BallotOption:
    """An option as it stands on a ballot."""

    title: str
    suggestion_id: int | None
    review_key: str | None
    paper_id: PaperId | None
    authors: tuple[str, ...]
    year: int | None = None


def slot_of(number: int) -> str:
    """Name what the posts of a ballot belong to; `number_of` reads it."""
    return f"ballot:{number}"


def number_of(slot: str) -> int:
    """Give the number of the ballot that `slot_of` named."""
    return int(slot.partition(":")[2])


def clicked_at(interaction_id: int) -> datetime:
    """Give the moment of a click from the id of its interaction.

    Source: https://discord.com/developers/docs/reference#snowflakes.
    """
    return _DISCORD_EPOCH + timedelta(milliseconds=interaction_id >> 22)


def takes_vote(state: BallotState, closes_at: datetime | None, clicked: int) -> bool:
    """Tell whether a vote in a ballot of this state and end counts, by the id of the click."""
    return state is BallotState.OPEN and (closes_at is None or clicked_at(clicked) <= closes_at)


def put_choice(choices: Sequence[int], place: int, option: int | None) -> tuple[int, ...]:
    """Put an option at a place of a ranking, counted from 0, in the place of what was there; None leaves it empty.

    One that stands elsewhere moves, what comes after an empty place moves up, and a place behind the end is the end.
    """
    if option is None:
        return (*choices[:place], *choices[place + 1 :])
    if option in choices:
        rest = [other for other in choices if other != option]
        return (*rest[:place], option, *rest[place:])
    return (*choices[:place], option, *choices[place + 1 :])
