"""Where papers were discussed: found from memory, since the cards that lead there are to be shown at once."""

from collections.abc import Iterable

from bot.club.stores.prompts import PromptStore
from bot.errors import StorageFault
from bot.papers.catalog import latest
from bot.papers.identifiers import PaperId

_KEPT = 1_000  # clubs


class Discussions:
    """Knows the latest thread of each paper in the clubs of this process."""

    def __init__(self, prompts: PromptStore) -> None:
        self._prompts = prompts
        self._kept: dict[int, dict[str, int]] = {}
        self._opened = 0  # how many threads were opened meanwhile

    async def find(self, guild_id: int | None, review_key: str | None, paper_ids: Iterable[PaperId]) -> int | None:
        """Give the latest thread on a review or a paper, in any of its versions; None also while the disk is full."""
        if guild_id is None:
            return None
        threads = self._kept.get(guild_id)
        if threads is None:
            try:
                threads = await self._load(guild_id)
            except StorageFault:
                return None
        if not threads:
            return None
        keys = [f"review {review_key}", *(str(latest(paper_id)) for paper_id in paper_ids)]
        return max((threads[key] for key in keys if key in threads), default=None)

    def forget(self, guild_id: int) -> None:
        """Look anew, since a thread was opened."""
        self._opened += 1
        self._kept.pop(guild_id, None)

    async def _load(self, guild_id: int) -> dict[str, int]:
        threads: dict[str, int] = {}
        opened = self._opened
        for each in await self._prompts.list_discussed(guild_id):
            keys = [f"review {each.review_key}"] if each.review_key else []
            for key in [*keys, *([str(latest(each.paper_id))] if each.paper_id else [])]:
                # The id of a thread tells when it was opened.
                threads[key] = max(threads.get(key, 0), each.thread_id or 0)
        if opened == self._opened:
            self._kept[guild_id] = threads
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return threads
