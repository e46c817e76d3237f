"""Whose turn it is to present a paper: a proposal, never more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Regular:
    """Somebody who came to one of the last meetings.

    `came` is to how many of them, `first` when they first said so; `presented` is when they last presented a paper,
    ever, and None for who has not yet.
    """

    member_id: int
    came: int
    first: datetime
    presented: datetime | None = None


def put_in_turn(regulars: Iterable[Regular]) -> list[int]:
    """Give the members in the order in which they are proposed: who presented longest ago comes first.

    Who never has is before all others. Of equals it is who came more often, and then who came first.
    """
    order = sorted(regulars, key=lambda each: (each.presented or _NEVER, -each.came, each.first, each.member_id))
    return [each.member_id for each in order]
