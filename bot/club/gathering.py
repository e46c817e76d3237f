"""A meeting of the club's week as it is kept: soon, or past, whatever becomes of its slot. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

OPEN_FOR = timedelta(days=14)
"""How long after a meeting members may say that they came, and how it was."""
LONGEST_LINE = 200
"""Characters of what a member says about a meeting."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """One meeting. Guild, slot and original date name it, as they name the posts around it.

    `at` and `ends_at` are in UTC; `name` is that of its slot. Once it is over it is `closed`, and `meeting_id` says
    which paper was read, if that is known.
    """

    guild_id: int
    slot: str
    date: str
    at: datetime
    ends_at: datetime
    name: str
    meeting_id: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many came to a meeting, as far as they say, and how many of them gave stars.

    `mean` is there once so many did that it tells of no one alone.
    """

    came: int = 0
    rated: int = 0
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a member says about a meeting to which they came; the line may be quoted without a name, or not."""

    stars: int | None = None
    line: str = ""
    quotable: bool = False
