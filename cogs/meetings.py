"""/next: when the club meets next, who comes, and what it reads."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.aftermath import Aftermath
from bot.club.agenda import Entry, find_entry
from bot.club.ballot import Ballot
from bot.club.diary import Diary
from bot.club.meeting import MOST_NOTES, Meeting
from bot.club.rsvp import Turnout
from bot.club.stores.attendance import AttendanceStore
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.duties import DutyStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.rota import RotaStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import Suggestion
from bot.errors import ClubError, LibraryLoading, LibraryNotConnected, StorageFault
from bot.library.library import Libraries
from bot.library.review import Review
from bot.ui import meetings
from bot.ui.answers import answered, reply
from bot.ui.bursts import Bursts, show_clicked
from bot.ui.cards import View, note
from bot.ui.controls import ANY, ROW_NUMBER, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_organiser, require_club, require_organiser
from bot.ui.presence import Presence, Presences, find_presence, those
from bot.ui.presenters import find_proposed
from bot.ui.roles import Holders, find_holders
from bot.ui.text import clean

_ENTRY = rf"{ROW_NUMBER}(?:@\d{{4}}-\d\d-\d\d)?"  # of the agenda
_GONE = "That paper is not to be read next any more. /next shows what is."


class MeetingsCog(commands.Cog, description="Meetings"):
    """Answer what is read next, and let members present it."""

    def __init__(
        self,
        bot: Paperclub,
        diary: Diary,
        store: MeetingStore,
        suggestions: SuggestionStore,
        ballots: BallotStore,
        rsvps: RsvpStore,
        rota: RotaStore,
        duties: DutyStore,
        aftermath: Aftermath,
    ) -> None:
        self._libraries: Libraries = bot.libraries
        self._clubs: ClubStore = bot.clubs
        self._mentions: Mentions = bot.mentions
        self._presences: Presences = bot.presences
        self._bursts: Bursts = bot.bursts
        self._diary = diary
        self._meetings = store
        self._suggestions = suggestions
        self._ballots = ballots
        self._rsvps = rsvps
        self._rota = rota
        self._duties = duties
        self._aftermath = aftermath
        controls: Controls = bot.controls
        controls.on("meeting", self.show_one, _ENTRY)
        controls.on("present", self.volunteer, ROW_NUMBER)
        controls.on("unpresent", self.step_back, ROW_NUMBER)
        controls.on("manage", self.manage, ROW_NUMBER)
        controls.on("asknotes", self.ask_notes, ROW_NUMBER)
        controls.on("notes", self.write_notes, ROW_NUMBER, ANY)
        controls.on("askdrop", self.ask_drop, ROW_NUMBER)
        controls.on("drop", self.drop, ROW_NUMBER)
        controls.on("held", self.mark_read, ROW_NUMBER)

    @app_commands.command(name="next")
    @app_commands.guild_only()
    @answered
    async def show_next(self, interaction: Interaction) -> None:
        """Show when the club meets next, who comes, what is read and who presents it"""
        guild_id = require_club(interaction)
        agenda = await self._diary.read(guild_id, discord.utils.utcnow())
        if agenda:
            await interaction.response.send_message(view=await self._card(interaction, agenda[0], agenda))
            return
        best, ballot = await self._ideas(guild_id)
        last = await self._aftermath.last(guild_id, discord.utils.utcnow())
        view = meetings.nothing_next(meetings.Seen(best=best, ballot=ballot, last=last), self._mentions)
        await interaction.response.send_message(view=view, ephemeral=True)

    async def show_one(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the meeting, or the paper, that was chosen in a menu."""
        name = (values or arguments)[0]
        agenda = await self._diary.read(require_club(interaction), discord.utils.utcnow())
        await reply(interaction, await self._card(interaction, _find_entry(agenda, name), agenda))

    # --- who presents -----------------------------------------------------------------------------

    async def volunteer(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the member present it; who comes second is told who does."""
        guild_id, number, member_id = require_club(interaction), int(arguments[0]), interaction.user.id
        meeting = await self._meetings.volunteer(guild_id, number, member_id)
        if meeting.presenter_id not in (None, member_id):
            presence = await find_presence(interaction, meeting.presenter_id)
            if presence is not Presence.LEFT:
                who = f"<@{meeting.presenter_id}>" if presence is Presence.HERE else "Somebody else"
                view = note(f"{who} presents it already. If that changes, they or an organiser can say so in /next.")
                await interaction.response.send_message(view=view, ephemeral=True)
                return
            await self._meetings.free_place(guild_id, number, meeting.presenter_id, discord.utils.utcnow())
            await self._meetings.volunteer(guild_id, number, member_id)
            await interaction.response.defer()  # it waits three seconds for an answer, and is asked of others again
        await self._show_again(interaction, arguments)

    async def step_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the one who presents not present it any more; an organiser decides it for them too."""
        guild_id, number, member_id = require_club(interaction), int(arguments[0]), interaction.user.id
        meeting = await self._find(interaction, number)
        if meeting.presenter_id == member_id:
            await self._meetings.free_place(guild_id, number, member_id, discord.utils.utcnow())
        elif meeting.presenter_id is not None:
            if not is_organiser(interaction, await self._clubs.get(guild_id)):
                raise ClubError("Somebody else presents it. Only they or an organiser can change that.")
            now = discord.utils.utcnow()
            await self._meetings.free_place(guild_id, number, meeting.presenter_id, now, actor_id=member_id)
        await self._show_again(interaction, arguments)

    # --- what organisers decide -------------------------------------------------------------------

    async def manage(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show an organiser what can be decided."""
        await require_organiser(interaction, self._clubs)
        meeting = await self._find(interaction, int(arguments[0]))
        await reply(interaction, meetings.manage_page(meeting))

    async def ask_notes(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask for the notes."""
        await require_organiser(interaction, self._clubs)
        meeting = await self._find(interaction, int(arguments[0]))
        await interaction.response.send_modal(meetings.notes_form(meeting))

    async def write_notes(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Keep the notes that were written."""
        club, notes = await require_organiser(interaction, self._clubs), clean((values or arguments[1:])[0]).strip()
        if len(notes) > MOST_NOTES:
            raise ClubError(
                f"Notes hold at most {MOST_NOTES:,} characters, and these have {len(notes):,}. Nothing was changed."
            )
        number, now = int(arguments[0]), discord.utils.utcnow()
        meeting = await self._meetings.write_notes(club.guild_id, number, interaction.user.id, notes, now)
        await reply(interaction, meetings.manage_page(meeting, done="The notes are kept"))

    async def ask_drop(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask whether a meeting is to be dropped."""
        await require_organiser(interaction, self._clubs)
        meeting = await self._find(interaction, int(arguments[0]))
        await reply(interaction, meetings.drop_question(meeting))

    async def drop(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Drop a meeting."""
        club = await require_organiser(interaction, self._clubs)
        number, now = int(arguments[0]), discord.utils.utcnow()
        back = await self._meetings.drop(club.guild_id, number, interaction.user.id, now)
        await reply(interaction, meetings.dropped(back, self._mentions))

    async def mark_read(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take note that the paper was read."""
        club = await require_organiser(interaction, self._clubs)
        number, now = int(arguments[0]), discord.utils.utcnow()
        meeting = await self._meetings.mark_read(club.guild_id, number, interaction.user.id, now)
        await reply(interaction, meetings.marked_read(meeting, self._mentions))

    # --- what is shown ----------------------------------------------------------------------------

    async def _find(self, interaction: Interaction, number: int) -> Meeting:
        """Give a paper that is to come."""
        coming = await self._meetings.list_coming(require_club(interaction))
        found = next((each for each in coming if each.id == number), None)
        if found is None:
            raise ClubError(_GONE)
        return found

    async def _show_again(self, interaction: Interaction, arguments: list[str]) -> None:
        """Show the card that was clicked as it is now; others may say at the same moment that they come."""

        async def redraw(view: View) -> None:
            card = await self._card_again(interaction, arguments)
            view.clear_items()
            for item in card.children:
                view.add_item(item)

        async with self._bursts.edit(interaction.message.id if interaction.message else interaction.id) as burst:
            card = await self._card_again(interaction, arguments)
            if interaction.response.is_done():
                await interaction.edit_original_response(view=card)
            else:
                await interaction.response.edit_message(view=card)
            burst.wrote("card", redraw, partial(show_clicked, interaction))

    async def _card_again(self, interaction: Interaction, arguments: list[str]) -> View:
        """Show what stood on a card when a button of it was clicked: the paper, at the same meeting if it is there."""
        agenda = await self._diary.read(require_club(interaction), discord.utils.utcnow())
        number, *place = arguments
        same = (each for each in agenda if each.name in place and each.paper and str(each.paper.id) == number)
        return await self._card(interaction, next(same, None) or _find_entry(agenda, number), agenda)

    async def _card(self, interaction: Interaction, entry: Entry, agenda: list[Entry]) -> View:
        """Show an entry of the agenda; nobody is named who has left."""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        (turnout, here), (paper, unknown), proposed, holders, last = await asyncio.gather(
            self._find_turnout(interaction, entry),
            self._find_presenter(interaction, entry.paper),
            self._find_proposed(interaction, entry.paper),
            self._find_holders(interaction, entry),
            self._aftermath.last(guild_id, now),
        )
        entry, review = replace(entry, paper=paper), self._review(interaction, paper) if paper else None
        best, ballot = (None, None) if paper else await self._ideas(guild_id)
        seen = meetings.Seen(turnout, here, review, unknown, proposed, holders, best, ballot, last)
        view = meetings.meeting_card(entry, agenda, seen, now, self._mentions)
        await asyncio.sleep(0)  # many long titles take their time, and so does sending them: others may act
        return view

    async def _ideas(self, guild_id: int) -> tuple[Suggestion | None, Ballot | None]:
        """Give what could be read: the first suggestion, and the latest ballot."""
        best = next(iter(await self._suggestions.queue(guild_id, 1)), None)
        return best, await self._ballots.get_latest(guild_id)

    async def _find_turnout(self, interaction: Interaction, entry: Entry) -> tuple[Turnout, Collection[int]]:
        """Tell who comes to a meeting, and who of them is here; the answers of those who have left are dropped."""
        if entry.occasion is None:
            return Turnout(), ()
        guild_id, key, day = require_club(interaction), entry.occasion.slot.key, entry.occasion.date
        turnout = await self._rsvps.count(guild_id, key, day, entry.occasion.occurrence.at)
        found = await self._presences.find(interaction, guild_id, turnout.first, anew=True)
        if left := those(found, Presence.LEFT):
            with suppress(StorageFault):
                await self._rsvps.drop(guild_id, key, day, left)
                turnout = await self._rsvps.count(guild_id, key, day, entry.occasion.occurrence.at)
        return turnout, those(found, Presence.HERE)

    async def _find_proposed(self, interaction: Interaction, paper: Meeting | None) -> int | None:
        """Tell whose turn it is to present a paper that nobody presents."""
        if paper is None or paper.presenter_id is not None:
            return None
        return await find_proposed(interaction, self._rota, paper.id, discord.utils.utcnow())

    async def _find_holders(self, interaction: Interaction, entry: Entry) -> Holders:
        """Tell who has which role at a meeting."""
        if entry.occasion is None:
            return {}
        name = require_club(interaction), entry.occasion.slot.key, entry.occasion.date
        return await find_holders(interaction.guild, await self._duties.list_holders(*name), interaction.user.id)

    async def _find_presenter(self, interaction: Interaction, paper: Meeting | None) -> tuple[Meeting | None, bool]:
        """Give a paper with its presenter, and whether Discord could not say if they are here.

        Who has left presents no more, and then others can.
        """
        if paper is None or paper.presenter_id is None:
            return paper, False
        presence = await find_presence(interaction, paper.presenter_id)
        if presence is not Presence.LEFT:
            return paper, presence is Presence.UNKNOWN
        with suppress(StorageFault):  # it is read all the same
            await self._meetings.free_place(paper.guild_id, paper.id, paper.presenter_id, discord.utils.utcnow())
        return replace(paper, presenter_id=None), False

    def _review(self, interaction: Interaction, meeting: Meeting) -> Review | None:
        """Give the club's own review of a paper, if it has read it before."""
        try:
            library, now = self._libraries.for_guild(interaction.guild_id), discord.utils.utcnow()
            found = library.get(meeting.review_key, now) if meeting.review_key else None
            return found or (library.review_of(meeting.paper_id, now) if meeting.paper_id else None)
        except (LibraryLoading, LibraryNotConnected):
            return None


def _find_entry(agenda: list[Entry], name: str) -> Entry:
    found = find_entry(agenda, name)
    if found is None:
        raise ClubError(
            _GONE if name.isdigit() else "That meeting does not take place any more. /next shows what does."
        )
    return found


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    store, prompts, gatherings = MeetingStore(database), PromptStore(database), GatheringStore(database)
    aftermath = Aftermath(gatherings, store, prompts, AttendanceStore(database))
    stores = store, SuggestionStore(database), BallotStore(database), RsvpStore(database)
    duty = RotaStore(database), DutyStore(database)
    await bot.add_cog(MeetingsCog(bot, Diary(database), *stores, *duty, aftermath))
