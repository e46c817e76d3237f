"""What the bot does again and again by itself."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.pulse import Pulse
from tests.loopback.world import News

LONG = timedelta(hours=1)


class Passes:
    """Passes that a test counts, and holds where it wants to."""

    def __init__(self) -> None:
        self.begun = self.ended = self.at_once = self.most = 0
        self.news = News()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False
        self.pause = LONG
        self.pulse = Pulse(self.make)

    async def make(self) -> timedelta:
        self.begun += 1
        self.news.tell()
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.gate.wait()
            if self.fails:
                raise ValueError("a defect")
        finally:
            self.at_once -= 1
            self.ended += 1
            self.news.tell()
        return self.pause

    async def until(self, *, begun: int = 0, ended: int = 0) -> None:
        await self.news.until(lambda: self.begun >= begun and self.ended >= ended, 5)
        await settle()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def passes() -> AsyncIterator[Passes]:
    passes = Passes()
    yield passes
    passes.pulse.stop()
    await settle()


async def test_there_is_never_more_than_one_pass_at_a_time(passes: Passes) -> None:
    passes.pulse.start()
    passes.gate.clear()
    for _ in range(3):
        await settle()
        passes.pulse.wake()
        passes.pulse.start()
    passes.gate.set()
    await passes.until(ended=2)  # it was woken meanwhile
    assert (passes.begun, passes.most) == (2, 1)
    for _ in range(3):
        passes.pulse.wake()
        passes.pulse.start()
    await passes.until(ended=3)
    assert (passes.begun, passes.most) == (3, 1)


async def test_a_pause_is_what_the_pass_gave(passes: Passes) -> None:
    passes.pause = timedelta(milliseconds=20)
    passes.pulse.start()
    begun = time.monotonic()
    await passes.until(ended=4)
    assert time.monotonic() - begun >= 0.06


async def test_a_failure_does_not_end_it(
    passes: Passes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.pulse._AGAIN", timedelta(milliseconds=1))
    passes.fails = True
    passes.pulse.start()
    await passes.until(ended=3)
    assert "a defect" in caplog.text
    assert passes.pulse.running


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_was_put_right_neither_holds_passes_back_nor_makes_up_for_them(
    passes: Passes, hours: int
) -> None:
    passes.pause = timedelta(minutes=15)
    passes.pulse.start()
    await passes.until(ended=1)
    loop: Any = passes.pulse._loop
    loop._next_iteration -= timedelta(hours=hours)  # it was reckoned by the clock as it was
    loop._handle.future.set_result(None)  # its time has come
    await passes.until(ended=3)
    assert passes.begun == 3
    assert loop.next_iteration
    assert abs(loop.next_iteration - datetime.now(UTC) - passes.pause) < timedelta(minutes=1)


async def test_who_looks_whether_it_ended_just_when_it_is_woken_begins_no_other(
    passes: Passes, caplog: pytest.LogCaptureFixture
) -> None:
    passes.pulse.start()
    await passes.until(ended=1)
    task = passes.pulse._loop.get_task()
    assert task
    task.add_done_callback(lambda _: passes.pulse.start())
    passes.pulse.wake()
    await passes.until(ended=2)
    assert (passes.begun, passes.most) == (2, 1)
    assert "already launched" not in caplog.text


async def test_a_loop_that_ended_by_itself_begins_again(passes: Passes) -> None:
    passes.pulse.start()
    await passes.until(ended=1)
    passes.pulse._loop.cancel()
    await settle()
    assert not passes.pulse.running
    passes.pulse.wake()
    passes.pulse.start()
    await passes.until(ended=2)
    assert passes.pulse.running


@pytest.mark.parametrize("busy", [True, False])
async def test_it_ends_also_when_it_was_just_woken(passes: Passes, busy: bool) -> None:
    passes.pulse.start()
    await passes.until(ended=1)
    if busy:
        passes.gate.clear()
        passes.pulse.wake()
        await passes.until(begun=2)
    begun = passes.begun
    passes.pulse.wake()
    passes.pulse.stop()
    passes.gate.set()
    await settle()
    passes.pulse.wake()
    await settle()
    assert (passes.begun, passes.pulse.running) == (begun, False)
    passes.pulse.start()
    await passes.until(ended=begun + 1)


async def test_its_silence_is_how_long_it_is_overdue(passes: Passes, monkeypatch: pytest.MonkeyPatch) -> None:
    passes.pulse.start()
    await passes.until(ended=1)
    assert passes.pulse.silence == timedelta()
    later = passes.pulse._due + LONG.total_seconds()
    monkeypatch.setattr("bot.pulse.time.monotonic", lambda: later)
    assert passes.pulse.silence == LONG
