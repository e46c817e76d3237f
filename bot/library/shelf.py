"""The reviews in memory: which are visible at a time, what they are called, and where references lead."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.library.addresses import Resolver, assign_slugs
from bot.library.lookup import NameIndex
from bot.library.review import Review


class Shelf:
    """The reviews of a folder as they were read, addressed among each other."""

    def __init__(self, reviews: Iterable[Review], *, drafts: bool = False) -> None:
        """With `drafts` every review is visible, published or not."""
        reviews = list(reviews)
        slugs = assign_slugs(reviews)
        self.by_path = {review.path: replace(review, slug=slugs[review.path]) for review in reviews}
        self.by_key = {review.key: review for review in self.by_path.values()}
        self.resolver = Resolver(self.by_path)
        self.names = NameIndex()  # of those that are visible
        self._drafts = drafts
        self._visible: dict[str, Review] = {}
        self._between: tuple[datetime, datetime] | None = None

    def adopt(self, older: "Shelf") -> None:
        """Take over the names of the shelf before, so that only what changed is indexed anew; it is of no use then."""
        self.names, self._visible = older.names, older._visible  # noqa: SLF001  of the same class

    def at(self, now: datetime) -> dict[str, Review]:
        """Give the reviews that are visible at `now`, by key, and bring the names in step with them."""
        if self._between and self._between[0] <= now < self._between[1]:
            return self._visible
        before = self._visible
        self._visible = {key: review for key, review in self.by_key.items() if self._drafts or review.is_published(now)}
        for key, review in before.items():
            if self._visible.get(key) != review:
                self.names.remove(key)
        for key, review in self._visible.items():
            if before.get(key) != review:
                self.names.add(review)
        self._between = self._next_turns(now)
        return self._visible

    def _next_turns(self, now: datetime) -> tuple[datetime, datetime]:
        """Give the times around `now` between which nothing appears or vanishes."""
        turns = [
            moment
            for review in self.by_key.values()
            for moment in (review.date, review.publish_date, review.expiry_date)
            if moment is not None
        ]
        return (
            max((moment for moment in turns if moment <= now), default=datetime.min.replace(tzinfo=now.tzinfo)),
            min((moment for moment in turns if moment > now), default=datetime.max.replace(tzinfo=now.tzinfo)),
        )
