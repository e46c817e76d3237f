"""A meeting of the club's week as it is kept: soon, or past, whatever becomes of its slot. Pure."""

from dataclasses import dataclass
from datetime import datetime


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
