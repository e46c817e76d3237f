"""/paper, /papers and /tags: the club's own reviews."""

import asyncio
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Paperclub
from bot.club.discussions import Discussions
from bot.errors import ClubError, ReviewGone
from bot.library.facets import Filter
from bot.library.library import Libraries, Library
from bot.library.lookup import Found, NotFound, Several
from bot.library.review import Review
from bot.ui import cards, pages
from bot.ui.answers import answered, completed, reply
from bot.ui.controls import ANY, NUMBER, NUMBER_OR_NONE, Controls, Interaction
from bot.ui.links import channel_url
from bot.ui.mentions import Mentions
from bot.ui.text import label


class LibraryCog(commands.Cog, description="Reviews"):
    """Answer with what the club wrote."""

    def __init__(self, libraries: Libraries, discussions: Discussions, controls: Controls, mentions: Mentions) -> None:
        self._libraries = libraries
        self._discussions = discussions
        self._mentions = mentions
        wanted = (ANY, ANY, NUMBER_OR_NONE)
        controls.on("section", self.open_section, ANY, ANY, ANY)
        controls.on("page", self.turn_page, ANY, ANY, NUMBER)
        controls.on("related", self.show_related, ANY)
        controls.on("open", self.open_card, ANY)
        controls.on("card", self.go_to_card, ANY)
        controls.on("post", self.post_card, ANY)
        controls.on("browse", self.turn_list, NUMBER, *wanted)
        controls.on("sharelist", self.share_list, NUMBER, *wanted)
        controls.on("tag", self.open_tag, ANY)
        controls.on("author", self.open_author, ANY, NUMBER_OR_NONE, ANY)
        controls.on("tags", self.turn_tags, NUMBER)
        controls.on("sharetags", self.share_tags, NUMBER)

    # --- commands ---------------------------------------------------------------------------------

    @app_commands.command()
    @app_commands.describe(name="What you remember of it: words of the title, an author, an arXiv id or link")
    @answered
    async def paper(self, interaction: Interaction, name: str) -> None:
        """Show what the club wrote about a paper"""
        library, now = self._library(interaction), discord.utils.utcnow()
        match library.find(name, now):
            case Found(review):
                thread = await self._discussion(interaction, review)
                view = await cards.library_card(library, review, now, self._mentions, discussion=thread)
                await interaction.response.send_message(view=view)
            case Several(reviews):
                await interaction.response.send_message(view=pages.several(name, reviews), ephemeral=True)
            case NotFound(nearest):
                mentioning = [] if nearest else await library.mentioning(name, now)
                view = pages.not_found(name, nearest, mentioning, library.browse(Filter(), now)[:5])
                await interaction.response.send_message(view=view, ephemeral=True)

    @paper.autocomplete("name")
    @completed
    async def complete_paper(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer reviews while a name is typed."""
        found = self._library(interaction).suggest(current, discord.utils.utcnow())
        return [
            app_commands.Choice(name=label(title.name, 100), value=title.slug if len(title.slug) <= 100 else title.key)
            for title in found
        ]

    @app_commands.command()
    @app_commands.describe(
        tag="Only reviews with this tag",
        author="Only papers by this author",
        year="Only what the club read in this year",
    )
    @answered
    async def papers(
        self,
        interaction: Interaction,
        tag: str = "",
        author: str = "",
        year: app_commands.Range[int, 1, 9999] | None = None,
    ) -> None:
        """Browse the reviews, newest first"""
        await reply(interaction, self._list(interaction, Filter(tag.strip(), author.strip(), year), 0))

    @papers.autocomplete("tag")
    @completed
    async def complete_tag(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the tags that hold what is typed."""
        tags = self._library(interaction).tags(discord.utils.utcnow())
        typed = current.casefold().strip()
        return [
            app_commands.Choice(name=label(f"{tag.name} ({tag.count})", 100), value=label(tag.name, 100))
            for tag in tags
            if typed in tag.name.casefold()
        ][:25]

    @papers.autocomplete("author")
    @completed
    async def complete_author(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the authors whose names hold what is typed, else those whose names are like it."""
        library, now = self._library(interaction), discord.utils.utcnow()
        authors = library.authors(current, now) or library.near_authors(current, now)
        return [app_commands.Choice(name=label(name, 100), value=label(name, 100)) for name in authors[:25]]

    @papers.autocomplete("year")
    @completed
    async def complete_year(self, interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        """Offer the years in which the club read something."""
        years = self._library(interaction).years(discord.utils.utcnow())
        return [app_commands.Choice(name=str(year), value=year) for year in years if str(year).startswith(current)][:25]

    @app_commands.command()
    @answered
    async def tags(self, interaction: Interaction) -> None:
        """List the tags with their counts, and browse one"""
        await reply(interaction, self._tags(interaction, 0))

    # --- cards ------------------------------------------------------------------------------------

    async def open_section(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the section that was chosen in a menu."""
        key, _, section = (*arguments, *values)[:3]
        await reply(interaction, await self._section(interaction, key, section, 0))

    async def turn_page(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of a section."""
        key, section, page = arguments[:3]
        await reply(interaction, await self._section(interaction, key, section, int(page)))

    async def _section(self, interaction: Interaction, key: str, value: str, page: int) -> cards.View:
        library, now = self._library(interaction), discord.utils.utcnow()
        review = self._review(interaction, key)
        position = cards.find_section(review, value)
        if position is None:
            raise ClubError("That section is no longer in the review. Open the review again to see what is there.")
        markdown = await library.read_section(review, review.sections[position])
        refs = cards.library_refs(library, review, now, self._mentions)
        pages_of_it = await asyncio.to_thread(cards.section_pages, markdown, refs)
        return cards.section_page(review, position, pages_of_it, page)

    async def show_related(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """List the reviews near to one."""
        review = self._review(interaction, arguments[0])
        related = await self._library(interaction).related(review, discord.utils.utcnow())
        if not related:
            raise ClubError("Nothing in the library is near to it yet.")
        await reply(interaction, pages.related_list(review, related))

    async def go_to_card(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Go back to the card of a review, or on to that of a related one."""
        await reply(interaction, await self._card_of(interaction, (values or arguments)[0], private=True))

    async def open_card(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show the card of a review that was chosen in a list, which stays as it is."""
        view = await self._card_of(interaction, (values or arguments)[0], private=True)
        await interaction.response.send_message(view=view, ephemeral=True)

    async def post_card(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post the card of a review for everybody."""
        view = await self._card_of(interaction, (values or arguments)[0], sharer=interaction.user.display_name)
        await interaction.response.send_message(view=view)

    # --- lists ------------------------------------------------------------------------------------

    async def turn_list(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of a list of reviews."""
        page, wanted = int(arguments[0]), self._filter(interaction, arguments[1:4])
        await reply(interaction, self._list(interaction, wanted, page))

    async def share_list(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post a page of a list for everybody."""
        page, wanted = int(arguments[0]), self._filter(interaction, arguments[1:4])
        await interaction.response.send_message(view=self._list(interaction, wanted, page, shared=True))

    async def open_tag(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Browse the tag that was chosen."""
        await reply(
            interaction, self._list(interaction, self._filter(interaction, [(values or arguments)[0], "", ""]), 0)
        )

    async def open_author(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Browse the author who was chosen."""
        tag, year, author = (*arguments, *values)[:3]
        wanted = replace(self._filter(interaction, [tag, "", year]), author=author)
        await reply(interaction, self._list(interaction, wanted, 0))

    async def turn_tags(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show another page of the tags."""
        await reply(interaction, self._tags(interaction, int(arguments[0])))

    async def share_tags(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Post a page of the tags for everybody."""
        await interaction.response.send_message(view=self._tags(interaction, int(arguments[0]), shared=True))

    def _list(self, interaction: Interaction, wanted: Filter, page: int, *, shared: bool = False) -> cards.View:
        library, now = self._library(interaction), discord.utils.utcnow()
        reviews = library.browse(wanted, now)
        if not reviews:
            known = not wanted.author or library.authors(wanted.author, now, 1)
            return pages.nothing_found(
                wanted, [] if known else library.near_authors(wanted.author, now), self._mentions
            )
        return pages.browse_page(reviews, wanted, page, sharer=interaction.user.display_name if shared else "")

    def _tags(self, interaction: Interaction, page: int, *, shared: bool = False) -> cards.View:
        library, now = self._library(interaction), discord.utils.utcnow()
        sharer = interaction.user.display_name if shared else ""
        return pages.tags_page(library.tags(now), library.untagged(now), page, self._mentions, sharer=sharer)

    # --- what a click names -----------------------------------------------------------------------

    def _library(self, interaction: Interaction) -> Library:
        return self._libraries.for_guild(interaction.guild_id)

    def _review(self, interaction: Interaction, key: str) -> Review:
        review = self._library(interaction).get(key, discord.utils.utcnow())
        if review is None:
            raise ReviewGone
        return review

    async def _card_of(
        self, interaction: Interaction, key: str, *, private: bool = False, sharer: str = ""
    ) -> cards.View:
        library, now = self._library(interaction), discord.utils.utcnow()
        review = self._review(interaction, key)
        thread = await self._discussion(interaction, review)
        return await cards.library_card(
            library, review, now, self._mentions, private=private, sharer=sharer, discussion=thread
        )

    async def _discussion(self, interaction: Interaction, review: Review) -> str:
        """Give the address of the club's latest thread on a review; empty where there is none."""
        guild_id = interaction.guild_id
        return channel_url(guild_id, await self._discussions.find(guild_id, review.key, review.paper_ids))

    def _filter(self, interaction: Interaction, arguments: list[str]) -> Filter:
        library, now = self._library(interaction), discord.utils.utcnow()
        wanted = pages.read_arguments(arguments, lambda tag: library.find_tag(tag, now))
        if wanted is None:
            raise ClubError("No review has that tag any more. /tags shows those in use.")
        return wanted


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(LibraryCog(bot.libraries, bot.discussions, bot.controls, bot.mentions))
