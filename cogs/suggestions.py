"""/suggest, and the other ways to suggest a paper: the menu of a message, and the button of a paper's card."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.suggestions import Proposed, Receipt, SuggestionStore
from bot.club.suggestion import Proposal, keys_of, propose_id, propose_paper, propose_title
from bot.club.titles import SuggestedTitles
from bot.errors import ClubError, ReviewGone
from bot.folding import fold_words
from bot.library.library import Libraries
from bot.library.naming import named_paper, read_id, review_called, review_of
from bot.library.review import Review
from bot.papers.catalog import Known, PaperCatalog, Search
from bot.papers.identifiers import PaperId, find_paper_ids
from bot.papers.tex import readable_text
from bot.ui.answers import answered, completed, reply
from bot.ui.cards import View, note
from bot.ui.controls import ANY, Controls, Interaction, is_private
from bot.ui.messages import text_of
from bot.ui.organisers import require_club
from bot.ui.papers import paper_arguments, read_paper, searching
from bot.ui.patience import SILENCE, awaited
from bot.ui.suggestions import (
    LONGEST_REASON,
    LONGEST_TITLE,
    LONGEST_VALUE,
    ask_title,
    ask_why,
    read_before,
    suggested,
    which_of_message,
    which_paper,
)
from bot.ui.text import clean, label, truncate

_log = logging.getLogger(__name__)

_REMEMBERED = 500  # questions of which is known what was typed
_LOOKING = 60.0  # seconds for which the message of a suggestion waits to be completed
_STRANGE = "That button belongs to another version of the bot. Please run the command again."
_LATER = "title and authors are filled in once a source knows them"


class SuggestionsCog(commands.Cog, description="What to read next"):
    """Take what members want to read."""

    def __init__(
        self,
        libraries: Libraries,
        catalog: PaperCatalog,
        suggestions: SuggestionStore,
        decisions: DecisionStore,
        titles: SuggestedTitles,
        controls: Controls,
        tree: app_commands.CommandTree[Any],
    ) -> None:
        self._libraries = libraries
        self._catalog = catalog
        self._suggestions = suggestions
        self._decisions = decisions
        self._titles = titles
        self._typed: dict[int, tuple[str, str]] = {}  # by the id of the question: the paper, and the reason
        self._tree = tree
        self._menu = app_commands.guild_only()(
            app_commands.ContextMenu(name="Suggest this paper", callback=self.suggest_message)
        )
        controls.on("suggestask", self.ask)
        controls.on("suggestwhy", self.suggest_asked, "[a-z0-9]+", ANY, "[0-9]*", ANY)
        controls.on("suggestone", self.choose, ANY)
        controls.on("suggesttitle", self.suggest_title, ANY, ANY)
        controls.on("suggestagain", self.ask_again, ANY)
        controls.on("again", self.suggest_again, ANY, ANY)

    async def cog_load(self) -> None:
        """Offer the menu of messages: discord.py does not collect those of a cog."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    # --- commands ---------------------------------------------------------------------------------

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(paper="A link, an arXiv id, a DOI, or the title", why="What speaks for it")
    @answered
    async def suggest(
        self, interaction: Interaction, paper: str, why: app_commands.Range[str, 0, LONGEST_REASON] = ""
    ) -> None:
        """Suggest what the club reads next"""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        if paper_id := named_paper(self._libraries, guild_id, paper, now):
            await self._suggest(interaction, paper_id, why)
        elif review := review_called(self._libraries, guild_id, paper, now):
            await self._say_read(interaction, review, why)
        else:
            await self._suggest_words(interaction, paper, why)

    @suggest.autocomplete("paper")
    @completed
    async def complete_suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer what is suggested already, and papers that were asked for; the network is not asked while one types."""
        now = discord.utils.utcnow()
        choices = dict(await self._titles.complete(require_club(interaction), current, 10, now))
        choices |= dict(self._catalog.complete(current, 25 - len(choices)))
        return [
            app_commands.Choice(name=label(readable_text(title), 100), value=paper)
            for paper, title in choices.items()
            if len(paper) <= 100
        ]

    @answered
    async def suggest_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Suggest a paper that a message names."""
        require_club(interaction)
        ids = [*find_paper_ids(text_of(message))]
        if not ids:
            raise ClubError(
                "No paper is named in that message: links to papers, arXiv ids and DOIs are understood. "
                "/suggest takes a title too."
            )
        choices = [paper_id for paper_id in ids if len(str(paper_id)) <= LONGEST_VALUE]
        if len(choices) < 2:
            await self._ask(interaction, (choices or ids)[0])
            return
        now = discord.utils.utcnow()
        known = {paper_id: self._catalog.recall(paper_id, now) for paper_id in choices[:25]}
        named = [(paper_id, readable_text(of.paper.title) if of else str(paper_id)) for paper_id, of in known.items()]
        await reply(interaction, which_of_message(named, len(ids)))

    # --- clicks and forms -------------------------------------------------------------------------

    async def ask(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask why the paper of a card, or of a menu, is suggested."""
        require_club(interaction)
        paper_id = read_id(values[0]) if values else _read_paper(arguments)
        if paper_id is None:
            raise ClubError(_STRANGE)
        await self._ask(interaction, paper_id)

    async def suggest_asked(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Suggest the paper that the form was opened for."""
        paper_id = _read_paper(arguments)
        if paper_id is None:
            raise ClubError(_STRANGE)
        await self._suggest(interaction, paper_id, values[-1])

    async def choose(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Suggest what was chosen in the menu of a search."""
        value = (values or arguments)[0]
        typed = self._typed.get(interaction.message.id) if interaction.message else None
        if paper_id := read_id(value):
            await self._suggest(interaction, paper_id, typed[1] if typed else "")
        elif typed:
            await self._suggest_title(interaction, *typed)
        else:  # the bot was started anew since
            await interaction.response.send_modal(ask_title())

    async def suggest_title(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Suggest a title as it was typed."""
        await self._suggest_title(interaction, values[0], values[1])

    async def ask_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask why the club should read something again."""
        require_club(interaction)
        typed = self._typed.get(interaction.message.id, ("", "")) if interaction.message else ("", "")
        await interaction.response.send_modal(ask_why("again", arguments[0], title="Suggest it again", why=typed[1]))

    async def suggest_again(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Suggest what the club has read."""
        review = self._libraries.for_guild(interaction.guild_id).get(arguments[0], discord.utils.utcnow())
        if review is None:
            raise ReviewGone
        if paper_id := next(iter(review.paper_ids), None):
            await self._suggest(interaction, paper_id, values[0], review)
        else:
            await self._suggest_title(interaction, truncate(review.name, LONGEST_TITLE), values[0], review)

    # --- suggesting -------------------------------------------------------------------------------

    async def _ask(self, interaction: Interaction, paper_id: PaperId) -> None:
        """Ask why a paper is suggested, unless the club has read it."""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        review = review_of(self._libraries, guild_id, paper_id, now)
        if review and not await self._suggestions.find(guild_id, keys_of([paper_id])):
            await self._say_read(interaction, review, "")
            return
        if arguments := paper_arguments(paper_id):
            await interaction.response.send_modal(ask_why("suggestwhy", *arguments, title="Suggest this paper"))
        else:  # there is no room for it in a form
            await self._suggest(interaction, paper_id, "")

    async def _say_read(self, interaction: Interaction, review: Review, why: str) -> None:
        await reply(interaction, read_before(review))
        shown = interaction.message if is_private(interaction) else await interaction.original_response()
        self._remember(shown, review.name, why)

    async def _suggest(
        self, interaction: Interaction, paper_id: PaperId, why: str, again: Review | None = None
    ) -> None:
        """Suggest a paper by its id; it is described now or later. `again` is the club's review of it."""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        review = again or review_of(self._libraries, guild_id, paper_id, now)
        if review and not again and not await self._suggestions.find(guild_id, keys_of([paper_id])):
            await self._say_read(interaction, review, why)
            return
        known = self._catalog.recall(paper_id, now) or (await self._catalog.peek([paper_id])).get(paper_id)
        proposal = propose_paper(known.paper, paper_id) if known else propose_id(paper_id)
        receipt = await self._propose(interaction, proposal, why, review)
        if receipt.suggestion.described or receipt.outcome is Proposed.ALREADY:
            await self._announce(interaction, receipt)
            return
        edit = await self._announce(interaction, receipt, "Its title and authors are being looked up.")
        await self._complete(receipt, paper_id, interaction.user.id, edit)

    async def _complete(self, receipt: Receipt, paper_id: PaperId, who: int, edit: "Edit") -> None:
        """Tell what a new suggestion is called, as soon as a source tells."""
        now, suggestion = discord.utils.utcnow(), receipt.suggestion
        try:
            async with asyncio.timeout(_LOOKING):
                answer = await self._catalog.get([paper_id], now)
        except TimeoutError:
            view = suggested(receipt, who, f"{SILENCE[0]}; {_LATER}.")
        else:
            known = answer.known.get(paper_id)
            if known is None:
                reason = "; ".join(answer.faults) or "No source knows this number yet"
                view = suggested(receipt, who, f"{reason}; {_LATER}.")
            else:
                proposal = propose_paper(known.paper, paper_id)
                try:
                    newest = await self._decisions.describe(suggestion.guild_id, suggestion.id, proposal, now)
                except ClubError:  # it is over already, or cannot be kept just now: it is in the queue all the same
                    newest = await self._suggestions.get(suggestion.guild_id, suggestion.id) or suggestion
                view = suggested(replace(receipt, suggestion=newest), who)
        await edit(view)

    async def _suggest_words(self, interaction: Interaction, words: str, why: str) -> None:
        """Suggest what members name by words: a paper that the sources find, or else the words themselves."""
        guild_id, proposal = require_club(interaction), _read_title(words)
        if await self._suggestions.find(guild_id, proposal.keys):
            await self._suggest_title(interaction, words, why)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)

        async def so_far() -> View:
            return searching(words)

        work = self._catalog.search(words, discord.utils.utcnow())
        found = await awaited(interaction, work, so_far) or Search(faults=SILENCE)
        exact = [known for known in found.found if _is_titled(known, words)]
        if len(exact) == 1:
            await self._suggest(interaction, exact[0].paper.id, why)
        elif found.found:
            message = await interaction.edit_original_response(view=which_paper(words, found.found, found.faults))
            self._remember(message, words, why)
        else:
            remark = (
                f"Papers of this title could not be looked for everywhere ({'; '.join(found.faults)})."
                if found.faults
                else "No source knows a paper of this title, so it stands here as it was typed."
            )
            await self._suggest_title(interaction, words, why, remark=remark)

    async def _suggest_title(
        self, interaction: Interaction, title: str, why: str, again: Review | None = None, remark: str = ""
    ) -> None:
        receipt = await self._propose(interaction, _read_title(title), why, again)
        await self._announce(interaction, receipt, remark if receipt.outcome is Proposed.NEW else "")

    async def _propose(self, interaction: Interaction, proposal: Proposal, why: str, again: Review | None) -> Receipt:
        """Keep a proposal, under all names by which an earlier one may be known."""
        why = " ".join(clean(why).split())
        if len(why) > LONGEST_REASON:
            raise ClubError(f"Say it in at most {LONGEST_REASON} characters; these were {len(why):,}.")
        if again:
            proposal = replace(proposal, review_key=again.key)
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        return await self._suggestions.propose(guild_id, interaction.user.id, proposal, why, now)

    async def _announce(self, interaction: Interaction, receipt: Receipt, remark: str = "") -> "Edit":
        """Tell everybody of a suggestion, and give what changes that message; what is nothing new is told privately."""
        view = suggested(receipt, interaction.user.id, remark)
        alone = receipt.outcome is Proposed.ALREADY
        if not interaction.response.is_done() and not is_private(interaction):
            await interaction.response.send_message(view=view, ephemeral=alone)
            return lambda view: interaction.edit_original_response(view=view)
        # A question was asked privately before, and its place is kept for what only this member needs.
        here = view if alone else note("Your suggestion is in.")
        if interaction.response.is_done():
            await interaction.edit_original_response(view=here)
        else:
            await interaction.response.edit_message(view=here)
        if alone:
            return lambda view: interaction.edit_original_response(view=view)
        message = await interaction.followup.send(view=view, wait=True)
        return lambda view: message.edit(view=view)

    def _remember(self, question: discord.Message | discord.InteractionMessage | None, paper: str, why: str) -> None:
        if question:
            self._typed[question.id] = paper, why
            if len(self._typed) > _REMEMBERED:
                del self._typed[next(iter(self._typed))]


Edit = Callable[[View], Awaitable[object]]


def _read_paper(arguments: list[str]) -> PaperId | None:
    """Read a paper from the arguments of a control, if that is one."""
    paper_id = read_paper(arguments) if len(arguments) == 3 else None
    return paper_id if paper_id and read_id(str(paper_id)) else None


def _read_title(text: str) -> Proposal:
    """Read a title that a member typed."""
    if not fold_words(text):
        raise ClubError("Say which paper: a link to it, its arXiv id, its DOI, or its title.")
    if len(text) > LONGEST_TITLE:
        raise ClubError(f"A title has at most {LONGEST_TITLE} characters; these were {len(text):,}.")
    return propose_title(text)


def _is_titled(known: Known, words: str) -> bool:
    return fold_words(readable_text(known.paper.title)) == fold_words(words)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(
        SuggestionsCog(bot.libraries, bot.catalog, bot.suggestions, bot.decisions, bot.titles, bot.controls, bot.tree)
    )
