"""Whatever organisers call their slots, Discord takes every message about the club's week."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.club.ballot import Ballot, BallotOption, BallotState
from bot.club.club import Club
from bot.club.counting import Method
from bot.club.ladder import Kind, Ladder, Quiet
from bot.club.post import Outlook, Post, State
from bot.club.schedule import Schedule
from bot.club.slot import MOST, NewSlot, Slot
from bot.ui import posted, week
from bot.ui.cards import layout
from bot.ui.mentions import Mentions
from tests.ui.test_limits import check

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LARGEST = 10**18 - 1
ZONE = "America/Argentina/ComodRivadavia"  # the longest name
NAMES = [
    "_*" * 25,
    "🏳️‍🌈" * 8,
    "漢字" * 25,
    "\u202eab " * 12,
    "https://a.example/b" * 2,
    "`|[]()<>" * 6,
    "1. # > -",
    "W" * 50,
]


def slots(name: str, kind: Kind = Kind.MEETING) -> list[Slot]:
    days = [date(2026, 3, 2) + timedelta(number) for number in range(200)]
    schedule = Schedule(
        tuple(range(7)),
        time(23, 59),
        ZONE,
        date(2026, 1, 1),
        1,
        skipped=frozenset(days[::2]),
        moved={day: datetime.combine(day, time(12, 34)) for day in days[1::2]},
    )
    slot = Slot(LARGEST, 1, name, schedule, Ladder(kind), Quiet(time(22), time(8)), LARGEST, NOW, name * 9)
    return [replace(slot, id=LARGEST - number) for number in range(MOST)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", Kind)
def test_the_week_fits(name: str, kind: Kind) -> None:
    all_of_them, club = slots(name, kind), Club(1)
    for page in range(3):
        for organiser in (True, False):
            check(week.week_page(all_of_them, club, page, NOW, Mentions(), organiser=organiser))
    check(week.preview_page(all_of_them, NOW))
    slot = all_of_them[0]
    done = "Done. " + "⚠️ What was posted for Thu 15 Jan 2026 could not be edited: tell the club. " * 8
    paused = replace(slot, schedule=replace(slot.schedule, paused_since=NOW, paused_until=date(2027, 1, 1)))
    for each in (slot, paused):
        check(week.preview_page([each], NOW))
        check(week.slot_page(each, club, None, NOW, (), done, "Why it was not done. " * 10))
        check(week.remove_question(each))
        check(week.replace_question(each, NewSlot(name, each.schedule, kind, LARGEST), NOW))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_of_posts_fits(name: str) -> None:
    found = slots(name)
    post = Post(
        1, found[0].key, "2026-03-01", "reminder:24h", LARGEST, NOW, LARGEST, State.IN_DOUBT, 9, 3, NOW, None, NOW,
        LARGEST, name * 99,
    )  # fmt: skip
    outlook = Outlook(replace(post, state=State.SENT), replace(post, state=State.DUE), (post,) * 20)
    check(layout(*posted.posted_items(outlook, found, (), NOW)))
    ballot = Ballot(
        id=LARGEST, guild_id=1, method=Method.APPROVAL, state=BallotState.OPEN, quorum=0, opened_at=NOW,
        channel_id=LARGEST, options=(BallotOption(name, 1, None, None, (), 2026),) * 2, seniority=(0, 1), voters=0,
        closes_at=NOW, message_id=None,
    )  # fmt: skip
    check(posted.unseen_note(ballot, post, Mentions()))
    assert len(posted.pause_note(found, Mentions())) < 10_000  # `note` cuts it
