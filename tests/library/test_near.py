"""Reviews near to a paper that the club has no review of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.library.index import Index
from bot.library.library import Library
from tests.shared import SAMPLES

NOW = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture
async def samples(tmp_path: Path) -> AsyncIterator[Library]:
    library = Library(SAMPLES, Index(tmp_path / "index.db"))
    await library.open(NOW)
    await library.index_texts()
    yield library
    await library.close()


async def test_an_abstract_leads_to_the_reviews_that_share_its_telling_words(samples: Library) -> None:
    pruning = (
        "Optimal brain damage. We remove unimportant weights from a trained network: pruning leaves a sparse network "
        "that keeps its accuracy, and magnitude decides which weights vanish."
    )
    found = await samples.near(pruning, NOW)
    assert found[0].slug == "lottery_ticket_frankle"
    assert len(found) <= 3
    energy = "We measure electricity, carbon dioxide and dollars of training, and the footprint of hardware."
    assert (await samples.near(energy, NOW))[0].slug == "energy_and_policy_strubell"


async def test_a_text_that_says_nothing_is_near_to_nothing(samples: Library) -> None:
    assert await samples.near("", NOW) == []
    assert await samples.near("We study the problem and propose a method.", NOW) == []
    assert await samples.near("Zyzzyva quuxly frobnicates gnarl.", NOW) == []


async def test_what_is_not_published_yet_is_not_near(samples: Library) -> None:
    pruning = "Pruning weights of a sparse network by magnitude, with lottery tickets."
    shown = [
        "lottery_ticket_frankle" in [review.slug for review in await samples.near(pruning, now)]
        for now in (datetime(2024, 7, 17, tzinfo=UTC), NOW)
    ]
    assert shown == [False, True]
