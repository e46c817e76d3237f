"""The same bot on a simulated Discord, which a person uses in a browser page or asks one question in a terminal.

Nothing here is made up for the show: the bot is the one of `create_bot`, the folder is read as ever, and a member of
the simulated club types the command. Only Discord itself is simcord's.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import discord
import simcord
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from simcord.backend.errors import SetupError

from bot.client import create_bot
from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from bot.ui.terminal import draw_message

QUESTION = "bertology"
CLUB = 845_000_000_000_000_000  # the id of the simulated server

_progress = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class World:
    """A simulated Discord with the bot in it: a server, its channel, and two members."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    ada: simcord.MemberActor
    grace: simcord.MemberActor


def sample_reviews() -> Path:
    """Give the folder of the reviews that ship with the bot, in a checkout as in an installed package."""
    here = Path(__file__).parent
    shipped = here / "sample_reviews"
    return shipped if shipped.is_dir() else here.parent / "reviews"


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncGenerator[World]:
    """Start the bot on a simulated Discord, whose clock shows the time of this machine."""
    bot = create_bot(settings)
    env = simcord.Env(bot, shard_count=1)
    env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
    env.backend.bot_user.name = "Paperclub"
    try:
        await env.start()
        guild = env.create_guild("Paper reading club", id=CLUB)
        channel = guild.create_text_channel("papers")
        organiser = guild.create_role("organiser", permissions=discord.Permissions(manage_guild=True))
        ada = guild.add_member(env.create_user("ada", global_name="Ada"), roles=[organiser])
        grace = guild.add_member(env.create_user("grace", global_name="Grace"))
        yield World(env, channel, ada, grace)
    finally:
        await env.shutdown()
        await bot.close()


async def ask(world: World, name: str) -> dict[str, Any]:
    """Let a member ask `/paper name`; give the answer, as the body of the REST call carried it."""
    before = len(world.env.http_requests)
    await world.grace.slash(world.channel, "paper", name=name)
    for request in world.env.http_requests[before:]:
        body = request.json
        if request.path.endswith("/callback") and isinstance(body, dict) and "data" in body:
            return cast("dict[str, Any]", body["data"])
    raise RuntimeError("the bot did not answer")


async def ask_once(reviews: Path, name: str) -> None:
    """Ask one question and print the answer: the message as JSON, and on the error output as it looks."""
    with tempfile.TemporaryDirectory(prefix="paperclub-") as data, _progress.status("") as status:
        _tell(status, f"Reading the reviews of {reviews} …")
        async with open_world(_settings(reviews, Path(data))) as world:
            _tell(status, f"Asking /paper {name} …")
            message = await ask(world, name)
    _progress.print(draw_message(message["components"]))
    print(json.dumps(message, ensure_ascii=False, indent=2))  # noqa: T201  the answer is the output


async def serve(reviews: Path, port: int | None, *, browser: bool) -> None:
    """Show the answer to one question in the terminal, then serve the page until the program is ended."""
    console = Console()
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    with tempfile.TemporaryDirectory(prefix="paperclub-") as data:
        status = _progress.status("")
        status.start()
        _tell(status, f"Reading the reviews of {reviews} …")
        try:
            async with open_world(_settings(reviews, Path(data))) as world:
                _tell(status, f"Asking /paper {QUESTION} …")
                message = await ask(world, QUESTION)
                _tell(status, "Starting the page …")
                page = world.env.preview(
                    world.channel, viewers=[world.ada, world.grace], layout="channel", timezone=_zone(), port=port
                )
                async with page as preview:
                    status.stop()
                    console.print(
                        f"\nGrace asked [bold]/paper {QUESTION}[/] on a simulated Discord. Paperclub answered:\n"
                    )
                    console.print(draw_message(message["components"]))
                    console.print("\nNow ask it yourself: open this page and type [bold]/paper[/].\n")
                    print(f"  {preview.url}\n", flush=True)  # noqa: T201  never wrapped, so that it can be clicked
                    console.print("[dim]Press Ctrl-C to end the demo.[/]")
                    if browser and _has_desktop():
                        await asyncio.to_thread(webbrowser.open, preview.url)
                    await stopped.wait()
        except SetupError as error:
            raise SettingsError(f"--port {port}: {error}: choose another one, or leave it out.") from error
        finally:
            status.stop()


def _tell(status: Status, step: str) -> None:
    """Say what is being done: in one line that changes, or in lines of a log where there is no terminal."""
    if _progress.is_terminal:
        status.update(escape(step))
    else:
        _progress.print(step, markup=False, highlight=False)


def _settings(reviews: Path, data: Path) -> Settings:
    return load_settings(reviews=reviews, data=data, guilds=frozenset({CLUB}), shards=1)


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _zone() -> str:
    """Give the time zone of this machine, as far as it says so."""
    name = os.environ.get("TZ", "").lstrip(":") or _link_name(Path("/etc/localtime"))
    return name if (Path("/usr/share/zoneinfo") / name).is_file() else "UTC"


def _link_name(path: Path) -> str:
    try:
        return str(path.readlink()).partition("zoneinfo/")[2]
    except OSError:
        return ""
