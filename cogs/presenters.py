"""No commands: whom the rota proposes to present, and members who swap papers."""

from datetime import datetime, timedelta

import aiohttp
import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.meeting import Meeting
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.rota import RotaStore
from bot.errors import ClubError
from bot.ui.answers import reply
from bot.ui.cards import View
from bot.ui.controls import ROW_NUMBER, Controls, Interaction
from bot.ui.organisers import require_club
from bot.ui.presence import Presence, find_presence
from bot.ui.presenters import find_proposed, with_proposal
from bot.ui.swaps import asked_page, not_swapped, swap_page, swap_question, swapped, took_free_one

_ID = "[0-9]{1,20}"  # of a member
_AGAIN = timedelta(hours=1)  # after which the same member is asked the same again
_GONE = "That paper is not to be read next any more. /next shows what is."
_UNANSWERED = "Discord did not answer, so nobody was asked. Please try again in a moment."


class PresentersCog(commands.Cog):
    """Let those who are proposed say no, and let presenters swap."""

    def __init__(self, rota: RotaStore, meetings: MeetingStore, controls: Controls) -> None:
        self._rota = rota
        self._meetings = meetings
        self._asked: dict[tuple[int, ...], datetime] = {}
        controls.on("notmyturn", self.pass_on, ROW_NUMBER, _ID)
        controls.on("swap", self.offer, ROW_NUMBER)
        controls.on("swapwith", self.swap, ROW_NUMBER, ROW_NUMBER)
        controls.on("swapagree", self.agree, ROW_NUMBER, ROW_NUMBER, _ID, _ID)
        controls.on("swaprefuse", self.refuse, ROW_NUMBER, ROW_NUMBER, _ID, _ID)

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

    # --- swaps ------------------------------------------------------------------------------------

    async def offer(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show a presenter which papers there are to swap for."""
        mine, coming = await self._own(interaction, arguments[0])
        await reply(interaction, swap_page(mine, [each for each in coming if each.presenter_id != mine.presenter_id]))

    async def swap(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take a paper that nobody presents; ask who presents one, and change nothing until they agree."""
        mine, coming = await self._own(interaction, arguments[0])
        other, now = _find(coming, (values or arguments[1:])[0]), discord.utils.utcnow()
        asked = other.presenter_id
        if asked == mine.presenter_id:
            raise ClubError("You present that one already.")
        presence = await find_presence(interaction, asked) if asked is not None else Presence.LEFT
        if presence is Presence.UNKNOWN:
            raise ClubError(_UNANSWERED)
        if asked is None or presence is Presence.LEFT:
            if asked is not None:
                await self._meetings.free_place(mine.guild_id, other.id, asked, now)
            await self._rota.exchange(mine.guild_id, mine.id, interaction.user.id, other.id, None)
            await reply(interaction, took_free_one(mine, other))
        else:
            await self._ask(interaction, mine, other, asked, now)

    async def _ask(self, interaction: Interaction, mine: Meeting, other: Meeting, asked: int, now: datetime) -> None:
        """Ask a member in the channel, once; nobody else is notified."""
        name, asker = (mine.guild_id, mine.id, other.id, interaction.user.id, asked), interaction.user.id
        self._asked = {each: at for each, at in self._asked.items() if now - at < _AGAIN}
        if name in self._asked:
            raise ClubError("They were asked already, less than an hour ago. Their answer appears in the channel.")
        self._asked[name] = now
        try:
            await interaction.response.defer()
            alone = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(asked)])
            question = swap_question(mine, other, asker, asked)
            await interaction.followup.send(view=question, allowed_mentions=alone, wait=True)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            del self._asked[name]
            raise ClubError(_UNANSWERED) from error
        await interaction.edit_original_response(view=asked_page(mine, other, asked))

    async def agree(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Exchange two papers, if both members still present them."""
        mine, other, asker, asked = await self._answered(interaction, arguments)
        if await find_presence(interaction, asker) is Presence.LEFT:
            raise ClubError("Whoever asked has left the server, so nothing was changed.")
        await self._rota.exchange(mine.guild_id, mine.id, asker, other.id, asked)
        await interaction.response.edit_message(view=swapped(mine, other, asker, asked))

    async def refuse(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Change nothing, and say so."""
        mine, other, asker, asked = await self._answered(interaction, arguments)
        done = (mine.presenter_id, other.presenter_id) == (asked, asker)  # they agreed, and the bot could not say so
        view: View = (swapped if done else not_swapped)(mine, other, asker, asked)
        await interaction.response.edit_message(view=view)

    async def _own(self, interaction: Interaction, number: str) -> tuple[Meeting, list[Meeting]]:
        """Give the paper that the member presents, and all that are to come."""
        coming = await self._meetings.list_coming(require_club(interaction))
        mine = _find(coming, number)
        if mine.presenter_id != interaction.user.id:
            raise ClubError("Only whoever presents it can swap it. /next shows who does.")
        return mine, coming

    async def _answered(self, interaction: Interaction, arguments: list[str]) -> tuple[Meeting, Meeting, int, int]:
        """Give the two papers and the two members of a question that a member answers."""
        asker, asked = int(arguments[2]), int(arguments[3])
        if interaction.user.id != asked:
            raise ClubError("Somebody else is asked, so only they can answer that.")
        coming = await self._meetings.list_coming(require_club(interaction))
        return _find(coming, arguments[0]), _find(coming, arguments[1]), asker, asked


def _find(coming: list[Meeting], number: str) -> Meeting:
    found = next((each for each in coming if each.id == int(number)), None)
    if found is None:
        raise ClubError(_GONE)
    return found


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(PresentersCog(RotaStore(bot.database), MeetingStore(bot.database), bot.controls))
