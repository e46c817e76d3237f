"""/recap: the draft of the next review."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.recapping import Recapping
from bot.club.stores.clubs import ClubStore
from bot.club.stores.recaps import RecapStore
from bot.club.zones import load_zone
from bot.errors import ClubError
from bot.ui.answers import answered, completed
from bot.ui.cards import View, note
from bot.ui.controls import Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import FOR_ORGANISERS, is_organiser, require_organiser
from bot.ui.patience import awaited, put
from bot.ui.recap import TOO_LONG, WRITING, recap_choice, recap_message


class RecapCog(commands.Cog, description="Meetings"):
    """Give organisers the draft of a review of what the club has read."""

    def __init__(self, clubs: ClubStore, recapping: Recapping, mentions: Mentions) -> None:
        self._clubs = clubs
        self._recapping = recapping
        self._mentions = mentions

    @app_commands.command(extras=FOR_ORGANISERS)
    @app_commands.guild_only()
    @app_commands.describe(paper="What was read; without it, what the club met for last")
    @answered
    async def recap(self, interaction: Interaction, paper: str = "") -> None:
        """Get the draft of the next review, in the style of the club's own"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        topic = await self._recapping.choose(club.guild_id, paper, now)
        await interaction.response.defer(ephemeral=True, thinking=True)

        async def so_far() -> View:
            return note(WRITING)

        writing = self._recapping.write(club.guild_id, topic, load_zone(club.zone), now)
        recap = await awaited(interaction, writing, so_far)
        if recap is None:
            raise ClubError(TOO_LONG)
        view, file = recap_message(recap, self._mentions)
        await put(interaction, view, [file])

    @recap.autocomplete("paper")
    @completed
    async def complete(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Complete what was read, for organisers."""
        if interaction.guild_id is None or not is_organiser(interaction, await self._clubs.get(interaction.guild_id)):
            return []
        found = await self._recapping.suggest(interaction.guild_id, current, discord.utils.utcnow())
        return [recap_choice(topic) for topic in found]


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    recapping = Recapping(bot.libraries, bot.catalog, RecapStore(bot.database))
    await bot.add_cog(RecapCog(bot.clubs, recapping, bot.mentions))
