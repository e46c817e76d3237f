"""What becomes of suggestions by itself: a source tells what they are, and a review of them appears."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import State, Suggestion, propose_paper
from bot.errors import ClubError, StorageFault
from bot.folding import fold_words
from bot.library.library import Libraries
from bot.library.naming import review_called, review_of
from bot.library.review import Review
from bot.papers.catalog import PaperCatalog

_log = logging.getLogger(__name__)

_BATCH = 20  # papers that are asked for at a time
_AWAITED = timedelta(days=180)  # after a paper was read, for its review
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=1)  # until a paper that nobody knew is asked for again


class Progress:
    """Follows the suggestions of the clubs that this process serves."""

    def __init__(
        self,
        libraries: Libraries,
        catalog: PaperCatalog,
        clubs: ClubStore,
        suggestions: SuggestionStore,
        decisions: DecisionStore,
    ) -> None:
        self._libraries = libraries
        self._catalog = catalog
        self._clubs = clubs
        self._suggestions = suggestions
        self._decisions = decisions
        self._pauses: dict[int, tuple[datetime, timedelta]] = {}  # when a suggestion is next asked for, and the pause

    async def describe(self, serves: Callable[[int], bool], now: datetime) -> int:
        """Ask the sources for what could not be described when it was suggested; give how many now are.

        `serves` tells whether a guild is this process's. Takes as long as the sources take.
        """
        missing = [each for each in await self._suggestions.live(undescribed=True) if serves(each.guild_id)]
        self._pauses = {each.id: self._pauses[each.id] for each in missing if each.id in self._pauses}
        due = [each for each in missing if each.id not in self._pauses or self._pauses[each.id][0] <= now][:_BATCH]
        if not due:
            return 0
        answer = await self._catalog.get([each.paper_id for each in due if each.paper_id], now)
        described = 0
        for each in due:
            known = answer.known.get(each.paper_id) if each.paper_id else None
            if each.paper_id is None or known is None:
                pause = min(2 * self._pauses[each.id][1], _LONGEST) if each.id in self._pauses else _SHORTEST
                self._pauses[each.id] = now + pause, pause
                continue
            try:
                await self._decisions.describe(each.guild_id, each.id, propose_paper(known.paper, each.paper_id), now)
            except StorageFault:
                raise
            except ClubError:  # it was withdrawn or declined meanwhile
                continue
            described += 1
        return described

    async def notice_reviews(self, serves: Callable[[int], bool], now: datetime) -> int:
        """Mark as read what the club has written a review of since it was suggested; give how many were.

        An older review, as one finds when a library is connected for the first time, says nothing of the suggestion.
        """
        noticed = 0
        read = await self._suggestions.unreviewed(now - _AWAITED)  # at a meeting, and its review is still to come
        for count, each in enumerate([*await self._suggestions.live(), *read]):
            if count % 20 == 0 or each.paper_id is None:  # a title is looked for in many ways
                await asyncio.sleep(0)  # others may act
            review = self._review(each, now) if serves(each.guild_id) else None
            if review is None or review.key == each.review_key or not _is_newer(review, each):
                continue
            channel = (await self._clubs.get(each.guild_id)).channel_id
            if await self._mark(each, review.key, now, channel):
                _log.info("guild %s has a review of suggestion %s", each.guild_id, each.id)
                noticed += 1
        return noticed

    async def _mark(self, each: Suggestion, review_key: str, now: datetime, channel_id: int | None) -> bool:
        if each.state is State.READ:
            return await self._decisions.put_review(each.guild_id, each.id, review_key, now, thanks_in=channel_id)
        try:
            await self._decisions.mark_read(each.guild_id, each.id, review_key, None, now, thanks_in=channel_id)
        except StorageFault:
            raise
        except ClubError:  # an organiser was faster
            return False
        return True

    def _review(self, suggestion: Suggestion, now: datetime) -> Review | None:
        if suggestion.paper_id:
            return review_of(self._libraries, suggestion.guild_id, suggestion.paper_id, now)
        review = review_called(self._libraries, suggestion.guild_id, suggestion.title, now)
        return review if review and fold_words(review.name) == fold_words(suggestion.title) else None


def _is_newer(review: Review, suggestion: Suggestion) -> bool:
    """Tell whether a review is of the day of the suggestion or later; many reviews are dated without a time."""
    return review.date is not None and review.date + timedelta(days=1) > suggestion.made_at
