"""A month of a club, from its setup to the draft of its next review, as its members live through it.

It can be read as documentation, and the README shows the conversation. After a change that is meant, write it anew:

    PAPERCLUB_TESTS=write .venv/bin/pytest tests/cogs/test_a_month.py
"""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
import simcord

from tests.cogs.test_a_week import wait_until
from tests.cogs.test_papers import FakeSource, paper
from tests.conftest import SAMPLES, Club, StartClub
from tests.shared import components, menu_of, plain, text_of
from tests.transcript import Transcript

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- a month: written by tests/cogs/test_a_month.py -->\n", "<!-- the month ends -->\n"
BERLIN = ZoneInfo("Europe/Berlin")
# The simulated clock begins on Thursday, 1 January 2026, at midnight in UTC: an hour later in Berlin.
FIRST = datetime(2026, 1, 15, 17, 30, tzinfo=UTC)  # Thursday, 18:30 in Berlin
CALLED_OFF = FIRST + timedelta(weeks=1)
SECOND = datetime(2026, 1, 30, 18, tzinfo=UTC)  # moved from Thursday to Friday, 19:00 in Berlin
HOUR = timedelta(hours=1)

DPO = paper(
    "2305.18290",
    "Direct Preference Optimization",
    authors=("Rafael Rafailov", "Archit Sharma", "Chelsea Finn"),
    abstract="Language models are taught preferences with reinforcement learning, which is complex and often unstable. "
    "We propose a simple classification loss that fine-tunes a language model on preferences without a reward model. "
    "Direct preference optimization is as good as earlier methods on summarization and dialogue, and easier to train.",
)
REVERSAL = paper(
    "2309.12288",
    "The Reversal Curse",
    authors=("Lukas Berglund", "Owain Evans"),
    abstract="We show that language models which learn that A is B do not learn that B is A. Language models that are "
    "fine-tuned on made-up names fail to answer the reversed question, whatever their size. We call it the reversal "
    "curse, and find no training that lifts it.",
)


