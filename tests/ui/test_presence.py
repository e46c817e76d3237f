"""Whether a member is here, where Discord is slow or silent."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from bot.ui import presence
from bot.ui.presence import Presence, find_presence


def here(fetch_member: Any) -> Any:
    return SimpleNamespace(user=SimpleNamespace(id=1), guild=SimpleNamespace(fetch_member=fetch_member))


async def test_a_slow_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_PATIENCE", 0.01)

    async def fetch_member(member_id: int) -> None:
        await asyncio.Event().wait()

    assert await asyncio.wait_for(find_presence(here(fetch_member), 2), 5) is Presence.UNKNOWN


@pytest.mark.parametrize("fault", [aiohttp.ServerDisconnectedError(), OSError("no route"), TimeoutError()])
async def test_a_broken_connection_says_nothing_of_a_member(fault: Exception) -> None:
    async def fetch_member(member_id: int) -> None:
        raise fault

    assert await find_presence(here(fetch_member), 2) is Presence.UNKNOWN


async def test_who_acts_is_here_without_a_question() -> None:
    assert await find_presence(here(None), 1) is Presence.HERE
    unknown = SimpleNamespace(user=SimpleNamespace(id=1), guild=None)
    assert await find_presence(unknown, 2) is Presence.UNKNOWN  # type: ignore[arg-type]
