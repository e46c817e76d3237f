"""The words of an index, and which of them a typed word may mean. In memory."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Vocabulary:
    """Words in the order of the alphabet, forwards and backwards, to find those that begin or end alike."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._backwards: list[str] = []
        self._sorted = False  # while a library is loaded, nothing is asked

    def add(self, word: str) -> None:
        """Add a word that is not there."""
        if self._sorted:
            insort(self._words, word)
            insort(self._backwards, word[::-1])
        else:
            self._words.append(word)
            self._backwards.append(word[::-1])

    def remove(self, word: str) -> None:
        """Remove a word that is there."""
        self.settle()
        del self._words[bisect_left(self._words, word)]
        del self._backwards[bisect_left(self._backwards, word[::-1])]

    def settle(self) -> None:
        """Sort what was added at once, when the first question is asked."""
        if not self._sorted:
            self._words.sort()
            self._backwards.sort()
            self._sorted = True

    def beginning_with(self, start: str, limit: int) -> list[str]:
        """Give the words that begin so, in the order of the alphabet."""
        self.settle()
        return _slice(self._words, start)[:limit]

    def one_edit_from(self, word: str) -> set[str]:
        """Give the words that are a letter more, less, other, or two swapped away.

        One edit leaves the first half of a word as it is, or the last; but for a swap in the very middle.
        """
        half = len(word) // 2
        swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
        return self._near(word, word[:half], word[half:], 1) | {*_exactly(self._words, swapped)}

    def two_edits_from(self, word: str) -> set[str]:
        """Give the words two edits away that share the first two letters or the last three."""
        return self._near(word, word[:2], word[-3:], 2)

    def nearly_beginning_with(self, start: str, limit: int) -> list[str]:
        """Give the words that begin one edit away from what is typed: the typo is in a word that is not finished."""
        self.settle()
        found: dict[str, None] = {}
        for place in range(1, len(start)):
            head, tail = start[:place], start[place:]
            swapped = tail[1] + tail[0] + tail[2:] if len(tail) > 1 else tail
            rests = [tail[1:], swapped]
            for letter in self._letters_after(head):
                rests += [letter + tail, letter + tail[1:]]
            for rest in rests:
                found.update(dict.fromkeys(_slice(self._words, head + rest)[:limit]))
        return list(found)[:limit]

    def _letters_after(self, head: str) -> Iterator[str]:
        """Give the letters with which words go on that begin so: walks the sorted words as if they were a tree."""
        words, depth = self._words, len(head)
        place = bisect_left(words, head)
        while place < len(words) and words[place].startswith(head):
            if len(words[place]) == depth:
                place += 1
                continue
            letter = words[place][depth]
            yield letter
            place = bisect_left(words, head + chr(ord(letter) + 1), place)

    def _near(self, word: str, start: str, end: str, edits: int) -> set[str]:
        self.settle()
        backwards = _slice(self._backwards, end[::-1])
        found = {match[0] for match in _within(word, _slice(self._words, start), edits)}
        found |= {match[0][::-1] for match in _within(word[::-1], backwards, edits)}
        return found - {word}


def _within(word: str, words: list[str], edits: int) -> list[tuple[str, int, int]]:
    """Give those of the words within a distance (optimal string alignment), each with the distance and its place."""
    return process.extract(word, words, scorer=OSA.distance, score_cutoff=edits, limit=None)


def _slice(words: list[str], start: str) -> list[str]:
    """Give the part of a sorted list that begins so."""
    return words[bisect_left(words, start) : bisect_left(words, start + "\U0010ffff")]


def _exactly(words: list[str], word: str) -> list[str]:
    place = bisect_left(words, word)
    return words[place : place + 1] if words[place : place + 1] == [word] else []
