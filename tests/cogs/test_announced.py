"""What was posted about a meeting follows what organisers change, on a simulated Discord."""

from pathlib import Path
from typing import Any

import discord
import pytest

from bot.club.post import State
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import PRUNING, accept
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_prompts import button_labels, seen, suggest, text_of
from tests.cogs.test_schedule import let_pass, posts, slots, stamp, utc, weekly
from tests.conftest import Club, StartClub
from tests.shared import write_reviews

MEETING = utc(1, 8, 17)  # Thursday, 18:00 in Berlin
CALLED_OFF = f"❌ **Called off:** we do not meet on {stamp(MEETING)}"
FRIDAY = utc(1, 9, 19, 30)
ON_FRIDAY = f"🗓️ **Changed:** we meet {stamp(FRIDAY, 'R')}, on {stamp(FRIDAY)}"


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    title = "Pruning 🗓️ We meet <t:1:R>, on <t:1:F>"
    source = FakeSource(paper(PRUNING.value, title))
    club: Club = await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}), sources=[source])
    olga = organiser(club)
    await accept(club, title, club.ada, olga, paper_id=PRUNING)
    await weekly(club, olga)
    await club.env.advance_time(18 * 3_600)  # the prompt for 8 January is there
    return club


async def prompt_of(club: Club) -> Any:
    posted = next(row for row in await posts(club) if (row.rung, row.date) == ("prompt", "2026-01-08"))
    return next(each for each in club.channel.history() if each.id == posted.message_id)


async def discuss(club: Club) -> Any:
    """Open the thread of the prompt; give it."""
    await club.ada.click(await prompt_of(club), label="Discuss")
    (thread,) = club.channel.threads
    return thread


async def skip(club: Club, olga: Any = None, date: str = "2026-01-08") -> Any:
    return (await (olga or organiser(club)).slash(club.channel, "schedule skip", slot="Club night", date=date)).response


def edits(club: Club) -> int:
    return sum(each.method == "PATCH" and "/webhooks/" not in each.path for each in club.env.http_requests)


async def test_a_skip_edits_the_prompt_tells_its_thread_and_says_so_to_the_organiser(club: Club) -> None:
    before = await prompt_of(club)
    thread = await discuss(club)
    await club.ada.click(before, label="I have read it")
    said = await skip(club)
    assert "✅ Thu 8 Jan 2026 is skipped" in text_of(said)
    assert f"The prompt for Thu 8 Jan 2026 says so now, and its thread <#{thread.id}> was told." in text_of(said)
    after = seen(club, before)
    assert CALLED_OFF in text_of(after)
    assert f"🗓️ We meet {stamp(MEETING, 'R')}" not in text_of(after)
    assert "1 member has read it" in text_of(after), "everything else stays"
    assert "## Pruning 🗓️ We meet \\<t:1:R>" in text_of(after), "what only looks like the line is none"
    assert button_labels(after) == button_labels(before)
    assert [text_of(message) for message in thread.history()] == [CALLED_OFF]
    await club.ada.click(after, label="Not yet")
    assert CALLED_OFF in text_of(seen(club, before))


async def test_who_does_it_again_edits_and_tells_nothing_again(club: Club) -> None:
    thread = await discuss(club)
    await skip(club)
    done = edits(club)
    await club.restart()
    said = await skip(club)
    assert "says so now" not in text_of(said)
    assert edits(club) == done
    assert len(thread.history()) == 1


async def test_a_move_and_a_date_that_is_put_back_are_told_too(club: Club) -> None:
    thread = await discuss(club)
    olga = organiser(club)
    options = {"slot": "Club night", "date": "2026-01-08", "to": "2026-01-09", "time": "20:30"}
    moved = (await olga.slash(club.channel, "schedule move", **options)).response
    assert ON_FRIDAY in text_of(await prompt_of(club))
    back = (await olga.select(moved, ["2026-01-08"], custom_id="pc:s:unskip:1")).response
    assert "says so now" in text_of(back)
    usual = f"🗓️ **Changed:** we meet {stamp(MEETING, 'R')}, on {stamp(MEETING)}"
    assert usual in text_of(await prompt_of(club))
    assert sorted(text_of(message) for message in thread.history()) == sorted([ON_FRIDAY, usual])


async def test_a_ballot_says_when_the_meeting_is_that_was_moved(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}))
    olga = organiser(club)
    for who in (club.ada, club.grace):
        await suggest(club, f"A paper of {who.name}", who)
    await weekly(club, olga)
    await club.env.advance_time(4.8 * 86_400)  # ten days before 15 January, the club votes on what to read
    ballot = next(each for each in club.channel.history() if "Vote" in button_labels(each))
    options = {"slot": "Club night", "date": "2026-01-15", "to": "2026-01-16", "time": "20:30"}
    await olga.slash(club.channel, "schedule move", **options)
    friday = utc(1, 16, 19, 30)
    assert f"🗓️ **Changed:** we meet {stamp(friday, 'R')}, on {stamp(friday)}\n" in text_of(seen(club, ballot))


