"""The bot as a process on a Discord of real sockets, and that Discord itself with a client that uses more of it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import ClientSession
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.loopback import LoopbackDiscord, Unanswered, loopback_discord
from tests.running import TOKEN, Runner, output, start

CALLBACK = "POST /interactions/.*/callback"
MESSAGES = "POST /channels/.*/messages"


@pytest.fixture
async def bot(bot: Runner) -> Runner:
    await bot.start()
    return bot


async def test_a_card_of_a_killed_process_is_read_on_with_the_next_one(bot: Runner, loopback: LoopbackDiscord) -> None:
    choices = await loopback.complete("paper", "name", "bertol")
    assert [choice["name"] for choice in choices] == ["A Primer in BERTology: What We Know About How BERT Works"]
    card = await loopback.slash("paper", name=choices[0]["value"])
    assert choices[0]["name"] in card.text
    assert not card.private
    assert (await loopback.slash("paper", name="bertology")).text == card.text
    await bot.end(signal.SIGKILL)
    loopback.world.patience = 0.1
    with pytest.raises(Unanswered):
        await loopback.click(card.message, "Related reviews", by=loopback.grace)
    loopback.world.patience = 3.0
    await bot.start()
    section = await loopback.choose(card.message, "Where it is kept", by=loopback.grace)
    assert section.private
    assert "Where it is kept" in section.text
    overview = await loopback.click(section.message, "Overview", by=loopback.grace)
    assert overview.message is section.message
    assert choices[0]["name"] in overview.text
    assert "16 reviews" in (await loopback.slash("club status")).text


async def test_a_broken_gateway_is_resumed_and_nothing_is_missed(bot: Runner, loopback: LoopbackDiscord) -> None:
    for times, code in enumerate((4000, None), 1):
        await loopback.disconnect(code)
        assert "BERTology" in (await loopback.slash("paper", name="bertology")).text
        assert len(loopback.gateway.resumes) == times
    assert len(loopback.gateway.identifies) == 1


async def test_a_session_that_is_lost_is_begun_anew_on_this_machine(bot: Runner, loopback: LoopbackDiscord) -> None:
    await loopback.disconnect(4000, forget=True)
    await loopback.connected()  # discord.py waits for five seconds before it identifies again
    assert "BERTology" in (await loopback.slash("paper", name="bertology")).text
    assert len(loopback.gateway.identifies) == 2


@pytest.mark.parametrize("fault", [{"status": 502}, {"status": 429, "retry_after": 0.3}])
async def test_an_answer_that_discord_refuses_at_first_arrives(
    bot: Runner, loopback: LoopbackDiscord, fault: dict[str, Any]
) -> None:
    met = loopback.fail(CALLBACK, **fault)
    answer = await loopback.slash("paper", name="bertology")
    assert "BERTology" in answer.text
    assert answer.steps[0].after > 0.3
    assert met.hits == 1
    assert [request.status for request in loopback.sent(CALLBACK)] == [fault["status"], 200]


async def test_the_bot_ends_while_a_command_runs(bot: Runner, loopback: LoopbackDiscord) -> None:
    loopback.fail(CALLBACK, delay=30)
    asked = asyncio.create_task(loopback.slash("paper", name="bertology"))
    await loopback.request(CALLBACK)
    began = time.monotonic()
    await bot.end()
    assert time.monotonic() - began < 10
    asked.cancel()


# --- the loopback Discord itself ----------------------------------------------------------------------


class Form(discord.ui.Modal, title="Suggest"):
    name = discord.ui.TextInput[Any](label="Name", custom_id="name")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You suggest {self.name.value}", ephemeral=True)


@pytest.fixture
async def client(loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    """Log in, with commands that defer, follow up and ask."""
    monkeypatch.setattr(Route, "BASE", f"{loopback.url}/v10")
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(loopback.gateway.address))
    async with discord.Client(
        intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none()
    ) as client:
        tree = app_commands.CommandTree(client)

        @tree.command(description="Take some time")
        async def slow(interaction: discord.Interaction, whom: discord.Member, where: discord.TextChannel) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send(f"{whom.display_name} in {where.name}")
            await interaction.edit_original_response(content="edited")
            extra = await interaction.followup.send("more", wait=True)
            await extra.delete()

        @tree.command(description="Ask")
        async def suggest(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Form())

        @tree.command(description="Answer twice")
        async def twice(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("once")
            interaction.response._response_type = None
            with pytest.raises(discord.HTTPException) as error:
                await interaction.response.send_message("twice")
            await interaction.followup.send(f"{error.value.code}")

        @tree.context_menu(name="Quote")
        async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"> {message.content}")

        await client.login(TOKEN)
        await tree.sync()
        connection = asyncio.create_task(client.connect())
        await loopback.connected()
        yield client
    await asyncio.gather(connection, return_exceptions=True)


async def test_commands_defer_follow_up_and_ask(client: discord.Client, loopback: LoopbackDiscord) -> None:
    world = loopback.world
    answer = await loopback.slash("slow", whom=loopback.grace["user"]["id"], where=world.channel["id"])
    await answer.until(5)
    assert [step.kind for step in answer.steps] == ["callback", "followup", "edit", "followup", "delete"]
    assert answer.steps[1].body["content"] == "Grace in papers"
    assert answer.steps[1].message is answer.messages["@original"]
    assert answer.messages["@original"]["content"] == "edited"
    assert answer.messages["@original"]["flags"] == 64
    form = await loopback.slash("suggest")
    assert (await loopback.submit(form, name="BERT")).text == "You suggest BERT"
    said = world.post(world.channel["id"], {"content": "hello"}, loopback.grace["user"])
    assert (await loopback.context("Quote", said)).text == "> hello"
    assert (await (await loopback.slash("twice")).until(2)).text == "40060"


async def test_an_answer_that_is_late_is_refused(client: discord.Client, loopback: LoopbackDiscord) -> None:
    loopback.world.patience = 0.1
    loopback.fail(CALLBACK, delay=0.2)
    with pytest.raises(Unanswered):
        await loopback.slash("suggest")
    await loopback.news.until(lambda: loopback.sent(CALLBACK)[0].status, 1)
    assert loopback.sent(CALLBACK)[0].response["code"] == 10062


async def test_messages_are_posted_once_and_threads_made_once(
    client: discord.Client, loopback: LoopbackDiscord
) -> None:
    channel = client.get_channel(int(loopback.world.channel["id"]))
    assert isinstance(channel, discord.TextChannel)
    loopback.fail(MESSAGES, reset=True, after=True)
    with pytest.raises(OSError, match="reset by peer"):
        await channel.send("one", nonce="a")
    one = await channel.send("one", nonce="a")
    loopback.world.nonce_life = 0.0
    again = await channel.send("again", nonce="a")
    two = await channel.send("two", file=discord.File(__file__), silent=True)
    assert [message.id async for message in channel.history(limit=2)] == [two.id, again.id]
    assert [message.id async for message in channel.history(after=one)] == [again.id, two.id]
    assert [message.id async for message in channel.history(before=again)] == [one.id]
    thread = await two.create_thread(name="Discussion")
    assert thread.id == two.id
    with pytest.raises(discord.HTTPException) as error:
        await two.create_thread(name="Discussion")
    assert error.value.code == 160004
    await thread.edit(archived=True)
    assert (await (await thread.send("hello")).edit(content="changed")).content == "changed"
    await one.delete()
    with pytest.raises(discord.NotFound) as error:
        await channel.fetch_message(one.id)
    assert error.value.code == 10008


async def test_limits_and_errors_on_demand(client: discord.Client, loopback: LoopbackDiscord) -> None:
    channel = client.get_channel(int(loopback.world.channel["id"]))
    assert isinstance(channel, discord.TextChannel)
    limit = loopback.fail(MESSAGES, status=429, retry_after=0.2, everywhere=True)
    began = time.monotonic()
    await asyncio.gather(channel.send("one"), channel.send("two"), client.fetch_channel(channel.id))
    assert time.monotonic() - began > 0.2
    assert 1 <= limit.hits <= 3
    loopback.fail(MESSAGES, status=403, code=50013)
    with pytest.raises(discord.Forbidden) as error:
        await channel.send("three")
    assert error.value.code == 50013


async def test_what_the_loopback_discord_does_not_know_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="no such route: GET /gateway/bots"):
        async with loopback_discord(TOKEN) as loopback, ClientSession() as session:
            await session.get(f"{loopback.url}/gateway/bots", headers={"Authorization": f"Bot {TOKEN}"})


async def test_a_token_that_is_reset_while_the_bot_runs_ends_it_and_says_what_to_do(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    process = await start("run", loopback, tmp_path)
    await loopback.connected()
    loopback.gateway.token = "another"
    await loopback.disconnect(4000, forget=True)
    log = await output(process)
    assert process.returncode == 78
    assert "PAPERCLUB_TOKEN was refused by Discord" in log
    assert "Traceback" not in log
