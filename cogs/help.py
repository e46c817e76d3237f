"""/help: what Paperclub can do here, and where the data goes."""

from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.errors import LibraryNotConnected
from bot.library.library import Libraries
from bot.ui.answers import answered, reply
from bot.ui.controls import Interaction
from bot.ui.help import help_page
from bot.ui.mentions import Mentions


class HelpCog(commands.Cog):
    """Answer whoever does not know what to type."""

    def __init__(self, tree: app_commands.CommandTree[Any], libraries: Libraries, mentions: Mentions) -> None:
        self._tree = tree
        self._libraries = libraries
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
        await reply(interaction, help_page(others, interaction, self._mentions, site_url, trouble))


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(HelpCog(bot.tree, bot.libraries, bot.mentions))
