"""A service on this machine, and a clock."""

from collections.abc import AsyncIterator

import pytest

from tests.papers.loopback_services import Hours, LoopbackService, loopback_service


@pytest.fixture
async def service() -> AsyncIterator[LoopbackService]:
    async with loopback_service() as served:
        yield served


@pytest.fixture
def hours() -> Hours:
    return Hours()
