"""What is read at the next meetings of a slot, as far as that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.club.meeting import Meeting
from bot.club.prompt import Prompt, Why
from bot.club.schedule import next_occurrences
from bot.club.slot import Slot
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore
from bot.papers.tex import readable_text

_MOST = 8


@dataclass(frozen=True, slots=True)
class Subject:
    """A paper, in plain text; `url` may be empty."""

    title: str
    url: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said of it."""
        return (f"We read: {self.title}", *filter(None, [self.url]))


class Subjects:
    """Tells which paper is read when."""

    def __init__(self, meetings: MeetingStore, prompts: PromptStore) -> None:
        self._meetings = meetings
        self._prompts = prompts

    async def find(self, slot: Slot, now: datetime, until: date) -> dict[date, Subject]:
        """Give the papers of the next meetings, by their original dates; none where that is not known.

        They end with the one that has the original date `until`, or after eight.

        A paper that members were prompted for stays with its date while it is to come; the others follow in their
        order.
        """
        days = [each.original for each in next_occurrences(slot.schedule, now, _MOST)]
        days = days[: days.index(until) + 1] if until in days else days
        prompts = [await self._prompts.find(slot.guild_id, slot.key, day.isoformat()) for day in days]
        return _assign(days, prompts, await self._meetings.list_coming(slot.guild_id))


def _assign(days: Sequence[date], prompts: Sequence[Prompt | None], coming: Sequence[Meeting]) -> dict[date, Subject]:
    known = {each.id for each in coming}
    bound = {
        day: prompt
        for day, prompt in zip(days, prompts, strict=True)
        if prompt and prompt.why is not Why.NOTHING and (prompt.meeting_id is None or prompt.meeting_id in known)
    }
    taken = {prompt.meeting_id for prompt in bound.values()}
    left = iter([each for each in coming if each.id not in taken])
    papers = ((day, bound.get(day) or next(left, None)) for day in days)
    return {
        day: Subject(readable_text(paper.title), paper.paper_id.url if paper.paper_id else "")
        for day, paper in papers
        if paper
    }
