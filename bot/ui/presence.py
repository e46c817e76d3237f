"""Whether a member is still in the server: asked before they are named, since those who leave are not told of."""

import asyncio
import time
from collections.abc import Collection, Iterable
from enum import Enum, auto

import aiohttp
import discord

from bot.ui.controls import Interaction

_PATIENCE = 1.5  # seconds; Discord waits three for an answer
# "Unknown Member" and "Unknown User"; a server that Discord does not know says nothing of who is in it.
# Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
_LEFT = (10007, 10013)


_MINUTE = 60.0  # seconds for which it is known who is here
_KEPT = 10_000  # members


class Presence(Enum):
    """What Discord says of a member."""

    HERE = auto()
    LEFT = auto()
    UNKNOWN = auto()  # it did not answer, or not in time


async def find_presence(interaction: Interaction, member_id: int) -> Presence:
    """Ask Discord whether a member is in the server in which somebody acts."""
    if member_id == interaction.user.id:
        return Presence.HERE
    return await presence_in(interaction.guild, member_id)


async def presence_in(guild: discord.Guild | None, member_id: int) -> Presence:
    """Ask Discord whether a member is in a server."""
    if guild is None:
        return Presence.UNKNOWN
    try:
        async with asyncio.timeout(_PATIENCE):
            await guild.fetch_member(member_id)
    except discord.NotFound as error:
        return Presence.LEFT if error.code in _LEFT else Presence.UNKNOWN
    except (discord.HTTPException, aiohttp.ClientError, OSError):  # TimeoutError is one of the last
        return Presence.UNKNOWN
    return Presence.HERE


class Presences:
    """Remembers for a minute who is here, since many click the same message at the same time."""

    def __init__(self) -> None:
        self._asked: dict[tuple[int, int], tuple[float, asyncio.Future[Presence]]] = {}

    def saw(self, guild_id: int, member_id: int) -> None:
        """Remember that a member has just done something."""
        here = asyncio.get_running_loop().create_future()
        here.set_result(Presence.HERE)
        self._keep(guild_id, member_id, here)

    async def find(
        self, interaction: Interaction, guild_id: int, member_ids: Iterable[int], *, anew: bool = False
    ) -> dict[int, Presence]:
        """Tell of some members whether they are here; `anew` asks Discord of each again."""
        asked = {member_id: self._ask(interaction, guild_id, member_id, anew=anew) for member_id in member_ids}
        found = await asyncio.gather(*asked.values())
        return dict(zip(asked, found, strict=True))

    def _ask(self, interaction: Interaction, guild_id: int, member_id: int, *, anew: bool) -> asyncio.Future[Presence]:
        since, known = self._asked.get((guild_id, member_id), (0.0, None))
        if known and not anew and time.monotonic() - since < _MINUTE:
            return known
        asking = asyncio.ensure_future(find_presence(interaction, member_id))
        self._keep(guild_id, member_id, asking)
        return asking

    def _keep(self, guild_id: int, member_id: int, known: asyncio.Future[Presence]) -> None:
        if len(self._asked) >= _KEPT:
            self._asked.clear()
        self._asked[guild_id, member_id] = time.monotonic(), known


def those(found: dict[int, Presence], presence: Presence) -> Collection[int]:
    """Give the members of whom Discord says the same."""
    return [member_id for member_id, each in found.items() if each is presence]
