"""The bot as a program that ends while it keeps events: `python -m tests.dying_events run`.

It says when it has made a pass, and is killed at the point DIE_AT. With WHEN_DONE it ends in order when so many events are there and nothing is left to
do. What would take its time goes quickly.
"""

import os
import signal
import sys
from datetime import datetime, timedelta
from typing import Any

from bot import __main__ as program
from bot.client import Paperclub
from bot.club import event_keeper
from bot.club.event_keeper import EventKeeper
from bot.club.events import EventState

_SOON = timedelta(seconds=0.2)
_create_bot = program.create_bot


def reach(point: str) -> None:
    """Come to a point; be killed there, if that is wanted."""
    if os.environ.get("DIE_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)


class DyingKeeper(EventKeeper):
    def __init__(self, *services: Any) -> None:
        super().__init__(*services, reach)

    async def keep(self, guild_id: int, now: datetime) -> None:
        await super().keep(guild_id, now)
        sys.stdout.write("a pass\n")
        sys.stdout.flush()
        kept = await self._store.list_kept(guild_id)
        states = [each.state for each in kept]
        if os.environ.get("WHEN_DONE") == str(len(states)) and {*states} <= {EventState.THERE} and not self._failures:
            os.kill(os.getpid(), signal.SIGTERM)


def create_bot(*arguments: Any) -> Paperclub:
    """Build the bot, and let it begin as soon as it is connected."""
    bot = _create_bot(*arguments)
    bot._connection.guild_ready_timeout = 0.1

    async def hurry() -> None:
        cogs: Any = bot.extensions["cogs.events"]
        cogs._EVERY = cogs._RARELY = _SOON
        bot.dispatch("slot_change", 0)

    bot.add_listener(hurry, "on_ready")
    return bot


if __name__ == "__main__":
    program.create_bot = create_bot
    event_keeper.EventKeeper = DyingKeeper
    event_keeper.PAUSES = (_SOON,)
    program.main()
