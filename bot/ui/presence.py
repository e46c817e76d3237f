"""Whether a member is still in the server: asked before they are named, since those who leave are not told of."""

import asyncio
from enum import Enum, auto

import aiohttp
import discord

from bot.ui.controls import Interaction

_PATIENCE = 1.5  # seconds; Discord waits three for an answer
# "Unknown Member" and "Unknown User"; a server that Discord does not know says nothing of who is in it.
# Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
_LEFT = (10007, 10013)


class Presence(Enum):
    """What Discord says of a member."""

    HERE = auto()
    LEFT = auto()
    UNKNOWN = auto()  # it did not answer, or not in time


async def find_presence(interaction: Interaction, member_id: int) -> Presence:
    """Ask Discord whether a member is in the server in which somebody acts."""
    if member_id == interaction.user.id:
        return Presence.HERE
    return await find_in(interaction.guild, member_id)


async def find_in(guild: discord.Guild | None, member_id: int) -> Presence:
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
