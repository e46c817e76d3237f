"""Completing the titles of suggestions while somebody types."""

from datetime import datetime, timedelta

from bot.club.stores.suggestions import SuggestionStore
from bot.folding import fold_words

_FRESH = timedelta(seconds=20)  # one who types asks at each letter
_KEPT = 64  # clubs


class SuggestedTitles:
    """Knows the titles of what is suggested, from memory for a few seconds."""

    def __init__(self, suggestions: SuggestionStore) -> None:
        self._suggestions = suggestions
        self._kept: dict[int, tuple[datetime, list[tuple[str, str]]]] = {}

    async def complete(self, guild_id: int, text: str, limit: int, now: datetime) -> list[tuple[str, str]]:
        """Give `scheme:value`, or the title where there is no id, and the title of those that hold every word."""
        kept = self._kept.pop(guild_id, None)
        if kept is None or now - kept[0] > _FRESH:
            kept = now, await self._suggestions.titles(guild_id)
        self._kept[guild_id] = kept
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        words = fold_words(text)
        found: list[tuple[str, str]] = []
        for paper, title in kept[1]:
            held = fold_words(title)
            if all(any(other.startswith(word) for other in held) for word in words):
                found.append((paper or title, title))
                if len(found) == limit:
                    break
        return found
