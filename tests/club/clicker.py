"""A process that counts members for a suggestion, each several times: `python -m tests.club.clicker URL GUILD NUMBER`."""

import asyncio
import sys
from datetime import UTC, datetime

from bot.club.stores.suggestions import SuggestionStore
from bot.database.postgres import PostgresDatabase

MEMBERS = range(1_000, 1_100)
_TIMES = 3


async def click(url: str, guild_id: int, number: int) -> None:
    database = PostgresDatabase(url)
    await database.open()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    store, now = SuggestionStore(database), datetime.now(UTC)
    clicks = [store.add_voice(guild_id, number, member, now) for member in MEMBERS for _ in range(_TIMES)]
    await asyncio.gather(*clicks)
    await database.close()


if __name__ == "__main__":
    asyncio.run(click(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
