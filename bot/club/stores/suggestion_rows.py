"""Suggestions as the tables hold them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from bot.club.suggestion import Reason, State, Suggestion
from bot.database.tables import suggestion, support
from bot.papers.identifiers import parse_id_of

# Made once: making a statement takes longer than running it, and many members may click at the same moment.
_SUGGESTIONS = select(suggestion).where(suggestion.c.id.in_(bindparam("numbers", expanding=True)))
_VOICES = (
    select(support.c.suggestion_id, support.c.member_id, support.c.reason)
    .where(support.c.suggestion_id.in_(bindparam("numbers", expanding=True)))
    .order_by(support.c.made_at, support.c.member_id)
)


def load(connection: Connection, numbers: Sequence[int]) -> list[Suggestion]:
    """Give suggestions with what was said for them, in the order of their numbers."""
    rows = connection.execute(_SUGGESTIONS, {"numbers": numbers}).all()
    voices: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for number, member_id, reason in connection.execute(_VOICES, {"numbers": numbers}).all():
        voices[number].append((member_id, reason))
    made = {row.id: suggestion_of(row, voices[row.id]) for row in rows}
    return [made[number] for number in numbers]


def suggestion_of(row: Row[Any], voices: Sequence[tuple[int, str]]) -> Suggestion:
    """Give a suggestion as a row holds it, with members and what they said for it."""
    scheme, _, value = (row.paper or "").partition(":")
    return Suggestion(
        id=row.id,
        guild_id=row.guild_id,
        title=row.title,
        state=State(row.state),
        made_at=row.made_at,
        paper_id=parse_id_of(scheme, value) if value else None,
        authors=row.authors,
        year=row.year,
        described=bool(row.described),
        suggested_by=row.suggested_by,
        place=row.place,
        decided_at=row.decided_at,
        remark=row.remark,
        review_key=row.review_key,
        voices=tuple(member_id for member_id, _ in voices),
        reasons=tuple(Reason(member_id, reason) for member_id, reason in voices if reason),
    )
