"""The card of a paper leads to where the club discussed it, on a simulated Discord."""

from pathlib import Path
from typing import Any

import pytest

from bot.club.stores.prompts import PromptStore
from bot.errors import StorageFault
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_prompts import ABSTRACT, deliver, use_slot
from tests.conftest import Club, StartClub
from tests.shared import components, review_file, write_reviews


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    body = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00009)\n\n## Summary\n\nText.\n"
    files = {
        "trees.md": review_file("Trees", body, date="2019-06-07"),
        "birds.md": review_file("Birds", "Text of it.\n", date="2025-06-07"),
    }
    known = [paper("2401.00009", "Trees", abstract=ABSTRACT), paper("2401.00008", "Bees", abstract=ABSTRACT)]
    return await start_club(write_reviews(tmp_path / "r", files), sources=[FakeSource(*known)])


def link(message: Any) -> str | None:
    """Give where the button to the discussion leads; None where there is none."""
    found = [part["url"] for part in components(message) if part["type"] == 2 and part["label"] == "Discussion"]
    assert len(found) <= 1
    return found[0] if found else None


async def discuss(club: Club, days: int) -> str:
    """Prompt for a paper and open its thread; give its address."""
    use_slot(club, days)
    message = await deliver(club, "prompt", days)
    before = {thread.id for thread in club.channel.threads}
    await club.grace.click(message, label="Discuss")
    (thread,) = [each for each in club.channel.threads if each.id not in before]
    return f"https://discord.com/channels/{club.env.guild.id}/{thread.id}"


async def shown(club: Club, command: str, **options: str) -> str | None:
    return link((await club.ada.slash(club.channel, command, **options)).response)


async def test_a_card_leads_to_the_discussion_from_the_moment_that_there_is_one(club: Club) -> None:
    assert await shown(club, "paper", name="trees") is None
    assert await shown(club, "arxiv", paper="2401.00009") is None
    url = await discuss(club, 7)
    for _ in range(2):
        assert await shown(club, "paper", name="trees") == url
        assert await shown(club, "arxiv", paper="2401.00009v2") == url
        assert await shown(club, "arxiv", paper="https://arxiv.org/abs/2401.00009") == url
        assert await shown(club, "paper", name="birds") is None
        assert await shown(club, "arxiv", paper="2401.00008") is None
        await club.restart()


async def test_it_leads_to_the_latest_one(club: Club) -> None:
    use_slot(club)
    first = await discuss(club, 7)
    assert await shown(club, "paper", name="trees") == first
    await club.env.advance_time(3_600)
    birds = await discuss(club, 14)
    await club.env.advance_time(3_600)
    second = await discuss(club, 21)
    assert await shown(club, "paper", name="birds") == birds
    assert await shown(club, "paper", name="trees") == second != first


async def test_another_club_has_its_own_discussions(club: Club) -> None:
    await discuss(club, 7)
    there = club.env.create_guild("Another club")
    room = there.create_text_channel("papers")
    eve = there.add_member(club.env.create_user("eve"))
    assert link((await eve.slash(room, "paper", name="trees")).response) is None
    assert link((await eve.slash(room, "arxiv", paper="2401.00009")).response) is None


async def test_cards_are_shown_from_memory_and_without_a_database_too(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, reads = await discuss(club, 7), list[int]()
    whole = PromptStore.list_discussed

    async def counted(store: PromptStore, guild_id: int) -> Any:
        reads.append(guild_id)
        return await whole(store, guild_id)

    async def fail(store: PromptStore, guild_id: int) -> Any:
        raise StorageFault("The disk is full.")

    monkeypatch.setattr(PromptStore, "list_discussed", fail)
    assert await shown(club, "paper", name="trees") is None
    monkeypatch.setattr(PromptStore, "list_discussed", counted)
    for _ in range(3):
        assert await shown(club, "paper", name="trees") == url
    assert reads == [club.env.guild.id]
