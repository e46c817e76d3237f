"""No command, button or completion may hold the event loop."""

from collections.abc import Iterator

import pytest
from _pytest.runner import runtestprotocol

from tests.conftest import RAN_AGAIN
from tests.loop_guard import LoopGuard, guard_loop

_HELD = "the event loop was held"


@pytest.fixture(autouse=True)
def loop_guard() -> Iterator[LoopGuard]:
    """Fail a test in which one step of the bot's code takes longer than a member should wait for another's."""
    with guard_loop() as guard:
        yield guard
    assert not guard.held, f"{_HELD}:\n" + "\n".join(guard.held)


def pytest_runtest_protocol(item: pytest.Function, nextitem: pytest.Item | None) -> bool:
    """Run a test whose loop was held once more: code that takes long does so again.

    A virtual machine counts the time that its host takes away as the processor time of whatever was running.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed and _HELD in report.longreprtext for report in reports):
        held = next(report.longreprtext for report in reports if _HELD in report.longreprtext)
        item.user_properties.append((RAN_AGAIN, held[held.index(_HELD) :]))
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
