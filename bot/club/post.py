"""What the bot posts by itself: a ballot's result, and later prompts and reminders."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How far a post is; every post ends in one of the last five."""

    DUE = "due"  # certainly not posted: not begun, or refused
    SENDING = "sending"  # it may have been posted; only its marker in the channel can tell
    SENT = "sent"
    LATE = "late"  # posted, but after its time
    MISSED = "missed"  # not posted, though it should have been
    CANCELLED = "cancelled"  # not needed any more, or its channel is gone
    IN_DOUBT = "in doubt"  # nobody can tell whether it was posted: the channel's history cannot be read


@dataclass(frozen=True, slots=True)
class Planned:
    """A post to be made. Guild, slot, date and rung name it: it is posted once, however often it is planned.

    `slot` is what it belongs to (``ballot:12``); `date` is the original date of an occurrence, or empty; `rung` is
    which of the posts around it: its kind (``result``), with a detail behind a colon where there are several.
    """

    guild_id: int
    slot: str
    date: str
    rung: str
    channel_id: int
    due_at: datetime

    @property
    def kind(self) -> str:
        """What makes its content: the rung up to a colon."""
        return self.rung.partition(":")[0]

    @property
    def mark(self) -> str:
        """What is the same each time that it is sent, and never for another one: 24 characters, for nonce and marker.

        Discord takes a nonce of 25 characters: https://docs.discord.com/developers/resources/message#create-message.
        """
        name = "\0".join((str(self.guild_id), self.slot, self.date, self.rung))
        return hashlib.sha256(name.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Post(Planned):
    """A post as it is kept.

    `began_at` is when it was first sent, `asked_at` when last, unless that was refused; `retry_at` is when it may be
    taken up again: while somebody works on it, the end of their lease. `superseded` says that a later post of the same
    slot is due as well, for the same date or of the same rung, so that it would come in a burst of old ones.
    """

    id: int
    state: State
    tries: int
    refusals: int
    began_at: datetime | None
    retry_at: datetime | None
    ended_at: datetime | None
    message_id: int | None
    reason: str
    asked_at: datetime | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the posts of a club are: the last that was posted, the next, and what went wrong lately, the worst first."""

    last: Post | None = None
    next: Post | None = None
    troubles: tuple[Post, ...] = ()
