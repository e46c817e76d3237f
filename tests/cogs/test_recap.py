"""/recap as organisers use it, on a simulated Discord: the draft that it gives is put into the folder and found."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import simcord
from sqlalchemy import insert

from bot.club.prompt import Choice, Why
from bot.club.questions import Question
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.tables import attendance, gathering
from bot.library.check import check_folder
from bot.papers.source import SourceFault
from tests.club.test_recap import LIBRARIES
from tests.cogs.test_club import organiser
from tests.cogs.test_papers import FakeSource, paper
from tests.conftest import SAMPLES, Club, StartClub
from tests.shared import components, text_of

TITLE = "Language models of bits and bytes"
ABSTRACT = (
    "Language models are trained on words. We train a transformer language model on bits and bytes. It needs no "
    "tokenizer, and attention does the rest. BERT is beaten on every task that we tried."
)
PAPER = paper(
    "2401.00001",
    TITLE,
    abstract=ABSTRACT,
    authors=("Ada Byron", "Lise Meitner", "Emmy Noether"),
    dois=("10.1000/xyz.7",),
)
QUESTIONS = ("Who needs words?", "What would a *byte* say: `0x41`?")
LINES = ("I would read it again.", "Not <@123456789012345678> but the table convinced me.")
OLGA = 999_000_000_000_000_009
MEETING = datetime(2025, 12, 18, 23, 30, tzinfo=UTC)  # in Berlin it is the 19th


async def meet(club: Club, guild_id: int | None = None, *, title: str = TITLE, at: datetime = MEETING) -> int:
    """Let the club have met for a paper, with questions and lines; give the number of the paper."""
    guild, database, now = guild_id or club.env.guild.id, club.bot.database, club.env.now()
    made = await SuggestionStore(database).propose(guild, club.ada.id, propose_title(title), "", now)
    await DecisionStore(database).accept(guild, made.suggestion.id, OLGA, now)
    meeting = (await MeetingStore(database).list_coming(guild))[-1]
    choice = Choice(Why.CHOSEN, title, PAPER.authors, PAPER.id if title == TITLE else None, meeting_id=meeting.id)
    day = at.date().isoformat()
    asked = [Question(f"q{number}", text) for number, text in enumerate(QUESTIONS)]
    await PromptStore(database).keep(guild, "slot:1", day, choice, asked, at - timedelta(days=7))
    name: dict[str, Any] = {"guild_id": guild, "slot": "slot:1", "date": day}
    held = name | {"at": at, "ends_at": at + timedelta(hours=1), "name": "Club night", "closed": 1}
    held["meeting_id"] = meeting.id
    said = [
        name | {"member_id": who, "stars": 4, "line": line, "quotable": quotable, "made_at": at}
        for who, line, quotable in ((1, LINES[0], 1), (2, LINES[1], 1), (3, "Between us: dull.", 0), (4, "", 1))
    ]
    await database.write(lambda connection: connection.execute(insert(gathering), [held]))
    await database.write(lambda connection: connection.execute(insert(attendance), said))
    return meeting.id


async def recap(club: Club, who: simcord.MemberActor, **options: str) -> Any:
    answer = await who.slash(club.channel, "recap", **options)
    assert answer.ephemeral
    return answer.response


async def read_draft(message: Any) -> tuple[str, str]:
    """Give the path that the answer names, and the text of its file."""
    (file,) = message.attachments
    (shown,) = (part for part in components(message) if part["type"] == 13)
    assert shown["file"]["url"].endswith(file.filename)
    path = re.search("as `([^`]+)`", text_of(message))
    assert path
    assert Path(path[1]).name == file.filename
    return path[1], (await file.read()).decode("utf-8")


@pytest.mark.parametrize("library", LIBRARIES)
async def test_the_draft_of_what_was_read_last_is_put_into_the_folder_and_found(
    start_club: StartClub, tmp_path: Path, library: Path
) -> None:
    folder = shutil.copytree(library, tmp_path / "reviews")
    club: Club = await start_club(folder, sources=[FakeSource(PAPER)])
    await ClubStore(club.bot.database).change(club.env.guild.id, OLGA, club.env.now(), zone="Europe/Berlin")
    await meet(club)
    message = await recap(club, organiser(club))
    text = text_of(message)
    assert text.startswith(f"-# The draft of a review\n### {TITLE}\n- Title, authors, date and links")
    assert "- 2 questions that the club was asked\n- 2 lines that members allow to be quoted, without names" in text
    assert "\n- References to " in text
    assert "⚠️" not in text
    path, written = await read_draft(message)

    before = check_folder(folder)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    assert not (folder / path).exists()
    (folder / path).write_text(re.sub(r"(?m)^draft.*\n", "", written), "utf-8")
    after = check_folder(folder)
    assert [each for each in after.problems if each.path == path] == []
    (review,) = (each for each in after.reviews if each.path == path)
    assert len(after.reviews) == len(before.reviews) + 1
    assert review.name == TITLE
    assert review.paper_ids[0] == PAPER.id
    assert review.authors == (PAPER.authors if any(each.authors for each in before.reviews) else ())
    assert review.date
    assert review.date.date().isoformat() == "2025-12-19", "the day on which the club met, in its own time zone"
    assert all(re.sub(r"[^A-Za-z ]", "", question).split()[0] in written for question in QUESTIONS)
    assert "I would read it again." in written
    assert "Not somebody but the table convinced me." in written
    assert "dull" not in written
    assert "1234567" not in written
    usual = {title for each in before.reviews for title in (section.title for section in each.sections)}
    assert usual & {section.title for section in review.sections}

    await club.bot.libraries.for_guild(None).refresh(club.env.now())
    assert TITLE in text_of((await club.paper("bits and bytes")).response)
    status = await club.bot.libraries.for_guild(None).status(club.env.now())
    assert [each for each in status.problems if each.path == path] == []


async def test_a_paper_is_chosen_by_a_name_that_is_completed(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    olga = organiser(club)
    number = await meet(club)
    await meet(club, title="A later talk", at=MEETING + timedelta(days=7))
    await meet(club, title="Not yet read", at=datetime(2026, 1, 8, tzinfo=UTC))
    offered = await olga.autocomplete(club.channel, "recap", "paper", "")
    assert [choice["name"] for choice in offered] == [
        "A later talk · 25 December 2025",
        f"{TITLE} · 18 December 2025",
        "Not yet read · not yet read",
    ]
    (choice,) = await olga.autocomplete(club.channel, "recap", "paper", "bits lang")
    assert choice["value"] == f"meeting:{number}"
    assert f"### {TITLE}" in text_of(await recap(club, olga, paper=choice["value"]))
    assert f"### {TITLE}" in text_of(await recap(club, olga, paper="bytes"))
    assert "### A later talk" in text_of(await recap(club, olga))
    later = text_of(await recap(club, olga, paper="not yet"))
    assert "⚠️ The club has not met for it yet, so it bears today's date." in later
    assert "The club has chosen no paper of this name." in text_of(await recap(club, olga, paper="whales"))
    assert await club.complete("recap", "paper", "") == [], "members hear nothing"


async def test_a_paper_that_was_read_again_is_offered_once_and_with_all_its_lines(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    number, again, guild = await meet(club), MEETING + timedelta(days=7), club.env.guild.id
    choice = Choice(Why.CHOSEN, TITLE, (), PAPER.id, meeting_id=number)
    await PromptStore(club.bot.database).keep(guild, "slot:1", "2025-12-25", choice, (), MEETING)
    name: dict[str, Any] = {"guild_id": guild, "slot": "slot:1", "date": "2025-12-25"}
    held = name | {"at": again, "ends_at": again, "name": "Club night", "meeting_id": number, "closed": 1}
    said = name | {"member_id": 1, "line": "The second half is better.", "quotable": 1, "made_at": again}
    await club.bot.database.write(lambda connection: connection.execute(insert(gathering), [held]))
    await club.bot.database.write(lambda connection: connection.execute(insert(attendance), [said]))
    olga = organiser(club)
    (offered,) = await olga.autocomplete(club.channel, "recap", "paper", "")
    assert offered["name"].endswith("25 December 2025")
    message = await recap(club, olga)
    assert "3 lines that members allow to be quoted" in text_of(message)
    assert "The second half is better." in (await read_draft(message))[1]


async def test_what_was_read_without_posts_of_the_week_can_be_written_of_too(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    database, guild, now = club.bot.database, club.env.guild.id, club.env.now()
    made = await SuggestionStore(database).propose(guild, club.ada.id, propose_title("A talk of 1950"), "", now)
    await DecisionStore(database).accept(guild, made.suggestion.id, OLGA, now)
    (coming,) = await MeetingStore(database).list_coming(guild)
    await MeetingStore(database).mark_read(guild, coming.id, OLGA, now)
    message = await recap(club, organiser(club))
    text = text_of(message)
    assert "### A talk of 1950" in text
    assert "question" not in text
    assert 'title = "[Paper] A talk of 1950"' in (await read_draft(message))[1]


async def test_without_its_source_the_draft_is_there_and_says_what_is_missing(start_club: StartClub) -> None:
    source = FakeSource(PAPER)
    source.fault = SourceFault("is down")
    club: Club = await start_club(sources=[source])
    await meet(club)
    message = await recap(club, organiser(club))
    assert "⚠️ Its abstract is missing: arXiv is down." in text_of(message)
    _, written = await read_draft(message)
    assert "https://arxiv.org/abs/2401.00001" in written
    assert "Ada Byron" in written


async def test_a_review_that_there_is_already_is_pointed_at(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    library, now = club.bot.libraries.for_guild(None), club.env.now()
    review = library.find("bertology", now).review
    assert review
    choice = Choice(Why.AGAIN, review.name, review.authors, review.paper_ids[0], review.key)
    await PromptStore(club.bot.database).keep(club.env.guild.id, "slot:1", "2025-12-18", choice, (), MEETING)
    olga = organiser(club)
    message = await recap(club, olga)
    assert "⚠️ The club has written of this paper already: " in text_of(message)
    path, written = await read_draft(message)
    assert path != review.path
    assert not (SAMPLES / path).exists()
    assert Path(review.path).stem not in written, "it does not refer to itself"
    opened = await olga.click(message, label="Open the review")
    assert review.name in text_of(opened.response)


async def test_members_who_are_no_organisers_get_no_draft(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    await meet(club)
    message = await recap(club, club.ada)
    assert "organise" in text_of(message).lower()
    assert message.attachments == []


async def test_a_club_that_has_read_nothing_hears_how_it_begins(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    assert "There is nothing to write of yet" in text_of(await recap(club, organiser(club)))


async def test_another_server_hears_nothing_of_what_a_club_has_read(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)], guilds=frozenset([5]))
    other = club.env.create_guild("Another club")
    number = await meet(club, other.id)
    olga = organiser(club)
    assert await olga.autocomplete(club.channel, "recap", "paper", "") == []
    assert "There is nothing to write of yet" in text_of(await recap(club, olga, paper=f"meeting:{number}"))


async def test_where_no_library_is_connected_the_draft_is_in_the_style_of_the_samples(start_club: StartClub) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)], guilds=frozenset([5]))
    await meet(club)
    message = await recap(club, organiser(club))
    _, written = await read_draft(message)
    assert written.startswith("+++\n")
    assert "## Questions for the club" in written
    assert "References to" not in text_of(message)


@pytest.mark.parametrize("title", ["@everyone <@1> **bold** `code` \u202e", "x" * 400, "读书会的论文", "C++", "a/b\\c"])
async def test_awkward_titles_make_a_file_and_an_answer_that_hold(start_club: StartClub, title: str) -> None:
    club: Club = await start_club(sources=[FakeSource(PAPER)])
    await meet(club, title=title)
    answer = await organiser(club).slash(club.channel, "recap")
    (file,) = answer.response.attachments
    (shown,) = (part for part in components(answer.response) if part["type"] == 13)
    assert shown["file"]["url"].endswith(file.filename)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", file.filename)
    assert answer.response._message.ping_user_ids == []
    assert not answer.response._message.mention_everyone
