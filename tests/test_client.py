"""The program as it runs: real processes, real sockets, a Discord on this machine."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from bot.client import create_bot
from bot.settings import Settings
from tests.loopback import loopback_discord
from tests.running import TOKEN, output, start
from tests.shared import SAMPLES


async def test_sync_registers_every_command(tmp_path: Path) -> None:
    async with loopback_discord(TOKEN) as discord:
        process = await start("sync", discord, tmp_path)
        shown = await output(process)
        assert process.returncode == 0, shown
        assert "18 commands are registered." in shown
        put = discord.sent("PUT .*")
        assert {command["name"] for command in put[-1].json} == {
            "Look up papers",
            "Suggest this paper",
            "arxiv",
            "ballot",
            "club",
            "help",
            "map",
            "me",
            "next",
            "paper",
            "papers",
            "recap",
            "schedule",
            "search",
            "stats",
            "suggest",
            "suggestions",
            "tags",
        }
        assert TOKEN not in shown


async def test_commands_are_registered_again_only_when_discord_lost_them(tmp_path: Path) -> None:
    async with loopback_discord(TOKEN) as discord:
        puts: list[int] = []
        for lost in (True, False, True):
            if lost:
                discord.world.commands = []
            discord.gateway.identified.clear()
            process = await start("run", discord, tmp_path)
            await asyncio.wait_for(discord.gateway.identified.wait(), 30)
            process.send_signal(signal.SIGTERM)
            assert "Traceback" not in await output(process)
            puts.append(len(discord.sent("PUT .*")))
        assert puts == [1, 1, 2]
        assert "18 commands" in await output(await start("sync", discord, tmp_path))
        assert len(discord.sent("PUT .*")) == 3


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_run_connects_and_ends_cleanly_when_it_is_told_to(tmp_path: Path, ending: signal.Signals) -> None:
    async with loopback_discord(TOKEN) as discord:
        process = await start("run", discord, tmp_path)
        await asyncio.wait_for(discord.gateway.identified.wait(), 30)
        process.send_signal(ending)
        began = time.monotonic()
        shown = await output(process)
        assert process.returncode == 0, shown
        assert time.monotonic() - began < 10
        assert "16 reviews are loaded" in shown
        assert "Traceback" not in shown
        assert TOKEN not in shown


@pytest.mark.parametrize("command", ["run", "sync"])
async def test_a_refused_token_ends_the_program_with_78_and_is_not_shown(tmp_path: Path, command: str) -> None:
    async with loopback_discord(TOKEN) as discord:
        process = await start(command, discord, tmp_path, token="another.wrong.token")
        shown = await output(process)
        assert process.returncode == 78, shown
        assert "PAPERCLUB_TOKEN was refused" in shown
        assert "another.wrong.token" not in shown
        assert "Traceback" not in shown


def test_a_bot_opens_nothing_until_it_is_started(tmp_path: Path) -> None:
    async def build_and_close() -> None:
        bot = create_bot(Settings(token="a.b.c", reviews=SAMPLES, data=tmp_path / "data"))
        await bot.close()
        await bot.close()

    asyncio.run(build_and_close())
    assert list(tmp_path.iterdir()) == []
