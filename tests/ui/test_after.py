"""Whatever is written about a meeting, Discord takes every message that shows it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.club.aftermath import Past
from bot.club.gathering import LONGEST_LINE, Attendance, Gathering, Headcount
from bot.club.prompt import Choice, Prompt, Why
from bot.club.prompting import About
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.ui import after
from bot.ui.cards import layout
from tests.ui.test_limits import IDS, TEXTS, check, parts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LARGEST = 10**18 - 1
NAME = (str(LARGEST), "2026-03-01")


def past(text: str, paper_id: PaperId | None, why: Why = Why.CHOSEN, *, missed: bool = False) -> Past:
    found = Gathering(
        1, f"slot:{LARGEST}", "2026-03-01", NOW, NOW + timedelta(hours=1), text[:50], LARGEST, closed=True
    )
    authors = (text,) * 9
    prompt = Prompt(
        why, text, authors, paper_id, questions=(text,) * 5, guild_id=LARGEST, channel_id=LARGEST, thread_id=LARGEST
    )
    choice = Choice(why, text, authors, paper_id)
    return Past(found, Headcount(9_999, 9_999, 4.99), choice, prompt, LARGEST, missed)


@settings(max_examples=150, deadline=None)
@given(TEXTS, IDS, st.sampled_from(Why), st.booleans())
def test_every_message_after_a_meeting_fits(text: str, paper_id: PaperId | None, why: Why, missed: bool) -> None:
    found, lines = past(text, paper_id, why, missed=missed), [text[:LONGEST_LINE]] * 30
    about = About(None, Paper(PaperId("arxiv", "2401.00002"), text, "arXiv", "https://arxiv.org"), (text,) * 3)
    check(after.after_message(found, presenter_here=True))
    check(layout(*after.last_time_items(found)))
    check(after.catchup_page(found, about, lines))
    check(after.who_page(found, [LARGEST - number for number in range(12)], lines, 1_000, "They are counted"))
    for own in (None, Attendance(), Attendance(5, text[:LONGEST_LINE], quotable=True), Attendance(None, text[:200])):
        check(after.own_page(NAME, own))
        form = after.line_form(NAME, own).to_dict()
        assert len(form["title"]) <= 45
        assert len(form["custom_id"]) <= 100
        (field,) = form["components"]
        assert len(field["label"]) <= 45
        assert len(field["description"]) <= 100


@pytest.mark.parametrize(
    ("turnout", "line"),
    [
        (Headcount(), "-# Nobody has said yet that they came"),
        (Headcount(1), "👥 1 came"),
        (Headcount(5, 2), "👥 5 came"),
        (Headcount(5, 3, 11 / 3), "👥 5 came · ⭐ 3.7 of 5, from 3"),
    ],
)
def test_how_many_came_is_said_in_a_line(turnout: Headcount, line: str) -> None:
    assert after.turnout_line(turnout) == line


def test_last_time_leads_to_catching_up_and_is_left_out_where_there_was_none() -> None:
    assert after.last_time_items(None) == []
    (item,) = after.last_time_items(past("Trees", None))
    shown = list(parts([item.to_component_dict()]))
    assert shown[1]["content"] == "Last time: **Trees** · 👥 9,999 came"
    assert shown[2]["custom_id"] == f"pc:b:catchup:{LARGEST}:2026-03-01"
    (item,) = after.last_time_items(past("Club night", None, Why.NOTHING))
    assert (
        next(iter(parts(item.to_component_dict()["components"])))["content"] == "Last time: Club night · 👥 9,999 came"
    )