async def test_what_was_reminded_of_is_edited_as_well(club: Club) -> None:
    await let_pass(club, 4)  # the reminder of three days before is there
    said = await skip(club)
    assert "it has no thread, so nobody was told" in text_of(said)
    about = [
        text_of(message) for message in club.channel.history() if str(int(MEETING.timestamp())) in text_of(message)
    ]
    assert len(about) == 2
    assert any(f"### {CALLED_OFF}" in text for text in about), "the reminder"
    assert all(CALLED_OFF in text for text in about)


async def test_what_does_not_come_again_is_not_among_the_next_posts(club: Club) -> None:
    await let_pass(club, 6)
    await club.env.advance_time(3_600)  # the reminder of 24 hours before is there
    olga = organiser(club)
    options = {"slot": "Club night", "date": "2026-01-08", "to": "2026-01-10"}
    page = text_of((await olga.slash(club.channel, "schedule move", **options)).response)
    assert "Reminder 1 hour before Sat 10 Jan 2026" in page
    assert "Reminder 24 hours before Sat 10 Jan 2026" not in page
    shown = (await olga.slash(club.channel, "schedule show")).response
    assert "Reminder 24 hours before Sat 10" not in text_of((await olga.select(shown, ["1"])).response)
    await club.env.advance_time(3_600)
    status = text_of((await olga.slash(club.channel, "club status")).response)
    assert "Next due: Club night: prompt for Thu 15 Jan 2026" in status or "choice" in status
    assert "Next due: Club night: reminder 24 hours" not in status


async def test_status_names_the_day_to_which_a_meeting_was_moved_and_no_post_that_comes_again(club: Club) -> None:
    await let_pass(club, 5)  # the reminder of 24 hours before is planned
    olga, cancelled = organiser(club), "✖️ **cancelled** Club night: reminder 24 hours before"

    async def status() -> str:
        return text_of((await olga.slash(club.channel, "club status")).response)

    options = {"slot": "Club night", "date": "2026-01-08", "to": "2026-01-09", "time": "12:00"}
    moved = (await olga.slash(club.channel, "schedule move", **options)).response
    assert "Next due: Club night: reminder 24 hours before Fri 9 Jan 2026 (moved from Thu 8 Jan 2026)" in await status()
    assert cancelled not in await status()
    await skip(club, olga)
    assert f"{cancelled} Thu 8 Jan 2026" in await status()
    await olga.select(moved, ["2026-01-08"], custom_id="pc:s:unskip:1")
    assert cancelled not in await status()


@pytest.mark.parametrize("how", ["pause", "remove", "replace"])
async def test_whatever_takes_a_date_away_is_told(club: Club, how: str) -> None:
    thread = await discuss(club)
    olga = organiser(club)
    if how == "replace":
        asked = await weekly(club, olga, day="Fri")
        said = (await olga.click(asked, label="Replace it")).response
    else:
        said = (await olga.slash(club.channel, f"schedule {how}", slot="Club night")).response
        said = (await olga.click(said, label="Remove it")).response if how == "remove" else said
    assert f"its thread <#{thread.id}> was told" in text_of(said)
    assert CALLED_OFF in text_of(await prompt_of(club))
    if how == "pause":
        await olga.slash(club.channel, "schedule resume", slot="Club night")
        assert f"🗓️ **Changed:** we meet {stamp(MEETING, 'R')}" in text_of(await prompt_of(club))


async def test_a_meeting_that_took_place_and_a_date_that_was_not_announced_are_left_alone(club: Club) -> None:
    done = edits(club)
    assert "says so now" not in text_of(await skip(club, date="2026-01-15"))
    await let_pass(club, 7)
    olga = organiser(club)
    await olga.slash(club.channel, "schedule pause", slot="Club night")
    assert "We meet" in text_of(await prompt_of(club))
    assert edits(club) == done


async def test_what_cannot_be_edited_or_told_is_logged_and_said(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    thread = await discuss(club)
    channel, number = club.channel.id, (await prompt_of(club)).id
    club.env.inject_error("PATCH", f"/channels/{channel}/messages/{number}", status=403, code=50001)
    said = text_of(await skip(club))
    assert f"⚠️ What was posted for Thu 8 Jan 2026 in <#{channel}> could not be edited, so it is wrong now" in said
    assert "could not be edited" in caplog.text
    assert thread.history() == []
    club.env.inject_error("POST", f"/channels/{thread.id}/messages", status=403, code=50001)
    said = text_of(await skip(club))
    assert f"its thread <#{thread.id}> could not be told" in said, "a second try is one"
    assert "could not be told" in caplog.text
    assert CALLED_OFF in text_of(await prompt_of(club))


async def test_a_prompt_that_was_deleted_is_no_failure(club: Club) -> None:
    found = club.bot.get_channel(club.channel.id)
    assert isinstance(found, discord.TextChannel)
    await (await found.fetch_message((await prompt_of(club)).id)).delete()
    said = text_of(await skip(club))
    assert "✅ Thu 8 Jan 2026 is skipped" in said
    assert "⚠️" not in said
    assert [slot.name for slot in await slots(club)] == ["Club night"]
    assert State.SENT in {row.state for row in await posts(club)}
