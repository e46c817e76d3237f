"""/me: what is stored about the member who asks, and nobody else."""

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import BallotState
from bot.club.stores.ballots import BallotStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.members import MemberStore
from bot.club.stores.preferences import PreferenceStore
from bot.ui.answers import answered, reply
from bot.ui.controls import Controls, Interaction
from bot.ui.me import export_message, forget_question, forgotten, me_page
from bot.ui.mentions import Mentions
from bot.ui.organisers import require_club


class MeCog(commands.GroupCog, group_name="me", group_description="What is stored about you"):
    """Show, hand out and forget. Whose data it is says the interaction alone, never a button."""

    def __init__(
        self,
        members: MemberStore,
        meetings: MeetingStore,
        ballots: BallotStore,
        preferences: PreferenceStore,
        controls: Controls,
        mentions: Mentions,
    ) -> None:
        self._members = members
        self._meetings = meetings
        self._ballots = ballots
        self._preferences = preferences
        self._mentions = mentions
        controls.on("me", self.show_again)
        controls.on("meexport", self.export_again)
        controls.on("measkforget", self.ask_again)
        controls.on("meforget", self.forget_now)
        controls.on("melisted", self.set_listed, "[01]")
        controls.on("measked", self.set_asked, "[01]")

    @app_commands.command()
    @answered
    async def show(self, interaction: Interaction) -> None:
        """Show what you suggest, want to read, voted for and present in this club"""
        await self._show(interaction)

    @app_commands.command()
    @answered
    async def export(self, interaction: Interaction) -> None:
        """Give everything that is stored about you in this club, as a file"""
        await self._export(interaction)

    @app_commands.command()
    @answered
    async def forget(self, interaction: Interaction) -> None:
        """Remove you from what is stored of this club; asks before it does"""
        await self._ask(interaction)

    async def show_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show what is stored, in the place of a private message."""
        await self._show(interaction)

    async def export_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Give the file."""
        await self._export(interaction)

    async def ask_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask whether the member is to be forgotten."""
        await self._ask(interaction)

    async def forget_now(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Forget the member who clicked."""
        guild_id = require_club(interaction)
        await self._members.forget(guild_id, interaction.user.id, discord.utils.utcnow())
        ballot = await self._ballots.get_latest(guild_id)
        if ballot and ballot.state is BallotState.OPEN:
            interaction.client.dispatch("ballot_change", ballot)  # one may have voted less
        await reply(interaction, forgotten())

    async def set_listed(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the member who clicked be named in statistics, or not."""
        guild_id = require_club(interaction)
        await self._preferences.set_listed(guild_id, interaction.user.id, listed=arguments[0] == "1")
        await self._show(interaction)

    async def set_asked(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the member who clicked be proposed as a presenter, or not."""
        guild_id = require_club(interaction)
        await self._preferences.set_asked(guild_id, interaction.user.id, asked=arguments[0] == "1")
        await self._show(interaction)

    async def _show(self, interaction: Interaction) -> None:
        guild_id, member_id = require_club(interaction), interaction.user.id
        stored, queue, coming, ballot = await asyncio.gather(
            self._members.collect(guild_id, member_id),
            self._members.list_wanted(guild_id, member_id),
            self._meetings.list_coming(guild_id),
            self._ballots.get_latest(guild_id),
        )
        choices = await self._ballots.get_choices(guild_id, ballot.id, member_id) if ballot else ()
        await reply(interaction, me_page(stored, queue, coming, ballot, choices, self._mentions))

    async def _export(self, interaction: Interaction) -> None:
        stored = await self._members.collect(require_club(interaction), interaction.user.id)
        view, file = export_message(stored, discord.utils.utcnow())
        await interaction.response.send_message(view=view, file=file, ephemeral=True)

    async def _ask(self, interaction: Interaction) -> None:
        stored = await self._members.collect(require_club(interaction), interaction.user.id)
        await reply(interaction, forget_question(stored))


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    stores = MemberStore(database), MeetingStore(database), BallotStore(database), PreferenceStore(database)
    await bot.add_cog(MeCog(*stores, bot.controls, bot.mentions))
