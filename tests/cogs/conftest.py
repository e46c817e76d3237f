"""No command, button or completion may hold the event loop."""

from collections.abc import Iterator

import pytest

from tests.loop_guard import LoopGuard, guard_loop


@pytest.fixture(autouse=True)
def loop_guard() -> Iterator[LoopGuard]:
    """Fail a test in which one step of the bot's code takes longer than a member should wait for another's."""
    with guard_loop() as guard:
        yield guard
    assert not guard.held, "the event loop was held:\n" + "\n".join(guard.held)
