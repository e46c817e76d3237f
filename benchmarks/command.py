"""How fast `/paper` answers within the process, beside the least that a bot written with discord.py can do.

    python -m benchmarks.command [--reviews 2000] [--times 2000]

Both bots are given the same commands as text, as the gateway sends them, in turn, and send the same message, byte for
byte. The time ends when the request is ready for the network, of which there is none. The bare bot makes its messages
of constants. Exits with 1 when a bound is missed.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import discord
from discord import ui
from discord.ext import commands
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from benchmarks.corpus import Corpus
from bot.client import create_bot
from bot.library.facets import Filter
from bot.library.index import Index
from bot.library.library import Library
from bot.settings import Settings

SAMPLES = Path(__file__).parent.parent / "reviews"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_GUILD, _CHANNEL, _BOT, _MEMBER = "1000", "1001", "1002", "1003"
_USER = {"username": "ada", "discriminator": "0", "avatar": None, "global_name": "Ada", "public_flags": 0}

Message = Callable[[], ui.LayoutView]


# --- a Discord without a network ------------------------------------------------------------------


class Wire(AsyncWebhookAdapter):
    """Takes the answers to interactions where discord.py would give them to the network."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = ""
        self.sent_at = 0.0
        self._waiting: asyncio.Future[None] | None = None

    async def request(self, route: Any, session: Any, **given: Any) -> Any:
        """Note what would be sent, and when it was ready."""
        self.sent = discord.utils._to_json(given["payload"])
        self.sent_at = time.perf_counter()
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
        return {"interaction": {"id": "1", "type": 2, "response_message_id": "2"}}

    async def ask(self, bot: commands.AutoShardedBot, text: str) -> float:
        """Give a bot an event of the gateway; give the seconds until its answer was ready."""
        self._waiting = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        event = discord.utils._from_json(text)
        bot._connection.parsers[event["t"]](event["d"])
        await asyncio.wait_for(self._waiting, 10)
        elapsed = self.sent_at - begun
        await asyncio.sleep(0.001)  # what is left to do is not charged to the next one
        return elapsed


async def _answer(route: discord.http.Route, **given: Any) -> Any:
    """Stand in for the REST API while a bot logs in."""
    bot = {**_USER, "id": _BOT, "bot": True}
    application = {
        "id": _BOT, "name": "Bot", "description": "", "icon": None, "bot_public": True, "flags": 0, "owner": bot,
        "bot_require_code_grant": False, "verify_key": "", "team": None,
    }  # fmt: skip
    return {"/users/@me": bot, "/oauth2/applications/@me": application}.get(route.path, [])


async def enter(bot: commands.AutoShardedBot) -> None:
    """Log a bot in and put it into a server with one channel."""
    bot.http.request = _answer
    await bot.login("token")
    channel = {"id": _CHANNEL, "type": 0, "name": "papers", "position": 0, "permission_overwrites": [], "nsfw": False}
    guild = {
        "id": _GUILD, "name": "Paper club", "owner_id": _MEMBER, "roles": [], "emojis": [], "features": [],
        "channels": [channel], "members": [], "threads": [], "member_count": 2,
    }  # fmt: skip
    bot._connection._add_guild_from_data(guild)


def command_event(value: str, number: int, command: str = "paper", option: str = "name") -> str:
    """Give the text that the gateway sends when a member uses a command."""
    member = {"user": {**_USER, "id": _MEMBER}, "roles": [], "joined_at": _NOW.isoformat(), "deaf": False}
    interaction = {
        "id": str(10_000 + number), "application_id": _BOT, "type": 2, "token": "token", "version": 1,
        "guild_id": _GUILD, "guild": {"id": _GUILD, "locale": "en-US", "features": []}, "guild_locale": "en-US",
        "channel_id": _CHANNEL, "channel": {"id": _CHANNEL, "type": 0, "name": "papers", "guild_id": _GUILD},
        "locale": "en-US", "app_permissions": "2147483647", "attachment_size_limit": 10_485_760, "entitlements": [],
        "authorizing_integration_owners": {"0": _GUILD}, "context": 0,
        "member": {**member, "mute": False, "flags": 0, "permissions": "2147483647"},
        "data": {"id": "1", "name": command, "type": 1, "options": [{"name": option, "type": 3, "value": value}]},
    }  # fmt: skip
    return json.dumps({"op": 0, "s": number, "t": "INTERACTION_CREATE", "d": interaction})


# --- the bare bot ---------------------------------------------------------------------------------


class BareBot(commands.AutoShardedBot):
    """One command that sends a message of constants."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            shard_count=1,
        )
        self.message: Message = ui.LayoutView

        @self.tree.command()
        async def paper(interaction: discord.Interaction, name: str) -> None:
            """Show a paper"""
            await interaction.response.send_message(view=self.message())


def constant_message(sent: str) -> Message:
    """Make a function that builds, with discord.py's classes and constants alone, the message that was sent."""
    (container,) = json.loads(sent)["data"]["components"]
    makers = [_maker(component) for component in container["components"]]
    colour = discord.Colour(container["accent_color"])

    def build() -> ui.LayoutView:
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.Container(*[make() for make in makers], accent_colour=colour))
        view.stop()  # discord.py would keep it for ever
        return view

    return build


