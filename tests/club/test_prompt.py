"""Which paper a club is prompted for."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.club.meeting import Meeting, MeetingState
from bot.club.prompt import Choice, Why, choose_paper, reading_minutes
from bot.club.suggestion import State, Suggestion
from bot.library.review import Review

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def meeting(number: int) -> Meeting:
    return Meeting(number, 1, MeetingState.COMING, f"Chosen {number}")


def suggestion(number: int) -> Suggestion:
    return Suggestion(number, 1, f"Suggested {number}", State.OPEN, NOW)


def review(key: str, days_ago: int | None) -> Review:
    day = None if days_ago is None else NOW - timedelta(days=days_ago)
    return Review(key, f"{key}.md", key, f"/{key}/", f"Review {key}", f"Review {key}", date=day)


def test_what_was_chosen_comes_first_then_what_is_suggested_then_what_was_read() -> None:
    coming, queue, reviews = [meeting(1), meeting(2)], [suggestion(5)], [review("a", 9)]
    assert choose_paper(coming, queue, reviews, {}).title == "Chosen 1"
    assert choose_paper([], queue, reviews, {}) == Choice(Why.SUGGESTED, "Suggested 5", suggestion_id=5)
    assert choose_paper([], [], reviews, {}).review_key == "a"
    assert choose_paper([], [], [], {}) == Choice()


def test_of_reviews_the_one_longest_not_revisited_is_read_again() -> None:
    reviews = [review("new", 3), review("old", 900), review("older", 950)]
    assert choose_paper([], [], reviews, {}).review_key == "older"
    assert choose_paper([], [], reviews, {"older": NOW}).review_key == "old"
    assert choose_paper([], [], reviews, {"older": NOW, "old": NOW}).review_key == "new"
    assert choose_paper([], [], [*reviews, review("undated", None)], {}).review_key == "undated"


def test_what_the_slot_has_brought_already_comes_again_only_when_there_is_nothing_else() -> None:
    coming, queue = [meeting(1), meeting(2)], [suggestion(5)]
    spent = {"meeting:1"}
    assert choose_paper(coming, queue, [], {}, spent).title == "Chosen 2"
    spent |= {"meeting:2"}
    assert choose_paper(coming, queue, [], {}, spent).title == "Suggested 5"
    spent |= {"suggestion:5"}
    assert choose_paper(coming, queue, [review("a", 1)], {}, spent).review_key == "a"
    assert choose_paper(coming, queue, [], {}, spent).title == "Chosen 1"


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (238, 1), (239, 2), (2_380, 10)])
def test_reading_takes_a_minute_for_238_words(words: int, minutes: int) -> None:
    assert reading_minutes("word " * words) == minutes
