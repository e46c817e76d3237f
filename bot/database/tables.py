"""The tables as statements name them; `migrations/` makes them and says what the columns are for.

A column that holds the id of a member says so: /me exports and forgets by it. So does one of words that people wrote.
"""

from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import INTEGER, BigInteger, Column, Dialect, MetaData, Table, Text, TypeDecorator

metadata = MetaData()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

MEMBER = {"member": True}
"""The `info` of a column that holds the id of a member.

When they are forgotten it is emptied; where it cannot be empty, the row goes.
"""
WORDS = {"words": True}
"""The `info` of a column of words that may name a member, as `<@id>`."""

Number = BigInteger().with_variant(INTEGER, "sqlite")  # strict tables of SQLite know one kind of whole numbers


class Instant(TypeDecorator[datetime]):
    """A moment (aware), kept as microseconds since 1970."""

    impl = Number
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write a moment."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read a moment."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Items(TypeDecorator[tuple[str | int, ...]]):
    """A short list of texts or numbers, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str | int, ...] | None, dialect: Dialect) -> str | None:
        """Write a list."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str | int, ...] | None:
        """Read a list."""
        return None if value is None else tuple(orjson.loads(value))


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, metadata, *columns)


club = _table(
    "club",
    Column("guild_id", Number, primary_key=True),
    Column("channel_id", Number),
    Column("organiser_role_id", Number),
    Column("ping_role_id", Number),
    Column("zone", Text, nullable=False),
    Column("quota", INTEGER, nullable=False),
)
suggestion = _table(
    "suggestion",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("paper", Text),
    Column("title", Text, nullable=False),
    Column("authors", Items, nullable=False),
    Column("year", INTEGER),
    Column("described", INTEGER, nullable=False),
    Column("state", Text, nullable=False),
    Column("suggested_by", Number, info=MEMBER),
    Column("made_at", Instant, nullable=False),
    Column("place", INTEGER),
    Column("decided_at", Instant),
    Column("decided_by", Number, info=MEMBER),
    Column("remark", Text, nullable=False, info=WORDS),
    Column("review_key", Text),
    Column("merged_into", Number),
)
suggestion_key = _table(
    "suggestion_key",
    Column("suggestion_id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("key", Text, primary_key=True),
    Column("live", INTEGER, nullable=False),
)
support = _table(
    "support",
    Column("suggestion_id", Number, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("reason", Text, nullable=False, info=WORDS),
    Column("made_at", Instant, nullable=False),
)
ballot = _table(
    "ballot",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("quorum", INTEGER, nullable=False),
    Column("opened_by", Number, info=MEMBER),
    Column("opened_at", Instant, nullable=False),
    Column("closes_at", Instant),
    Column("closed_by", Number, info=MEMBER),
    Column("channel_id", Number, nullable=False),
    Column("message_id", Number),
    Column("result", Text),
    Column("attendees", INTEGER, nullable=False),
)
ballot_option = _table(
    "ballot_option",
    Column("ballot_id", Number, primary_key=True),
    Column("position", INTEGER, primary_key=True),
    Column("seniority", INTEGER, nullable=False),
    Column("suggestion_id", Number),
    Column("review_key", Text),
    Column("paper", Text),
    Column("title", Text, nullable=False),
    Column("authors", Items, nullable=False),
)
vote = _table(
    "vote",
    Column("ballot_id", Number, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("choices", Items, nullable=False),
    Column("clicked", Number, nullable=False),
)
meeting = _table(
    "meeting",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("paper", Text),
    Column("review_key", Text),
    Column("title", Text),
    Column("authors", Items, nullable=False),
    Column("suggestion_id", Number),
    Column("ballot_id", Number),
    Column("chosen_at", Instant),
    Column("chosen_by", Number, info=MEMBER),
    Column("presenter_id", Number, info=MEMBER),
    Column("notes", Text, nullable=False, info=WORDS),
)
post = _table(
    "post",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("slot", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("channel_id", Number, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", INTEGER, nullable=False),
    Column("refusals", INTEGER, nullable=False),
    Column("began_at", Instant),
    Column("asked_at", Instant),
    Column("retry_at", Instant),
    Column("ended_at", Instant),
    Column("message_id", Number),
    Column("reason", Text, nullable=False),
)
audit = _table(
    "audit",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Number, info=MEMBER),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, info=WORDS),
)
prompt = _table(
    "prompt",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("slot", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", Items, nullable=False),
    Column("paper", Text),
    Column("review_key", Text),
    Column("meeting_id", Number),
    Column("suggestion_id", Number),
    Column("questions", Items, nullable=False),
    Column("thread_id", Number),
)
reading = _table(
    "reading",
    Column("prompt_id", Number, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("made_at", Instant, nullable=False),
)
asked = _table(
    "asked",
    Column("guild_id", Number, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("times", INTEGER, nullable=False),
)
slot = _table(
    "slot",
    Column("id", Number, primary_key=True),
    Column("guild_id", Number, nullable=False),
    Column("name", Text, nullable=False, info=WORDS),
    Column("folded", Text, nullable=False),
    Column("days", Items, nullable=False),
    Column("time", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("start", Text, nullable=False),
    Column("every", INTEGER, nullable=False),
    Column("paused_since", Instant),
    Column("paused_until", Text),
    Column("pause_reason", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choose_days", INTEGER),
    Column("prompt_days", INTEGER),
    Column("reminders", Items, nullable=False),
    Column("minutes", INTEGER, nullable=False),
    Column("asks_after", INTEGER, nullable=False),
    Column("has_events", INTEGER, nullable=False),
    Column("quiet_begin", Text),
    Column("quiet_end", Text),
    Column("channel_id", Number),
    Column("confirmed_at", Instant, nullable=False),
    Column("planned_until", Instant, nullable=False),
    Column("next_at", Instant),
    Column("revision", INTEGER, nullable=False),
)
slot_change = _table(
    "slot_change",
    Column("slot_id", Number, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("moved_to", Text),
)
preference = _table(
    "preference",
    Column("guild_id", Number, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("unlisted", INTEGER, nullable=False),
    Column("unasked", INTEGER, nullable=False),
)
gathering = _table(
    "gathering",
    Column("guild_id", Number, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("name", Text, nullable=False, info=WORDS),
    Column("meeting_id", Number),
    Column("closed", INTEGER, nullable=False),
)
rsvp = _table(
    "rsvp",
    Column("guild_id", Number, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("answer", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
)
attendance = _table(
    "attendance",
    Column("guild_id", Number, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
    Column("stars", INTEGER),
    Column("line", Text, nullable=False, info=WORDS),
    Column("quotable", INTEGER, nullable=False),
    Column("made_at", Instant, nullable=False),
)
duty = _table(
    "duty",
    Column("guild_id", Number, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("member_id", Number, nullable=False, info=MEMBER),
)
refusal = _table(
    "refusal",
    Column("meeting_id", Number, primary_key=True),
    Column("member_id", Number, primary_key=True, info=MEMBER),
)
calendar_event = _table(
    "calendar_event",
    Column("guild_id", Number, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("date", Text, primary_key=True),
    Column("event_id", Number),
    Column("state", Text, nullable=False),
    Column("told", Text, nullable=False),
)
