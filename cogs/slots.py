"""The page of a slot, on which organisers set what is posted around it."""

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.club import Club
from bot.club.dates import parse_time
from bot.club.ladder import Kind, Quiet
from bot.club.slot import NewSlot, Slot, begin_weekly
from bot.club.stores.clubs import ClubStore
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.club.zones import is_zone
from bot.errors import ClubError
from bot.ui import slot_posts, week
from bot.ui.announced import Announcements
from bot.ui.answers import reply
from bot.ui.cards import note
from bot.ui.controls import ANY, DATE, ROW_NUMBER, Controls, Interaction
from bot.ui.events import require_events
from bot.ui.organisers import require_organiser
from bot.ui.text import escape
from bot.ui.week_choices import read_clock, read_iso

_NO_MEETING = "This is no meeting, so nothing is posted around it."


class SlotsCog(commands.Cog):
    """Answer the controls of a slot's page: each for organisers alone."""

    def __init__(self, bot: Paperclub, clubs: ClubStore, slots: SlotStore, announcements: Announcements) -> None:
        self._bot = bot
        self._clubs = clubs
        self._slots = slots
        self._announcements = announcements
        controls: Controls = bot.controls
        controls.on("slot", self.show_slot, ROW_NUMBER)
        controls.on(
            "putslot", self.replace, ROW_NUMBER, "[0-6]{1,7}", "[0-2][0-9][0-5][0-9]", ANY, "[pm][0-7]?", "[0-9]{1,2}"
        )
        controls.on("slotposts", self.set_posts, ROW_NUMBER)
        controls.on("slotdays", self.set_days, ROW_NUMBER, "choose|prompt", "[0-9]{1,2}")
        controls.on("slotminutes", self.set_minutes, ROW_NUMBER, "[0-9]{1,3}")
        controls.on("askquiet", self.ask_quiet, ROW_NUMBER)
        controls.on("quiet", self.set_quiet, ROW_NUMBER, ANY, ANY)
        controls.on("unskip", self.put_back, ROW_NUMBER, DATE)
        controls.on("pauseslot", self.pause_slot, ROW_NUMBER)
        controls.on("resumeslot", self.resume_slot, ROW_NUMBER)
        controls.on("askremove", self.ask_remove, ROW_NUMBER)
        controls.on("removeslot", self.remove_slot, ROW_NUMBER)

    async def show_slot(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show an organiser a slot and what can be set."""
        club = await require_organiser(interaction, self._clubs)
        found = await self._slots.choose(club.guild_id, (values or arguments)[0])
        await self._announcements.show(interaction, club, found)

    async def replace(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let a slot take the place of the one that has its name."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        number, days, clock, zone, kind, every, *channel = arguments
        before, channel_id = await self._slots.choose(club.guild_id, number), int(*channel) if channel else 0
        guild = interaction.guild
        if int(clock) >= 2400 or not is_zone(zone) or (channel_id and not (guild and guild.get_channel(channel_id))):
            raise ClubError("That cannot be set any more. Please run the command again.")
        schedule = begin_weekly(tuple(map(int, days)), read_clock(clock), zone, int(every), now)
        new_kind = Kind.PROMPT if kind[0] == "p" else Kind.MEETING
        minutes = slot_posts.MINUTES[int(kind[1])] if kind[1:] else None
        new = NewSlot(before.name, schedule, new_kind, channel_id or None, minutes)
        after = await self._slots.add(club.guild_id, interaction.user.id, now, new, replace=True)
        await self._done(interaction, club, before, after, "It is set")

    async def put_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let a date take place as the others do."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        day = read_iso((values or arguments[1:])[0])
        if day is None:
            raise ClubError("That is not a date of this slot.")
        found = await self._slots.choose(club.guild_id, arguments[0])
        after = await self._slots.unskip(club.guild_id, found.id, interaction.user.id, now, day)
        await self._done(interaction, club, found, after, f"{week.say_date(day)} is as usual again")

    async def pause_slot(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Pause a slot until it is resumed."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, arguments[0])
        after = await self._slots.pause(club.guild_id, found.id, interaction.user.id, now, None)
        await self._done(interaction, club, found, after, "It is paused")

    async def resume_slot(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Resume a slot."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, arguments[0])
        after = await self._slots.resume(club.guild_id, found.id, interaction.user.id, now)
        await self._done(interaction, club, found, after, "It takes place")

    async def ask_remove(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask whether a slot is to be removed."""
        club = await require_organiser(interaction, self._clubs)
        await reply(interaction, week.remove_question(await self._slots.choose(club.guild_id, arguments[0])))

    async def remove_slot(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Remove a slot; who clicks twice reads the same."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.remove(club.guild_id, int(arguments[0]), interaction.user.id, now)
        self._bot.outbox.wake()
        self._bot.dispatch("slot_change", club.guild_id)
        name = f"**{escape(found.name)}**" if found else "That slot"
        removed = f"{name} is removed. Nothing of it is posted any more."
        await reply(interaction, note(removed))
        if found and (said := await self._announcements.follow(found, None, now)):
            await interaction.edit_original_response(view=note("\n".join([removed, *said])))

    async def set_posts(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set which posts come around a meeting."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, arguments[0])
        if found.ladder.kind is not Kind.MEETING:
            raise ClubError(_NO_MEETING)
        chosen, member_id = [*arguments[1:], *values], interaction.user.id
        has_events = "events" in chosen
        try:
            if has_events and not found.has_events:
                require_events(interaction.guild)
        except ClubError as error:  # so that the menu shows again what is set
            await self._announcements.show(interaction, club, found, doubt=error.sentence)
            return
        ladder = slot_posts.read_posts(chosen, found.ladder)
        after = await self._slots.set_posts(
            club.guild_id, found.id, member_id, now, ladder, found.quiet, has_events=has_events
        )
        await self._done(interaction, club, found, after, "The posts are set")

    async def set_days(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set how many days before a meeting what is read is chosen, or the prompt comes."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found, (rung, days) = await self._slots.choose(club.guild_id, arguments[0]), [*arguments[1:], *values][:2]
        if found.ladder.kind is not Kind.MEETING:
            raise ClubError(_NO_MEETING)
        try:
            ladder = slot_posts.read_days(found.ladder, rung, days)
        except ClubError as error:  # so that the menu shows again what is set
            await self._announcements.show(interaction, club, found, doubt=error.sentence)
        else:
            member_id = interaction.user.id
            after = await self._slots.set_posts(club.guild_id, found.id, member_id, now, ladder, found.quiet)
            await self._done(interaction, club, found, after, "The days are set")

    async def set_minutes(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set how long a meeting lasts."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, arguments[0])
        if found.ladder.kind is not Kind.MEETING:
            raise ClubError(_NO_MEETING)
        ladder, member_id = slot_posts.read_minutes(found.ladder, (values or arguments[1:])[0]), interaction.user.id
        after = await self._slots.set_posts(club.guild_id, found.id, member_id, now, ladder, found.quiet)
        await self._done(interaction, club, found, after, f"It lasts {slot_posts.say_minutes(ladder.minutes)}")

    async def ask_quiet(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask for the quiet hours."""
        club = await require_organiser(interaction, self._clubs)
        await interaction.response.send_modal(
            slot_posts.quiet_form(await self._slots.choose(club.guild_id, arguments[0]))
        )

    async def set_quiet(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Set the hours in which nothing is posted before a meeting."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, arguments[0])
        begin, end = (text.strip() for text in [*arguments[1:], *values][:2])
        if bool(begin) != bool(end):
            raise ClubError("Quiet hours have a beginning and an end. Fill in both, or none.")
        quiet = Quiet(parse_time(begin), parse_time(end)) if begin else None
        if quiet and quiet.begin == quiet.end:
            raise ClubError("These quiet hours begin when they end. Type two different times, or none.")
        member_id = interaction.user.id
        after = await self._slots.set_posts(club.guild_id, found.id, member_id, now, found.ladder, quiet)
        await self._done(interaction, club, found, after, "The quiet hours are set")

    async def _done(self, interaction: Interaction, club: Club, before: Slot | None, slot: Slot, done: str) -> None:
        self._bot.outbox.wake()
        self._bot.dispatch("slot_change", club.guild_id)
        await self._announcements.answer(interaction, club, before, slot, done)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    announcements = Announcements(bot, bot.bursts, PostStore(database), PromptStore(database), RsvpStore(database))
    await bot.add_cog(SlotsCog(bot, bot.clubs, SlotStore(bot.database), announcements))
