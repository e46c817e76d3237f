"""/arxiv, and what long-pressing a message offers: papers beyond the club's own reviews."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.errors import ClubError, LibraryLoading, LibraryNotConnected, ReviewGone
from bot.folding import fold_words
from bot.library.gist import gist
from bot.library.library import Libraries, Library
from bot.library.lookup import Found
from bot.library.review import Review
from bot.papers.catalog import Answer, Known, PaperCatalog, Search, latest
from bot.papers.identifiers import PaperId, find_paper_ids, parse_id_of, parse_paper_id
from bot.papers.tex import readable_text
from bot.ui import papers
from bot.ui.answers import answered
from bot.ui.cards import View
from bot.ui.controls import ANY, NUMBER_OR_NONE, Controls, Interaction, read_argument
from bot.ui.text import label

T = TypeVar("T")

_PATIENCE = 7.0  # seconds after which members hear what is known so far
_ENDURANCE = 90.0  # seconds for which the rest is waited for
_MOST = 5  # papers of one message
_SILENCE = ("The source did not answer",)


class PapersCog(commands.Cog, description="Papers"):
    """Answer with what the world knows of a paper."""

    def __init__(
        self, libraries: Libraries, catalog: PaperCatalog, controls: Controls, tree: app_commands.CommandTree[Any]
    ) -> None:
        self._libraries = libraries
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
        paper_id, now = self._named(interaction, paper), discord.utils.utcnow()
        if paper_id and (known := self._catalog.recall(paper_id, now)):  # what was just shown needs no waiting
            view = papers.paper_card(known, self._review(interaction, paper_id), now)
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
        choices |= dict(self._catalog.complete(current, 25 - len(choices)))
        return [
            app_commands.Choice(name=label(name, 100), value=key) for key, name in choices.items() if len(key) <= 100
        ]

    @answered
    async def look_up(self, interaction: Interaction, message: discord.Message) -> None:
        """Look up the papers that a message names."""
        ids = [*find_paper_ids(_text_of(message))]
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

        answer = await self._awaited(interaction, self._catalog.get(chosen, now), so_far)
        view = listed(answer.known, answer.faults) if answer else listed(await self._catalog.peek(chosen), _SILENCE)
        await _put(interaction, view)

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
        paper_id = _read_id(values[0] if values else read_argument(arguments[0]))
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

        async def so_far() -> View:
            before = (await self._catalog.peek([paper_id])).get(paper_id)
            if before is None:
                return papers.waiting(paper_id, review)
            return papers.paper_card(before, review, now, asking=papers.STILL_ASKING)

        answer = await self._awaited(interaction, self._catalog.get([paper_id], now), so_far)
        if answer is None:
            before = await self._catalog.peek([paper_id])
            answer = Answer({key: replace(known, stale=True) for key, known in before.items()}, _SILENCE)
        known = answer.known.get(paper_id)
        if known is None:
            await _put(interaction, papers.unknown(paper_id, "", answer.faults, review))
            return
        await _put(interaction, papers.paper_card(known, review, now, answer.faults))
        if (rated := await self._catalog.rate(paper_id, known, now)) != known:
            await _put(interaction, papers.paper_card(rated, review, now, answer.faults))

    async def _search(self, interaction: Interaction, words: str) -> None:
        now = discord.utils.utcnow()

        async def so_far() -> View:
            return papers.searching(words)

        found = await self._awaited(interaction, self._catalog.search(words, now), so_far) or Search(faults=_SILENCE)
        if len(found.found) == 1:
            known = found.found[0]
            review = self._review(interaction, known.paper.id)
            view = papers.paper_card(known, review, now, found.faults)
        elif found.found:
            view = papers.choose_paper(words, found.found, found.faults)
        else:
            view = papers.unknown(None, words, found.faults, None)
        await _put(interaction, view)

    async def _awaited(
        self, interaction: Interaction, work: Coroutine[Any, Any, T], so_far: Callable[[], Awaitable[View]]
    ) -> T | None:
        """Give what comes of work that may take its time, saying after a while what is known `so_far`.

        None when it takes longer than anybody waits.
        """
        task = asyncio.ensure_future(work)
        await asyncio.wait([task], timeout=_PATIENCE)
        if not task.done():
            await _put(interaction, await so_far())
            await asyncio.wait([task], timeout=_ENDURANCE)
        if task.done():
            return task.result()
        task.cancel()
        return None

    # --- what is named ----------------------------------------------------------------------------

    def _library(self, interaction: Interaction) -> Library:
        return self._libraries.for_guild(interaction.guild_id)

    def _named(self, interaction: Interaction, text: str) -> PaperId | None:
        """Give the paper that a text names: by its id, or by the key or name of a review of it."""
        if found := _read_id(text) or parse_paper_id(text) or next(find_paper_ids(text), None):
            return found
        try:
            match = self._library(interaction).find(text, discord.utils.utcnow())
        except (LibraryLoading, LibraryNotConnected):  # the papers of the world need no library
            return None
        # Words of a title may be meant for any paper of the world; only a name means the club's.
        if not isinstance(match, Found) or not _is_called(match.review, text):
            return None
        return next(iter(match.review.paper_ids), None)

    def _review(self, interaction: Interaction, paper_id: PaperId) -> Review | None:
        try:
            return self._library(interaction).review_of(paper_id, discord.utils.utcnow())
        except (LibraryLoading, LibraryNotConnected):
            return None


def _read_id(text: str) -> PaperId | None:
    """Read `scheme:value` as autocomplete and menus send it."""
    scheme, colon, value = text.strip().partition(":")
    return parse_id_of(scheme, value) if colon else None


def _is_called(review: Review, text: str) -> bool:
    """Tell whether a text is what a review is called, or the beginning of it in two words or more."""
    if text.strip() in (review.key, review.slug):
        return True
    words, name, head = (fold_words(part) for part in (text, review.name, review.name.partition(":")[0]))
    return words == head or (len(words) > 1 and name[: len(words)] == words)


def _text_of(message: discord.Message) -> str:
    """Give what a message says, in its embeds and boxes too, and what it forwards."""
    parts: list[str | None] = []
    for said in (message, *message.message_snapshots):
        parts.append(said.content)
        for embed in said.embeds:
            parts += [embed.url, embed.title, embed.description, *(field.value for field in embed.fields)]
        for component in said.components:
            parts += _texts_in(component.to_dict())
    return "\n".join(part for part in parts if part)


def _texts_in(component: Mapping[str, Any]) -> Iterator[str]:
    """Give the texts and the links of a component, however deep."""
    yield from (str(component[name]) for name in ("content", "url") if component.get(name))
    for inner in component.get("components", ()):
        yield from _texts_in(inner)


async def _put(interaction: Interaction, view: View) -> None:
    """Put an answer where it is awaited; nobody waits for it when the message was deleted meanwhile."""
    with suppress(discord.NotFound):
        await interaction.edit_original_response(view=view)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(PapersCog(bot.libraries, bot.catalog, bot.controls, bot.tree))
