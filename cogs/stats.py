"""/stats: what the club did, in a picture."""

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.stats import Stats, count_stats
from bot.club.stores.clubs import ClubStore
from bot.club.stores.stats import StatsStore
from bot.club.zones import load_zone
from bot.errors import LibraryNotConnected
from bot.library.facets import telling_tags
from bot.library.library import Libraries
from bot.ui.answers import answered
from bot.ui.canvas import PALETTE, paint
from bot.ui.cards import View, note
from bot.ui.controls import Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import require_club
from bot.ui.patience import awaited, put
from bot.ui.presence import find_presence
from bot.ui.stats import ASKED, DRAWING, Answer, no_stats, stats_page
from bot.ui.stats_picture import stats_picture


class StatsCog(commands.Cog, description="The club"):
    """Count what one club did, and show it."""

    def __init__(
        self, libraries: Libraries, clubs: ClubStore, stats: StatsStore, controls: Controls, mentions: Mentions
    ) -> None:
        self._libraries = libraries
        self._clubs = clubs
        self._stats = stats
        self._mentions = mentions
        controls.on("sharestats", self.share)

    @app_commands.command()
    @answered
    async def stats(self, interaction: Interaction) -> None:
        """Show what the club read, who suggests and presents, and how many take part"""
        require_club(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._answer(interaction)

    async def share(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post the statistics for everybody."""
        require_club(interaction)
        await interaction.response.defer(thinking=True)
        await self._answer(interaction, interaction.user.display_name)

    async def _answer(self, interaction: Interaction, sharer: str = "") -> None:
        async def so_far() -> View:
            return note(DRAWING)

        answer = await awaited(interaction, self._draw(interaction, sharer), so_far)
        view, files = answer or (note("The picture could not be drawn in time. Please try again in a minute."), ())
        await put(interaction, view, files)

    async def _draw(self, interaction: Interaction, sharer: str) -> Answer:
        stats = await self._count(require_club(interaction))
        if stats.is_empty:
            return no_stats(self._mentions), ()
        people = [*stats.record.suggesters[:ASKED], *stats.record.presenters[:ASKED]]
        members = list(dict.fromkeys(person.member_id for person in people))
        presences = await asyncio.gather(*(find_presence(interaction, member_id) for member_id in members))
        picture = await paint(stats_picture, stats)
        return stats_page(stats, dict(zip(members, presences, strict=True)), picture, self._mentions, sharer=sharer)

    async def _count(self, guild_id: int) -> Stats:
        now = discord.utils.utcnow()
        club = await self._clubs.get(guild_id)
        record = await self._stats.read(guild_id, load_zone(club.zone))
        try:
            library = self._libraries.for_guild(guild_id)
        except LibraryNotConnected:  # the club may still have met
            return count_stats((), (), record)
        reviews = [(review.date.date() if review.date else None, review.tags) async for review in library.read_all(now)]
        return count_stats(reviews, telling_tags(library.tags(now), len(reviews), len(PALETTE)), record)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    store = StatsStore(bot.database)
    await bot.add_cog(StatsCog(bot.libraries, bot.clubs, store, bot.controls, bot.mentions))
