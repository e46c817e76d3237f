"""What of the club's week is to be posted is planned a while before, for all clubs, and what is over is closed.

Several processes may do so.
"""

import asyncio
import logging
from datetime import datetime

from bot.club.gathering import Gathering
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.slots import SlotStore
from bot.errors import StorageFault

_log = logging.getLogger(__name__)

_TOGETHER = 8  # slots, each in a transaction of its own


class Closing:
    """Closes the meetings of all clubs that have ended."""

    def __init__(self, gatherings: GatheringStore) -> None:
        self._gatherings = gatherings

    async def close(self, now: datetime) -> datetime | None:
        """Close what has ended; give when the next one ends.

        One that cannot be closed is logged, and does not concern the others. Raises StorageFault when the database
        cannot be used.
        """
        failed = set[tuple[int, str, str]]()
        while over := [each for each in await self._gatherings.list_over(now) if _name(each) not in failed]:
            for each in over:
                try:
                    await self._gatherings.close(*_name(each), now)
                except StorageFault:
                    raise
                except Exception:
                    _log.exception("the meeting %s of %s of guild %s could not be closed", each.date, each.slot,
                                   each.guild_id)  # fmt: skip
                    failed.add(_name(each))
        return await self._gatherings.next_end(now)


def _name(each: Gathering) -> tuple[int, str, str]:
    return each.guild_id, each.slot, each.date


class Week:
    """Plans the posts around the slots of all clubs."""

    def __init__(self, slots: SlotStore) -> None:
        self._slots = slots

    async def plan(self, now: datetime) -> int:
        """Plan what becomes due within the horizon; give how many posts are new.

        A slot that cannot be planned is logged, and does not concern the others. Raises StorageFault when the database
        cannot be used.
        """
        new, failed = 0, set[tuple[int, int]]()
        while waiting := [each for each in await self._slots.waiting(now) if each not in failed]:
            for start in range(0, len(waiting), _TOGETHER):
                batch = waiting[start : start + _TOGETHER]
                done = await asyncio.gather(*(self._plan_one(*each, now) for each in batch))
                new += sum(count or 0 for count in done)
                failed |= {each for each, count in zip(batch, done, strict=True) if count is None}
        return new

    async def _plan_one(self, guild_id: int, number: int, now: datetime) -> int | None:
        """Plan one slot; None when that failed."""
        try:
            return await self._slots.plan(guild_id, number, now)
        except StorageFault:
            raise
        except Exception:
            _log.exception("slot %s of guild %s could not be planned", number, guild_id)
            return None
