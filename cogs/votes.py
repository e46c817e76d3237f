"""Votes: the button under a ballot, and the private paper on which a member chooses."""

import re

from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import Ballot, takes_vote
from bot.club.counting import Method
from bot.club.stores.ballots import NOT_YOURS, OVER, BallotStore
from bot.errors import ClubError
from bot.ui.answers import reply
from bot.ui.ballots import PLACES, ballot_paper, title_of
from bot.ui.controls import ROW_NUMBER, Controls, Interaction, is_private
from bot.ui.text import one_line

_POSITION = "[0-9]{1,2}"


class VoteCog(commands.Cog):
    """Keep what members choose. Nothing here is logged, and nothing of it is shown to anybody else."""

    def __init__(self, ballots: BallotStore, controls: Controls) -> None:
        self._ballots = ballots
        controls.on("vote", self.open_paper, ROW_NUMBER)
        controls.on("approve", self.approve, ROW_NUMBER)
        controls.on("rank", self.rank, ROW_NUMBER, f"[0-{len(PLACES) - 1}]")
        controls.on("unvote", self.take_back, ROW_NUMBER)

    async def open_paper(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Give a member their ballot paper."""
        ballot = await self._open_ballot(interaction, arguments[0])
        choices = await self._choices(interaction, ballot)
        # Who has voted may look at it, and take the vote back.
        if not choices and not await self._ballots.may_vote(ballot, interaction.user.id, interaction.id):
            raise ClubError(NOT_YOURS)
        await reply(interaction, ballot_paper(ballot, choices, interaction.id))

    async def approve(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Keep what a member ticked, instead of what they had ticked before."""
        ballot = await self._open_ballot(interaction, arguments[0], Method.APPROVAL)
        choices = sorted({_position(ballot, value) for value in values})
        await self._ballots.cast(ballot.guild_id, ballot.id, interaction.user.id, choices, interaction.id)
        await self._show(interaction, ballot, "Your vote is kept." if choices else "Your vote was taken back.")

    async def rank(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Keep a member's first, second or third choice."""
        ballot = await self._open_ballot(interaction, arguments[0], Method.RANKED)
        place, option = int(arguments[1]), _position(ballot, values[0]) if values else None
        before = await self._choices(interaction, ballot)
        await self._ballots.put_choice(ballot.guild_id, ballot.id, interaction.user.id, place, option, interaction.id)
        await self._show(interaction, ballot, _said(ballot, before, place, option))

    async def take_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take a member's vote back."""
        ballot = await self._open_ballot(interaction, arguments[0])
        await self._ballots.cast(ballot.guild_id, ballot.id, interaction.user.id, (), interaction.id)
        await self._show(interaction, ballot, "Your vote was taken back.")

    async def _show(self, interaction: Interaction, ballot: Ballot, said: str) -> None:
        """Show what is kept now: of two clicks that crossed, the later one."""
        interaction.client.dispatch("ballot_change", ballot)
        choices = await self._choices(interaction, ballot)
        await reply(interaction, ballot_paper(ballot, choices, interaction.id, said))

    async def _choices(self, interaction: Interaction, ballot: Ballot) -> tuple[int, ...]:
        return await self._ballots.get_choices(ballot.guild_id, ballot.id, interaction.user.id)

    async def _open_ballot(self, interaction: Interaction, number: str, method: Method | None = None) -> Ballot:
        """Give the ballot of this club that a control names, if a vote of this moment counts."""
        ballot = await self._ballots.get(interaction.guild_id or 0, int(number))
        if ballot is None or (method and ballot.method is not method):
            raise ClubError("That ballot is not one of this club. /ballot show brings up the latest one.")
        if ballot.message_id is None and interaction.message and not is_private(interaction):
            # The bot was killed before it could note which message it had posted, or Discord gave no answer.
            await self._ballots.put_message(ballot.guild_id, ballot.id, interaction.message.id)
            interaction.client.dispatch("ballot_change", ballot)
        if not takes_vote(ballot.state, ballot.closes_at, interaction.id):
            raise ClubError(OVER)
        return ballot


def _position(ballot: Ballot, value: str) -> int:
    if not re.fullmatch(_POSITION, value) or int(value) >= len(ballot.options):
        raise ClubError("That paper is not on the ballot. /ballot show brings it up anew.")
    return int(value)


def _said(ballot: Ballot, before: tuple[int, ...], place: int, option: int | None) -> str:
    """Say what became of a choice that did not simply go where it was put."""
    if option is None:
        return "That choice was taken back, and what came after it moved up."
    name = f"“{one_line(title_of(ballot.options[option]), 100)}”"
    if option in before and before.index(option) != place:
        old = PLACES[before.index(option)].lower() if before.index(option) < len(PLACES) else "later choice"
        return f"{name} was your {old}, and moved: a paper counts once."
    if place > len(before):
        return f"{name} is your {PLACES[len(before)].lower()}, since there was none before it."
    return "Your vote is kept."


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(VoteCog(BallotStore(bot.database), bot.controls))
