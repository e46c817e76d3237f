"""Text is cleaned, escaped, measured and cut the way Discord needs it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui import text


@given(st.text(), st.integers(1, 300))
def test_a_cut_text_is_never_too_long_and_begins_like_the_whole(whole: str, limit: int) -> None:
    cut = text.truncate(whole, limit)
    assert text.length(cut) <= limit
    assert whole == cut or (cut.endswith("…") and whole.startswith(cut[:-1]))


def test_a_text_is_cut_between_words_and_emoji_count_double() -> None:
    assert text.truncate("one two three", 10) == "one two…"
    assert text.length("🦜") == 2
    assert text.truncate("🦜🦜🦜", 5) == "🦜🦜…"


@pytest.mark.parametrize("hostile", ["@everyone", "@HERE", "<@123>", "<@&1>", "<#1>", "</x:1>", "<t:1>", "<:e:1>"])
def test_nothing_that_is_escaped_can_ping(hostile: str) -> None:
    escaped = text.escape(f"a {hostile} b")
    assert hostile.lower() not in escaped.lower().replace("\\<", "")


@pytest.mark.parametrize("line", ["# not a heading", "- not a list", "> no quote", "1. no number", "+ x"])
def test_marks_at_the_start_of_a_line_are_escaped(line: str) -> None:
    assert "\\" in text.escape(line)
    assert text.escape(f"a {line}").count("\\") <= 1


@given(st.text())
def test_no_letter_is_lost_in_escaping(whole: str) -> None:
    letters = [c for c in text.clean(whole) if c.isalnum()]
    assert [c for c in text.escape(whole) if c.isalnum()] == letters


def test_what_reverses_or_hides_text_is_dropped_and_joined_emoji_stay() -> None:
    assert text.clean("a\u202eb\u0000c\u200fd\ud800") == "abcd"
    assert text.clean("👩\u200d🔬") == "👩\u200d🔬"


@given(st.text())
def test_a_label_is_one_line_and_never_empty(whole: str) -> None:
    made = text.label(whole, 100)
    assert 1 <= text.length(made) <= 100
    assert "\n" not in made


def test_a_day_is_the_day_where_it_was_written() -> None:
    late = datetime(2024, 5, 16, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert text.calendar_date(late) == "16 May 2024"
    assert text.calendar_date(datetime(2024, 5, 1, tzinfo=UTC)) == "1 May 2024"


def test_many_authors_are_counted() -> None:
    assert text.author_list(["A", "B"]) == "A, B"
    assert text.author_list(["A", "B", "C"], 2) == "A, B, C"
    assert text.author_list(["A", "B", "C", "D"], 2) == "A, B +2 more"
    assert text.author_list([f"A{n}" for n in range(523)]) == "A0, A1, A2, A3 +519 more"
