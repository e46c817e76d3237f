"""What is stored about a member of a club: given to them, and forgotten when they say so.

The tables say which columns hold members. What one of these becomes in an export is named here, and a test asks for a
name for each; forgetting needs no list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Result, Table, delete, func, or_, select, update

from bot.club.ballot import clicked_at
from bot.club.stores.clubs import lock_club
from bot.club.stores.suggestions import ORDER, VOTES, end
from bot.club.suggestion import State
from bot.database.database import Database
from bot.database.tables import (
    attendance,
    audit,
    ballot,
    ballot_option,
    duty,
    meeting,
    metadata,
    preference,
    prompt,
    reading,
    refusal,
    rsvp,
    suggestion,
    support,
    vote,
)

_PAPER: tuple[ColumnElement[Any], ...] = (suggestion.c.title, suggestion.c.authors, suggestion.c.paper)
_MEETING: tuple[ColumnElement[Any], ...] = (meeting.c.title, meeting.c.authors, meeting.c.paper, meeting.c.state)
_BALLOT: tuple[ColumnElement[Any], ...] = (ballot.c.id.label("ballot"), ballot.c.method, ballot.c.state)
_LINE: tuple[ColumnElement[Any], ...] = (audit.c.at, audit.c.action, audit.c.subject)

# What of a row is told to the member whose id is in a column, and under which name. Of others nothing is.
SECTIONS: dict[Column[Any], tuple[str, tuple[ColumnElement[Any], ...]]] = {
    suggestion.c.suggested_by: (
        "papers_suggested",
        (*_PAPER, suggestion.c.state, suggestion.c.made_at.label("suggested_at"), suggestion.c.decided_at),
    ),
    support.c.member_id: (
        "papers_wanted",
        (*_PAPER, suggestion.c.state, support.c.reason.label("your_reason"), support.c.made_at.label("since")),
    ),
    vote.c.member_id: (
        "votes",
        (*_BALLOT, vote.c.choices.label("your_choices"), vote.c.clicked.label("voted_at")),
    ),
    meeting.c.presenter_id: ("papers_presented", _MEETING),
    reading.c.member_id: (
        "papers_read",
        (prompt.c.title, prompt.c.authors, prompt.c.paper, reading.c.made_at.label("marked_at")),
    ),
    rsvp.c.member_id: ("meetings_answered", (rsvp.c.slot, rsvp.c.date, rsvp.c.answer, rsvp.c.at, rsvp.c.made_at)),
    attendance.c.member_id: (
        "meetings_attended",
        (
            attendance.c.slot,
            attendance.c.date,
            attendance.c.stars.label("your_stars"),
            attendance.c.line.label("your_line"),
            attendance.c.quotable,
            attendance.c.made_at,
        ),
    ),
    duty.c.member_id: ("roles_taken", (duty.c.slot, duty.c.date, duty.c.role)),
    refusal.c.member_id: ("papers_not_to_be_presented", _MEETING),
    preference.c.member_id: (
        "preferences",
        (
            preference.c.unlisted.label("left_out_of_statistics"),
            preference.c.unasked.label("not_proposed_as_presenter"),
        ),
    ),
    meeting.c.chosen_by: ("papers_chosen_as_organiser", (*_MEETING, meeting.c.chosen_at)),
    suggestion.c.decided_by: (
        "suggestions_decided_as_organiser",
        (*_PAPER, suggestion.c.state, suggestion.c.decided_at, suggestion.c.remark.label("your_remark")),
    ),
    ballot.c.opened_by: ("ballots_opened_as_organiser", (*_BALLOT, ballot.c.opened_at)),
    ballot.c.closed_by: ("ballots_closed_as_organiser", (*_BALLOT, ballot.c.closes_at.label("closed_at"))),
    audit.c.actor_id: ("decisions_as_organiser", _LINE),
}
_NAMED = "decisions_that_name_you"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored about a member of a club: by the names of the sections, rows of plain values."""

    guild_id: int
    member_id: int
    sections: dict[str, list[dict[str, Any]]]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(map(len, self.sections.values()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """An open suggestion that a member wants; `own` tells that they suggested it, `votes` how many want it."""

    title: str
    own: bool
    votes: int


class MemberStore:
    """Tell members what is stored about them in a club, and forget them there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def collect(self, guild_id: int, member_id: int) -> Stored:
        """Give everything that is stored about a member in a club, and nothing of anybody else."""

        def work(connection: Connection) -> Stored:
            tables = {column: table for table, column in columns_with("member")}
            sections = {
                name: _section(connection, guild_id, member_id, tables[column], column)
                for column, (name, _) in SECTIONS.items()
            }
            for row in sections["votes"]:
                row["your_choices"] = _titles(connection, row["ballot"], row["your_choices"])
                row["voted_at"] = clicked_at(row["voted_at"])
            named = select(*_LINE).where(audit.c.guild_id == guild_id, or_(*_names(audit.c.subject, member_id)))
            sections[_NAMED] = _plain(connection.execute(named.order_by(audit.c.id)))
            for line in (*sections[SECTIONS[audit.c.actor_id][0]], *sections[_NAMED]):
                line["subject"] = _only(line["subject"], member_id)
            return Stored(guild_id, member_id, sections)

        return await self._database.read(work)

    async def list_wanted(self, guild_id: int, member_id: int) -> list[Wanted]:
        """Give the open suggestions that a member made or wants, in the order of the queue."""
        voices = select(support.c.suggestion_id).where(support.c.member_id == member_id)
        query = select(suggestion.c.title, suggestion.c.suggested_by, VOTES.label("votes")).where(
            suggestion.c.guild_id == guild_id,
            suggestion.c.state == State.OPEN,
            or_(suggestion.c.suggested_by == member_id, suggestion.c.id.in_(voices)),
        )

        def work(connection: Connection) -> list[Wanted]:
            rows = connection.execute(query.order_by(*ORDER))
            return [Wanted(row.title, row.suggested_by == member_id, row.votes) for row in rows]

        return await self._database.read(work)

    async def forget(self, guild_id: int, member_id: int, now: datetime) -> None:
        """Remove a member from everything that is stored of a club, in one transaction; may be repeated.

        Where a column can be empty it is emptied, else the row goes: so go voices and votes, while what was counted
        and suggested stays. An open suggestion that nobody wants then is withdrawn. A member may begin anew at once.
        """

        def work(connection: Connection) -> None:
            lock_club(connection, guild_id)
            wanted = _wanted_by(connection, guild_id, member_id)
            for table, column in columns_with("member"):
                mine = (column == member_id, _of_club(table, guild_id))
                if column.nullable:
                    connection.execute(update(table).where(*mine).values({column: None}))
                else:
                    connection.execute(delete(table).where(*mine))
            for table, column in columns_with("words"):
                for written in _written(member_id):
                    connection.execute(
                        update(table)
                        .where(column.contains(written, autoescape=True), _of_club(table, guild_id))
                        .values({column: func.replace(column, written, "somebody")})
                    )
            voices = select(support.c.suggestion_id).where(support.c.suggestion_id.in_(wanted))
            for number in sorted(set(wanted) - set(connection.scalars(voices))):
                end(connection, number, State.WITHDRAWN, now)

        await self._database.write(work)


def columns_with(mark: str) -> list[tuple[Table[Any], Column[Any]]]:
    """Give the columns with a mark, each with its table: `member` for ids of members, `words` for what may name one."""
    return [(table, column) for table in metadata.sorted_tables for column in table.c if column.info.get(mark)]


def _owner(table: Table[Any]) -> tuple[Column[Any], Table[Any]] | None:
    """Give what says whose row of another table a row belongs to, such as `ballot_id`; nothing where the row does."""
    if "guild_id" in table.c:
        return None
    column = next(iter(table.primary_key))
    return column, metadata.tables[column.name.removesuffix("_id")]


def _of_club(table: Table[Any], guild_id: int) -> ColumnElement[bool]:
    """Tell whether a row is a club's: by itself, or by the row that it belongs to."""
    owner = _owner(table)
    if owner is None:
        return table.c.guild_id == guild_id
    column, parent = owner
    return column.in_(select(parent.c.id).where(parent.c.guild_id == guild_id))


def _section(
    connection: Connection, guild_id: int, member_id: int, table: Table[Any], column: Column[Any]
) -> list[dict[str, Any]]:
    owner = _owner(table)
    source = table.join(owner[1], owner[0] == owner[1].c.id) if owner else table
    query = select(*SECTIONS[column][1]).select_from(source).where(column == member_id, _of_club(table, guild_id))
    return _plain(connection.execute(query.order_by(*table.primary_key)))


def _plain(rows: Result[Any]) -> list[dict[str, Any]]:
    """Give rows under names that are texts, and no kind of them."""
    return [{str(name): value for name, value in row.items()} for row in rows.mappings()]


def _wanted_by(connection: Connection, guild_id: int, member_id: int) -> Sequence[int]:
    """Give the open suggestions of a club that a member wants."""
    query = select(suggestion.c.id).join(support, support.c.suggestion_id == suggestion.c.id)
    own = (suggestion.c.guild_id == guild_id, suggestion.c.state == State.OPEN, support.c.member_id == member_id)
    return connection.scalars(query.where(*own)).all()


def _titles(connection: Connection, number: int, choices: Sequence[int]) -> list[str]:
    query = select(ballot_option.c.position, ballot_option.c.title).where(ballot_option.c.ballot_id == number)
    titles = {row.position: row.title for row in connection.execute(query)}
    return [titles[choice] for choice in choices]


def _written(member_id: int) -> tuple[str, ...]:
    """Give the ways in which Discord writes that a member is named."""
    return f"<@{member_id}>", f"<@!{member_id}>"


def _names(column: ColumnElement[Any], member_id: int) -> list[ColumnElement[bool]]:
    return [column.contains(written, autoescape=True) for written in _written(member_id)]


def _only(text: str, member_id: int) -> str:
    """Leave away whom else a text names."""
    return re.sub(rf"<@!?(?!{member_id}>)[0-9]+>", "somebody", text)
