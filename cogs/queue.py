"""/suggestions: what members want to read, their voices, and what organisers make of it."""

import logging
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.delivery import Outbox
from bot.club.post import Post
from bot.club.progress import Progress
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import Suggestion
from bot.errors import ClubError, LibraryLoading, LibraryNotConnected
from bot.library.library import Libraries
from bot.papers.catalog import PaperCatalog
from bot.pulse import Pulse
from bot.ui.answers import answered, reply
from bot.ui.cards import View
from bot.ui.controls import ANY, NUMBER, Controls, Interaction, is_private
from bot.ui.organisers import is_organiser, require_club, require_organiser
from bot.ui.poster import Content
from bot.ui.suggestions import PER_PAGE, ask_decline, chosen, queue_page, suggestion_card, suggestion_page, thanks
from bot.ui.text import clean

_log = logging.getLogger(__name__)

_EVERY = timedelta(minutes=10)  # between looks at what became of suggestions
_SOON = timedelta(seconds=5)  # while the bot is not connected yet
_LATELY = timedelta(days=30)  # for which members see what was decided on theirs
_GONE = "That suggestion is not there any more. /suggestions shows those that are."


class QueueCog(commands.Cog, description="What to read next"):
    """Show what is suggested, count voices, and let organisers decide."""

    def __init__(
        self,
        clubs: ClubStore,
        suggestions: SuggestionStore,
        decisions: DecisionStore,
        catalog: PaperCatalog,
        controls: Controls,
    ) -> None:
        self._clubs = clubs
        self._suggestions = suggestions
        self._decisions = decisions
        self._catalog = catalog
        self._clicks: Counter[int] = Counter()  # that are being answered, by the id of the message
        self._crowded: set[int] = set()  # messages that several clicks have changed at the same time
        controls.on("voice", self.add_voice, NUMBER)
        controls.on("unvoice", self.take_voice, NUMBER)
        controls.on("queue", self.turn_queue, NUMBER)
        controls.on("sharequeue", self.share_queue, NUMBER)
        controls.on("queuevoice", self.add_voice_in_queue, NUMBER, NUMBER)
        controls.on("queueunvoice", self.take_voice_in_queue, NUMBER, NUMBER)
        controls.on("suggestion", self.show_suggestion, NUMBER)
        controls.on("withdraw", self.withdraw, NUMBER)
        controls.on("accept", self.accept, NUMBER)
        controls.on("askdecline", self.ask_decline, NUMBER)
        controls.on("decline", self.decline, NUMBER, ANY)
        controls.on("markread", self.mark_read, NUMBER)
        controls.on("putat", self.put_at, NUMBER, NUMBER)

    # --- the queue --------------------------------------------------------------------------------

    @app_commands.command(name="suggestions")
    @app_commands.guild_only()
    @answered
    async def show_queue(self, interaction: Interaction) -> None:
        """Show what members want to read, and say which you want too"""
        await reply(interaction, await self._queue(interaction, 0))

    async def turn_queue(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of the queue, in its place."""
        await self._put_queue(interaction, arguments[0])

    async def share_queue(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show a page of the queue to everybody."""
        queue = await self._suggestions.page(require_club(interaction), _page(arguments[0]), PER_PAGE)
        await interaction.response.send_message(view=queue_page(queue))

    async def add_voice_in_queue(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member for a suggestion, in a page of the queue."""
        await self._add_voice(interaction, arguments[0])
        await self._put_queue(interaction, arguments[1])

    async def take_voice_in_queue(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member for a suggestion no longer, in a page of the queue."""
        await self._take_voice(interaction, arguments[0])
        await self._put_queue(interaction, arguments[1])

    async def _put_queue(self, interaction: Interaction, page: str) -> None:
        """Show a page in the place of the message that was clicked; one of everybody's shows nobody's own voices."""
        if is_private(interaction):
            view = await self._queue(interaction, _page(page))
        else:
            view = queue_page(await self._suggestions.page(require_club(interaction), _page(page), PER_PAGE))
        await interaction.response.edit_message(view=view)

    async def _queue(self, interaction: Interaction, page: int) -> View:
        guild_id, member_id = require_club(interaction), interaction.user.id
        queue = await self._suggestions.page(guild_id, page, PER_PAGE)
        decided = await self._suggestions.decided(guild_id, member_id, discord.utils.utcnow() - _LATELY)
        return queue_page(queue, member_id, decided)

    # --- voices -----------------------------------------------------------------------------------

    async def add_voice(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member for a suggestion."""
        await self._change_card(interaction, self._add_voice(interaction, arguments[0]))

    async def take_voice(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member for a suggestion no longer."""
        await self._change_card(interaction, self._take_voice(interaction, arguments[0]))

    def _add_voice(self, interaction: Interaction, number: str) -> Awaitable[Suggestion]:
        now = discord.utils.utcnow()
        return self._suggestions.add_voice(require_club(interaction), _number(number), interaction.user.id, now)

    def _take_voice(self, interaction: Interaction, number: str) -> Awaitable[Suggestion]:
        return self._suggestions.take_voice(require_club(interaction), _number(number), interaction.user.id)

    async def _change_card(self, interaction: Interaction, change: Awaitable[Suggestion]) -> None:
        """Show what became of a suggestion where it was clicked."""
        if is_private(interaction):
            await reply(interaction, await self._page(interaction, await change))
            return
        message_id = interaction.message.id if interaction.message else 0
        self._clicks[message_id] += 1
        if self._clicks[message_id] > 1:
            self._crowded.add(message_id)
        try:
            suggestion = await change
            await interaction.response.edit_message(view=suggestion_card(suggestion))
        finally:
            self._clicks[message_id] -= 1
            last = not self._clicks[message_id]
            if last:
                del self._clicks[message_id]
        if last and message_id in self._crowded:
            # Answers to clicks of the same moment may have reached Discord in another order.
            self._crowded.discard(message_id)
            newest = await self._suggestions.get(suggestion.guild_id, suggestion.id)
            await interaction.edit_original_response(view=suggestion_card(newest or suggestion))

    # --- one suggestion ---------------------------------------------------------------------------

    async def show_suggestion(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show one suggestion privately, with its abstract and what may be done with it."""
        number = _number((values or arguments)[0])
        suggestion = await self._suggestions.get(require_club(interaction), number)
        if suggestion is None:
            raise ClubError(_GONE)
        await reply(interaction, await self._page(interaction, suggestion))

    async def withdraw(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take back what one has suggested."""
        guild_id, number = require_club(interaction), _number(arguments[0])
        withdrawn = await self._decisions.withdraw(guild_id, number, interaction.user.id, discord.utils.utcnow())
        stays = "It stays in the queue for the others, without your name." if withdrawn.votes else "You took it back."
        await reply(interaction, await self._page(interaction, withdrawn, stays))

    async def accept(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let an organiser choose what is read next, and tell everybody."""
        club, actor, now = (
            await require_organiser(interaction, self._clubs),
            interaction.user.id,
            discord.utils.utcnow(),
        )
        accepted = await self._decisions.accept(club.guild_id, _number(arguments[0]), actor, now)
        await reply(interaction, await self._page(interaction, accepted, "It is read next. /next shows it."))
        await interaction.followup.send(view=chosen(accepted))

    async def ask_decline(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask an organiser for the reason."""
        await require_organiser(interaction, self._clubs)
        await interaction.response.send_modal(ask_decline(arguments[0]))

    async def decline(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let an organiser decline a suggestion."""
        club, actor, now = (
            await require_organiser(interaction, self._clubs),
            interaction.user.id,
            discord.utils.utcnow(),
        )
        why = " ".join(clean(values[0]).split())[:300]
        if not why:
            raise ClubError("Say in a few words why it is declined: the one who suggested it would like to know.")
        declined = await self._decisions.decline(club.guild_id, _number(arguments[0]), actor, why, now)
        done = "It is declined. The one who suggested it sees your reason in /suggestions."
        await reply(interaction, await self._page(interaction, declined, done))

    async def mark_read(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let an organiser say that the club has read something."""
        club, actor, now = (
            await require_organiser(interaction, self._clubs),
            interaction.user.id,
            discord.utils.utcnow(),
        )
        read = await self._decisions.mark_read(club.guild_id, _number(arguments[0]), None, actor, now)
        await reply(interaction, await self._page(interaction, read, "It is marked as read."))

    async def put_at(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let an organiser put a suggestion somewhere in the queue, or leave that to the votes."""
        club, actor, now = (
            await require_organiser(interaction, self._clubs),
            interaction.user.id,
            discord.utils.utcnow(),
        )
        place = min(_number([*arguments, *values][1]), 1_000) or None
        moved = await self._decisions.put_at(club.guild_id, _number(arguments[0]), place, actor, now)
        done = f"It stands at place {moved.place}." if moved.place else "The votes decide where it stands."
        await reply(interaction, await self._page(interaction, moved, done))

    async def _page(self, interaction: Interaction, suggestion: Suggestion, done: str = "") -> View:
        organiser = is_organiser(interaction, await self._clubs.get(suggestion.guild_id))
        paper_id = suggestion.paper_id
        known = (await self._catalog.peek([paper_id])).get(paper_id) if paper_id else None
        paper = known.paper if known else None
        return suggestion_page(suggestion, interaction.user.id, paper, organiser=organiser, done=done)


class ProgressCog(commands.Cog):
    """Look now and then at what became of suggestions by itself."""

    def __init__(self, bot: Paperclub, progress: Progress, libraries: Libraries, suggestions: SuggestionStore) -> None:
        self._bot = bot
        self._progress = progress
        self._libraries = libraries
        self._suggestions = suggestions
        self._outbox: Outbox[Content] = bot.outbox
        self._outbox.on("thanks", self.render_thanks)
        self._pulse = Pulse(self._look)

    async def cog_load(self) -> None:
        """Begin to look."""
        self._pulse.start()

    async def cog_unload(self) -> None:
        """End."""
        self._pulse.stop()

    async def _look(self) -> timedelta:
        """Look once, and give the pause before the next time."""
        if not self._bot.is_ready():
            return _SOON
        now = discord.utils.utcnow()
        try:
            if await self._progress.notice_reviews(self._serves, now):
                self._outbox.wake()
            await self._progress.describe(self._serves, now)
        except ClubError as error:  # the log of the database says more
            _log.error("suggestions cannot be followed: %s", error)
        except Exception:
            _log.exception("suggestions could not be followed")
        return _EVERY

    def _serves(self, guild_id: int) -> bool:
        return self._bot.get_guild(guild_id) is not None

    async def render_thanks(self, post: Post) -> View | None:
        """Make the message that thanks for a suggestion."""
        suggestion = await self._suggestions.get(post.guild_id, int(post.slot.partition(":")[2]))
        if suggestion is None or suggestion.suggested_by is None:
            return None
        try:
            library = self._libraries.for_guild(post.guild_id)
            review = library.get(suggestion.review_key or "", discord.utils.utcnow())
        except (LibraryLoading, LibraryNotConnected):
            review = None
        return thanks(suggestion, review)


def _page(text: str) -> int:
    return min(int(text), 9_999)  # a page that is surely behind the last one


def _number(text: str) -> int:
    return min(int(text), 2**62)  # what a database takes


async def setup(bot: Paperclub) -> None:
    """Give the cogs what they need."""
    await bot.add_cog(QueueCog(bot.clubs, bot.suggestions, bot.decisions, bot.catalog, bot.controls))
    progress = Progress(bot.libraries, bot.catalog, bot.clubs, bot.suggestions, bot.decisions)
    await bot.add_cog(ProgressCog(bot, progress, bot.libraries, bot.suggestions))
