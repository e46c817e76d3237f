"""The bot itself: puts the services together, loads every cog, and tells members when something went wrong."""

import asyncio
import hashlib
import importlib.util
import json
import logging
import pkgutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.club.delivery import Outbox
from bot.club.discussions import Discussions
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.titles import SuggestedTitles
from bot.database.database import Database
from bot.database.lock import FolderLock
from bot.database.postgres import PostgresDatabase
from bot.database.sqlite import SqliteDatabase
from bot.library.index import Index
from bot.library.keeper import Keeper
from bot.library.library import Libraries, Library
from bot.papers.arxiv import Arxiv
from bot.papers.cache import PaperCache
from bot.papers.catalog import PaperCatalog
from bot.papers.crossref import Crossref
from bot.papers.datacite import DataCite
from bot.papers.http import user_agent
from bot.papers.semantic_scholar import SemanticScholar
from bot.papers.source import Source
from bot.settings import Settings
from bot.ui.answers import answer_error
from bot.ui.bursts import Bursts
from bot.ui.controls import ControlButton, Controls, ControlSelect, Interaction
from bot.ui.mentions import Mentions
from bot.ui.poster import Content, DiscordClock, DiscordPoster
from bot.ui.presence import Presences

_log = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds for which logging in waits for the reviews; a large library is read behind it

# Paperclub never speaks, so the log need not say what speaking would take.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


def create_bot(settings: Settings, sources: Sequence[Source] | None = None) -> "Paperclub":
    """Build the whole bot. Nothing is opened until it is started, and `close` closes everything.

    `sources` describe papers; those of the settings, if none are given.
    """
    index = Index(settings.data / "index.db")
    library = Library(settings.reviews, index, settings.site_url, include=settings.reviews_include)
    keeper = Keeper(library, discord.utils.utcnow, settings.reviews_pull)
    sources = make_sources(settings) if sources is None else sources
    # Without a key Semantic Scholar refuses most questions; then it is asked only for what no other source knows.
    rater = sources[-1] if settings.semantic_scholar_key and sources else None
    catalog = PaperCatalog(PaperCache(settings.data / "papers.db"), sources, rater)
    return Paperclub(settings, Libraries(library, settings.guilds), keeper, catalog, make_database(settings))


def make_database(settings: Settings) -> Database:
    """Make what keeps the decisions of clubs: a file in the data folder, or a PostgreSQL."""
    if settings.database_url:
        return PostgresDatabase(settings.database_url.get_secret_value())
    return SqliteDatabase(settings.data / "club.db")


def make_sources(settings: Settings) -> list[Source]:
    """Make the services that describe papers, the one that is asked first in front."""
    agent = user_agent(settings.contact)
    key = settings.semantic_scholar_key.get_secret_value() if settings.semantic_scholar_key else ""
    return [
        Arxiv(agent, address=settings.arxiv_url),
        Crossref(agent, settings.contact),
        DataCite(agent, settings.contact),
        SemanticScholar(agent, key),
    ]


class Paperclub(commands.AutoShardedBot):
    """The discord.py client. Cogs take the services they need from its attributes."""

    def __init__(
        self, settings: Settings, libraries: Libraries, keeper: Keeper, catalog: PaperCatalog, database: Database
    ) -> None:
        clock = DiscordClock(discord.utils.utcnow)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            http_trace=clock.trace(),
            # Without a number discord.py asks the API for it, and for the address of the gateway too.
            shard_count=None if settings.shards == "auto" or settings.discord_api_url else settings.shards,
        )
        self.settings = settings
        self.libraries = libraries
        self.keeper = keeper
        self.catalog = catalog
        self.database = database
        self.clubs = ClubStore(database)
        self.suggestions = SuggestionStore(database)
        self.decisions = DecisionStore(database)
        self.titles = SuggestedTitles(self.suggestions)
        self.discussions = Discussions(PromptStore(database))
        self.outbox: Outbox[Content] = Outbox(PostStore(database), DiscordPoster(self, clock))
        self.controls = Controls(answer_error)
        self.mentions = Mentions()
        self.presences = Presences()
        self.bursts = Bursts()
        self.always_sync = False  # register the commands even if they did not change
        self._resources = AsyncExitStack()
        self.tree.error(answer_error)

    async def login(self, token: str) -> None:
        """Log in, at the address of the settings where there is one; it is validated to be on this machine."""
        if self.settings.discord_api_url:
            Route.BASE = self.settings.discord_api_url
        await super().login(token)
        if self.settings.discord_api_url:
            # Where discord.py goes when a session cannot be resumed: without this, to the public gateway.
            DiscordWebSocket.DEFAULT_GATEWAY = URL((await self.http.get_bot_gateway())[1])

    async def setup_hook(self) -> None:
        """Open the data and the library, load the cogs, and tell Discord about the commands if they changed."""
        self._resources.enter_context(FolderLock(self.settings.data))
        self._resources.push_async_callback(self.database.close)
        await self.database.open()
        self._resources.push_async_callback(self.keeper.close)
        self._resources.push_async_callback(self.catalog.close)
        await self.catalog.open()
        await self.keeper.start(_PATIENCE)
        self.add_dynamic_items(ControlButton, ControlSelect)
        for name in _cog_names():
            await self.load_extension(name)
        await self.sync_if_changed()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Bring forms that were sent to their handlers; commands and clicks have other ways."""
        await self.controls.submit(interaction)

    async def sync_if_changed(self) -> None:
        """Register the commands with Discord, unless it has these already.

        Discord limits how often commands may be registered, so the last payload's hash is kept in the data folder.
        It counts only while Discord still lists the same commands. Either answer tells the ids of the commands.
        """
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps([self.application_id, payload], sort_keys=True).encode()).hexdigest()
        memory = self.settings.data / "commands.sha256"
        if not self.always_sync and await asyncio.to_thread(_read_or_empty, memory) == digest:
            listed = await self.tree.fetch_commands()
            registered = {(command.type.value, command.name) for command in listed}
            if registered == {(command.get("type", 1), command["name"]) for command in payload}:
                self.mentions.learn(listed)
                return
        self.mentions.learn(await self.tree.sync())
        await asyncio.to_thread(memory.write_text, digest, "utf-8")

    async def close(self) -> None:
        """Leave Discord and close everything that was opened; may be called again."""
        try:
            # discord.py can only close what was started; before that its loop is a placeholder of another type.
            if isinstance(self.loop, asyncio.AbstractEventLoop):  # pyright: ignore[reportUnnecessaryIsInstance]
                await super().close()
        finally:
            await self._resources.aclose()


def _cog_names() -> list[str]:
    """List what lies in the package cogs, in a checkout as in a wheel."""
    spec = importlib.util.find_spec("cogs")
    folders = spec.submodule_search_locations if spec else None
    return [f"cogs.{module.name}" for module in pkgutil.iter_modules(folders)] if folders else []


def _read_or_empty(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
