"""A ballot for those who come, as organisers open it and members meet it, on a simulated Discord."""

import discord

from bot.ui.controls import button, menu
from tests.attending import came, meets, says, weekly
from tests.cogs.test_ballots import choices, latest, number_of, open_ballot, paper_of, posted, result_after, suggest
from tests.cogs.test_club import organiser
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, text_of

RULE = "those who say that they come to the next meeting, or came to one of the last three"


async def test_only_who_comes_votes_and_others_are_told_how_they_can(club: Club) -> None:
    await suggest(club)
    database, guild = club.bot.database, club.env.guild.id
    found = await weekly(database, guild, club.env.now())
    await says(database, found, club.ada.id, "late", club.env.now())
    olga = organiser(club)
    message = await open_ballot(club, olga, closes="1 hour", attendees_only=True)
    assert f"**Who votes:** {RULE}" in text_of(message)
    refused = await club.grace.click(message, label="Vote")
    assert refused.ephemeral
    assert f"This ballot is for {RULE}." in text_of(refused.response)
    assert "Say in /next that you come, and then vote" in text_of(refused.response)
    paper = await paper_of(club, club.ada, message)
    assert f"-# Who votes: {RULE}" in text_of(paper)
    await club.restart()
    await club.ada.select(paper, ["1"])
    assert await choices(club, club.ada) == (1,)
    options = [discord.SelectOption(label=str(each), value=str(each)) for each in range(3)]
    forged = await forge(club, menu("approve", str(number_of(message)), placeholder="x", options=options))
    assert "Say in /next" in text_of((await club.grace.select(forged, ["2"])).response)
    assert await choices(club, club.grace) == ()
    yesterday = club.env.now().date().replace(year=2025)
    await meets(club.bot.database, guild, yesterday)
    await came(club.bot.database, guild, yesterday, [club.grace.id])
    await club.grace.select(await paper_of(club, club.grace, message), ["1"])
    await club.env.advance_time(61)
    assert "2 members have voted so far" in text_of(posted(club)[0])
    assert f"**Who votes:** {RULE}" in text_of(posted(club)[0])
    assert RULE in text_of((await club.grace.slash(club.channel, "ballot show")).response)
    result = await result_after(club, 3_700)
    assert "2 of 2" in text_of(result) or "2 voters" in text_of(result)
    assert f"-# Who could vote: {RULE}" in text_of(result)


async def test_who_does_not_come_any_more_sees_their_vote_and_takes_it_back(club: Club) -> None:
    await suggest(club)
    database, guild = club.bot.database, club.env.guild.id
    day = club.env.now().date().replace(year=2025)
    await meets(database, guild, day)
    await came(database, guild, day, [club.ada.id])
    message = await open_ballot(club, organiser(club), attendees_only=True)
    await club.ada.select(await paper_of(club, club.ada, message), ["1"])
    for month in (2, 3, 4):
        await meets(database, guild, day.replace(month=month))
    paper = await paper_of(club, club.ada, message)
    assert "Say in /next" in text_of((await club.ada.select(paper, ["2"])).response)
    assert await choices(club, club.ada) == (1,)
    await club.ada.click(await paper_of(club, club.ada, message), label="Take my vote back")
    assert await choices(club, club.ada) == ()
    assert "Say in /next" in text_of((await club.ada.click(message, label="Vote")).response)


async def test_an_organiser_decides_on_the_slate_who_votes(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    await weekly(club.bot.database, club.env.guild.id, club.env.now())
    shown = (await olga.slash(club.channel, "ballot open", top=3)).response
    assert RULE not in text_of(shown)
    shown = (await olga.click(shown, label="Only who comes votes")).response
    assert RULE in text_of(shown)
    await club.restart()
    shown = (await olga.click(shown, label="Let everybody vote")).response
    assert RULE not in text_of(shown)
    shown = (await olga.click(shown, label="Only who comes votes")).response
    await olga.click(shown, label="Open the ballot")
    ballot = await latest(club)
    assert (ballot.attendees, len(ballot.options)) == (True, 3), "what is on the slate stays"


async def test_a_ballot_for_all_says_nothing_of_it(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    paper = await paper_of(club, club.grace, message)
    await club.grace.select(paper, ["1"])
    assert await choices(club, club.grace) == (1,)
    assert "Who" not in text_of(message)
    assert "Who" not in text_of(paper)


async def test_a_forged_button_of_another_club_s_ballot_tells_nothing(club: Club) -> None:
    await suggest(club)
    await weekly(club.bot.database, club.env.guild.id, club.env.now())
    message = await open_ballot(club, organiser(club), attendees_only=True)
    forged = await forge(club, button("vote", str(number_of(message) + 1), label="Vote"))
    assert "not one of this club" in text_of((await club.ada.click(forged, label="Vote")).response)
    assert "Vote" in button_labels(message)


async def test_a_club_without_meetings_opens_no_ballot_for_those_who_come(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    shown = (await olga.slash(club.channel, "ballot open", attendees_only=True)).response
    refused = await olga.click(shown, label="Open the ballot")
    assert "Nobody could vote: the club has no meetings to come to." in text_of(refused.followups[0])
    assert posted(club) == []
    await weekly(club.bot.database, club.env.guild.id, club.env.now())
    await olga.click(shown, label="Open the ballot")
    assert (await latest(club)).attendees
