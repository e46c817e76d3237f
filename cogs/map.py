"""/map: which reviews refer to which, in a picture."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.library.facets import telling_tags
from bot.library.library import Libraries, Library
from bot.ui.answers import answered
from bot.ui.canvas import paint
from bot.ui.cards import View, note
from bot.ui.controls import Controls, Interaction
from bot.ui.map_picture import COLOURS, MOST, MOST_LOOSE, Map, map_picture
from bot.ui.mentions import Mentions
from bot.ui.patience import awaited, put
from bot.ui.stats import DRAWING, Answer, map_page, no_map


class MapCog(commands.Cog, description="Reviews"):
    """Draw the library."""

    def __init__(self, libraries: Libraries, controls: Controls, mentions: Mentions) -> None:
        self._libraries = libraries
        self._mentions = mentions
        controls.on("sharemap", self.share)

    @app_commands.command()
    @answered
    async def map(self, interaction: Interaction) -> None:
        """Draw the reviews and how they refer to each other"""
        library = self._libraries.for_guild(interaction.guild_id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._answer(interaction, library)

    async def share(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post the map for everybody."""
        library = self._libraries.for_guild(interaction.guild_id)
        await interaction.response.defer(thinking=True)
        await self._answer(interaction, library, interaction.user.display_name)

    async def _answer(self, interaction: Interaction, library: Library, sharer: str = "") -> None:
        async def so_far() -> View:
            return note(DRAWING)

        answer = await awaited(interaction, self._draw(library, sharer), so_far)
        view, files = answer or (note("The picture could not be drawn in time. Please try again in a minute."), ())
        await put(interaction, view, files)

    async def _draw(self, library: Library, sharer: str) -> Answer:
        now = discord.utils.utcnow()
        network = await library.network(now, MOST, MOST_LOOSE)
        if not network.nodes:
            return no_map(self._mentions), ()
        tags = telling_tags(library.tags(now), network.reviews, COLOURS)
        picture = await paint(map_picture, Map(network, tuple((tag.term, tag.name) for tag in tags)))
        return map_page(network, picture, sharer=sharer)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(MapCog(bot.libraries, bot.controls, bot.mentions))
