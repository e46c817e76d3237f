"""The event loop goes on while much is read, and whatever holds it fails a test."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corpus import Corpus
from bot.library import library as library_module
from bot.library.library import Library
from tests.conftest import Club, StartClub
from tests.loop_guard import LIMIT, LoopGuard
from tests.shared import review_file, write_reviews

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(1_000))


@pytest.mark.parametrize("asked", ["find", "suggest", "get"])
async def test_a_command_a_completion_and_a_button_that_hold_the_loop_are_noticed(
    club: Club, loop_guard: LoopGuard, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    card = (await club.paper("bertology")).response
    question = getattr(Library, asked)

    def slow_question(*args: Any) -> Any:
        compute(20 * LIMIT)
        return question(*args)

    monkeypatch.setattr(Library, asked, slow_question)
    assert not loop_guard.held
    match asked:
        case "find":
            await club.paper("bertology")
        case "suggest":
            await club.complete("paper", "name", "bert")
        case _:
            await club.ada.click(card, label="Related reviews")
    assert "in slow_question" in loop_guard.held[0]
    loop_guard.held.clear()


async def test_work_beside_the_loop_holds_it_not(
    club: Club, loop_guard: LoopGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = library_module.choose_highlights

    def slow_choice(*args: Any) -> Any:
        compute(10 * LIMIT)
        return choose(*args)

    monkeypatch.setattr(library_module, "choose_highlights", slow_choice)
    await club.paper("bertology")
    assert not loop_guard.held


async def test_members_are_answered_while_many_reviews_are_read(
    start_club: StartClub, loop_guard: LoopGuard, tmp_path: Path
) -> None:
    folder = write_reviews(tmp_path / "r", {"one.md": review_file("The one")})
    club = await start_club(folder)
    library = club.bot.libraries.for_guild(None)
    Corpus().write(folder, 2_000)
    reading = asyncio.create_task(library.refresh(NOW))
    answers = 0
    while not reading.done():
        assert "The one" in str((await club.paper("the one")).response.components)
        assert await club.complete("paper", "name", "one")
        answers += 1
    assert (await reading).reviews == 2_001
    assert answers > 20
