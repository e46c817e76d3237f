"""Who comes to a meeting: the buttons wherever they stand, and the post that asks again when it changes."""

from datetime import date, timedelta
from functools import partial

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.delivery import TooLate
from bot.club.diary import Diary
from bot.club.occasion import Occasion
from bot.club.post import Post
from bot.club.rsvp import AGAIN, Answer, Turnout, read_rung, takes_place_at
from bot.club.schedule import occurrence_of
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.ui import rsvps
from bot.ui.announced import change_line
from bot.ui.answers import reply
from bot.ui.bursts import Bursts, show_clicked
from bot.ui.cards import View
from bot.ui.controls import DATE, ROW_NUMBER, Interaction
from bot.ui.organisers import require_club
from bot.ui.poster import Content, Pinging
from bot.ui.presence import Presence, Presences, those
from bot.ui.spots import open_view
from bot.ui.week_choices import read_iso

_USEFUL = timedelta(days=30)  # it is not told any more once the meeting has begun


class RsvpsCog(commands.Cog):
    """Take what members answer, and tell them when what they answered for changes."""

    def __init__(self, bot: Paperclub, store: RsvpStore, slots: SlotStore, diary: Diary) -> None:
        self._rsvps = store
        self._slots = slots
        self._diary = diary
        self._presences: Presences = bot.presences
        self._bursts: Bursts = bot.bursts
        bot.controls.on("rsvp", self.answer, ROW_NUMBER, DATE, "|".join(Answer))
        bot.outbox.on(AGAIN, self.render_again, useful=_USEFUL)

    async def answer(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take a member's answer, and show in the message who comes; one that shows another time is not answered."""
        guild_id, now, message = require_club(interaction), discord.utils.utcnow(), interaction.message
        number, day, answer = int(arguments[0]), read_iso(arguments[1]), Answer(arguments[2])
        view = open_view(message) if message else None
        member_id, seen = interaction.user.id, rsvps.seen_times(view)
        async with self._bursts.edit(message.id if message else interaction.id) as burst:
            found, turnout, counts = await self._rsvps.answer(guild_id, number, day, member_id, answer, now, seen)
            if not counts:
                await reply(interaction, rsvps.another_time(found, turnout))
                return
            self._presences.saw(guild_id, member_id)
            if view is None or await self._put_turnout(interaction, view, turnout) is None:
                await reply(interaction, rsvps.answered_note(found, answer, turnout))
                return
            await interaction.response.edit_message(view=view)

            async def recount(view: View) -> None:
                slot, at = found.slot, found.occurrence.at
                if at in rsvps.seen_times(view):  # else it was moved meanwhile
                    again = await self._rsvps.count(slot.guild_id, slot.key, found.date, at)
                    await self._put_turnout(interaction, view, again)

            burst.wrote("turnout", recount, partial(show_clicked, interaction))

    async def _put_turnout(self, interaction: Interaction, view: View, turnout: Turnout) -> bool | None:
        """Let a message say who comes; None where it does not say that."""
        here = ()
        if rsvps.names_members(view):
            here = await self._find_here(interaction, require_club(interaction), turnout)
        return rsvps.put_turnout(view, turnout, here)

    async def _find_here(self, interaction: Interaction, guild_id: int, turnout: Turnout) -> frozenset[int]:
        found = await self._presences.find(interaction, guild_id, turnout.first)
        return frozenset(those(found, Presence.HERE))

    async def render_again(self, post: Post) -> Content | None:
        """Tell those who wanted to come that their meeting has changed, unless it is otherwise meanwhile."""
        now, at = discord.utils.utcnow(), read_rung(post.rung)
        slot = await self._slots.get(post.guild_id, int(post.slot.partition(":")[2]))
        day = date.fromisoformat(post.date)
        told = await self._rsvps.find_recipients(post)
        if takes_place_at(slot, day) != at or told is None:
            return None
        if (at or told.before) <= now:
            raise TooLate("It came too late: the meeting had begun.")
        occurrence = occurrence_of(slot.schedule, day) if slot and at else None
        occasion = Occasion(slot, occurrence) if slot and occurrence else None
        turnout = await self._rsvps.count(post.guild_id, post.slot, post.date, at) if at else Turnout()
        agenda = [] if occasion else await self._diary.read(post.guild_id, now)
        after = rsvps.entry_after(agenda, slot, told.before, now)
        view = rsvps.again_message(slot, change_line(at, told.before), occasion, told, turnout, after)
        return Pinging(view, member_ids=rsvps.pinged(told))


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(RsvpsCog(bot, RsvpStore(bot.database), SlotStore(bot.database), Diary(bot.database)))
