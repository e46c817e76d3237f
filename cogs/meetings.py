"""/next: what the club reads next."""

from contextlib import suppress
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.meeting import MOST_NOTES, Meeting
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.rota import RotaStore
from bot.club.stores.suggestions import SuggestionStore
from bot.errors import ClubError, LibraryLoading, LibraryNotConnected, StorageFault
from bot.library.library import Libraries
from bot.library.review import Review
from bot.ui import meetings
from bot.ui.answers import answered, reply
from bot.ui.cards import View, note
from bot.ui.controls import ANY, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_organiser, require_club, require_organiser
from bot.ui.presence import Presence, find_presence
from bot.ui.presenters import find_proposed
from bot.ui.text import clean

_NUMBER = "[0-9]{1,18}"  # of a meeting, as a database can hold it


class MeetingsCog(commands.Cog, description="Meetings"):
    """Answer what is read next, and let members present it."""

    def __init__(
        self,
        libraries: Libraries,
        clubs: ClubStore,
        store: MeetingStore,
        suggestions: SuggestionStore,
        ballots: BallotStore,
        rota: RotaStore,
        controls: Controls,
        mentions: Mentions,
    ) -> None:
        self._libraries = libraries
        self._clubs = clubs
        self._meetings = store
        self._suggestions = suggestions
        self._ballots = ballots
        self._rota = rota
        self._mentions = mentions
        controls.on("meeting", self.show_one, _NUMBER)
        controls.on("present", self.volunteer, _NUMBER)
        controls.on("unpresent", self.step_back, _NUMBER)
        controls.on("manage", self.manage, _NUMBER)
        controls.on("asknotes", self.ask_notes, _NUMBER)
        controls.on("notes", self.write_notes, _NUMBER, ANY)
        controls.on("askdrop", self.ask_drop, _NUMBER)
        controls.on("drop", self.drop, _NUMBER)
        controls.on("held", self.mark_read, _NUMBER)

    @app_commands.command(name="next")
    @app_commands.guild_only()
    @answered
    async def show_next(self, interaction: Interaction) -> None:
        """Show what the club reads next, why, and who presents it"""
        guild_id = require_club(interaction)
        coming = await self._meetings.list_coming(guild_id)
        if coming:
            await interaction.response.send_message(view=await self._card(interaction, coming[0].id))
            return
        best = next(iter(await self._suggestions.queue(guild_id, 1)), None)
        ballot = await self._ballots.get_latest(guild_id)
        await interaction.response.send_message(
            view=meetings.nothing_next(best, ballot, self._mentions), ephemeral=True
        )

    async def show_one(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the meeting that was chosen in a menu."""
        await reply(interaction, await self._card(interaction, int((values or arguments)[0])))

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
        await interaction.response.edit_message(view=await self._card(interaction, number))

    async def step_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the one who presents not present it any more; an organiser decides it for them too."""
        guild_id, number, member_id = require_club(interaction), int(arguments[0]), interaction.user.id
        meeting, _ = await self._find(interaction, number)
        if meeting.presenter_id == member_id:
            await self._meetings.free_place(guild_id, number, member_id, discord.utils.utcnow())
        elif meeting.presenter_id is not None:
            if not is_organiser(interaction, await self._clubs.get(guild_id)):
                raise ClubError("Somebody else presents it. Only they or an organiser can change that.")
            now = discord.utils.utcnow()
            await self._meetings.free_place(guild_id, number, meeting.presenter_id, now, actor_id=member_id)
        await interaction.response.edit_message(view=await self._card(interaction, number))

    # --- what organisers decide -------------------------------------------------------------------

    async def manage(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show an organiser what can be decided."""
        await require_organiser(interaction, self._clubs)
        meeting, _ = await self._find(interaction, int(arguments[0]))
        await reply(interaction, meetings.manage_page(meeting))

    async def ask_notes(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask for the notes."""
        await require_organiser(interaction, self._clubs)
        meeting, _ = await self._find(interaction, int(arguments[0]))
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
        meeting, _ = await self._find(interaction, int(arguments[0]))
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

    async def _find(self, interaction: Interaction, number: int) -> tuple[Meeting, list[Meeting]]:
        """Give a meeting that is to come, and all that are."""
        coming = await self._meetings.list_coming(require_club(interaction))
        found = next((each for each in coming if each.id == number), None)
        if found is None:
            raise ClubError("That paper is not to be read next any more. /next shows what is.")
        return found, coming

    async def _card(self, interaction: Interaction, number: int) -> View:
        """Show a meeting; nobody is named as its presenter who has left, and then others can present it."""
        meeting, coming = await self._find(interaction, number)
        unknown = False
        if meeting.presenter_id is not None:
            presence = await find_presence(interaction, meeting.presenter_id)
            unknown = presence is Presence.UNKNOWN
            if presence is Presence.LEFT:
                with suppress(StorageFault):  # it is read all the same
                    now = discord.utils.utcnow()
                    await self._meetings.free_place(meeting.guild_id, number, meeting.presenter_id, now)
                meeting = replace(meeting, presenter_id=None)
        proposed = await find_proposed(interaction, self._rota, number, discord.utils.utcnow())
        review = self._review(interaction, meeting)
        return meetings.meeting_card(meeting, coming, review, presenter_unknown=unknown, proposed=proposed)

    def _review(self, interaction: Interaction, meeting: Meeting) -> Review | None:
        """Give the club's own review of a paper, if it has read it before."""
        try:
            library, now = self._libraries.for_guild(interaction.guild_id), discord.utils.utcnow()
            found = library.get(meeting.review_key, now) if meeting.review_key else None
            return found or (library.review_of(meeting.paper_id, now) if meeting.paper_id else None)
        except (LibraryLoading, LibraryNotConnected):
            return None


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    stores = MeetingStore(database), SuggestionStore(database), BallotStore(database), RotaStore(database)
    await bot.add_cog(MeetingsCog(bot.libraries, bot.clubs, *stores, bot.controls, bot.mentions))
