"""/club: how the club's bot is, and what the club sets, for its organisers."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import Paperclub
from bot.club.club import Club
from bot.club.delivery import Outbox
from bot.club.stores.clubs import Changes, ClubStore
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.zones import find_zones
from bot.errors import ClubError
from bot.library.library import Libraries
from bot.ui.answers import answered, reply
from bot.ui.audit import PER_PAGE, audit_page
from bot.ui.cards import View, note
from bot.ui.controls import ANY, NUMBER, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import FOR_ORGANISERS, is_organiser, require_organiser
from bot.ui.posted import posted_items
from bot.ui.poster import Content
from bot.ui.setup import Doubt, doubt_zone, read_channel, read_ping_role, read_quota, read_role, setup_page, zone_form
from bot.ui.status import fault_note, status_page
from bot.ui.text import escape

_POST = "[0-9]{1,18}"  # the number of a post, as a database can hold it
_RECENTLY = timedelta(days=120)  # longer than the first post comes before its meeting
_LATELY = timedelta(days=14)  # for which organisers read what went wrong
_NO_DOUBT = "That post is not in doubt any more."
_LAST = 9_999  # a page that is surely behind the last one


@app_commands.guild_only()
class ClubCog(
    commands.GroupCog,
    group_name="club",
    group_description="What the club sets, and how its bot is, for its organisers",
    group_extras=FOR_ORGANISERS,
):
    """Answer organisers, and tell them what they should know."""

    def __init__(
        self,
        libraries: Libraries,
        clubs: ClubStore,
        slots: SlotStore,
        posts: PostStore,
        outbox: Outbox[Content],
        controls: Controls,
        mentions: Mentions,
    ) -> None:
        self._libraries = libraries
        self._clubs = clubs
        self._slots = slots
        self._posts = posts
        self._outbox = outbox
        self._mentions = mentions
        self._told: set[tuple[int, str]] = set()  # servers and faults
        controls.on("status", self.turn_status, NUMBER)
        controls.on("reread", self.read_again)
        controls.on("acceptloss", self.accept_loss, NUMBER)
        controls.on("itisthere", self.confirm_posted, _POST)
        controls.on("postagain", self.post_again, _POST)
        controls.on("setup", self.show_setup)
        controls.on("setchannel", self.set_channel, NUMBER)
        controls.on("setrole", self.set_role)
        controls.on("setping", self.set_ping_role)
        controls.on("askzone", self.ask_zone)
        controls.on("zone", self.find_zone, ANY)
        controls.on("setzone", self.find_zone, ANY)
        controls.on("setquota", self.set_quota, NUMBER)
        controls.on("audit", self.show_audit, NUMBER)

    # --- what is set ------------------------------------------------------------------------------

    @app_commands.command(name="setup")
    @answered
    async def set_up(self, interaction: Interaction) -> None:
        """Set the club's channel, organisers, reminders, time zone, and how much a member may suggest"""
        await self._show_setup(interaction, await require_organiser(interaction, self._clubs))

    async def show_setup(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show what is set, in the place of a private message."""
        await self._show_setup(interaction, await require_organiser(interaction, self._clubs))

    async def set_channel(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set where the bot posts by itself."""
        await self._set(interaction, "channel", lambda guild: read_channel(guild, values or arguments))

    async def set_role(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set whose members are organisers too."""
        await self._set(interaction, "role", lambda guild: read_role(guild, values or arguments))

    async def set_ping_role(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set whom posts notify."""
        await self._set(interaction, "ping", lambda guild: read_ping_role(guild, values or arguments))

    async def ask_zone(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask for a time zone."""
        await require_organiser(interaction, self._clubs)
        await interaction.response.send_modal(zone_form())

    async def find_zone(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set the time zone that was typed or chosen, or say which may be meant."""
        club, typed = await require_organiser(interaction, self._clubs), (values or arguments)[0]
        found = await asyncio.to_thread(find_zones, typed, discord.utils.utcnow())
        if found.sure:
            await self._set(interaction, "zone", lambda guild: {"zone": found.zones[0]})
        else:
            await self._show_setup(interaction, club, doubt_zone(typed, found))

    async def set_quota(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set how many suggestions of one member may be open."""
        await self._set(interaction, "quota", lambda guild: read_quota(values or arguments))

    async def _set(self, interaction: Interaction, place: str, read: Callable[[discord.Guild], Changes]) -> None:
        """Keep what was chosen; what will not do is said in its place of the message."""
        club, doubt = await require_organiser(interaction, self._clubs), None
        try:
            changes = read(_guild(interaction))
        except ClubError as error:
            doubt = Doubt(place, escape(error.sentence))
        else:
            club = await self._clubs.change(club.guild_id, interaction.user.id, discord.utils.utcnow(), **changes)
        await self._show_setup(interaction, club, doubt)

    async def _show_setup(self, interaction: Interaction, club: Club, doubt: Doubt | None = None) -> None:
        await reply(interaction, setup_page(club, _guild(interaction), discord.utils.utcnow(), doubt))

    async def show_audit(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show who decided what, a page of it."""
        club, page = await require_organiser(interaction, self._clubs), min(int(arguments[0]), _LAST)
        lines, total = await self._clubs.read_audit(club.guild_id, page * PER_PAGE, PER_PAGE)
        await reply(interaction, audit_page(lines, page, total))

    # --- how the bot is ---------------------------------------------------------------------------

    @app_commands.command()
    @answered
    async def status(self, interaction: Interaction) -> None:
        """See what was read and posted, what comes next, and what went wrong"""
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
        return status_page(status, page, done, await self._posted(interaction) if page == 0 else ())

    async def _posted(self, interaction: Interaction) -> Sequence[ui.Item[Any]]:
        guild_id, now = interaction.guild_id or 0, discord.utils.utcnow()
        outlook = await self._posts.outlook(guild_id, now - _LATELY)
        slots, over = await self._slots.list_all(guild_id), await self._posts.list_over(guild_id, now - _RECENTLY)
        return posted_items(outlook, slots, over, now)

    async def confirm_posted(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take an organiser's word that a post in doubt is there."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        done = await self._posts.confirm_posted(club.guild_id, int(arguments[0]), interaction.user.id, now)
        await self._decided(interaction, "It counts as posted." if done else _NO_DOUBT)

    async def post_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post what is in doubt once more."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        done = await self._posts.post_again(club.guild_id, int(arguments[0]), interaction.user.id, now)
        self._outbox.wake()
        await self._decided(interaction, "It is posted in a moment." if done else _NO_DOUBT)

    async def _decided(self, interaction: Interaction, done: str) -> None:
        await reply(interaction, await self._status(interaction, 0, done=done))

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


def _guild(interaction: Interaction) -> discord.Guild:
    """Give the server; discord.py does not know it until Discord has told of it."""
    if interaction.guild is None:
        raise ClubError("Paperclub has just started and does not know the server yet. Try again in a moment.")
    return interaction.guild


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    stores = bot.clubs, SlotStore(bot.database), PostStore(bot.database)
    await bot.add_cog(ClubCog(bot.libraries, *stores, bot.outbox, bot.controls, bot.mentions))
