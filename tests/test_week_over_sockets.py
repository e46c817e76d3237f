"""A slot's prompt while the gateway does what it likes: the bot as a process, on a Discord of real sockets."""

import asyncio
import signal
from pathlib import Path
from typing import Any

from bot.club.post import State
from tests.running import output, start
from tests.test_delivery_crashes import MESSAGES, SlotCell, cell, get_post


async def test_five_readys_a_resume_and_a_new_session_post_nothing_twice(
    tmp_path: Path, sent_requests: list[dict[str, Any]]
) -> None:
    async with cell(tmp_path, sent_requests, kind=SlotCell) as it:
        loopback, gate = it.loopback, asyncio.Event()
        gateway = loopback.gateway
        loopback.fail(MESSAGES, gate=gate, times=10)
        process = await start("run", loopback, tmp_path)
        await loopback.request(MESSAGES, seconds=30)
        ((number, session),) = gateway.sessions.items()
        for _ in range(5):
            await gateway._welcome(number, session)
        await loopback.disconnect(4000)
        await loopback.news.until(lambda: gateway.resumes, 10)
        await loopback.disconnect(4000, forget=True)
        await loopback.connected()
        gate.set()
        await loopback.news.until(lambda: it.posted, 10)
        process.send_signal(signal.SIGTERM)
        log = await output(process)
        assert process.returncode == 0, log
        assert "Traceback" not in log
        assert len(gateway.identifies) == 2
        (message,) = it.posted
        post = await get_post(it)
        assert (post.state, post.message_id, post.tries) == (State.SENT, int(message["id"]), 1)
        assert len(loopback.sent(MESSAGES)) == 1
