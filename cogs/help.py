"""/help: what Paperclub can do here, and where the data goes."""

from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.club import Club
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
        self, tree: app_commands.CommandTree[Any], libraries: Libraries, clubs: ClubStore, mentions: Mentions
    ) -> None:
        self._tree = tree
        self._libraries = libraries
        self._clubs = clubs
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
        view = help_page(others, interaction, self._mentions, site_url, trouble, organiser=organiser)
        await reply(interaction, view)

    async def _club(self, interaction: Interaction) -> Club:
        """Give what the club has set; help is needed most when that cannot be read."""
        try:
            return await self._clubs.get(interaction.guild_id or 0)
        except StorageFault:
            return Club(interaction.guild_id or 0)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(HelpCog(bot.tree, bot.libraries, bot.clubs, bot.mentions))
