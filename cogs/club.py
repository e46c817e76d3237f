"""/club: how the club's bot is, for its organisers."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.stores.clubs import ClubStore
from bot.errors import ClubError
from bot.library.library import Libraries
from bot.ui.answers import answered, reply
from bot.ui.cards import View, note
from bot.ui.controls import NUMBER, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_organiser, require_organiser
from bot.ui.status import fault_note, status_page


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class ClubCog(commands.GroupCog, group_name="club", group_description="How the club's bot is, for its organisers"):
    """Answer organisers, and tell them what they should know."""

    def __init__(self, libraries: Libraries, clubs: ClubStore, controls: Controls, mentions: Mentions) -> None:
        self._libraries = libraries
        self._clubs = clubs
        self._mentions = mentions
        self._told: set[tuple[int, str]] = set()  # servers and faults
        controls.on("status", self.turn_status, NUMBER)
        controls.on("reread", self.read_again)
        controls.on("acceptloss", self.accept_loss, NUMBER)

    @app_commands.command()
    @answered
    async def status(self, interaction: Interaction) -> None:
        """How many reviews are loaded, when, and what is wrong with their files"""
        await reply(interaction, await self._status(interaction, 0))

    async def turn_status(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of the problems."""
        await reply(interaction, await self._status(interaction, int(arguments[0])))

    async def read_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Read what changed in the folder, now."""
        await self._refresh(interaction)

    async def accept_loss(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Read the folder as it is, although much of it is gone: as many files as the button was made for."""
        await self._refresh(interaction, accept=int(arguments[0]))

    async def _refresh(self, interaction: Interaction, *, accept: int | None = None) -> None:
        await require_organiser(interaction, self._clubs)
        library = self._libraries.for_guild(interaction.guild_id)
        await interaction.response.defer()
        report = await library.refresh(discord.utils.utcnow(), accept=accept)
        done = (
            f"{report.read} files were read anew, {report.gone} are gone."
            if report.read or report.gone
            else "Nothing had changed."
        )
        await interaction.edit_original_response(view=await self._status(interaction, 0, done=done))

    async def _status(self, interaction: Interaction, page: int, done: str = "") -> View:
        await require_organiser(interaction, self._clubs)
        status = await self._libraries.for_guild(interaction.guild_id).status(discord.utils.utcnow())
        self._told |= {(interaction.guild_id or 0, fault) for fault in status.faults}
        return status_page(status, page, done)

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, command: object) -> None:
        """Tell an organiser who uses the bot about a fault of the library, once."""
        if interaction.guild_id is None:
            return
        try:
            faults = self._libraries.for_guild(interaction.guild_id).faults.values()
            self._told = {told for told in self._told if told[0] != interaction.guild_id or told[1] in faults}
            new = {(interaction.guild_id, fault) for fault in faults} - self._told
            may_know = new and is_organiser(interaction, await self._clubs.get(interaction.guild_id))
        except ClubError:
            return
        if may_know and (new := new - self._told):
            self._told |= new
            view = note(fault_note([fault for _, fault in sorted(new)], self._mentions))
            await interaction.followup.send(view=view, ephemeral=True)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(ClubCog(bot.libraries, bot.clubs, bot.controls, bot.mentions))
