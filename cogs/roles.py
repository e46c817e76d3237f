"""No commands: the roles that members take for a date, and the prompt that says who has which."""

import logging
from collections.abc import Collection
from datetime import date

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.duty import Duties
from bot.club.questions import Role
from bot.club.stores.duties import GONE, DutyStore
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import RUNG
from bot.errors import ClubError
from bot.ui.answers import reply
from bot.ui.bursts import FAILURES, Line
from bot.ui.cards import View
from bot.ui.controls import DATE, ROW_NUMBER, Interaction
from bot.ui.organisers import require_club
from bot.ui.roles import find_holders, put_roles, roles_page, taken_line
from bot.ui.spots import open_view
from bot.ui.week_choices import read_iso

_log = logging.getLogger(__name__)

_ROLE = "|".join(Role)


class RolesCog(commands.Cog):
    """Let members take roles and give them back."""

    def __init__(self, bot: Paperclub, duties: DutyStore, posts: PostStore) -> None:
        self._bot = bot
        self._duties = duties
        self._posts = posts
        bot.controls.on("roles", self.show, ROW_NUMBER, DATE)
        bot.controls.on("takerole", self.take, ROW_NUMBER, DATE, _ROLE)
        bot.controls.on("giverole", self.give_back, ROW_NUMBER, DATE, _ROLE)

    async def show(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show a member the roles of a date."""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        await self._show(interaction, await self._duties.get(guild_id, int(arguments[0]), _day(arguments), now))

    async def take(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the member have a role; who comes second is told who was faster."""
        guild_id, now, role = require_club(interaction), discord.utils.utcnow(), Role(arguments[2])
        member_id = interaction.user.id
        wanted = (guild_id, int(arguments[0]), _day(arguments), role, member_id, now)
        duties = await self._duties.take(*wanted)
        holders = await find_holders(interaction.guild, duties.holders, member_id)
        if role not in holders:  # who has it has left
            duties = await self._duties.take(*wanted, gone=duties.holders[role])
            # Discord waits three seconds for an answer, so it is not asked of everybody again.
            known = [member_id, *holders.values()]
            holders = {each: who if who in known else None for each, who in duties.holders.items()}
        lost = holders.get(role) != member_id
        said = taken_line(role, holders) if lost else ""
        await reply(interaction, roles_page(duties, holders, member_id, said))
        if not lost:
            await self._tell(interaction, duties)

    async def give_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the member not have a role any more."""
        guild_id, now, role = require_club(interaction), discord.utils.utcnow(), Role(arguments[2])
        member_id = interaction.user.id
        duties = await self._duties.give_back(guild_id, int(arguments[0]), _day(arguments), role, member_id, now)
        await self._show(interaction, duties)
        await self._tell(interaction, duties)

    async def _show(self, interaction: Interaction, duties: Duties) -> None:
        member_id = interaction.user.id
        holders = await find_holders(interaction.guild, duties.holders, member_id)
        await reply(interaction, roles_page(duties, holders, member_id))

    async def _tell(self, interaction: Interaction, duties: Duties) -> None:
        """Bring the prompt of a date up to date, if it was posted."""
        name = (duties.slot.guild_id, duties.slot.key, duties.date)
        post = await self._posts.get(*name, RUNG)
        if post is None or post.message_id is None:
            return
        channel, message_id = (
            self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id),
            post.message_id,
        )

        async def say_roles(view: View) -> bool:
            duty = await self._duties.list_holders(*name)
            return put_roles(view, await find_holders(interaction.guild, duty, interaction.user.id))

        async def show(lines: Collection[Line]) -> None:
            try:
                message = await channel.fetch_message(message_id)
                view = open_view(message)
                if any([await line(view) is not False for line in lines]):
                    await message.edit(view=view)
            except FAILURES as error:
                _log.info("the prompt of %s of %s does not say who has which role: %s", duties.date, post.slot, error)

        async with self._bot.bursts.edit(message_id) as burst:
            await show([say_roles])
            burst.wrote("roles", say_roles, show)


def _day(arguments: list[str]) -> date:
    day = read_iso(arguments[1])
    if day is None:
        raise ClubError(GONE)
    return day


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(RolesCog(bot, DutyStore(bot.database), PostStore(bot.database)))
