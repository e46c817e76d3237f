"""What Discord's answers about events mean."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.club.delivery import Refused, Unreachable
from bot.club.event_keeper import EventGone, EventUnwanted
from bot.ui.events import DiscordEvents
from tests.club.test_events import DAYS, event_of


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (400, 30038, Refused),  # a hundred events: others may end, or be deleted
        (400, 50035, EventUnwanted),
        (403, 50013, Refused),
        (404, 10070, EventGone),
        (429, 0, Unreachable),
        (502, 0, Unreachable),
    ],
)
async def test_what_discord_answers_is_tried_again_unless_it_is_about_the_event(
    status: int, code: int, meant: type[Exception]
) -> None:
    async def request(*_: object, **__: object) -> None:
        response: Any = SimpleNamespace(status=status, reason="")
        raise discord.HTTPException(response, {"code": code, "message": "no"})

    client: Any = SimpleNamespace(http=SimpleNamespace(request=request))
    with pytest.raises(meant):
        await DiscordEvents(client).edit(5, event_of(DAYS[0]))
