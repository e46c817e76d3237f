"""A Discord on this machine, over real sockets: for kills, lost answers, rate limits, broken connections and timings.

    async with loopback_discord(TOKEN) as discord:  # fails at its end, if the bot did what it does not know
        process = await start("run", discord, tmp_path)
        await discord.connected()
        answer = await discord.slash("paper", name="bertology")  # as Ada, unless by=discord.grace
        answer.text, answer.message, answer.steps  # what was answered, and after how many seconds
        await discord.choose(answer.message, "Summary")  # also click, complete, submit, context
        discord.fail("POST .*/messages", reset=True, after=True)  # the next one is posted, its answer is lost
        await discord.request("POST .*/messages")  # waits for it
        process.kill()  # the server lives on; so does what was posted, in discord.world
        await discord.disconnect(4000)  # or None: without a word

It knows one server with a channel, and sends no events by itself but READY, GUILD_CREATE, THREAD_CREATE and
interactions. Permissions are not enforced: let a request fail with 403 and 50013 instead. What it keeps and how long
(`world.patience`, `world.nonce_life`, `gateway.heartbeat`, `gateway.token` ...) may be changed at any time.
"""

from tests.loopback.members import Unanswered
from tests.loopback.server import Fault, LoopbackDiscord, Request, loopback_discord
from tests.loopback.world import APPLICATION, Answer, World

__all__ = ["APPLICATION", "Answer", "Fault", "LoopbackDiscord", "Request", "Unanswered", "World", "loopback_discord"]
