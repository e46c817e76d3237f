"""What is posted around a slot: in which order, on which days, and not at night."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.club.ladder import Kind, Ladder, Quiet, Rung, due_rungs, next_rungs, rungs
from bot.club.post import Planned
from bot.club.schedule import Occurrence, Schedule, next_occurrences
from bot.errors import ClubError
from tests.club.test_schedule import MOMENTS, schedules

BERLIN = "Europe/Berlin"
NIGHT = Quiet(time(22), time(8))


def meeting(wall: str, zone: str = BERLIN) -> Occurrence:
    local = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    at = local.astimezone(UTC)
    return Occurrence(local.date(), at, at.astimezone(ZoneInfo(zone)))


def before(**given: Any) -> Ladder:
    """Make a ladder that ends with its meeting."""
    return Ladder(after=False, **given)


def walls(found: Sequence[Rung], zone: str = BERLIN) -> dict[str, str]:
    """Write when the clocks of a place show that rungs come."""
    assert [rung.at for rung in found] == sorted(rung.at for rung in found)
    return {rung.name: rung.at.astimezone(ZoneInfo(zone)).isoformat(" ", "minutes")[:16] for rung in found}


def test_a_meeting_has_a_choice_a_prompt_three_reminders_and_a_question_at_its_end() -> None:
    assert walls(rungs(meeting("2026-06-18 18:30"), Ladder(), BERLIN)) == {
        "choose": "2026-06-08 18:30",
        "prompt": "2026-06-11 18:30",
        "reminder:3d": "2026-06-15 18:30",
        "reminder:24h": "2026-06-17 18:30",
        "reminder:1h": "2026-06-18 17:30",
        "after": "2026-06-18 20:00",
    }


def test_each_post_can_be_off() -> None:
    assert walls(rungs(meeting("2026-06-18 18:30"), before(choose=None, reminders=("2h",)), BERLIN)) == {
        "prompt": "2026-06-11 18:30",
        "reminder:2h": "2026-06-18 16:30",
    }
    nothing = before(choose=None, prompt=None, reminders=())
    assert rungs(meeting("2026-06-18 18:30"), nothing, BERLIN) == []
    assert not nothing.posts
    only = Ladder(choose=None, prompt=None, reminders=(), minutes=45)
    assert walls(rungs(meeting("2026-06-18 18:30"), only, BERLIN)) == {"after": "2026-06-18 19:15"}
    assert only.posts


def test_a_prompt_alone_comes_at_the_time_of_the_slot_and_not_even_quiet_hours_hold_it_back() -> None:
    slot = meeting("2026-06-18 03:00")
    assert rungs(slot, Ladder(Kind.PROMPT), BERLIN, NIGHT) == [Rung("prompt", slot.at)]


def test_days_are_counted_on_the_calendar_and_hours_as_they_pass() -> None:
    ladder = before(choose=None, reminders=("1d", "24h", "48h"))
    assert walls(rungs(meeting("2026-03-29 18:30"), ladder, BERLIN)) == {  # the clocks went forward that morning
        "prompt": "2026-03-22 18:30",
        "reminder:48h": "2026-03-27 17:30",
        "reminder:24h": "2026-03-28 17:30",
        "reminder:1d": "2026-03-28 18:30",
    }
    assert walls(rungs(meeting("2026-10-25 18:30"), ladder, BERLIN)) == {
        "prompt": "2026-10-18 18:30",
        "reminder:48h": "2026-10-23 19:30",
        "reminder:1d": "2026-10-24 18:30",
        "reminder:24h": "2026-10-24 19:30",
    }


def test_a_day_before_that_has_no_such_time_is_read_like_the_slot_itself() -> None:
    ladder = before(choose=None, prompt=1, reminders=())
    assert walls(rungs(meeting("2026-03-30 02:30"), ladder, BERLIN)) == {"prompt": "2026-03-29 03:30"}
    apia, ladder = "Pacific/Apia", before(choose=None, prompt=2, reminders=())  # which had no 30 December
    assert walls(rungs(meeting("2012-01-01 18:30", apia), ladder, apia), apia) == {"prompt": "2011-12-31 18:30"}


def test_what_would_come_in_quiet_hours_comes_when_they_end() -> None:
    assert walls(rungs(meeting("2026-06-18 07:30"), before(reminders=("3d",)), BERLIN, NIGHT)) == {
        "choose": "2026-06-08 08:00",
        "prompt": "2026-06-11 08:00",
        "reminder:3d": "2026-06-15 08:00",
    }
    assert walls(rungs(meeting("2026-06-18 00:15"), before(reminders=("3d",)), BERLIN, NIGHT)) == {
        "choose": "2026-06-08 08:00",
        "prompt": "2026-06-11 08:00",
        "reminder:3d": "2026-06-15 08:00",
    }
    siesta, ladder = Quiet(time(13), time(15)), before(choose=None, prompt=None, reminders=("1h",))
    assert walls(rungs(meeting("2026-06-18 15:30"), ladder, BERLIN, siesta)) == {"reminder:1h": "2026-06-18 15:00"}


def test_what_would_then_come_after_the_meeting_comes_when_they_begin() -> None:
    early = before(choose=None, prompt=None, reminders=("1h",))
    assert walls(rungs(meeting("2026-06-18 07:30"), early, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-17 22:00"}
    assert walls(rungs(meeting("2026-06-18 23:30"), early, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-18 22:00"}
    assert walls(rungs(meeting("2026-06-18 08:00"), early, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-17 22:00"}
    assert walls(rungs(meeting("2026-06-18 08:01"), early, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-18 08:00"}


def test_of_reminders_that_come_together_the_last_is_left() -> None:
    ladder = before(choose=None, prompt=None, reminders=("6h", "1h", "3h", "24h"))
    assert walls(rungs(meeting("2026-06-18 07:30"), ladder, BERLIN, NIGHT)) == {
        "reminder:24h": "2026-06-17 08:00",
        "reminder:1h": "2026-06-17 22:00",
    }


def test_the_first_and_the_last_minute_of_quiet_hours_are_not_in_them() -> None:
    ladder = before(choose=None, prompt=None, reminders=("1h",))
    assert walls(rungs(meeting("2026-06-18 23:00"), ladder, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-18 22:00"}
    assert walls(rungs(meeting("2026-06-18 09:00"), ladder, BERLIN, NIGHT)) == {"reminder:1h": "2026-06-18 08:00"}
    ladder = before(choose=None, prompt=None, reminders=("2d", "48h"))
    assert walls(rungs(meeting("2026-06-18 22:00"), ladder, BERLIN, NIGHT)) == {"reminder:48h": "2026-06-16 22:00"}
    ladder = before(choose=None, prompt=None, reminders=("1h",))
    never = Quiet(time(12), time(12))
    assert walls(rungs(meeting("2026-06-18 13:30"), ladder, BERLIN, never)) == {"reminder:1h": "2026-06-18 12:30"}


def test_how_it_was_is_asked_at_the_end_and_not_in_quiet_hours() -> None:
    after = Ladder(choose=None, prompt=None, reminders=())
    assert walls(rungs(meeting("2026-06-18 20:30"), after, BERLIN, NIGHT)) == {"after": "2026-06-18 22:00"}
    assert walls(rungs(meeting("2026-06-18 20:31"), after, BERLIN, NIGHT)) == {"after": "2026-06-19 08:00"}
    assert walls(rungs(meeting("2026-06-18 05:00"), after, BERLIN, NIGHT)) == {"after": "2026-06-18 08:00"}
    assert walls(rungs(meeting("2026-06-18 20:30"), replace(after, minutes=600), BERLIN)) == {
        "after": "2026-06-19 06:30"
    }
    # What is left of the night in which the clocks go forward is passed as it passes.
    assert walls(rungs(meeting("2026-03-29 01:00"), after, BERLIN)) == {"after": "2026-03-29 03:30"}


def test_a_meeting_that_has_begun_is_asked_about_although_its_slot_was_changed_or_paused_meanwhile() -> None:
    changed = datetime(2026, 6, 18, 17, tzinfo=UTC)  # half an hour after the beginning of a meeting
    paused = replace(THURSDAYS, paused_since=changed)
    for slot in (THURSDAYS, paused, replace(THURSDAYS, end=date(2026, 6, 18))):
        due = due_rungs(slot, Ladder(), changed, changed + timedelta(hours=6))
        assert [(each.occurrence.original, each.rung.name) for each in due] == [(date(2026, 6, 18), "after")]
        assert next_rungs(slot, Ladder(), changed, 1) == due
    assert len(next_rungs(paused, Ladder(), changed, 3)) == 1
    assert next_rungs(paused, Ladder(), changed + timedelta(hours=1), 3) == []
    assert next_rungs(paused, before(), changed, 3) == []


THURSDAYS = Schedule((3,), time(18, 30), BERLIN, date(2026, 1, 1))


def test_what_lies_before_the_slot_was_confirmed_never_existed() -> None:
    confirmed = datetime(2026, 6, 16, 12, tzinfo=UTC)  # two days before a meeting
    due = due_rungs(THURSDAYS, Ladder(), confirmed, confirmed + timedelta(days=4))
    assert [(each.occurrence.original.isoformat(), each.rung.name) for each in due] == [
        ("2026-06-18", "reminder:24h"),
        ("2026-06-18", "reminder:1h"),
        ("2026-06-25", "prompt"),
        ("2026-06-18", "after"),
    ]
    prompts = Ladder(Kind.PROMPT)
    at = datetime(2026, 6, 18, 16, 30, tzinfo=UTC)
    assert due_rungs(THURSDAYS, prompts, at, at + timedelta(days=6)) == []
    assert [each.rung for each in due_rungs(THURSDAYS, prompts, confirmed, at)] == [Rung("prompt", at)]


def test_what_is_due_just_when_a_stretch_ends_is_not_due_in_the_next_one() -> None:
    at = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)  # a day before a meeting
    hour = timedelta(hours=1)
    assert [each.rung.name for each in due_rungs(THURSDAYS, Ladder(), at - hour, at)] == ["reminder:24h"]
    assert due_rungs(THURSDAYS, Ladder(), at, at + hour) == []


def test_a_slot_that_is_paused_posts_nothing() -> None:
    paused = Schedule((3,), time(18, 30), BERLIN, date(2026, 1, 1), paused_since=datetime(2026, 6, 1, tzinfo=UTC))
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    assert due_rungs(paused, Ladder(), begin, begin + timedelta(days=60)) == []


@pytest.mark.parametrize("wrong", [{"reminders": ("soon",)}, {"reminders": ("0h",)}, {"prompt": 0}, {"choose": 100}])
def test_what_is_no_ladder_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not "):
        Ladder(**wrong)


def test_a_choice_after_the_prompt_is_refused_in_a_sentence() -> None:
    with pytest.raises(ClubError, match="which comes 7 days before the meeting: give more days for the choice"):
        Ladder(choose=7)
    assert Ladder(choose=8)
    assert Ladder(choose=2, prompt=None)


CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
REMINDERS = st.lists(st.builds("{}{}".format, st.integers(1, 99), st.sampled_from("dh")), max_size=4, unique=True)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    kind = draw(st.sampled_from((Kind.MEETING, Kind.MEETING, Kind.PROMPT)))
    prompt = draw(st.none() | st.integers(1, 30))
    choose = draw(st.none() | st.integers((prompt or 0) + 1, 60))
    return Ladder(
        kind, choose, prompt, tuple(draw(REMINDERS)), draw(st.sampled_from((1, 90, 1_440))), draw(st.booleans())
    )


QUIET = st.none() | st.builds(Quiet, CLOCKS, CLOCKS)


@given(schedules(), ladders(), QUIET, MOMENTS)
def test_every_post_of_a_meeting_comes_on_its_side_of_it_in_order_and_not_in_quiet_hours(
    slot: Schedule, ladder: Ladder, quiet: Quiet | None, after: datetime
) -> None:
    zone = ZoneInfo(slot.zone)
    for occurrence in next_occurrences(slot, after, 2):
        found, undisturbed = (rungs(occurrence, ladder, slot.zone, hours) for hours in (quiet, None))
        assert [rung.at for rung in found] == sorted(rung.at for rung in found)
        assert len({rung.name for rung in found}) == len(found)
        assert {rung.name for rung in found} <= {rung.name for rung in undisturbed}
        if ladder.kind is Kind.PROMPT:
            assert found == [Rung("prompt", occurrence.at)]
            continue
        planned = {rung.name: rung.at for rung in undisturbed}
        assert ("prompt" in planned) == (ladder.prompt is not None)
        assert ("choose" in planned) == (ladder.choose is not None)
        assert ("after" in planned) == ladder.after
        reminders = [rung.at for rung in found if rung.name.startswith("reminder")]
        assert all(a < b for a, b in pairwise(reminders))
        assert bool(reminders) == bool(ladder.reminders)
        for name, at in found:
            assert (at < occurrence.at) == (name != "after")
            assert abs(at - planned[name]) <= timedelta(days=1, hours=1)
            around = {(at + timedelta(days)).astimezone(zone).utcoffset() for days in (-1, 1)}
            if quiet and len(around) == 1:
                assert not is_in(at.astimezone(zone).time(), quiet)
            elif not quiet and name == "after":
                assert at - occurrence.at == timedelta(minutes=ladder.minutes)
            elif not quiet and name.endswith("h"):
                assert occurrence.at - at == timedelta(hours=int(name[9:-1]))
            elif not quiet and len(around) == 1:
                assert at.astimezone(zone).time() == occurrence.local.time()


def is_in(clock: time, quiet: Quiet) -> bool:
    if quiet.begin <= quiet.end:
        return quiet.begin < clock < quiet.end
    return clock > quiet.begin or clock < quiet.end


@given(schedules(), ladders(), QUIET, MOMENTS, st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_what_is_due_in_one_stretch_is_what_is_due_in_its_pieces(
    slot: Schedule, ladder: Ladder, quiet: Quiet | None, begin: datetime, days: list[int]
) -> None:
    whole = due_rungs(slot, ladder, begin, begin + timedelta(days=sum(days)), quiet)
    pieces, at = list[object](), begin
    for length in days:
        pieces += due_rungs(slot, ladder, at, at + timedelta(days=length), quiet)
        at += timedelta(days=length)
    assert pieces == whole
    for occurrence, rung in whole:
        assert begin < rung.at <= at
        assert rung in rungs(occurrence, ladder, slot.zone, quiet)
    names = [(each.occurrence.original, each.rung.name) for each in whole]
    assert len({*names}) == len(names)


@given(schedules(), ladders(), QUIET, MOMENTS, st.integers(1, 12))
def test_the_next_posts_are_the_first_that_become_due(
    slot: Schedule, ladder: Ladder, quiet: Quiet | None, begin: datetime, count: int
) -> None:
    found = next_rungs(slot, ladder, begin, count, quiet)
    assert len(found) <= count
    until = found[-1].rung.at if len(found) == count else begin + timedelta(days=800)
    assert found == due_rungs(slot, ladder, begin, until, quiet)[:count]


@given(schedules(), ladders(), QUIET, MOMENTS)
def test_nothing_that_is_due_is_left_out(slot: Schedule, ladder: Ladder, quiet: Quiet | None, begin: datetime) -> None:
    until = begin + timedelta(days=20)
    every = {
        (occurrence.original, rung.name)
        for occurrence in next_occurrences(slot, begin - timedelta(days=3), 200)
        for rung in rungs(occurrence, ladder, slot.zone, quiet)
        if begin < rung.at <= until
    }
    found = due_rungs(slot, ladder, begin, until, quiet)
    assert {(each.occurrence.original, each.rung.name) for each in found} == every


def test_the_names_are_those_that_the_outbox_takes_for_kinds() -> None:
    for rung in rungs(meeting("2026-06-18 18:30"), Ladder(), BERLIN):
        assert Planned(1, "slot:1", "2026-06-18", rung.name, 1, rung.at).kind in {
            "choose", "prompt", "reminder", "after",
        }  # fmt: skip
