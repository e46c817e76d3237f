"""What every source of papers can do, and how it says that it cannot just now."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper


class SourceFault(Exception):
    """Say why a source gave no answer: a clause that follows its name, such as `is not answering`.

    `retry_after` are the seconds after which it makes sense to ask again, None when nobody knows.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Source(Protocol):
    """A service that describes papers."""

    name: str

    def knows(self, paper_id: PaperId) -> bool:
        """Tell whether papers of this kind of id can be asked for here."""
        ...

    async def fetch(self, ids: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Describe papers, by the ids that were asked for; those that the source does not know are left out.

        Raises SourceFault.
        """
        ...

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find papers by words of their titles, the best first. Raises SourceFault."""
        ...

    async def aclose(self) -> None:
        """End what is being asked, and close the connection; may be called again."""
        ...