class Story:
    """Lets members act, and takes down what they did and what they were told."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.transcript = Transcript(BERLIN)
        self.heard = set[int]()

    def knows(self, thing: Any, name: str) -> None:
        """Let somebody, a channel or a role be called by a name."""
        self.transcript.names[thing.id] = name

    def name_of(self, who: simcord.MemberActor) -> str:
        return self.transcript.names[who.id].removeprefix("@")

    async def types(self, who: simcord.MemberActor, command: str, only: str = "", **options: str | int) -> Any:
        """Let a member use a command; give the answer. `only` is a pattern of the lines that are taken down."""
        result = await who.slash(self.club.channel, command, **options)
        self.heard.add(result.response.id)
        self.transcript.typed(self.name_of(who), command, options)
        self._say(result.response, private=result.ephemeral, only=only)
        return result.response

    async def clicks(self, who: simcord.MemberActor, message: Any, label: str, only: str = "") -> Any:
        """Let a member press a button; give what the member then sees, or the message as it is now."""
        before = text_of(_plain(message))
        result = await who.click(message, label=label)
        self.transcript.did(self.name_of(who), f"presses *{label}*")
        return self._show_change(result, before, only)

    async def chooses(self, who: simcord.MemberActor, message: Any, label: str, only: str = "") -> Any:
        """Let a member choose in a menu."""
        before = text_of(_plain(message))
        value = next(each["value"] for each in menu_of(_plain(message))["options"] if label in each["label"])
        result = await who.select(message, [value])
        self.transcript.did(self.name_of(who), f"chooses *{label}*")
        return self._show_change(result, before, only)

    async def writes(self, who: simcord.MemberActor, message: Any, label: str, only: str = "", **fields: str) -> Any:
        """Let a member fill in a form that a button opens."""
        before = text_of(_plain(message))
        form = await who.click(message, label=label)
        result = await who.submit_modal(form, fields)
        self.transcript.did(self.name_of(who), f"presses *{label}* and writes: {', '.join(fields.values())}")
        return self._show_change(result, before, only)

    async def until(self, moment: datetime, only: str = "") -> list[Any]:
        """Let the time pass; give what Paperclub has posted by itself meanwhile."""
        await wait_until(self.club, moment)
        self.tell(moment)
        return self.hears(only)

    async def passes(self, moment: datetime) -> None:
        """Let the time pass, and take down nothing."""
        await wait_until(self.club, moment)
        self.heard |= {message.id for message in self.club.channel.history()}

    def hears(self, only: str = "") -> list[Any]:
        """Give what Paperclub has posted by itself since that was asked last."""
        posted = sorted((each for each in self.club.channel.history() if each.id not in self.heard), key=lambda m: m.id)
        self.heard |= {message.id for message in posted}
        for message in posted:
            self._say(plain(message), only=only)
        return posted

    def tell(self, moment: datetime, what: str = "") -> None:
        """Say when something takes place, and what."""
        local = moment.astimezone(BERLIN)
        heading = f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}"
        self.transcript.heading(f"{heading}: {what}" if what else heading)

    def _show_change(self, result: simcord.InteractionResult, before: str, only: str) -> Any:
        message = result.followups[0] if result.followups else result.response
        if message.ephemeral:
            self._say(message, private=True, only=only)
        else:
            new = [line for line in text_of(message).split("\n") if line not in before.split("\n")]
            self.transcript.changed(new, self.club.env.now())
        return message

    def _say(self, message: Any, *, private: bool = False, only: str = "") -> None:
        self.transcript.said(message, self.club.env.now(), private=private, only=only)


def _plain(message: Any) -> Any:
    return message if message.components and isinstance(message.components[0], dict) else plain(message)


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    folder = shutil.copytree(SAMPLES, tmp_path / "reviews")
    started: Club = await start_club(folder, sources=[FakeSource(DPO, REVERSAL)])
    return started


async def test_a_month_of_a_club(club: Club) -> None:
    env, channel, ada, grace = club.env, club.channel, club.ada, club.grace
    manager = env.guild.create_role("organisers", permissions=discord.Permissions(manage_guild=True))
    olga = env.guild.add_member(env.create_user("olga"), roles=[manager])
    alan = env.guild.add_member(env.create_user("alan"))
    story = Story(club)
    for who in (ada, grace, alan, olga):
        story.knows(who, f"@{who.name.capitalize()}")
    story.knows(channel, "#papers")

    story.tell(env.now(), "Olga sets up the club, which does not meet before the 15th")
    page = await story.types(olga, "club setup", only=r"\*\*(Channel|Organisers|Reminders|Time zone)|chosen")
    page = (await olga.select(page, [channel], custom_id="pc:s:setchannel")).response
    await story.writes(olga, page, "Change the time zone", only="whatever it needs|Time zone|It is now", zone="Berlin")
    wish = {"name": "Club night", "day": "Thu", "time": "18:30", "timezone": "Berlin", "kind": "meeting", "minutes": 60}
    await story.types(olga, "schedule weekly", only="✅|Every Thursday", **wish)
    await story.types(olga, "schedule skip", only="✅", slot="Club night", date="2026-01-01")
    await story.types(olga, "schedule skip", only="✅|Next posts|15 Jan|:30", slot="Club night", date="2026-01-08")

    # Two papers are suggested; ten days before the meeting the club votes.
    await story.types(ada, "suggest", paper="2305.18290", why="Everybody cites it. Who has read it?")
    await story.types(grace, "suggest", paper="https://arxiv.org/abs/2309.12288v2")
    (ballot,) = await story.until(FIRST - timedelta(days=10))
    for who, choice in ((ada, "Direct"), (grace, "Reversal"), (alan, "Reversal")):
        ballot_paper = await story.clicks(who, ballot, "Vote", only="^$")
        await story.chooses(who, ballot_paper, choice, only="Your vote is kept")

    # A week before, an hour after the count: the prompt.
    result, prompt = await story.until(FIRST - timedelta(days=7))
    assert "*The Reversal Curse* wins: 2 of 3 voters approved of it." in text_of(plain(result))
    await story.clicks(grace, prompt, "I'll come")
    await story.clicks(alan, prompt, "Late")
    roles = await story.clicks(alan, prompt, "Roles", only="Roles|Sceptic|You review")
    take = next(each["custom_id"] for each in components(roles) if ":sceptic" in each.get("custom_id", ""))
    await alan.click(roles, custom_id=take)
    story.transcript.did("Alan", "takes the role of the sceptic")
    await story.clicks(grace, prompt, "Discuss")
    (thread,) = channel.threads
    card = await story.types(ada, "next")
    card = await story.clicks(ada, card, "I'll present")
    await story.clicks(ada, card, "Calendar")

    # Reminders come three days, a day and an hour before. For the meeting after it there is nothing to vote on.
    await story.until(FIRST - timedelta(days=3), only="🗓️|We read|✋|Only one paper")
    page = await story.types(olga, "suggestions", only=r"\*\*1")
    page = await story.chooses(olga, page, "Direct", only="wants to read")
    await story.clicks(olga, page, "Read it next", only="next")
    await story.passes(FIRST - timedelta(hours=2))
    await story.until(FIRST - HOUR, only="🗓️|We read|✋")

    # The meeting is over: how was it? The prompt for the next one came an hour before.
    following, asked = await story.until(
        FIRST + HOUR + timedelta(seconds=10), only="How was|We read|presented|stars|came|We meet"
    )
    await story.clicks(ada, asked, "4", only="You gave|Nobody sees")
    own = await story.clicks(grace, asked, "5", only="You gave|Nobody sees")
    said = "The reversed names convinced me; the title is too loud."
    own = await story.writes(grace, own, "Add a line", only=">|Organisers", line=said)
    await story.clicks(grace, own, "It may be quoted", only="may quote")
    caught_up = await story.clicks(alan, asked, "Catch up")
    assert said in text_of(caught_up)

    # The next meeting is called off: who wanted to come hears it, and its paper goes to the one after, with Grace.
    await story.clicks(alan, following, "I'll come")
    card = await story.types(grace, "next", only="We meet|We read|present|rota|come|Direct|Last")
    await story.clicks(grace, card, "I'll present")
    await story.until(CALLED_OFF - timedelta(days=2), only="🗓️|We read|✋")
    await story.types(olga, "schedule skip", only="✅|prompt", slot="Club night", date="2026-01-22")
    (told,) = story.hears()
    assert "on Thursday" not in text_of(plain(told)), "it says when in everybody's own time"
    card = await story.types(alan, "next", only="We meet|We read|presents|come|Direct")
    assert f"🎤 <@{grace.id}> presents it" in text_of(card)
    await story.clicks(alan, card, "I'll come")

    # The one after is moved by a day: who wanted to come is asked again.
    await story.until(CALLED_OFF + HOUR, only="🗓️|We read|✋")
    wish = {"slot": "Club night", "date": "2026-01-29", "to": "2026-01-30", "time": "19:00"}
    await story.types(olga, "schedule move", only="✅|prompt|thread", **wish)
    (told,) = story.hears()
    await story.clicks(alan, told, "I'll come")
    await story.passes(SECOND + HOUR - timedelta(seconds=1))
    (asked,) = await story.until(SECOND + HOUR + timedelta(seconds=9), only="How|We read|presented|came")
    await story.clicks(alan, asked, "I was there", only="✋")

    # What was discussed goes back into the folder: Olga writes the review, and the club finds it.
    draft = await story.types(olga, "recap", paper="reversal")
    (file,) = draft.attachments
    written = (await file.read()).decode()
    assert said in written
    story.transcript.file(file.filename, written)
    folder = club.bot.settings.reviews
    (folder / file.filename).write_text(written.replace("draft = true\n", ""), "utf-8")
    story.transcript.did(
        "Olga", "writes what the comments ask for, takes the line `draft` away, and commits it to the blog"
    )
    await club.bot.libraries.for_guild(env.guild.id).refresh(env.now())
    await story.until(SECOND + timedelta(days=1), only="Reversal|Thanks")
    card = await story.types(alan, "paper", name="reversal curse")
    (link,) = (part for part in components(card) if part.get("label") == "Discussion")
    assert link["url"] == f"https://discord.com/channels/{env.guild.id}/{thread.id}"
    await story.types(olga, "stats")

    text = f"{BEGIN}\n{story.transcript.text()}\n{END}"
    shown = README.read_text("utf-8")
    before, rest = shown.split(BEGIN)
    if os.environ.get("PAPERCLUB_TESTS") == "write":
        README.write_text(before + text + rest.split(END)[1], "utf-8")
    assert README.read_text("utf-8") == before + text + rest.split(END)[1]
