"""/search: the texts of the reviews."""

from collections import OrderedDict

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.errors import ClubError
from bot.library.addresses import short_hash
from bot.library.library import Libraries
from bot.ui import results
from bot.ui.answers import answered, reply
from bot.ui.cards import View
from bot.ui.controls import ANY, NUMBER, Controls, Interaction, read_argument, write_argument
from bot.ui.mentions import Mentions
from bot.ui.text import clean

_ROOM = 70  # characters of a custom_id that a text may fill
_KEPT = 1_000  # longer texts that are remembered for their buttons


class SearchCog(commands.Cog, description="Reviews"):
    """Answer with the reviews that hold what a member searches for."""

    def __init__(self, libraries: Libraries, controls: Controls, mentions: Mentions) -> None:
        self._libraries = libraries
        self._mentions = mentions
        self._long: OrderedDict[str, str] = OrderedDict()  # texts that no custom_id has room for, by their hash
        controls.on("search", self.turn_page, NUMBER, ANY)
        controls.on("sharesearch", self.share, NUMBER, ANY)

    @app_commands.command()
    @app_commands.describe(words='Words, "a phrase", tag:nlp, author:rogers, year:2019-2021')
    @answered
    async def search(self, interaction: Interaction, words: str) -> None:
        """Search the texts of the reviews"""
        # As it is written into the buttons, so that every page is of the same search.
        await reply(interaction, await self._results(interaction, " ".join(clean(words).split()), 0))

    async def turn_page(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of what was found."""
        await reply(interaction, await self._results(interaction, self._text(arguments[1]), int(arguments[0])))

    async def share(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post a page of what was found for everybody."""
        text, sharer = self._text(arguments[1]), interaction.user.display_name
        await interaction.response.send_message(
            view=await self._results(interaction, text, int(arguments[0]), sharer=sharer)
        )

    async def _results(self, interaction: Interaction, text: str, page: int, *, sharer: str = "") -> View:
        library, now = self._libraries.for_guild(interaction.guild_id), discord.utils.utcnow()
        found = await library.search(text, now, page)
        if not found.hits and sharer:
            raise ClubError("No review holds that any more.")
        if not found.hits:
            return results.nothing_found(text, found, library.suggest(text[:100], now, 5), self._mentions)
        return results.results_page(text, self._state(text), found, sharer=sharer)

    def _state(self, text: str) -> str:
        """Write a text into a custom_id; one that is too long is remembered while the bot runs."""
        written = write_argument(text)
        if len(written) <= _ROOM and not written.startswith("~"):
            return written
        name = f"~{short_hash(text)}"
        self._long[name] = text
        self._long.move_to_end(name)
        if len(self._long) > _KEPT:
            self._long.popitem(last=False)
        return name

    def _text(self, state: str) -> str:
        text = self._long.get(state)
        if text is None and state.startswith("~"):
            raise ClubError("That search is too long ago. Run /search again.")
        return read_argument(state) if text is None else text


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(SearchCog(bot.libraries, bot.controls, bot.mentions))
