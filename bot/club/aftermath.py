"""What is left of a meeting that took place: what was read, how many came, and what they said."""

from dataclasses import dataclass
from datetime import datetime

from bot.club.gathering import Gathering, Headcount
from bot.club.meeting import Meeting, MeetingState
from bot.club.prompt import Choice, Prompt, Why
from bot.club.stores.attendance import AttendanceStore, Name
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore


@dataclass(frozen=True, slots=True)
class Past:
    """A meeting that has begun, or is over.

    `choice` is what was read: nothing where that is not known, or where the club did not get to it, which `missed`
    tells. `prompt` is what was asked about it.
    """

    gathering: Gathering
    turnout: Headcount
    choice: Choice
    prompt: Prompt | None = None
    presenter_id: int | None = None
    missed: bool = False


class Aftermath:
    """Tells what is left of meetings."""

    def __init__(
        self, gatherings: GatheringStore, meetings: MeetingStore, prompts: PromptStore, attendance: AttendanceStore
    ) -> None:
        self._gatherings = gatherings
        self._meetings = meetings
        self._prompts = prompts
        self._attendance = attendance

    async def find(self, name: Name, now: datetime) -> Past | None:
        """Give a meeting that has begun, and close it if it is over; None where there is none."""
        found = await self._gatherings.get(*name)
        if found and not found.closed and found.ends_at <= now:
            found = await self._gatherings.close(*name, now)
        if found is None or found.at > now:
            return None
        prompt = await self._prompts.find(*name)
        number = found.meeting_id or (prompt.meeting_id if prompt and not found.closed else None)
        meeting = await self._meetings.get(found.guild_id, number) if number else None
        if prompt and meeting and not _is_of(prompt, meeting):
            prompt = None
        unread = found.closed and meeting is None and prompt is not None and prompt.why is not Why.AGAIN
        expected = prompt.meeting_id if unread and prompt else None
        again = await self._meetings.get(found.guild_id, expected) if expected else None
        read = Choice() if unread or prompt is None else prompt
        return Past(
            found,
            await self._attendance.count(name),
            _chosen(meeting) if meeting else read,
            prompt,
            meeting.presenter_id if meeting else None,
            again is not None and again.state is not MeetingState.DROPPED,
        )

    async def last(self, guild_id: int, now: datetime) -> Past | None:
        """Give the last meeting of a club that is over."""
        for found in await self._gatherings.list_past(guild_id, now, 1):
            return await self.find((found.guild_id, found.slot, found.date), now)
        return None


def _is_of(prompt: Prompt, meeting: Meeting) -> bool:
    if prompt.meeting_id is not None:
        return prompt.meeting_id == meeting.id
    return meeting.suggestion is not None and prompt.suggestion_id == meeting.suggestion.id


def _chosen(meeting: Meeting) -> Choice:
    suggested = meeting.suggestion.review_key if meeting.suggestion else None
    key = meeting.review_key or suggested
    return Choice(Why.CHOSEN, meeting.title, meeting.authors, meeting.paper_id, key, meeting.id)
