"""/schedule: what takes place every week."""

import asyncio
from datetime import UTC, datetime, timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.club import Club
from bot.club.dates import parse_date, parse_time, parse_weekdays
from bot.club.ladder import Kind
from bot.club.schedule import next_occurrences
from bot.club.slot import NewSlot, Slot, begin_weekly, read_name
from bot.club.stores.clubs import ClubStore
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.club.zones import complete_zones, load_zone
from bot.errors import ClubError
from bot.ui import slot_posts, week
from bot.ui.announced import Announcements
from bot.ui.answers import answered, completed, reply
from bot.ui.controls import ROW_NUMBER, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import FOR_ORGANISERS, is_organiser, require_club, require_organiser
from bot.ui.text import clean, label
from bot.ui.week_choices import MOST_CHOICES, date_choices, read_date, read_iso, read_zone, today_of, zone_choice

_KINDS = [
    app_commands.Choice(name="A prompt at just that time", value="prompt"),
    app_commands.Choice(name="A meeting, with posts around it", value="meeting"),
]
_MINUTES = [
    app_commands.Choice(name=slot_posts.say_minutes(each).capitalize(), value=each) for each in slot_posts.MINUTES
]
_SPAN = timedelta(days=14)  # in which a date is offered to be moved to


@app_commands.guild_only()
class ScheduleCog(commands.GroupCog, group_name="schedule", group_description="The club's week"):
    """Let organisers set what takes place every week, and everybody see it."""

    def __init__(self, bot: Paperclub, clubs: ClubStore, slots: SlotStore, announcements: Announcements) -> None:
        self._bot = bot
        self._clubs = clubs
        self._slots = slots
        self._announcements = announcements
        self._mentions: Mentions = bot.mentions
        controls: Controls = bot.controls
        controls.on("slots", self.turn_page, ROW_NUMBER)
        controls.on("preview", self.show_preview, f"(?:{ROW_NUMBER})?")

    # --- for everybody ----------------------------------------------------------------------------

    @app_commands.command(name="show")
    @answered
    async def show(self, interaction: Interaction) -> None:
        """Show what takes place every week, and when next"""
        await self._show(interaction, 0)

    async def turn_page(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of the slots."""
        await self._show(interaction, int(arguments[0]))

    async def _show(self, interaction: Interaction, page: int) -> None:
        guild_id = require_club(interaction)
        club, slots = await self._clubs.get(guild_id), await self._slots.list_all(guild_id)
        organiser = is_organiser(interaction, club)
        now = discord.utils.utcnow()
        await reply(interaction, week.week_page(slots, club, page, now, self._mentions, organiser=organiser))

    @app_commands.command(name="preview")
    @app_commands.describe(slot="Which slot; all of them, if you choose none")
    @answered
    async def preview(self, interaction: Interaction, slot: str | None = None) -> None:
        """Show the next eight dates, in the club's time and in yours"""
        await self._preview(interaction, slot)

    async def show_preview(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the next eight dates of a slot, or of all."""
        await self._preview(interaction, arguments[0])

    async def _preview(self, interaction: Interaction, named: str | None) -> None:
        guild_id = require_club(interaction)
        slots = [await self._slots.choose(guild_id, named)] if named else await self._slots.list_all(guild_id)
        await reply(interaction, week.preview_page(slots, discord.utils.utcnow()))

    # --- a new slot -------------------------------------------------------------------------------

    @app_commands.command(name="weekly", extras=FOR_ORGANISERS)
    @app_commands.describe(
        name="How the club calls it, such as Club night",
        day="Thu, or Mon and Thu",
        time="Such as 18:00 or 6 pm",
        timezone="A city, a country, or a difference such as UTC+2",
        kind="What is posted, and when",
        every="Every so many weeks; every week, if you leave it out",
        channel="Where it is posted; the club's channel, if you choose none",
        minutes="How long a meeting lasts; an hour and a half, if you leave it out",
    )
    @app_commands.choices(kind=_KINDS)
    @app_commands.choices(minutes=_MINUTES)
    @answered
    async def weekly(
        self,
        interaction: Interaction,
        name: str,
        day: str,
        time: str,
        timezone: str,
        kind: str,
        every: app_commands.Range[int, 1, 52] = 1,
        channel: discord.TextChannel | None = None,
        minutes: int | None = None,
    ) -> None:
        """Let something take place every week: a prompt, or a meeting"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        called, days, clock = read_name(clean(name)), parse_weekdays(day), parse_time(time)
        zone = await read_zone(timezone, now)
        schedule = begin_weekly(days, clock, zone, every, now)
        if channel is None and club.channel_id is None:
            raise ClubError("The club has no channel yet. Choose one here, or set the club's with /club setup.")
        if minutes is not None and minutes not in slot_posts.MINUTES:
            raise ClubError("A meeting lasts one of the times that are offered while you type. Choose one of them.")
        new = NewSlot(called, schedule, Kind(kind), channel.id if channel else None, minutes)
        if same := await self._slots.find(club.guild_id, called):
            await reply(interaction, week.replace_question(same, new, now))
        else:
            found = await self._slots.add(club.guild_id, interaction.user.id, now, new)
            await self._done(interaction, club, None, found, "It is set")

    # --- its dates --------------------------------------------------------------------------------

    @app_commands.command(name="skip", extras=FOR_ORGANISERS)
    @app_commands.describe(slot="Which slot", date="Which of its dates")
    @answered
    async def skip(self, interaction: Interaction, slot: str, date: str) -> None:
        """Let a date not take place, such as a holiday"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, slot)
        day = read_date(found, date, now)
        after = await self._slots.skip(club.guild_id, found.id, interaction.user.id, now, day)
        await self._done(interaction, club, found, after, f"{week.say_date(day)} is skipped")

    @app_commands.command(name="move", extras=FOR_ORGANISERS)
    @app_commands.describe(
        slot="Which slot", date="Which of its dates", to="The other day", time="The other time, if it changes"
    )
    @answered
    async def move(self, interaction: Interaction, slot: str, date: str, to: str, time: str | None = None) -> None:
        """Let a date take place on another day, or at another time"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, slot)
        day, zone = read_date(found, date, now), load_zone(found.schedule.zone)
        clock = parse_time(time) if time else found.schedule.time
        other = datetime.combine(parse_date(to, today_of(found, now)), clock)
        if other.replace(tzinfo=zone).astimezone(UTC) <= now:
            raise ClubError("That moment is past. Choose a later one.")
        after = await self._slots.move(club.guild_id, found.id, interaction.user.id, now, day, other)
        done = f"{week.say_date(day)} is moved to {week.say_date(other.date())}, {other:%H:%M}"
        await self._done(interaction, club, found, after, done)

    # --- pausing and removing ---------------------------------------------------------------------

    @app_commands.command(name="pause", extras=FOR_ORGANISERS)
    @app_commands.describe(slot="Which slot", until="The first day on which it may take place again")
    @answered
    async def pause(self, interaction: Interaction, slot: str, until: str | None = None) -> None:
        """Let nothing of a slot take place for a while"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, slot)
        today = today_of(found, now)
        last = parse_date(until, today) if until else None
        if last == today:
            raise ClubError("A pause ends on a later day than today. Choose another one, or none.")
        after = await self._slots.pause(club.guild_id, found.id, interaction.user.id, now, last)
        await self._done(interaction, club, found, after, "It is paused")

    @app_commands.command(name="resume", extras=FOR_ORGANISERS)
    @app_commands.describe(slot="Which slot")
    @answered
    async def resume(self, interaction: Interaction, slot: str) -> None:
        """Let a slot that is paused take place again"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        found = await self._slots.choose(club.guild_id, slot)
        after = await self._slots.resume(club.guild_id, found.id, interaction.user.id, now)
        await self._done(interaction, club, found, after, "It takes place")

    @app_commands.command(name="remove", extras=FOR_ORGANISERS)
    @app_commands.describe(slot="Which slot")
    @answered
    async def remove(self, interaction: Interaction, slot: str) -> None:
        """Remove a slot, after a question"""
        club = await require_organiser(interaction, self._clubs)
        await reply(interaction, week.remove_question(await self._slots.choose(club.guild_id, slot)))

    async def _done(self, interaction: Interaction, club: Club, before: Slot | None, slot: Slot, done: str) -> None:
        self._bot.outbox.wake()
        self._bot.dispatch("slot_change", club.guild_id)
        await self._announcements.answer(interaction, club, before, slot, done)

    # --- what is offered while members type -------------------------------------------------------

    @weekly.autocomplete("day")
    @completed
    async def complete_day(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the days of the week."""
        typed = current.strip().lower()
        return [app_commands.Choice(name=day, value=day) for day in week.DAYS if day.lower().startswith(typed)]

    @weekly.autocomplete("timezone")
    @completed
    async def complete_zone(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the club's own time zone, and those that may be meant."""
        now = discord.utils.utcnow()
        zones = await asyncio.to_thread(complete_zones, current, now)
        if not current.strip():
            zones = [(await self._clubs.get(require_club(interaction))).zone]
        return [zone_choice(zone, now) for zone in zones]

    @preview.autocomplete("slot")
    @skip.autocomplete("slot")
    @move.autocomplete("slot")
    @pause.autocomplete("slot")
    @resume.autocomplete("slot")
    @remove.autocomplete("slot")
    @completed
    async def complete_slot(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the club's slots."""
        slots, typed = await self._slots.list_all(require_club(interaction)), current.strip().lower()
        fitting = [each for each in slots if typed in each.name.lower() or typed == str(each.id)]
        return [app_commands.Choice(name=label(each.name, 100), value=str(each.id)) for each in fitting]

    @skip.autocomplete("date")
    @move.autocomplete("date")
    @completed
    async def complete_date(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the dates of the slot that was chosen."""
        found = await self._slots.choose(require_club(interaction), str(interaction.namespace.slot or ""))
        coming = next_occurrences(found.schedule, discord.utils.utcnow(), MOST_CHOICES)
        named = {
            str(each.original): f"{each.original:%A}, {week.say_date(each.original)[4:]}"
            + (f", moved to {week.say_date(each.local.date())}" if each.moved else "")
            for each in coming
        }
        return date_choices(named, current)

    @move.autocomplete("to")
    @pause.autocomplete("until")
    @completed
    async def complete_day_to(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the days around the date that was chosen, or those to come."""
        found = await self._slots.choose(require_club(interaction), str(interaction.namespace.slot or ""))
        today = today_of(found, discord.utils.utcnow())
        chosen = read_iso(str(getattr(interaction.namespace, "date", None) or ""))
        first = max(today, chosen - _SPAN / 2) if chosen else today + timedelta(1)
        days = [first + timedelta(number) for number in range(MOST_CHOICES) if first + timedelta(number) != chosen]
        return date_choices({str(day): f"{day:%A}, {week.say_date(day)[4:]}" for day in days}, current)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    announcements = Announcements(bot, bot.bursts, PostStore(database), PromptStore(database), RsvpStore(database))
    await bot.add_cog(ScheduleCog(bot, bot.clubs, SlotStore(bot.database), announcements))
