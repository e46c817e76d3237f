"""What is read at the next meetings of a slot, as far as that is known."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.club.diary import Diary
from bot.club.slot import Slot
from bot.papers.tex import readable_text


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

    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    async def find(self, slot: Slot, now: datetime) -> dict[date, Subject]:
        """Give the papers of the next meetings, by their original dates; none where that is not known."""
        found: dict[date, Subject] = {}
        for entry in await self._diary.read(slot.guild_id, now):
            paper = entry.paper or entry.prompted
            if paper and entry.occasion and entry.occasion.slot.id == slot.id:
                url = paper.paper_id.url if paper.paper_id else ""
                found[entry.occasion.occurrence.original] = Subject(readable_text(paper.title), url)
        return found
