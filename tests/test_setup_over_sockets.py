"""/club setup and its form, with the bot as a process that is killed in between."""

import signal

from discord import Permissions

from tests.loopback import LoopbackDiscord
from tests.running import Runner

CHANNEL, ROLE = "pc:s:setchannel", "pc:s:setrole"


async def test_a_form_and_menus_of_a_killed_process_are_answered_by_the_next_one(
    bot: Runner, loopback: LoopbackDiscord
) -> None:
    role = loopback.world.add_role("librarians", permissions="0")
    denied = Permissions(send_messages=True, create_public_threads=True).value
    everybody = {"id": loopback.world.guild["id"], "type": 0, "allow": "0", "deny": str(denied)}
    room = loopback.world.add_channel("room", permission_overwrites=[everybody])
    await bot.start()
    shown = await loopback.slash("club setup")
    assert shown.private
    asked = await loopback.click(shown.message, "Change the time zone")
    await bot.end(signal.SIGKILL)
    await bot.start()
    offered = await loopback.submit(asked, zone="CET")
    assert "may be one of several time zones" in offered.text
    assert offered.message is shown.message, "the private message is edited in place"
    await bot.end(signal.SIGKILL)
    await bot.start()
    assert "Europe/Paris" in (await loopback.choose(offered.message, "Europe/Paris")).text
    picked = await loopback.pick(shown.message, CHANNEL, room["id"])
    assert "these permissions there:\n- Send Messages\n- Create Public Threads\n" in picked.text
    picked = await loopback.pick(shown.message, ROLE, role["id"])
    assert f"<@&{role['id']}>" in picked.text
    await bot.end(signal.SIGKILL)
    await bot.start()
    refused = await loopback.pick(shown.message, ROLE, by=loopback.grace)
    assert refused.text == (
        "That is for the club's organisers: members with the permission Manage Server or the role librarians."
    )
    loopback.grace["roles"].append(role["id"])
    assert "Europe/Paris" in (await loopback.slash("club setup", by=loopback.grace)).text
    cleared = await loopback.pick(shown.message, ROLE, by=loopback.grace)
    assert "you can add a role" in cleared.text
    assert "club's organisers" in (await loopback.click(shown.message, "Who decided what", by=loopback.grace)).text
    told = (await loopback.click(shown.message, "Who decided what")).text
    assert [line.rpartition("**set** ")[2] for line in told.splitlines()[1:]] == [
        "organisers none", f"organisers <@&{role['id']}>", f"channel <#{room['id']}>", "zone Europe/Paris",
    ]  # fmt: skip
    modals = [request for request in loopback.sent("POST /interactions/.*/callback") if request.json["type"] == 9]
    assert len(modals) == 1
