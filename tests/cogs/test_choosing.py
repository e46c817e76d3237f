"""From a suggestion to what is read next on both databases, in a large club, and while the disk is full."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert

from bot.club.stores.clubs import lock_club
from bot.club.suggestion import propose_title
from bot.database.tables import suggestion, support
from bot.errors import StorageFault
from tests.cogs.test_ballots import public, result_after
from tests.cogs.test_club import organiser
from tests.conftest import Club, StartClub
from tests.shared import menu_of, option, text_of

FULL = "The disk of the bot is full, so nothing was saved."


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the setting that says where the club's data is kept."""
    return {"database_url": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}


async def test_a_club_chooses_what_it_reads_next(start_club: StartClub, kept: dict[str, str]) -> None:
    club: Club = await start_club(**kept)
    olga = organiser(club)
    for title in ("First paper of ours", "Second paper of ours"):
        await club.ada.slash(club.channel, "suggest", paper=title, why=f"{title}!")
    page = (await club.grace.slash(club.channel, "suggestions")).response
    page = (await club.grace.click(page, custom_id="pc:b:queuevoice:2:0")).response
    assert "2 members want to read it" in text_of(page)
    for each in list(club.channel.history()):
        await each.delete()
    prepared = (await olga.slash(club.channel, "ballot open", closes="10 min")).response
    await olga.click(prepared, label="Open the ballot")
    for who, titles in ((club.ada, ["1. Second", "2. First"]), (club.grace, ["1. Second"])):
        paper = (await who.click(public(club), label="Vote")).response
        kept_vote = await who.select(paper, [option(paper, title) for title in titles])
        assert "Your vote is kept" in text_of(kept_vote.response)
    assert await result_after(club, 610)
    shown = text_of((await club.ada.slash(club.channel, "next")).response)
    assert "Second paper of ours" in shown
    assert "2 of 2 voters chose it" in shown
    asked = (await club.ada.slash(club.channel, "me forget")).response
    await club.ada.click(asked, label="Forget me")
    assert "Nothing is stored about you" in text_of((await club.ada.slash(club.channel, "me show")).response)
    await club.restart()
    shown = text_of((await club.grace.slash(club.channel, "next")).response)
    assert "2 of 2 voters chose it" in shown
    assert f"<@{club.ada.id}>" not in shown


async def test_hundreds_of_suggestions_with_hundreds_of_voices_hold_nobody_up(
    start_club: StartClub, kept: dict[str, str]
) -> None:
    club: Club = await start_club(**kept)
    guild, now, olga = club.env.guild.id, club.env.now(), organiser(club)

    def fill(connection: Connection) -> None:
        lock_club(connection, guild)
        papers = [
            {
                "id": number, "guild_id": guild, "title": f"A paper on the {number} heads of attention",
                "authors": ("Ann Author", "Bob Writer"), "described": 1, "state": "open", "made_at": now, "remark": "",
                "suggested_by": club.ada.id,
            }
            for number in range(1, 251)
        ]  # fmt: skip
        connection.execute(insert(suggestion), papers)
        for number in range(1, 251):
            voices = [
                {"suggestion_id": number, "member_id": 1_000 + member, "reason": "It is good.", "made_at": now}
                for member in range(500)
            ]
            connection.execute(insert(support), voices)

    await club.bot.database.write(fill)
    page = (await club.ada.slash(club.channel, "suggestions")).response
    assert "250 suggestions" in text_of(page)
    assert "500 members want to read it" in text_of(page)
    await club.ada.select(page, [menu_of(page)["options"][0]["value"]])
    slate: Any = (await olga.slash(club.channel, "ballot open", **{"from": "pick"})).response
    assert len(menu_of(slate)["options"]) == 25
    shown = text_of((await club.ada.slash(club.channel, "me show")).response)
    assert "A paper on the 1 heads of attention · 500 votes" in shown
    assert "and 245 more" in shown


async def test_while_the_disk_is_full_everything_is_read_and_nothing_is_confirmed(
    start_club: StartClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    club: Club = await start_club()
    olga, guild, now = organiser(club), club.env.guild.id, club.env.now()
    numbers = [
        (await club.bot.suggestions.propose(guild, club.ada.id, propose_title(f"Paper {name} of ours"), "", now))
        .suggestion.id
        for name in "ABCD"
    ]  # fmt: skip
    await club.bot.decisions.accept(guild, numbers[3], olga.id, now)
    prepared = (await olga.slash(club.channel, "ballot open")).response
    await olga.click(prepared, label="Open the ballot")
    paper = (await club.ada.click(public(club), label="Vote")).response
    queue = (await club.grace.slash(club.channel, "suggestions")).response
    one = (
        await olga.select(queue_of := (await olga.slash(club.channel, "suggestions")).response, [str(numbers[0])])
    ).response
    assert queue_of
    own = (
        await club.ada.select((await club.ada.slash(club.channel, "suggestions")).response, [str(numbers[0])])
    ).response
    setting = (await olga.slash(club.channel, "club setup")).response
    closing = (await olga.slash(club.channel, "ballot close")).response
    forgetting = (await club.ada.slash(club.channel, "me forget")).response
    card = (await club.ada.slash(club.channel, "next")).response
    managing = (await olga.click(card, label="For organisers")).response
    dropping = (await olga.click((await olga.click(card, label="For organisers")).response, label="Drop it")).response
    notes = await olga.click((await olga.click(card, label="For organisers")).response, label="Notes")
    declining = await olga.click(one, label="Decline")

    async def full(*_: object) -> None:
        raise StorageFault(FULL)

    monkeypatch.setattr(club.bot.database, "write", full)
    refused = [
        await club.ada.slash(club.channel, "suggest", paper="Another paper of ours"),
        await club.grace.click(queue, custom_id=f"pc:b:queuevoice:{numbers[0]}:0"),
        await club.ada.select(paper, ["1"]),
        await club.ada.click(own, label="Take it back"),
        await olga.click(one, label="Read it next"),
        await olga.click(one, label="Already read"),
        await olga.select(one, ["1"]),
        await olga.submit_modal(declining, {"why": "Too long"}),
        await olga.select(setting, ["10"], custom_id="pc:s:setquota"),
        await olga.click(closing, label="Count now"),
        await olga.click(closing, label="Cancel without counting"),
        await club.ada.click(forgetting, label="Forget me"),
        await club.ada.click(card, label="I'll present"),
        await olga.click(managing, label="It was read"),
        await olga.click(dropping, label="Drop it"),
        await olga.submit_modal(notes, {"notes": "Room 3"}),
    ]
    for place, answer in enumerate(refused):
        assert text_of(answer.response) == FULL, place
    for who, command in (
        (club.ada, "suggestions"), (club.ada, "next"), (club.ada, "me show"), (club.ada, "me export"),
        (club.ada, "ballot show"), (olga, "ballot close"), (olga, "club setup"), (olga, "club status"),
    ):  # fmt: skip
        assert FULL not in text_of((await who.slash(club.channel, command)).response)
    monkeypatch.undo()
    voted = await club.ada.select(paper, ["1"])
    assert "Your vote is kept" in text_of(voted.response)
