"""The bot as a program that ends in the middle of a change: `python -m tests.dying_club run`.

It is told by the environment: it is killed in the change DIE_IN, such as `BallotStore.cast`, at the point DIE_AT, and
leaves a file `died` behind. With EARLY it confirms changes before they are committed, which no bot may do. No source of
papers is asked.
"""

import asyncio
import os
import time
from typing import Any, TypeVar

from discord.webhook.async_ import AsyncWebhookAdapter
from sqlalchemy import Connection

from bot import __main__ as program
from bot import client
from bot.client import Paperclub, create_bot
from bot.database.database import Work
from bot.database.sqlite import SqliteDatabase
from bot.settings import Settings
from tests.dying_bot import reach

T = TypeVar("T")

POINTS = ("not begun", "not committed", "committed", "answered")
_DIE_IN = os.environ.get("DIE_IN", "nothing")
_SLOW = 1.0  # seconds that a commit takes which is not waited for


class DyingDatabase(SqliteDatabase):
    changed = False  # what it dies in has been done

    async def _write(self, work: Work[T]) -> T:
        if _DIE_IN not in work.__qualname__:
            return await super()._write(work)
        reach("not begun")

        def dying(connection: Connection) -> T:
            result = work(connection)
            reach("not committed")
            return result

        result = await (self._early(dying) if "EARLY" in os.environ else super()._write(dying))
        DyingDatabase.changed = True
        reach("committed")
        return result

    async def _early(self, work: Work[T]) -> T:
        loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def tell(connection: Connection) -> None:
            loop.call_soon_threadsafe(done.set_result, work(connection))
            time.sleep(_SLOW)

        self._late = asyncio.ensure_future(super()._write(tell))
        return await done


_request = AsyncWebhookAdapter.request


async def request(*arguments: Any, **options: Any) -> Any:
    """Answer an interaction, or change the answer."""
    answered = await _request(*arguments, **options)
    if DyingDatabase.changed:
        reach("answered")
    return answered


def create_dying_bot(settings: Settings) -> Paperclub:
    """Build the bot on a database that dies."""
    bot = create_bot(settings, ())
    bot._connection.guild_ready_timeout = 0.1
    return bot


if __name__ == "__main__":
    program.create_bot = create_dying_bot
    client.SqliteDatabase = DyingDatabase
    AsyncWebhookAdapter.request = request
    program.main()
