"""A message that many click at the same time ends up right, though their edits may overtake each other."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Burst:
    open: int = 0  # edits that are under way
    edits: int = 0  # since the message was last surely right


class Bursts:
    """Knows which messages are being edited, and has them edited once more when several edits met."""

    def __init__(self) -> None:
        self._under_way: dict[int, _Burst] = {}

    @asynccontextmanager
    async def edit(self, message_id: int, mend: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
        """Surround an edit of a message, from what it reads to its end; `mend` edits it as it should be by then.

        The last edit to end calls it, if others were under way meanwhile.
        """
        burst = self._under_way.setdefault(message_id, _Burst())
        burst.open += 1
        burst.edits += 1
        try:
            yield
        finally:
            burst.open -= 1
            while burst.open == 0 and burst.edits > 1:
                burst.open, burst.edits = 1, 1
                try:
                    await mend()
                finally:
                    burst.open -= 1
            if burst.open == 0:
                self._under_way.pop(message_id, None)
