"""Who is proposed to present a paper, and who exchanges papers with whom: the SQL of presenters."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.gathering import Gathering
from bot.club.meeting import MeetingState
from bot.club.rota import Regular, put_in_turn
from bot.club.rsvp import COMING
from bot.club.stores.attendees import last_gatherings
from bot.club.stores.clubs import lock_club
from bot.database.database import Database
from bot.database.tables import attendance, gathering, meeting, preference, prompt, refusal, rsvp
from bot.errors import ClubError

_GONE = "That paper is not to be read next any more, so nothing was changed. /next shows what is."
_OTHERWISE = "Meanwhile somebody else presents one of the two papers, so nothing was changed. /next shows who does."


class RotaStore:
    """Know whose turn it is, and let members exchange what they present."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_turns(self, guild_id: int, number: int, now: datetime) -> list[int]:
        """Give who is proposed to present a paper, the first one first; nobody where somebody does already.

        They came to one of the last three meetings, or said so. Not proposed is who presents a paper to come, has
        refused this one, or does not want to be proposed. Whether they are still here is not known.
        """

        def work(connection: Connection) -> list[int]:
            found = _find(connection, guild_id, number)
            if found is None or found.presenter_id is not None:
                return []
            came = _who_came(connection, guild_id, now)
            members = set(came) - _not_proposed(connection, guild_id, number)
            presented = _last_presented(connection, guild_id, members)
            return put_in_turn(Regular(each, len(came[each]), min(came[each]), presented.get(each)) for each in members)

        return await self._database.read(work)

    async def refuse(self, guild_id: int, number: int, member_id: int) -> int | None:
        """Propose a member for a paper no longer; give who presents it meanwhile. May be repeated."""

        def work(connection: Connection) -> int | None:
            lock_club(connection, guild_id)
            found = _existing(connection, guild_id, number)
            row = insert(refusal).values(meeting_id=number, member_id=member_id)
            connection.execute(row.on_conflict_do_nothing())
            return found.presenter_id

        return await self._database.write(work)

    async def exchange(self, guild_id: int, mine: int, own_id: int, other: int, their_id: int | None) -> None:
        """Let two members present each other's paper; with None for the other one, a paper becomes free.

        Raises ClubError where either is presented by somebody else by now. May be repeated: what was exchanged stays.
        """

        def work(connection: Connection) -> None:
            lock_club(connection, guild_id)
            found, wanted = (_existing(connection, guild_id, each) for each in (mine, other))
            now = (found.presenter_id, wanted.presenter_id)
            if now == (their_id, own_id):
                return
            if now != (own_id, their_id):
                raise ClubError(_OTHERWISE)
            for number, presenter_id in ((mine, their_id), (other, own_id)):
                connection.execute(update(meeting).where(meeting.c.id == number).values(presenter_id=presenter_id))

        return await self._database.write(work)


def _find(connection: Connection, guild_id: int, number: int) -> Row[Any] | None:
    coming = (meeting.c.state == MeetingState.COMING, meeting.c.title.is_not(None))
    query = select(meeting).where(meeting.c.id == number, meeting.c.guild_id == guild_id, *coming)
    return connection.execute(query).one_or_none()


def _existing(connection: Connection, guild_id: int, number: int) -> Row[Any]:
    found = _find(connection, guild_id, number)
    if found is None:
        raise ClubError(_GONE)
    return found


def _who_came(connection: Connection, guild_id: int, now: datetime) -> dict[int, list[datetime]]:
    """Give for everybody who came to one of the last meetings, or said so for its time, when they told so."""
    told: dict[int, list[datetime]] = {}
    for each in last_gatherings(connection, guild_id, now):
        there: dict[int, datetime] = {}
        for member_id, moment in _came_to(connection, each):
            there[member_id] = min(moment, there.get(member_id, moment))
        for member_id, moment in there.items():
            told.setdefault(member_id, []).append(moment)
    return told


def _came_to(connection: Connection, each: Gathering) -> list[tuple[int, datetime]]:
    said = (rsvp.c.guild_id == each.guild_id, rsvp.c.slot == each.slot, rsvp.c.date == each.date)
    came = (attendance.c.guild_id == each.guild_id, attendance.c.slot == each.slot, attendance.c.date == each.date)
    queries = (
        select(rsvp.c.member_id, rsvp.c.made_at).where(*said, rsvp.c.at == each.at, rsvp.c.answer.in_(COMING)),
        select(attendance.c.member_id, attendance.c.made_at).where(*came),
    )
    return [(row.member_id, row.made_at) for query in queries for row in connection.execute(query)]


def _not_proposed(connection: Connection, guild_id: int, number: int) -> set[int]:
    presents = (meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.COMING)
    queries = (
        select(meeting.c.presenter_id).where(*presents, meeting.c.presenter_id.is_not(None)),
        select(refusal.c.member_id).where(refusal.c.meeting_id == number),
        select(preference.c.member_id).where(preference.c.guild_id == guild_id, preference.c.unasked == 1),
    )
    return {each for query in queries for each in connection.scalars(query)}


def _last_presented(connection: Connection, guild_id: int, members: set[int]) -> dict[int, datetime]:
    """Give when members last presented: when their paper was read, or prompted for, or at least chosen."""
    met = select(func.max(gathering.c.at)).where(gathering.c.meeting_id == meeting.c.id).scalar_subquery()
    told = select(func.max(prompt.c.made_at)).where(prompt.c.meeting_id == meeting.c.id).scalar_subquery()
    moment = func.coalesce(met, told, meeting.c.chosen_at, meeting.c.made_at, type_=meeting.c.made_at.type)
    query = select(meeting.c.presenter_id, moment.label("at")).where(
        meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.HELD, meeting.c.presenter_id.in_(members)
    )
    last: dict[int, datetime] = {}
    for row in connection.execute(query):
        last[row.presenter_id] = max(row.at, last.get(row.presenter_id, row.at))
    return last
