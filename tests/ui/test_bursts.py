"""Edits of one message that meet: the last one to end brings every line of them up to date."""

from collections.abc import Collection

from bot.ui.bursts import Bursts, Line
from bot.ui.cards import View

MESSAGE = 7


class Message:
    """Notes with which lines it was shown again."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    async def line(self, view: View) -> None:
        """Say nothing."""

    async def show(self, lines: Collection[Line]) -> None:
        """Be edited once more."""
        self.shown.append(len(lines))


async def test_an_edit_alone_is_not_repeated() -> None:
    bursts, message = Bursts(), Message()
    for _ in range(2):
        async with bursts.edit(MESSAGE) as burst:
            burst.wrote("a", message.line, message.show)
    assert message.shown == []


async def test_edits_that_meet_are_repeated_with_each_line_once() -> None:
    bursts, message = Bursts(), Message()
    async with bursts.edit(MESSAGE) as first:
        for name in ("a", "b", "a"):
            async with bursts.edit(MESSAGE) as burst:
                burst.wrote(name, message.line, message.show)
        assert message.shown == []
        first.wrote("b", message.line, message.show)
    assert message.shown == [2]


async def test_one_that_came_to_nothing_at_the_end_leaves_the_others_right() -> None:
    bursts, message = Bursts(), Message()
    try:
        async with bursts.edit(MESSAGE):
            for _ in range(2):
                async with bursts.edit(MESSAGE) as burst:
                    burst.wrote("a", message.line, message.show)
            raise ValueError
    except ValueError:
        pass
    assert message.shown == [1]
