"""/arxiv, and what long-pressing a message offers: papers beyond the club's own reviews."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.discussions import Discussions
from bot.club.titles import SuggestedTitles
from bot.errors import ClubError, LibraryLoading, LibraryNotConnected, ReviewGone
from bot.library.gist import gist
from bot.library.library import Libraries, Library
from bot.library.naming import named_paper, read_id, review_of
from bot.library.review import Review
from bot.papers.catalog import Answer, Known, PaperCatalog, Search, latest
from bot.papers.identifiers import PaperId, find_paper_ids
from bot.papers.tex import readable_text
from bot.ui import papers
from bot.ui.answers import answered
from bot.ui.cards import View
from bot.ui.controls import ANY, NUMBER_OR_NONE, Controls, Interaction, read_argument
from bot.ui.links import channel_url
from bot.ui.messages import text_of
from bot.ui.patience import SILENCE, awaited, put
from bot.ui.text import label

_MOST = 5  # papers of one message


class PapersCog(commands.Cog, description="Papers"):
    """Answer with what the world knows of a paper."""

    def __init__(
        self,
        libraries: Libraries,
        catalog: PaperCatalog,
        titles: SuggestedTitles,
        discussions: Discussions,
        controls: Controls,
        tree: app_commands.CommandTree[Any],
    ) -> None:
        self._libraries = libraries
        self._titles = titles
        self._discussions = discussions
        self._catalog = catalog
        self._tree = tree
        self._menu = app_commands.ContextMenu(name="Look up papers", callback=self.look_up)
        controls.on("gist", self.show_gist, "[a-z0-9]+", ANY, NUMBER_OR_NONE)
        controls.on("showpaper", self.show_chosen, ANY)
        controls.on("abstract", self.show_abstract, ANY)

    async def cog_load(self) -> None:
        """Offer the menu of messages: discord.py does not collect those of a cog."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    # --- commands ---------------------------------------------------------------------------------

    @app_commands.command()
    @app_commands.describe(paper="An arXiv id or link, a DOI, or words of the title")
    @answered
    async def arxiv(self, interaction: Interaction, paper: str) -> None:
        """Show the abstract of any paper, and whether the club has read it"""
        now = discord.utils.utcnow()
        paper_id = named_paper(self._libraries, interaction.guild_id, paper, now)
        if paper_id and (known := self._catalog.recall(paper_id, now)):  # what was just shown needs no waiting
            review = self._review(interaction, paper_id)
            thread = await self._discussion(interaction, paper_id, review)
            view = papers.paper_card(known, review, now, discussion=thread)
            await interaction.response.send_message(view=view)
            return
        await interaction.response.defer()
        if paper_id:
            await self._show(interaction, paper_id)
        else:
            await self._search(interaction, paper)

    @arxiv.autocomplete("paper")
    async def complete_arxiv(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer what the club has read and what was asked for before; the network is not asked while one types."""
        try:
            titles = self._library(interaction).suggest(current, discord.utils.utcnow(), 15)
        except (LibraryLoading, LibraryNotConnected):
            titles = []
        choices = {title.key: title.name for title in titles}
        choices |= dict(await self._suggested(interaction, current))
        choices |= dict(self._catalog.complete(current, 25 - len(choices)))
        return [
            app_commands.Choice(name=label(name, 100), value=key) for key, name in choices.items() if len(key) <= 100
        ]

    async def _suggested(self, interaction: Interaction, current: str) -> list[tuple[str, str]]:
        """Give what is suggested in the club and known by an id."""
        if interaction.guild_id is None or not current:
            return []
        try:
            found = await self._titles.complete(interaction.guild_id, current, 5, discord.utils.utcnow())
        except ClubError:  # the club's database is no reason to offer nothing
            return []
        return [(paper, readable_text(title)) for paper, title in found if paper != title]

    @answered
    async def look_up(self, interaction: Interaction, message: discord.Message) -> None:
        """Look up the papers that a message names."""
        ids = [*find_paper_ids(text_of(message))]
        if not ids:
            raise ClubError("No paper is named in that message: links to papers, arXiv ids and DOIs are understood.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen, now = ids[:_MOST], discord.utils.utcnow()
        reviews = [self._review(interaction, paper_id) for paper_id in chosen]

        def listed(known: Mapping[PaperId, Known], faults: Sequence[str], *, asking: bool = False) -> View:
            lines = [(paper_id, known.get(paper_id), review) for paper_id, review in zip(chosen, reviews, strict=True)]
            return papers.papers_found(lines, faults, named=len(ids), asking=asking)

        async def so_far() -> View:
            return listed(await self._catalog.peek(chosen), (), asking=True)

        answer = await awaited(interaction, self._catalog.get(chosen, now), so_far)
        view = listed(answer.known, answer.faults) if answer else listed(await self._catalog.peek(chosen), SILENCE)
        await put(interaction, view)

    # --- clicks -----------------------------------------------------------------------------------

    async def show_gist(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show an abstract in a few of its own sentences."""
        paper_id = papers.read_paper(arguments)
        # A paper that was asked for without a version is kept so.
        known = (await self._catalog.peek([paper_id, latest(paper_id)])).get(paper_id)
        if known is None:
            raise ClubError("That abstract is no longer kept. Ask for the paper again with /arxiv.")
        abstract, title = readable_text(known.paper.abstract), readable_text(known.paper.title)
        sentences = await asyncio.to_thread(gist, abstract, title)
        await interaction.response.send_message(view=papers.gist_page(known.paper, sentences), ephemeral=True)

    async def show_chosen(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the paper that was chosen in a menu, or that a button names."""
        paper_id = read_id(values[0] if values else read_argument(arguments[0]))
        if paper_id is None:
            raise ClubError("That menu belongs to another version of the bot. Please run the command again.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, paper_id)

    async def show_abstract(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the abstract of the paper that a review is about."""
        review = self._library(interaction).get(arguments[0], discord.utils.utcnow())
        if review is None:
            raise ReviewGone
        paper_id = next(iter(review.paper_ids), None)
        if paper_id is None:
            raise ClubError("The review does not say which paper it is about.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, paper_id)

    # --- answers ----------------------------------------------------------------------------------

    async def _show(self, interaction: Interaction, paper_id: PaperId) -> None:
        """Show a paper in the place of the answer that is awaited, at once what is known and later the rest."""
        now = discord.utils.utcnow()
        review = self._review(interaction, paper_id)
        thread = await self._discussion(interaction, paper_id, review)

        async def so_far() -> View:
            before = (await self._catalog.peek([paper_id])).get(paper_id)
            if before is None:
                return papers.waiting(paper_id, review)
            return papers.paper_card(before, review, now, asking=papers.STILL_ASKING, discussion=thread)

        answer = await awaited(interaction, self._catalog.get([paper_id], now), so_far)
        if answer is None:
            before = await self._catalog.peek([paper_id])
            answer = Answer({key: replace(known, stale=True) for key, known in before.items()}, SILENCE)
        known = answer.known.get(paper_id)
        if known is None:
            await put(interaction, papers.unknown(paper_id, "", answer.faults, review))
            return
        await put(interaction, papers.paper_card(known, review, now, answer.faults, discussion=thread))
        if (rated := await self._catalog.rate(paper_id, known, now)) != known:
            await put(interaction, papers.paper_card(rated, review, now, answer.faults, discussion=thread))

    async def _search(self, interaction: Interaction, words: str) -> None:
        now = discord.utils.utcnow()

        async def so_far() -> View:
            return papers.searching(words)

        found = await awaited(interaction, self._catalog.search(words, now), so_far) or Search(faults=SILENCE)
        if len(found.found) == 1:
            known = found.found[0]
            review = self._review(interaction, known.paper.id)
            thread = await self._discussion(interaction, known.paper.id, review)
            view = papers.paper_card(known, review, now, found.faults, discussion=thread)
        elif found.found:
            view = papers.choose_paper(words, found.found, found.faults)
        else:
            view = papers.unknown(None, words, found.faults, None)
        await put(interaction, view)

    # --- what is named ----------------------------------------------------------------------------

    async def _discussion(self, interaction: Interaction, paper_id: PaperId, review: Review | None) -> str:
        """Give the address of the club's latest thread on a paper; empty where there is none."""
        guild_id, others = interaction.guild_id, review.paper_ids if review else ()
        found = await self._discussions.find(guild_id, review.key if review else None, [paper_id, *others])
        return channel_url(guild_id, found)

    def _library(self, interaction: Interaction) -> Library:
        return self._libraries.for_guild(interaction.guild_id)

    def _review(self, interaction: Interaction, paper_id: PaperId) -> Review | None:
        return review_of(self._libraries, interaction.guild_id, paper_id, discord.utils.utcnow())


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(PapersCog(bot.libraries, bot.catalog, bot.titles, bot.discussions, bot.controls, bot.tree))
