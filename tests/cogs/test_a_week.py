"""The week of a club from its setup to its meeting, as an organiser and members live through it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from tests.cogs.test_club import organiser
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_prompts import ABSTRACT, button_labels, seen, text_of
from tests.cogs.test_schedule import stamp
from tests.cogs.test_setup import set_up
from tests.conftest import Club, StartClub
from tests.shared import menu_of, write_reviews

# The simulated clock begins on Thursday, 1 January 2026, at midnight in UTC: an hour later in Berlin.
MEETING = datetime(2026, 1, 15, 17, 30, tzinfo=UTC)  # Thursday, 18:30 in Berlin
WE_MEET = f"We meet {stamp(MEETING, 'R')}, on {stamp(MEETING)}"
TITLES = ("Pruning of trees", "Scaling of forests", "A talk of 1950")


RSVP = ("I'll come", "Late", "Can't come", "Calendar")


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    known = [paper(f"2401.0000{number}", title, abstract=ABSTRACT) for number, title in enumerate(TITLES, 1)]
    started: Club = await start_club(
        write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}), sources=[FakeSource(*known)]
    )
    return started


async def wait_until(club: Club, moment: datetime) -> list[Any]:
    """Let the time pass; give what was posted in the channel meanwhile, the oldest first."""
    before = {message.id for message in club.channel.history()}
    while (left := moment - club.env.now()) > timedelta():
        await club.env.advance_time(min(left, timedelta(days=1)).total_seconds())
    new = [message for message in club.channel.history() if message.id not in before]
    return sorted(new, key=lambda message: message.id)


async def test_the_week_of_a_club(club: Club) -> None:
    env, channel, ada, grace = club.env, club.channel, club.ada, club.grace
    olga = organiser(club)
    role = env.guild.create_role("readers", mentionable=True)

    # Olga sets the club's channel, its time zone, and the role that members join to be reminded.
    page = await set_up(club, olga)
    page = (await olga.select(page, [channel], custom_id="pc:s:setchannel")).response
    page = (await olga.select(page, [role], custom_id="pc:s:setping")).response
    form = await olga.click(page, label="Change the time zone")
    page = (await olga.submit_modal(form, {"zone": "Berlin"})).response
    assert "Europe/Berlin" in text_of(page)

    # Three papers are suggested; Grace wants to read the second one too.
    for number, who in enumerate((ada, grace, ada), 1):
        told = await who.slash(channel, "suggest", paper=f"2401.0000{number}")
        assert TITLES[number - 1] in text_of(told.response)

    # The club meets on Thursdays. The first meeting is today in two weeks, so that all of its posts are to come.
    wish = {"name": "Club night", "day": "Thu", "time": "18:30", "timezone": "Europe/Berlin", "kind": "meeting"}
    page = (await olga.slash(channel, "schedule weekly", **wish)).response
    assert "✅ It is set" in text_of(page)
    for skipped in ("2026-01-01", "2026-01-08"):
        page = (await olga.slash(channel, "schedule skip", slot="Club night", date=skipped)).response
    after = MEETING + timedelta(days=7)
    choice, prompt = MEETING - timedelta(days=10), MEETING - timedelta(days=7)
    assert f"**Next posts**\n- Choice of what to read for Thu 15 Jan 2026\n  {stamp(choice)}" in text_of(page)
    assert f"- Prompt for Thu 15 Jan 2026\n  {stamp(prompt)}" in text_of(page)
    shown = (await ada.slash(channel, "schedule show")).response
    assert f"**Club night** · meeting in <#{channel.id}>\nEvery Thursday at 18:30, Europe/Berlin" in text_of(shown)
    assert f"Next {stamp(MEETING)}" in text_of(shown)

    # Ten days before: the club votes, until an hour before the prompt.
    (ballot,) = await wait_until(club, choice)
    text = text_of(ballot)
    assert all(title in text for title in TITLES)
    assert f"**Closes:** {stamp(prompt - timedelta(hours=1), 'R')}" in text
    assert WE_MEET in text
    assert f"<@&{role.id}>" in text
    for who in (ada, grace):
        asked = (await who.click(ballot, label="Vote")).response
        wanted = next(each["value"] for each in menu_of(asked)["options"] if TITLES[1] in each["label"])
        assert "Your vote is kept" in text_of((await who.select(asked, [wanted])).response)
    await env.advance_time(120)
    assert "**2 members have voted so far**" in text_of(seen(club, ballot))
    assert WE_MEET in text_of(seen(club, ballot)), "what the ballot is for stays there"

    # It closes, and its result is there before the prompt.
    (result,) = await wait_until(club, prompt - timedelta(minutes=50))
    assert TITLES[1] in text_of(result)
    assert "2 of 2" in text_of(result)
    assert "was counted" in text_of(seen(club, ballot)) or "is over" in text_of(seen(club, ballot))

    # Seven days before: the prompt, with the paper that won, and questions about it.
    (posted,) = await wait_until(club, prompt)
    text = text_of(posted)
    assert text.startswith(f"-# Club night\n## {TITLES[1]}")
    assert "📌 The club chose it" in text
    assert WE_MEET in text
    assert "**To discuss, as a" in text
    assert f"<@&{role.id}>" in text
    assert button_labels(posted) == [
        "I have read it",
        "Not yet",
        "Discuss",
        "Roles",
        "Abstract",
        "The paper",
        *RSVP,
        "Remind me",
        "Don't remind me",
    ]
    shown = text_of((await ada.slash(channel, "next")).response)
    assert shown.startswith(f"-# The club meets next\n## Club night\n🗓️ {WE_MEET}")
    assert TITLES[1] in shown
    await ada.click(posted, label="I'll come")
    assert "✋ **1 comes**" in text_of(seen(club, posted))
    await ada.click(posted, label="I have read it")
    assert "📗 1 member has read it" in text_of(seen(club, posted))
    led = await grace.click(posted, label="Discuss")
    (thread,) = channel.threads
    assert text_of(led.response) == f"💬 The discussion is in <#{thread.id}>"
    joined = await grace.click(posted, label="Remind me")
    assert f"You have the role <@&{role.id}> now" in text_of(joined.response)

    # Three days before, and a day before, there is a reminder that leads to the prompt. With the first of them comes the
    # vote for the week after.
    for days, others in ((3, 1), (1, 0)):
        reminder, *more = await wait_until(club, MEETING - timedelta(days=days))
        assert [f"We meet {stamp(after, 'R')}" in text_of(other) for other in more] == [True] * others
        text = text_of(reminder)
        assert f"### 🗓️ {WE_MEET}\nWe read **{TITLES[1]}**" in text
        assert f"<@&{role.id}>" in text
        assert button_labels(reminder) == [*RSVP, "Questions and discussion", "The paper", "Don't remind me"]
        assert "✋ **1 comes**" in text

    # Olga moves the meeting by an hour. What is there is edited, the thread hears, and the last reminder waits for it.
    later = MEETING + timedelta(hours=1)
    wish = {"slot": "Club night", "date": "2026-01-15", "to": "2026-01-15", "time": "19:30"}
    page = (await olga.slash(channel, "schedule move", **wish)).response
    assert f"its thread <#{thread.id}> was told" in text_of(page)
    changed = f"🗓️ **Changed:** we meet {stamp(later, 'R')}, on {stamp(later)}"
    assert changed in text_of(seen(club, posted))
    assert changed in text_of(seen(club, reminder))
    assert [text_of(message) for message in thread.history()] == [changed]
    assert "Nobody has said yet whether they come" in text_of(seen(club, posted)), "at the new time"
    told = [each for each in channel.history() if f"You wanted to come: <@{ada.id}>. Will you" in text_of(each)]
    assert [changed in text_of(each) for each in told] == [True]
    (result,) = await wait_until(club, MEETING - timedelta(minutes=30))
    assert "nobody voted" in text_of(result).lower()
    last, prompt_after = await wait_until(club, later - timedelta(hours=1))
    assert f"We meet {stamp(later, 'R')}" in text_of(last)
    assert f"We meet {stamp(after, 'R')}" in text_of(prompt_after)
    assert f"## {TITLES[0]}" in text_of(prompt_after)

    # The meeting begins, and everything stays as it is; nobody says "called off" any more.
    assert await wait_until(club, later + timedelta(minutes=1)) == []
    page = (await olga.slash(channel, "schedule skip", slot="Club night", date="2026-01-22")).response
    assert "it has no thread, so nobody was told" in text_of(page)
    assert f"❌ **Called off:** we do not meet on {stamp(after)}" in text_of(seen(club, prompt_after))
    assert changed in text_of(seen(club, posted))

    # Olga sees what was posted and what comes next.
    status = text_of((await olga.slash(channel, "club status")).response)
    assert "Last sent: [Club night: reminder 1 hour before Thu 15 Jan 2026](https://discord.com/channels/" in status
    assert "Next due: Club night: question afterwards for Thu 15 Jan 2026" in status
    assert not any(word in status for word in ("in doubt", "**missed**", "**late**"))
    notified = [each.json for each in env.http_requests if each.json and "nonce" in each.json]
    assert {tuple(each["allowed_mentions"].get("roles", ())) for each in notified} == {(role.id,), ()}

    # Eve organises another club: nothing of this one can be seen or changed there.
    there = env.create_guild("Another club")
    room = there.create_text_channel("papers")
    powers = there.create_role("organisers", permissions=discord.Permissions(manage_guild=True))
    eve = there.add_member(env.create_user("eve"), roles=[powers])
    assert "Nothing takes place every week yet" in text_of((await eve.slash(room, "schedule show")).response)
    assert "Last sent: nothing yet\nNext due: nothing" in text_of((await eve.slash(room, "club status")).response)
    told = await eve.slash(room, "schedule skip", slot="1", date="2026-01-29")
    assert "No slot of the club is called so" in text_of(told.response)
    assert room.history() == []
