"""/help: what Paperclub can do here, and where the data goes."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.agenda import Entry
from bot.club.club import Club
from bot.club.diary import Diary
from bot.club.stores.clubs import ClubStore
from bot.errors import LibraryNotConnected, StorageFault
from bot.library.library import Libraries
from bot.ui.answers import answered, reply
from bot.ui.controls import Interaction
from bot.ui.help import help_page
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_organiser


class HelpCog(commands.Cog):
    """Answer whoever does not know what to type."""

    def __init__(
        self,
        tree: app_commands.CommandTree[Any],
        libraries: Libraries,
        clubs: ClubStore,
        diary: Diary,
        mentions: Mentions,
    ) -> None:
        self._tree = tree
        self._libraries = libraries
        self._clubs = clubs
        self._diary = diary
        self._mentions = mentions

    @app_commands.command(name="help")
    @answered
    async def show_help(self, interaction: Interaction) -> None:
        """Say what Paperclub can do, and where your data goes"""
        site_url, trouble = "", ""
        try:
            site_url = self._libraries.for_guild(interaction.guild_id).site_url
        except LibraryNotConnected as error:
            trouble = error.sentence
        others = [command for command in self._tree.get_commands() if command is not interaction.command]
        organiser = is_organiser(interaction, await self._club(interaction))
        entry = await self._entry(interaction)
        view = help_page(others, interaction, self._mentions, site_url, trouble, organiser=organiser, entry=entry)
        await reply(interaction, view)

    async def _club(self, interaction: Interaction) -> Club:
        """Give what the club has set; help is needed most when that cannot be read."""
        try:
            return await self._clubs.get(interaction.guild_id or 0)
        except StorageFault:
            return Club(interaction.guild_id or 0)

    async def _entry(self, interaction: Interaction) -> Entry | None:
        """Give what the club does next, as far as that can be read."""
        try:
            agenda = await self._diary.read(interaction.guild_id or 0, discord.utils.utcnow())
        except StorageFault:
            return None
        return agenda[0] if agenda else None


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(HelpCog(bot.tree, bot.libraries, bot.clubs, Diary(bot.database), bot.mentions))
