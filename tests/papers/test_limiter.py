"""How slowly a host is asked. Time is a number here."""

import asyncio

import pytest

from bot.papers.limiter import Limiter, Unasked
from bot.papers.source import SourceFault


class Time:
    """A clock that stands still but for sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limiter(time: Time) -> Limiter:
    return Limiter(time.clock, time.sleep, pause=3.0)


async def test_the_first_request_waits_for_nothing(time: Time, limiter: Limiter) -> None:
    async with limiter.turn():
        assert time.now == 1000.0


async def test_a_pause_counts_from_the_end_of_the_last_request(time: Time, limiter: Limiter) -> None:
    async with limiter.turn():
        time.now += 40.0
    async with limiter.turn():
        assert time.now == 1043.0


async def test_a_request_that_fails_or_is_cancelled_counts_too(time: Time, limiter: Limiter) -> None:
    for error in (OSError(), asyncio.CancelledError()):
        before = time.now
        with pytest.raises(type(error)):
            async with limiter.turn():
                raise error
        async with limiter.turn():
            assert time.now >= before + 3.0
        time.now += 3.0


async def test_a_turn_without_a_request_does_not_count(time: Time, limiter: Limiter) -> None:
    with pytest.raises(Unasked):
        async with limiter.turn():
            raise Unasked
    async with limiter.turn():
        assert time.now == 1000.0


async def test_only_one_at_a_time_and_in_order(time: Time, limiter: Limiter) -> None:
    begun: list[tuple[int, float]] = []
    inside = 0

    async def ask(number: int) -> None:
        nonlocal inside
        async with limiter.turn():
            inside += 1
            assert inside == 1
            begun.append((number, time.now))
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(ask(number) for number in range(5)))
    assert begun == [(number, 1000.0 + 3 * number) for number in range(5)]


async def test_whoever_waits_may_leave_without_harm(time: Time, limiter: Limiter) -> None:
    async def ask() -> None:
        async with limiter.turn():
            pass

    async with limiter.turn():
        waiting = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    await asyncio.gather(*waiting[1:])
    assert waiting[0].cancelled()


async def refusal(limiter: Limiter) -> SourceFault:
    with pytest.raises(SourceFault) as caught:
        async with limiter.turn():
            raise AssertionError("it was let through")
    return caught.value


async def test_a_cooldown_refuses_at_once_and_says_how_long(time: Time, limiter: Limiter) -> None:
    assert limiter.cool_down().retry_after == 60.0
    time.now += 20
    assert (await refusal(limiter)).retry_after == 40.0
    assert time.now == 1020.0
    time.now += 40
    async with limiter.turn():
        pass


async def test_those_who_wait_when_a_cooldown_begins_are_refused(limiter: Limiter) -> None:
    async with limiter.turn():
        waiting = asyncio.create_task(refusal(limiter))
        await asyncio.sleep(0)
        limiter.cool_down()
    assert (await waiting).retry_after == 60.0


async def test_who_comes_while_a_cooldown_begins_need_not_wait_for_its_turn_to_end(limiter: Limiter) -> None:
    async with limiter.turn():
        limiter.cool_down()
        assert (await asyncio.wait_for(refusal(limiter), 1)).retry_after == 60.0


async def test_a_sleep_that_ends_early_is_gone_on_with(time: Time) -> None:
    async def nap(seconds: float) -> None:
        await time.sleep(max(seconds / 2, 0.5))

    limiter = Limiter(time.clock, nap, pause=3.0)
    for _ in range(2):
        async with limiter.turn():
            began = time.now
    assert began >= 1003.0


async def test_cooldowns_double_up_to_ten_minutes_until_one_request_succeeds(time: Time, limiter: Limiter) -> None:
    lengths: list[float | None] = []
    for _ in range(6):
        fault = limiter.cool_down()
        lengths.append(fault.retry_after)
        time.now += fault.retry_after or 0
    assert lengths == [60, 120, 240, 480, 600, 600]
    limiter.succeeded()
    assert limiter.cool_down().retry_after == 60


async def test_a_longer_wish_of_the_host_is_honoured_and_a_shorter_one_is_not(time: Time, limiter: Limiter) -> None:
    assert limiter.cool_down(3600).retry_after == 3600
    time.now += 3600
    assert limiter.cool_down(5).retry_after == 120


async def test_a_host_may_ask_for_a_while_without_a_cooldown(time: Time, limiter: Limiter) -> None:
    assert limiter.hold(30).retry_after == 30
    assert (await refusal(limiter)).retry_after == 30
    time.now += 30
    assert limiter.cool_down().retry_after == 60


async def test_a_short_wish_does_not_shorten_a_cooldown(limiter: Limiter) -> None:
    limiter.cool_down()
    assert limiter.hold(5).retry_after == 60
