"""No commands: whom the rota proposes to present, and members who exchange papers."""

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.stores.rota import RotaStore
from bot.errors import ClubError
from bot.ui.controls import Controls, Interaction
from bot.ui.organisers import require_club
from bot.ui.presenters import find_proposed, with_proposal

_NUMBER = "[0-9]{1,18}"  # of a meeting, as a database can hold it
_ID = "[0-9]{1,20}"  # of a member


class PresentersCog(commands.Cog):
    """Let those who are proposed say no, and let presenters swap."""

    def __init__(self, rota: RotaStore, controls: Controls) -> None:
        self._rota = rota
        controls.on("notmyturn", self.pass_on, _NUMBER, _ID)

    async def pass_on(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the one who is proposed not be it this time; the next one is proposed then."""
        guild_id, number, now = require_club(interaction), int(arguments[0]), discord.utils.utcnow()
        if int(arguments[1]) != interaction.user.id:
            raise ClubError("Somebody else is proposed, so only they can say that. Anybody can press I'll present.")
        if await self._rota.refuse(guild_id, number, interaction.user.id) is not None:
            raise ClubError("Somebody presents it already, so it is nobody's turn. /next shows who does.")
        proposed = await find_proposed(interaction, self._rota, number, now)
        view = with_proposal(interaction.message, number, proposed) if interaction.message else None
        if view is None:
            await interaction.response.defer()
        else:
            await interaction.response.edit_message(view=view)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(PresentersCog(RotaStore(bot.database), bot.controls))
