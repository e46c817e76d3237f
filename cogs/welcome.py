"""The one message that Paperclub posts unasked: its greeting, when it joins a server."""

import logging

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.errors import LibraryLoading, LibraryNotConnected
from bot.library.facets import Filter
from bot.library.library import Libraries
from bot.ui.cards import View
from bot.ui.help import unconnected, welcome
from bot.ui.mentions import Mentions

_log = logging.getLogger(__name__)


class WelcomeCog(commands.Cog):
    """Greet a new server."""

    def __init__(self, libraries: Libraries, mentions: Mentions) -> None:
        self._libraries = libraries
        self._mentions = mentions

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet the server, once: discord.py calls this for new servers only, not for those that come back."""
        channel = _place_to_speak(guild)
        if channel is None:
            _log.info("joined server %s; no channel of it lets the bot post its greeting", guild.id)
            return
        try:
            # Discord answers a nonce that it saw minutes ago with the earlier message, and posts nothing.
            await channel.send(view=self._greeting(guild.id), silent=True, nonce=str(guild.id))
        except discord.HTTPException as error:
            _log.warning("joined server %s; its greeting could not be posted in %s: %s", guild.id, channel.id, error)
        else:
            _log.info("joined server %s; greeted it in %s", guild.id, channel.id)

    def _greeting(self, guild_id: int) -> View:
        try:
            reviews = len(self._libraries.for_guild(guild_id).browse(Filter(), discord.utils.utcnow()))
        except LibraryNotConnected:
            return unconnected(self._mentions, guild_id)
        except LibraryLoading:
            reviews = None
        return welcome(self._mentions, reviews)


def _place_to_speak(guild: discord.Guild) -> discord.TextChannel | None:
    """Give the channel that the server chose for such messages, else the first one in which the bot may speak."""
    channels = ([guild.system_channel] if guild.system_channel else []) + guild.text_channels
    # In a channel that the bot cannot see discord.py finds no permission at all.
    return next((channel for channel in channels if channel.permissions_for(guild.me).send_messages), None)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(WelcomeCog(bot.libraries, bot.mentions))