def _maker(component: Mapping[str, Any]) -> Callable[[], ui.Item[Any]]:
    match component["type"]:
        case 1:
            makers = [_maker(child) for child in component["components"]]
            return lambda: ui.ActionRow(*[make() for make in makers])
        case 2 if "url" in component:
            return partial(ui.Button, label=component["label"], url=component["url"])
        case 2:
            emoji = component["emoji"]["name"]
            return partial(ui.Button, label=component["label"], emoji=emoji, custom_id=component["custom_id"])
        case 3:
            options = [(option["label"], option["value"]) for option in component["options"]]
            return lambda: ui.Select(
                placeholder=component["placeholder"],
                custom_id=component["custom_id"],
                options=[discord.SelectOption(label=label, value=value) for label, value in options],
            )
        case 10:
            return partial(ui.TextDisplay, component["content"])
        case 14:
            return partial(ui.Separator, visible=component["divider"])
        case other:
            raise ValueError(f"a component of type {other} was not expected")


# --- measuring ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, in seconds: the answers of Paperclub and those of the bare bot."""

    title: str
    bound: float | None
    club: Sequence[float]
    bare: Sequence[float]

    @property
    def ratio(self) -> float:
        """How many times as long Paperclub takes, by the medians."""
        return statistics.median(self.club) / statistics.median(self.bare)

    @property
    def missed(self) -> bool:
        """Whether Paperclub takes longer than it should."""
        return self.bound is not None and self.ratio > self.bound


def percentile(times: Sequence[float], share: float) -> float:
    """Give the time below which a share of the times lies."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


async def measure_folder(name: str, root: Path, data: Path, times: int) -> list[Row]:
    """Ask for every review of a folder for the first time, then `times` times for a hundred of them in turn."""
    wire = Wire()
    async_context.set(wire)
    library = Library(root, Index(data / "index.db"))
    await library.open(_NOW)
    await library.index_texts()
    await library.close()
    async with AsyncExitStack() as stack:
        bot = create_bot(Settings(token="a.b.c", reviews=root, data=data, site_url="https://club.example.org/"), [])
        bare = BareBot()
        for one in (bot, bare):
            stack.push_async_callback(one.close)
            await enter(one)
        slugs = [review.slug for review in bot.libraries.for_guild(None).browse(Filter(), _NOW)]
        numbers = itertools.count()
        messages: dict[str, Message] = {}

        async def ask_both(slug: str) -> tuple[float, float]:
            club = await wire.ask(bot, command_event(slug, next(numbers)))
            sent = wire.sent
            bare.message = messages.setdefault(slug, constant_message(sent))
            took = await wire.ask(bare, command_event(slug, next(numbers)))
            assert wire.sent == sent, "the bots do not send the same message"
            return club, took

        await ask_both(slugs.pop())  # what the first command of all brings with it
        first = [await ask_both(slug) for slug in slugs]
        again = [await ask_both(slug) for slug in itertools.islice(itertools.cycle(slugs[-100:]), times)]
    return [
        Row(f"{name}, a card that was shown before", 1.5, *zip(*again, strict=True)),
        Row(f"{name}, a card for the first time", None, *zip(*first, strict=True)),
    ]


def measure(reviews: int, times: int) -> list[Row]:
    """Measure the sample library and a made-up one."""
    with tempfile.TemporaryDirectory(prefix="paperclub-bench-") as folder:
        corpus = Path(folder, "reviews")
        Corpus().write(corpus, reviews)
        return [
            row
            for name, root in (("sample library", SAMPLES), (f"{reviews:,} reviews", corpus))
            for row in asyncio.run(measure_folder(name, root, Path(folder, f"data of {root.parent.name}"), times))
        ]


def tabulate(rows: Iterable[Row]) -> Iterator[str]:
    """Write the rows as a table: times in microseconds, half of them and 99 of 100 below."""
    yield "| what | Paperclub, p50 | p99 | bare bot, p50 | p99 | ratio of p50 | aim |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        figures = [
            f"{percentile(times, share) * 1e6:.0f} µs" for times in (row.club, row.bare) for share in (0.5, 0.99)
        ]
        aim = "" if row.bound is None else f"{row.bound:g} times" + (": missed" if row.missed else "")
        yield f"| {row.title} | {' | '.join(figures)} | {row.ratio:.2f} times | {aim} |"


def main() -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.command", description="How fast /paper answers.")
    parser.add_argument("--reviews", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=2_000)
    given = parser.parse_args()
    rows = measure(given.reviews, given.times)
    print("\n".join(tabulate(rows)))
    return 1 if any(row.missed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
