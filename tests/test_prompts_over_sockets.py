"""The buttons of a prompt, with the bot as a process that is killed in between, on a Discord of real sockets."""

import asyncio
import signal
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.club.ladder import Ladder
from bot.club.occasion import Occasion
from bot.club.prompt import Choice, Why
from bot.club.prompting import About
from bot.club.schedule import Occurrence, Schedule
from bot.club.slot import Slot
from bot.club.stores.prompts import PromptStore
from bot.database.sqlite import SqliteDatabase
from bot.ui.mentions import Mentions
from bot.ui.prompt import Ping, prompt_message
from tests.loopback import Answer, LoopbackDiscord, Unanswered
from tests.loopback.world import Json
from tests.running import Runner

NOW = datetime.now(UTC)
DAY = date(2030, 1, 1)
CALLBACK = "POST /interactions/.*/callback"
THREADS = "POST /channels/.*/threads"
COMPONENTS_V2 = 1 << 15


@pytest.fixture
async def message(loopback: LoopbackDiscord, tmp_path: Path) -> Json:
    """Post a prompt, as an earlier run of the bot did."""
    (tmp_path / "data").mkdir()
    database = SqliteDatabase(tmp_path / "data" / "club.db")
    await database.open()
    guild_id = int(loopback.world.guild["id"])
    choice = Choice(Why.AGAIN, "Trees", review_key="k1")
    prompt = await PromptStore(database).keep(guild_id, "slot:1", DAY.isoformat(), choice, (), NOW)
    await database.close()
    slot = Slot(1, guild_id, "Tuesday", Schedule((1,), time(18), "UTC", DAY), Ladder(), None, None, NOW)
    at = datetime.combine(DAY, time(18), UTC)
    view = prompt_message(Occasion(slot, Occurrence(DAY, at, at)), prompt, About(), Ping(), Mentions())
    body = {"components": view.to_components(), "flags": COMPONENTS_V2}
    return loopback.world.post(loopback.world.channel["id"], body)


def threads(loopback: LoopbackDiscord) -> list[Json]:
    return [channel for channel in loopback.world.channels.values() if "thread_metadata" in channel]


def led_to(answer: Answer) -> str:
    assert answer.private
    return answer.text.removeprefix("💬 The discussion is in ")


async def test_two_who_want_to_discuss_at_the_same_time_come_to_one_thread(
    bot: Runner, loopback: LoopbackDiscord, message: Json
) -> None:
    await bot.start()
    gate = asyncio.Event()
    loopback.fail(THREADS, gate=gate)
    clicks = [asyncio.ensure_future(loopback.click(message, "Discuss", by=by)) for by in (loopback.ada, loopback.grace)]
    await loopback.request(CALLBACK, 2)  # both are under way
    await loopback.request(THREADS)
    assert not threads(loopback)
    gate.set()
    answers = await asyncio.gather(*clicks)
    assert [led_to(answer) for answer in answers] == [f"<#{message['id']}>"] * 2
    assert [thread["id"] for thread in threads(loopback)] == [message["id"]]
    assert sorted(request.status for request in loopback.sent(THREADS)) == [200, 400]


async def test_a_kill_between_the_thread_and_its_answer_leads_to_the_same_thread(
    bot: Runner, loopback: LoopbackDiscord, message: Json
) -> None:
    await bot.start()
    loopback.fail(THREADS, after=True, delay=30.0)
    click = asyncio.ensure_future(loopback.click(message, "Discuss"))
    await loopback.news.until(lambda: threads(loopback), 10)
    await bot.end(signal.SIGKILL)
    click.cancel()  # the member was not answered any more
    await bot.start()
    answers = await asyncio.gather(
        *(loopback.click(message, "Discuss", by=by) for by in (loopback.ada, loopback.grace))
    )
    assert [led_to(answer) for answer in answers] == [f"<#{message['id']}>"] * 2
    assert len(threads(loopback)) == 1


async def test_an_answer_that_is_lost_leads_to_the_same_thread(
    bot: Runner, loopback: LoopbackDiscord, message: Json
) -> None:
    await bot.start()
    met = loopback.fail(THREADS, after=True, reset=True)
    answer = await loopback.click(message, "Discuss")
    assert met.hits == 1
    if "did not answer" in answer.text:  # discord.py gives up after some kinds of broken connections
        answer = await loopback.click(message, "Discuss")
    assert led_to(answer) == f"<#{message['id']}>"
    assert len(threads(loopback)) == 1


async def test_many_who_say_at_once_that_they_have_read_it_count_once_each(
    bot: Runner, loopback: LoopbackDiscord, message: Json
) -> None:
    await bot.start()
    members = [loopback.world.add_member(f"member{n}") for n in range(60)]
    clicks = [*members, *members[:20]]
    answers: list[Answer] = await asyncio.gather(
        *(loopback.click(message, "I have read it", by=member) for member in clicks)
    )
    assert {answer.callback["type"] for answer in answers} == {7}
    await loopback.news.until(lambda: "60 members have read it" in str(message["components"]), 10)
    await bot.end(signal.SIGKILL)
    loopback.world.patience = 0.1
    with pytest.raises(Unanswered):
        await loopback.click(message, "Not yet", by=members[0])
    loopback.world.patience = 3.0
    await bot.start()
    await loopback.click(message, "Not yet", by=members[0])
    assert "59 members have read it" in str(message["components"])
