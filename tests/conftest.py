"""A club on a simulated Discord, and the check of everything that the bot sends."""

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import simcord
from hypothesis import HealthCheck, settings
from simcord.env import Env

from bot.client import Paperclub, create_bot
from bot.database.database import Database
from bot.database.postgres import PostgresDatabase
from bot.database.sqlite import SqliteDatabase
from bot.papers.source import Source
from bot.settings import Settings
from tests.loopback import LoopbackDiscord, loopback_discord
from tests.postgres import run_postgres
from tests.running import TOKEN, Runner
from tests.shared import SAMPLES, SHARED

# How long an example takes is a matter of what else the machine does.
settings.register_profile("club", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("club")

# simcord waits 50 ms after each action to see whether more comes; a millisecond is enough here and makes the tests
# thirty times faster. Should the name go, this fails and says so.
_settle_defaults = Env._settle_internal.__kwdefaults__
assert "idle" in _settle_defaults, "simcord has changed: find what sets the time that it waits after an action"
_settle_defaults["idle"] = 0.001

RAN_AGAIN = "ran again"  # the property of a test that says why
_PATIENCE = 30.0  # seconds of real time that an action may take where other tests keep the machine busy


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that ran again, and why; those that ran on other cores have told it in their reports."""
    for report in terminalreporter.getreports("passed"):
        for name, why in report.user_properties:
            if name == RAN_AGAIN:
                terminalreporter.write_line(f"{report.nodeid} ran again, for {why}")


class Club:
    """The bot in a server with one channel and two members."""

    def __init__(self, env: simcord.Env, bot: Paperclub, channel: simcord.ChannelHandle) -> None:
        self.env = env
        self.bot = bot
        self.channel = channel
        guild = env.guild
        self.ada = guild.add_member(env.create_user("ada"))
        self.grace = guild.add_member(env.create_user("grace"))

    async def paper(self, name: str) -> simcord.InteractionResult:
        """Ask /paper as Ada."""
        return await self.ada.slash(self.channel, "paper", name=name)

    async def complete(self, command: str, option: str, text: str) -> list[dict[str, Any]]:
        """Type into an option as Ada; give the choices."""
        return await self.ada.autocomplete(self.channel, command, option, text)

    async def restart(self) -> None:
        """Stop the bot and start another one on the same folders."""
        await self.bot.close()
        self.bot = create_bot(self.bot.settings, ())
        await self.env.restart_bot(self.bot)


StartClub = Callable[..., Any]


@pytest.fixture(scope="session")
def sent_requests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """Collect every REST request of the run, and hold them against Discord's own description at its end."""
    requests: list[dict[str, Any]] = []
    yield requests
    validator = SHARED / "discord" / "validate.py"
    if not validator.exists() or not requests:
        return
    lines = tmp_path_factory.mktemp("requests") / "requests.jsonl"
    lines.write_text("".join(json.dumps(request) + "\n" for request in requests), "utf-8")
    done = subprocess.run(
        [sys.executable, str(validator), str(lines), "--docs-rules"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"Discord would refuse what the bot sends:\n{done.stdout}{done.stderr}"


@pytest.fixture
async def start_club(tmp_path: Path, sent_requests: list[dict[str, Any]]) -> AsyncIterator[StartClub]:
    """Give a function that starts a club on a folder (the sample library, if none is given)."""
    async with AsyncExitStack() as stack:

        async def start(reviews: Path = SAMPLES, sources: Sequence[Source] = (), **settings: Any) -> Club:
            bot = create_bot(Settings(token="a.b.c", reviews=reviews, data=tmp_path / "data", **settings), sources)
            env = simcord.Env(bot, settle_timeout=_PATIENCE)
            clubs: list[Club] = []

            async def stop() -> None:
                sent_requests.extend(
                    {"method": entry.method, "path": entry.path, "json": entry.json} for entry in env.http_requests
                )
                await env.shutdown()
                for club in clubs:
                    await club.bot.close()
                await bot.close()
                env.raise_errors()

            stack.push_async_callback(stop)
            await env.start()
            channel = env.create_guild("Paper club").create_text_channel("papers")
            clubs.append(Club(env, bot, channel))
            return clubs[0]

        yield start


@pytest.fixture
async def club(start_club: StartClub) -> Club:
    """Start a club on the sample library, published at club.example.org."""
    return await start_club(site_url="https://club.example.org/")


@pytest.fixture
async def loopback(sent_requests: list[dict[str, Any]]) -> AsyncIterator[LoopbackDiscord]:
    """Serve a Discord of real sockets; what was sent to it is held against the description with all the rest."""
    async with loopback_discord(TOKEN) as loopback:
        yield loopback
    sent_requests.extend(loopback.records())


@pytest.fixture
async def bot(loopback: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[Runner]:
    """Give what starts the bot as a process on that Discord; it must end without an error."""
    runner = Runner(loopback, tmp_path)
    yield runner
    if runner.process:
        assert "Traceback" not in await runner.end()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """Start a PostgreSQL for the whole run; give its URL up to the name of a database."""
    with run_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_cluster: str) -> str:
    """Make an empty database, and give its URL."""
    name = f"club_{uuid.uuid4().hex}"

    async def make() -> None:
        connection = await asyncpg.connect(f"{postgres_cluster}postgres")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(make())
    return f"{postgres_cluster}{name}"


MakeDatabase = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> MakeDatabase:
    """Give a function that makes databases on the same data; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return lambda: SqliteDatabase(tmp_path / "club.db")
    url: str = request.getfixturevalue("postgres_url")
    return lambda: PostgresDatabase(url)


@pytest.fixture
async def database(make_database: MakeDatabase) -> AsyncIterator[Database]:
    """Open an empty database; a test that asks for it runs on both kinds."""
    database = make_database()
    await database.open()
    yield database
    await database.close()
