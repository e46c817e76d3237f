"""Which reviews have something: a multimap from texts to the numbers of reviews, small in memory."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, KeysView, Sequence
from itertools import compress


def among(few: KeysView[int], numbers: Collection[int]) -> Collection[int]:
    """Give those of a few numbers that are among others, quickly also where the others are very many."""
    if isinstance(numbers, array) and 20 * len(few) < len(numbers):
        count = len(numbers)
        return [n for n in few if (place := bisect_left(numbers, n)) < count and numbers[place] == n]
    return few & numbers


class Postings:
    """The numbers of the reviews that have each text.

    Most texts of a library stand in one review only; for these the number itself is kept, not a list of one.
    """

    __slots__ = ("_table",)

    def __init__(self) -> None:
        self._table: dict[str, int | array[int]] = {}

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __contains__(self, text: str) -> bool:
        return text in self._table

    def add(self, text: str, number: int) -> bool:
        """Note that a review has a text, which is to be said once; tell whether it is the first that has it."""
        held = self._table.get(text)
        if held is None:
            self._table[text] = number
        elif isinstance(held, int):
            self._table[text] = array("I", (held, number))
        else:
            insort(held, number)
        return held is None

    def remove(self, text: str, number: int) -> bool:
        """Forget that a review has a text; tell whether no other has it."""
        held = self._table[text]
        if isinstance(held, int):
            del self._table[text]
            return True
        held.remove(number)
        if len(held) == 1:
            self._table[text] = held[0]
        return False

    def get(self, text: str) -> Sequence[int]:
        """Give the numbers of the reviews that have a text, in ascending order."""
        held = self._table.get(text)
        if held is None:
            return ()
        return (held,) if isinstance(held, int) else held

    def gather(self, chosen: Iterable[bool]) -> set[int]:
        """Give the numbers of the reviews that have any of the chosen texts; `chosen` tells it of each, in order."""
        single, several = list[int](), array("I")
        for held in compress(self._table.values(), chosen):
            if isinstance(held, int):
                single.append(held)
            else:
                several += held
        return set(several).union(single)

    def count(self, text: str) -> int:
        """Count the reviews that have a text."""
        held = self._table.get(text)
        return 0 if held is None else 1 if isinstance(held, int) else len(held)
