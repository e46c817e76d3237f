"""/arxiv while arXiv misbehaves: the whole bot, a Discord and an arXiv, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import create_bot
from bot.papers.arxiv import Arxiv
from bot.settings import Settings
from tests.loopback import Answer, LoopbackDiscord, loopback_discord
from tests.papers.loopback_arxiv import (
    MANY,
    SHORT,
    Act,
    Entry,
    LoopbackArxiv,
    drip,
    entity_bomb,
    error_feed,
    feed,
    giving,
    loopback_arxiv,
    packed,
    reset,
    saying,
)
from tests.running import TOKEN
from tests.shared import SAMPLES

NUMBER = "2002.00001"
BOATS = Entry(NUMBER, 2)


@dataclass
class World:
    """The bot on a Discord, and the arXiv that it asks."""

    discord: LoopbackDiscord
    arxiv: LoopbackArxiv
    source: Arxiv


@pytest.fixture
def elsewhere() -> str:
    """Give the address at which arXiv is asked, if it is another than that of the loopback arXiv."""
    return ""


@pytest.fixture
async def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent_requests: list[dict[str, Any]], elsewhere: str
) -> AsyncIterator[World]:
    # Both stand in classes of discord.py, and the bot changes them.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with (
        loopback_arxiv(papers=[Entry(entry.value, 2) for entry in MANY]) as arxiv,
        loopback_discord(TOKEN) as discord,
    ):
        source = Arxiv("Paperclub/test", address=elsewhere or arxiv.address, pause=SHORT, deadline=5.0)
        settings = Settings(token=TOKEN, reviews=SAMPLES, data=tmp_path / "data", discord_api_url=discord.url)
        bot = create_bot(settings, [source])
        running = asyncio.create_task(bot.start(TOKEN))
        await discord.connected()
        monkeypatch.setattr("bot.ui.patience._PATIENCE", 0.5)
        yield World(discord, arxiv, source)
        await bot.close()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, 5)
    sent_requests.extend(discord.records())


async def said(answer: Answer, *words: str) -> None:
    """Wait until an answer holds one of some texts."""
    while len(answer.messages) == 0 or not any(word in answer.text for word in words):
        await answer.until(len(answer.steps) + 1)


async def test_a_paper_is_answered(world: World) -> None:
    answer = await world.discord.slash("arxiv", paper=NUMBER)
    await answer.until(2)
    assert "On the Folding of Paper Boats" in answer.text


FAULTS: dict[str, list[Act]] = {
    "429": [saying(429, b"Rate exceeded.")],
    "429 with a time": [saying(429, b"Rate exceeded.", **{"Retry-After": "120"})],
    "500": [saying(500)] * 3,
    "502": [saying(502, b"<html>")] * 3,
    "503": [saying(503, **{"Retry-After": "0"})] * 3,
    "reset": [reset] * 3,
    "drip": [drip],
    "gzip bomb": [packed(b"\0" * (64 << 20))] * 3,
    "entity bomb": [giving(entity_bomb())],
    "20 MB": [giving(b"<feed>" + b"x" * (20 << 20))],
    "HTML": [giving(b"<html><body>Sorry</body></html>", "text/html")],
    "empty": [giving(b"")] * 3,
    "error feed": [saying(400, error_feed("incorrect id format"))],
    "elsewhere": [saying(302, Location="http://127.0.0.1:9/")],
    "another paper": [giving(feed([Entry("2002.00009", 1)]))] * 2,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_arxiv_does_members_hear_what_is_known_in_time(world: World, fault: str) -> None:
    world.arxiv.acts.extend(FAULTS[fault])
    begun = time.monotonic()
    answer = await world.discord.slash("arxiv", paper=NUMBER)
    other = await world.discord.slash("paper", name="bertology", by=world.discord.grace)  # who does not wait for it
    assert time.monotonic() - begun < 2
    assert "A Primer in BERTology" in other.text
    await said(answer, "Nothing could be learned", "No paper is known", "Boats")
    assert time.monotonic() - begun < 10
    if "Boats" not in answer.text:
        assert NUMBER in answer.text
        assert "went wrong" not in answer.text


async def test_a_slow_answer_is_put_into_the_message_when_it_arrives(world: World) -> None:
    world.arxiv.acts.append(saying(200, feed([BOATS]), stall=1.5, **{"Content-Type": "application/atom+xml"}))
    answer = await world.discord.slash("arxiv", paper=NUMBER)
    await answer.until(2)
    assert "takes its time" in answer.text
    await answer.until(3)
    assert "On the Folding of Paper Boats" in answer.text
    assert len({message["id"] for message in answer.messages.values()}) == 1


@pytest.mark.parametrize("elsewhere", ["http://export.arxiv.invalid/api/query"])
async def test_a_name_that_is_not_found_is_told_to_members(world: World, elsewhere: str) -> None:
    begun = time.monotonic()
    answer = await world.discord.slash("arxiv", paper=NUMBER)
    other = await world.discord.slash("paper", name="bertology", by=world.discord.grace)
    assert time.monotonic() - begun < 2
    assert "A Primer in BERTology" in other.text
    await said(answer, "Nothing could be learned")
    assert time.monotonic() - begun < 10
    assert "arXiv cannot be reached" in answer.text
    words = await world.discord.slash("arxiv", paper="folding boats")
    await said(words, "could not be looked for")
    assert "arXiv cannot be reached" in words.text
    assert world.arxiv.log == []


async def test_what_is_far_too_long_is_answered(world: World) -> None:
    begun = time.monotonic()
    words = await world.discord.slash("arxiv", paper="boat " * 800)
    await said(words, "No paper with the words")
    number = await world.discord.slash("arxiv", paper="x" * 3_980 + f" {NUMBER}")
    await said(number, "Boats")
    assert time.monotonic() - begun < 10
    offered = await world.discord.complete("arxiv", "paper", "boat " * 800)
    assert [choice["name"] for choice in offered] == ["On the Folding of Paper Boats"]


SLOW = {"Content-Type": "application/atom+xml"}


async def test_a_slow_list_is_completed_when_the_rest_arrives(world: World) -> None:
    known = await world.discord.slash("arxiv", paper="2002.00002")
    await said(known, "Boats")
    world.arxiv.acts.append(saying(200, feed([BOATS]), stall=1.5, **SLOW))
    text = f"2002.00002 and https://arxiv.org/abs/{NUMBER}"
    message = world.discord.world.post(
        world.discord.world.channel["id"], {"content": text}, world.discord.grace["user"]
    )
    answer = await world.discord.context("Look up papers", message)
    await answer.until(2)
    assert answer.private
    assert answer.text.count("**On the Folding of Paper Boats**") == 1
    assert f"**arxiv:{NUMBER}**\n-# ⏳ Still being looked for" in answer.text
    await answer.until(3)
    assert answer.text.count("**On the Folding of Paper Boats**") == 2
    assert "⏳" not in answer.text


async def test_a_slow_search_is_completed_when_its_answer_arrives(world: World) -> None:
    world.arxiv.acts.append(saying(200, feed([BOATS]), stall=1.5, **SLOW))
    answer = await world.discord.slash("arxiv", paper="folding paper boats")
    await answer.until(2)
    assert "Looking for papers with “folding paper boats” in their titles." in answer.text
    await answer.until(3)
    assert "## On the Folding of Paper Boats" in answer.text


async def test_nobody_hears_of_an_answer_that_was_deleted_while_it_was_awaited(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.arxiv.acts.append(saying(200, feed([BOATS]), stall=1.0, **SLOW))
    answer = await world.discord.slash("arxiv", paper=NUMBER)
    await answer.until(2)
    answer.messages.clear()
    await world.discord.request("PATCH /webhooks/.*", 2)
    later = await world.discord.slash("arxiv", paper=NUMBER)  # it was learned all the same
    await said(later, "Boats")
    assert world.discord.sent("POST /webhooks/.*") == []
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_fast_clicks_of_two_members_are_each_answered(world: World) -> None:
    world.arxiv.papers.append(Entry("2002.00999", 1, summary="We fold boats of paper in a new way. " * 20))
    answer = await world.discord.slash("arxiv", paper="2002.00999")
    await said(answer, "Boats")
    both = (world.discord.ada, world.discord.grace)
    clicks = [world.discord.click(answer.message, "Gist", by=member) for member in both * 5]
    for gist in await asyncio.gather(*clicks):
        assert gist.private
        assert "In brief" in gist.text
    assert len(world.arxiv.log) == 1


async def test_fifty_members_ask_for_fifty_papers_in_three_requests(world: World) -> None:
    wanted = [entry.value for entry in MANY[:50]]
    answers = await asyncio.gather(*(world.discord.slash("arxiv", paper=number) for number in wanted))
    for answer in answers:
        await said(answer, "Boats")
    assert len(world.arxiv.log) <= 3
    assert world.arxiv.most_at_once == 1
    for before, after in zip(world.arxiv.log, world.arxiv.log[1:], strict=False):
        assert after.begin - before.end >= SHORT - 0.02
