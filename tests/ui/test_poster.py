"""The clock of Discord, and the markers of messages."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.ui.cards import layout, note
from bot.ui.controls import button, row
from bot.ui.poster import DiscordClock, DiscordPoster, has_marker, put_marker

MARK = "6bfd07a54e8f533b7a586ff1"
NOON = "Thu, 01 Jan 2026 12:00:00 GMT"


class Machine:
    """A machine with its two clocks, and a client that hears Discord's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.running = 1_000.0
        self.clock = DiscordClock(lambda: self.now)
        self.asked = 0
        self.date = NOON
        client: Any = SimpleNamespace(application_info=self.application_info)
        self.poster = DiscordPoster(client, self.clock)
        monkeypatch.setattr("bot.ui.poster.time", SimpleNamespace(monotonic=lambda: self.running))

    async def application_info(self) -> None:
        self.asked += 1
        if not self.date:
            raise discord.RateLimited(1)
        self.clock.hear(self.date)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_the_clock_is_compared_with_the_last_answer(machine: Machine) -> None:
    assert machine.clock.offset() is None
    machine.clock.hear("no date")
    assert machine.clock.offset() is None
    machine.clock.hear(NOON)
    machine.now += timedelta(seconds=30)
    machine.running += 30
    assert machine.clock.offset() == timedelta()
    machine.now += timedelta(hours=2)  # somebody sets it
    assert machine.clock.offset() == timedelta(hours=2)


async def test_discord_is_asked_for_the_time_once_a_minute_while_the_clock_seems_wrong(machine: Machine) -> None:
    assert await machine.poster.clock_offset() is None
    machine.clock.hear(NOON)
    machine.now += timedelta(seconds=50)
    assert await machine.poster.clock_offset() == timedelta(seconds=50)
    assert machine.asked == 0
    machine.now += timedelta(hours=1)  # the machine slept, and its monotonic clock too
    machine.date = "Thu, 01 Jan 2026 13:00:50 GMT"
    assert await machine.poster.clock_offset() == timedelta()
    machine.now, machine.date = machine.now + timedelta(hours=1), ""
    for _ in range(5):
        assert await machine.poster.clock_offset() == timedelta(hours=1)
    assert machine.asked == 1
    machine.running += 60
    machine.now += timedelta(seconds=60)
    assert await machine.poster.clock_offset() == timedelta(hours=1)
    assert machine.asked == 2


def test_a_button_without_room_for_the_marker_leaves_it_to_the_box() -> None:
    for arguments, on_button in (("7", True), ("x" * 80, False)):
        view = layout(row(button("details", arguments, label="Details")))
        put_marker(view, MARK)
        parts = list(view.walk_children())
        assert has_marker(view.children, MARK)
        assert any(str(getattr(part, "custom_id", "")).endswith(MARK) for part in parts) is on_button
        assert max(len(getattr(part, "custom_id", None) or "") for part in parts) <= 100
    assert not has_marker(note("Text").children, MARK)
