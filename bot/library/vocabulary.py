"""The words of an index, and which of them a typed word may mean. In memory."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Beginnings:
    """Texts in the order of the alphabet, to find those that begin alike."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._sorted = False  # while a library is loaded, nothing is asked

    def add(self, text: str) -> None:
        """Add a text that is not there."""
        if self._sorted:
            insort(self._texts, text)
        else:
            self._texts.append(text)

    def remove(self, text: str) -> None:
        """Remove a text that is there."""
        texts = self.sorted()
        del texts[bisect_left(texts, text)]

    def sorted(self) -> list[str]:
        """Give all of them in order; what was added at once is sorted when the first question is asked."""
        if not self._sorted:
            self._texts.sort()
            self._sorted = True
        return self._texts

    def beginning_with(self, start: str, limit: int | None = None) -> list[str]:
        """Give the texts that begin so, in the order of the alphabet."""
        texts = self.sorted()
        return texts[bisect_left(texts, start) : bisect_left(texts, start + "\U0010ffff")][:limit]

    def holds(self, text: str) -> bool:
        """Tell whether a text is there."""
        texts = self.sorted()
        place = bisect_left(texts, text)
        return place < len(texts) and texts[place] == text

    def letters_after(self, start: str) -> Iterator[str]:
        """Give the letters with which those go on that begin so: walks the sorted texts as if they were a tree."""
        texts, depth = self.sorted(), len(start)
        place = bisect_left(texts, start)
        while place < len(texts) and texts[place].startswith(start):
            if len(texts[place]) == depth:
                place += 1
                continue
            letter = texts[place][depth]
            yield letter
            place = bisect_left(texts, start + chr(ord(letter) + 1), place)


class Vocabulary:
    """Words forwards and backwards, to find those that are spelled nearly alike."""

    def __init__(self) -> None:
        self._words = Beginnings()
        self._backwards = Beginnings()

    def add(self, word: str) -> None:
        """Add a word that is not there."""
        self._words.add(word)
        self._backwards.add(word[::-1])

    def remove(self, word: str) -> None:
        """Remove a word that is there."""
        self._words.remove(word)
        self._backwards.remove(word[::-1])

    def settle(self) -> None:
        """Sort what was added at once; the first question does it otherwise."""
        self._words.sorted()
        self._backwards.sorted()

    def beginning_with(self, start: str, limit: int) -> list[str]:
        """Give the words that begin so, in the order of the alphabet."""
        return self._words.beginning_with(start, limit)

    def one_edit_from(self, word: str) -> set[str]:
        """Give the words that are a letter more, less, other, or two swapped away.

        One edit leaves the first half of a word as it is, or the last; but for a swap in the very middle.
        """
        half = len(word) // 2
        swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
        return self._near(word, word[:half], word[half:], 1) | ({swapped} if self._words.holds(swapped) else set[str]())

    def two_edits_from(self, word: str) -> set[str]:
        """Give the words two edits away that share the first two letters or the last three."""
        return self._near(word, word[:2], word[-3:], 2)

    def nearly_beginning_with(self, start: str, limit: int) -> list[str]:
        """Give the words that begin one edit away from what is typed: the typo is in a word that is not finished."""
        found: dict[str, None] = {}
        for place in range(1, len(start)):
            head, tail = start[:place], start[place:]
            swapped = tail[1] + tail[0] + tail[2:] if len(tail) > 1 else tail
            rests = [tail[1:], swapped]
            for letter in self._words.letters_after(head):
                rests += [letter + tail, letter + tail[1:]]
            for rest in rests:
                found.update(dict.fromkeys(self._words.beginning_with(head + rest, limit)))
        return list(found)[:limit]

    def _near(self, word: str, start: str, end: str, edits: int) -> set[str]:
        found = {match[0] for match in _within(word, self._words.beginning_with(start), edits)}
        backwards = self._backwards.beginning_with(end[::-1])
        found |= {match[0][::-1] for match in _within(word[::-1], backwards, edits)}
        return found - {word}


def _within(word: str, words: list[str], edits: int) -> list[tuple[str, int, int]]:
    """Give those of the words within a distance (optimal string alignment), each with the distance and its place."""
    return process.extract(word, words, scorer=OSA.distance, score_cutoff=edits, limit=None)
