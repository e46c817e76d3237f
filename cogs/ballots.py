"""/ballot: organisers put one together, open it and end it; everybody sees how it stands."""

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import MOST_OPTIONS, Ballot, BallotState, takes_vote
from bot.club.club import Club
from bot.club.counting import Method
from bot.club.deadline import EXAMPLES, SHORTEST, parse_deadline
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.zones import load_zone
from bot.errors import ClubError
from bot.library.facets import Filter
from bot.library.library import Libraries
from bot.ui.answers import answered, completed, reply
from bot.ui.ballot_results import result_message
from bot.ui.ballots import already_open, ballot_message, closing_question, link_to_ballot, notice, over_line, own_ballot
from bot.ui.controls import ANY, NUMBER, ROW_NUMBER, Controls, Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import FOR_ORGANISERS, require_organiser
from bot.ui.permissions import TO_POST, missing_permissions
from bot.ui.slate import (
    TERMS,
    Offer,
    Slate,
    Terms,
    offer_review,
    offer_suggestion,
    read_slate,
    read_terms,
    review_form,
    slate_page,
)
from bot.ui.text import escape, label

_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
_SHOWN = 250  # suggestions of which a slate is picked, the best ones first


@app_commands.guild_only()
class BallotCog(commands.GroupCog, group_name="ballot", group_description="What to read next"):
    """Let a club decide by votes. What happens to a ballot is dispatched, as `ballot_open` and `ballot_change`."""

    def __init__(
        self,
        libraries: Libraries,
        clubs: ClubStore,
        suggestions: SuggestionStore,
        ballots: BallotStore,
        controls: Controls,
        mentions: Mentions,
    ) -> None:
        self._libraries = libraries
        self._clubs = clubs
        self._suggestions = suggestions
        self._ballots = ballots
        self._mentions = mentions
        controls.on("slate", self.tick, *TERMS, NUMBER)
        controls.on("turnslate", self.turn, *TERMS, "[0-9]{1,6}")
        controls.on("reviewform", self.ask_for_reviews, *TERMS)
        controls.on("slatereviews", self.offer_reviews, *TERMS, ANY)
        controls.on("openballot", self.open_it, *TERMS)
        controls.on("postballot", self.post_again, ROW_NUMBER)
        controls.on("countnow", self.count_now, ROW_NUMBER)
        controls.on("dropballot", self.drop, ROW_NUMBER)

    # --- opening ----------------------------------------------------------------------------------

    @app_commands.command(name="open", extras=FOR_ORGANISERS)
    @app_commands.rename(source="from")
    @app_commands.describe(
        top="How many of the first suggestions, 2 to 25; 5, if not said",
        method="Tick any number of papers, or rank three; approval, if not said",
        closes="How long, such as 3 days or 36h, or until when: Friday 18:00; an organiser ends it, if not said",
        quorum="How many members have to vote for it to decide; any number, if not said",
        source="What to choose from; the first of the suggestions, if not said",
        attendees_only="Let only those vote who come to the next meeting, or came to one of the last three",
    )
    @app_commands.choices(
        method=[
            app_commands.Choice(name="Approval: tick any number of papers", value="approval"),
            app_commands.Choice(name="Ranked: a first, second and third choice", value="ranked"),
        ],
        source=[
            app_commands.Choice(name="The first of the suggestions", value="queue"),
            app_commands.Choice(name="Suggestions that I pick", value="pick"),
            app_commands.Choice(name="Reviews, to read a paper again", value="reviews"),
        ],
    )
    @answered
    async def open_ballot(
        self,
        interaction: Interaction,
        top: app_commands.Range[int, 2, MOST_OPTIONS] = 5,
        method: str = "approval",
        closes: str = "",
        quorum: app_commands.Range[int, 0, 10_000] = 0,
        source: str = "queue",
        attendees_only: bool = False,
    ) -> None:
        """Prepare a vote on what to read next; you see it before it is opened"""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        latest = await self._ballots.get_latest(club.guild_id)
        if latest and latest.state is BallotState.OPEN:
            await reply(interaction, already_open(latest, self._mentions))
            return
        terms = Terms(Method(method), parse_deadline(closes, now, load_zone(club.zone)), quorum, attendees_only)
        slate = Slate()
        if source == "queue":
            queue = await self._suggestions.offers(club.guild_id, _SHOWN)
            slate = Slate(ticked=tuple(offer_suggestion(each).value for each in queue[:top]))
        elif source == "reviews":
            slate = Slate(offered=self._find_reviews(interaction, ""))
        await self._show(interaction, club, terms, slate, page=-1 if slate.offered else 0)

    @open_ballot.autocomplete("closes")
    @completed
    async def complete_closes(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer what is typed, or else examples, with the moment that they mean for the club."""
        club, now = await self._clubs.get(interaction.guild_id or 0), discord.utils.utcnow()
        zone = load_zone(club.zone)
        try:
            typed = (current,) if parse_deadline(current, now, zone) else EXAMPLES
        except ClubError:
            typed = EXAMPLES
        ends = [(text, parse_deadline(text, now, zone)) for text in typed if len(text) <= 100]
        return [
            app_commands.Choice(name=label(f"{text} · {end.astimezone(zone):%A %d %B, %H:%M}", 100), value=text)
            for text, end in ends
            if end
        ]

    async def tick(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Put what was ticked on the slate, in the order of the menu."""
        club, before = await require_organiser(interaction, self._clubs), read_slate(interaction.message)
        shown = [*before.ticked, *before.offered]
        slate = Slate(
            tuple(value for value in shown if value in values), tuple(value for value in shown if value not in values)
        )
        await self._show(interaction, club, read_terms(arguments), slate, page=int(arguments[len(TERMS)]))

    async def turn(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Offer other suggestions; what is ticked stays."""
        club, before = await require_organiser(interaction, self._clubs), read_slate(interaction.message)
        await self._show(
            interaction, club, read_terms(arguments), Slate(before.ticked), page=int(arguments[len(TERMS)])
        )

    async def ask_for_reviews(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask which reviews are to be offered."""
        await require_organiser(interaction, self._clubs)
        await interaction.response.send_modal(review_form(read_terms(arguments)))

    async def offer_reviews(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Offer the reviews that were searched for; what is ticked stays."""
        club, before = await require_organiser(interaction, self._clubs), read_slate(interaction.message)
        found = self._find_reviews(interaction, (values or arguments[len(TERMS) :])[0])
        said = "" if found else "No review is called that. Try another word, or leave it empty for the newest."
        await self._show(interaction, club, read_terms(arguments), Slate(before.ticked, found), page=-1, said=said)

    def _find_reviews(self, interaction: Interaction, words: str) -> tuple[str, ...]:
        library, now = self._libraries.for_guild(interaction.guild_id), discord.utils.utcnow()
        if words.strip():
            return tuple(f"r{title.key}" for title in library.suggest(words[:100], now))
        return tuple(f"r{review.key}" for review in library.browse(Filter(), now)[:MOST_OPTIONS])

    async def _show(
        self, interaction: Interaction, club: Club, terms: Terms, slate: Slate, *, page: int = 0, said: str = ""
    ) -> None:
        """Show a slate; where it offers nothing else, a page of the suggestions that are not on it."""
        channel = _channel(interaction, club)
        found = await self._suggestions.offers(club.guild_id, _SHOWN)
        queue = {offer.value: offer for offer in map(offer_suggestion, found)}
        ticked = self._read(interaction, slate.ticked, queue)
        if len(ticked) < len(slate.ticked):
            said = "A paper of the slate is not suggested any more, and was taken off it."
        left = [offer for offer in queue.values() if offer not in ticked]
        room = MOST_OPTIONS - len(ticked)
        page = page if page * room < len(left) else 0
        others = self._read(interaction, slate.offered, queue) or left[page * room : (page + 1) * room if room else 0]
        others = [offer for offer in others if offer not in ticked][:room]
        more = any(offer not in others for offer in left)
        missing = missing_permissions(channel, TO_POST)
        view = slate_page(
            ticked,
            others,
            terms,
            channel.id,
            missing,
            interaction.id,
            self._mentions,
            page=page,
            more=more,
            said=escape(said),
        )
        await reply(interaction, view)

    def _read(self, interaction: Interaction, values: tuple[str, ...], queue: dict[str, Offer]) -> list[Offer]:
        """Give what the values of a slate mean, as far as it is still there."""
        now, offers = discord.utils.utcnow(), list[Offer]()
        for value in values:
            if value in queue:
                offers.append(queue[value])
            elif value.startswith("r"):
                review = self._libraries.for_guild(interaction.guild_id).get(value[1:], now)
                offers += [offer_review(review, now)] if review else []
        return offers

    async def open_it(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Open the ballot that was shown, and post it."""
        club, terms = await require_organiser(interaction, self._clubs), read_terms(arguments)
        now, channel, slate = discord.utils.utcnow(), _channel(interaction, club), read_slate(interaction.message)
        found = await self._suggestions.offers(club.guild_id, _SHOWN)
        queue = {offer.value: offer for offer in map(offer_suggestion, found)}
        chosen = self._read(interaction, slate.ticked, queue)
        late = terms.closes_at is not None and terms.closes_at < now + SHORTEST
        if len(chosen) < len(slate.ticked) or missing_permissions(channel, TO_POST):
            await self._show(interaction, club, terms, slate)
            return
        if late:
            raise ClubError("The time at which it was to close has passed. Start again with /ballot open.")
        await interaction.response.defer()
        ballot = await self._ballots.open_ballot(
            club.guild_id, interaction.user.id, [offer.option for offer in chosen], channel.id, now,
            method=terms.method, quorum=terms.quorum, closes_at=terms.closes_at, attendees=terms.attendees,
        )  # fmt: skip
        opened = await self._post(interaction, ballot, channel)
        interaction.client.dispatch("ballot_open", opened)
        view = notice(f"The ballot is open in <#{channel.id}>.", *link_to_ballot(opened))
        await interaction.edit_original_response(view=view)

    async def post_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post the message of an open ballot that has none: the bot ended before it could, or could note it."""
        club = await require_organiser(interaction, self._clubs)
        ballot = await self._ballots.get(club.guild_id, int(arguments[0]))
        channel = interaction.guild.get_channel(ballot.channel_id) if ballot and interaction.guild else None
        if ballot is None or ballot.state is not BallotState.OPEN or not isinstance(channel, discord.TextChannel):
            raise ClubError("That ballot is not open any more, or its channel is gone. /ballot close ends it.")
        await interaction.response.defer()
        # Discord gives the earlier message for its nonce, if there is one and it is minutes old.
        posted = ballot if ballot.message_id else await self._post(interaction, ballot, channel)
        view = notice(f"The ballot is open in <#{channel.id}>.", *link_to_ballot(posted))
        await interaction.edit_original_response(view=view)

    async def _post(self, interaction: Interaction, ballot: Ballot, channel: discord.TextChannel) -> Ballot:
        """Post the message of a ballot; one that nobody can see is cancelled."""
        try:
            message = await channel.send(view=ballot_message(ballot), nonce=f"ballot-{ballot.id}")
        except _FAILURES as error:
            now = discord.utils.utcnow()
            await self._ballots.cancel_ballot(ballot.guild_id, ballot.id, interaction.user.id, now)
            reason = (error.text or "an error") if isinstance(error, discord.HTTPException) else "no answer"
            raise ClubError(
                f"The ballot could not be posted in #{channel.name} (Discord: {reason}), so it was cancelled. "
                "See what Paperclub may do there with /club setup, and open it again."
            ) from error
        await self._ballots.put_message(ballot.guild_id, ballot.id, message.id)
        return await self._ballots.get(ballot.guild_id, ballot.id) or ballot

    # --- looking, and ending it -------------------------------------------------------------------

    @app_commands.command()
    @answered
    async def show(self, interaction: Interaction) -> None:
        """Show the open ballot with your own vote, or what the last one came to; only you see it"""
        guild_id = interaction.guild_id or 0
        ballot = await self._ballots.get_latest(guild_id)
        if ballot is None:
            await reply(interaction, notice("This club has not held a ballot yet."))
        elif ballot.result is not None:
            await reply(interaction, result_message(ballot, ballot.result, private=True))
        elif not takes_vote(ballot.state, ballot.closes_at, interaction.id):
            await reply(interaction, notice(over_line(ballot), *link_to_ballot(ballot)))
        else:
            choices = await self._ballots.get_choices(guild_id, ballot.id, interaction.user.id)
            await reply(interaction, own_ballot(ballot, choices))

    @app_commands.command(extras=FOR_ORGANISERS)
    @answered
    async def close(self, interaction: Interaction) -> None:
        """End the open ballot: count it now, or cancel it"""
        club = await require_organiser(interaction, self._clubs)
        ballot = await self._ballots.get_latest(club.guild_id)
        if ballot is None or ballot.state is not BallotState.OPEN:
            raise ClubError("No ballot is open. /ballot open prepares one.")
        await reply(interaction, closing_question(ballot))

    async def count_now(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """End a ballot at the moment of the click; it is counted once every vote of before has arrived."""
        club = await require_organiser(interaction, self._clubs)
        ballot = await self._ballots.close_ballot(
            club.guild_id, int(arguments[0]), interaction.user.id, interaction.id, discord.utils.utcnow()
        )
        interaction.client.dispatch("ballot_change", ballot)
        said = (
            f"The ballot is over. In a few seconds it is counted, and its result is posted in <#{ballot.channel_id}>."
        )
        await reply(interaction, notice(said))

    async def drop(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Cancel a ballot without counting it."""
        club = await require_organiser(interaction, self._clubs)
        ballot = await self._ballots.cancel_ballot(
            club.guild_id, int(arguments[0]), interaction.user.id, discord.utils.utcnow()
        )
        interaction.client.dispatch("ballot_change", ballot)
        await reply(
            interaction, notice("The ballot was cancelled. Nothing was counted, and all papers stay suggested.")
        )


def _channel(interaction: Interaction, club: Club) -> discord.TextChannel:
    """Give the club's channel, or else the one where the command was used."""
    guild = interaction.guild
    if guild is None:
        raise ClubError("Paperclub has just started and does not know the server yet. Try again in a moment.")
    channel = guild.get_channel(club.channel_id) if club.channel_id else interaction.channel
    if not isinstance(channel, discord.TextChannel):
        gone = (
            "The club's channel is gone, or Paperclub cannot see it"
            if club.channel_id
            else "A ballot cannot be posted here"
        )
        raise ClubError(f"{gone}: choose a text channel with /club setup.")
    return channel


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    suggestions, ballots = SuggestionStore(bot.database), BallotStore(bot.database)
    await bot.add_cog(BallotCog(bot.libraries, bot.clubs, suggestions, ballots, bot.controls, bot.mentions))
