"""The bot as a process, on a Discord of real sockets."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.loopback import LoopbackDiscord
from tests.shared import SAMPLES

TOKEN = "MTIz.a-secret.token"


async def start(
    command: str, discord: LoopbackDiscord, tmp_path: Path, token: str = TOKEN, module: str = "bot", **more: str
) -> asyncio.subprocess.Process:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PAPERCLUB_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, command,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path,
        env=clean | {
            "PYTHONPATH": str(SAMPLES.parent), "PAPERCLUB_TOKEN": token, "PAPERCLUB_REVIEWS": str(SAMPLES),
            "PAPERCLUB_DATA": str(tmp_path / "data"), "PAPERCLUB_DISCORD_API_URL": discord.url,
        } | more,
    )  # fmt: skip


async def output(process: asyncio.subprocess.Process) -> str:
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return out.decode()


class Runner:
    """Runs the bot, one process after the other on the same folder."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path) -> None:
        self.loopback = loopback
        self.folder = folder
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await start("run", self.loopback, self.folder)
        await self.loopback.connected()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End the bot and give what it logged; it must end cleanly, if it can."""
        assert self.process
        process, self.process = self.process, None
        process.send_signal(how)
        log = await output(process)
        assert process.returncode == (-how if how is signal.SIGKILL else 0), log
        return log
