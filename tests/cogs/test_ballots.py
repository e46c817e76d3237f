"""Ballots as organisers and members hold them, on a simulated Discord."""

import logging
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.results import ResponseMessage
from sqlalchemy import Connection, select, update

from bot.club.ballot import Ballot, BallotState, Option
from bot.club.counting import Method
from bot.club.post import State
from bot.club.stores.ballots import BallotStore
from bot.club.stores.posts import PostStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import Proposal, keys_of
from bot.database.tables import audit, ballot, meeting, post
from bot.ui.cards import layout
from bot.ui.controls import button, menu, row
from bot.ui.slate import offer_suggestion
from tests.cogs.test_club import organiser
from tests.conftest import Club
from tests.shared import button_labels, components, menu_of, option, text_of

TITLES = [
    "Attention Is All You Need",
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    "On the Dangers of Stochastic Parrots: Can Language Models Be Too Big?",
    "Deep Residual Learning for Image Recognition",
    "A Neural Probabilistic Language Model",
    "Long Short-Term Memory",
    "Distilling the Knowledge in a Neural Network",
]


async def suggest(club: Club, titles: list[str] = TITLES, guild: int | None = None) -> None:
    """Suggest papers, the first one the most wanted and the oldest."""
    store, now = SuggestionStore(club.bot.database), discord.utils.utcnow()
    for position, title in enumerate(titles):
        proposal = Proposal(title, authors=("Ann Author", "Bob Writer"), year=2017, keys=keys_of((), title))
        made_at = now - timedelta(days=len(titles) - position)
        await store.propose(guild or club.env.guild.id, 1_000 + position, proposal, "", made_at)


async def latest(club: Club, guild: int | None = None) -> Ballot:
    found = await BallotStore(club.bot.database).get_latest(guild or club.env.guild.id)
    assert found
    return found


async def choices(club: Club, who: simcord.MemberActor) -> tuple[int, ...]:
    ballot = await latest(club)
    return await BallotStore(club.bot.database).get_choices(ballot.guild_id, ballot.id, who.id)


async def open_ballot(club: Club, olga: simcord.MemberActor, **options: Any) -> Any:
    """Prepare a ballot and open it; give its message."""
    shown = await olga.slash(club.channel, "ballot open", **options)
    assert shown.ephemeral
    assert len(posted(club)) == 0, "nothing is posted before"
    await olga.click(shown.response, label="Open the ballot")
    return public(club)


def posted(club: Club, channel: simcord.ChannelHandle | None = None) -> list[ResponseMessage]:
    """Give the public messages of a channel as they are now, the earliest first."""
    channel = channel or club.channel
    backend = club.env.backend
    return [ResponseMessage(club.env, backend.get_message(channel.id, each.id)) for each in channel.history()]


def public(club: Club) -> ResponseMessage:
    """Give the only public message of the club's channel."""
    (message,) = posted(club)
    return message


def number_of(message: Any) -> int:
    vote = next(part for part in components(message) if part.get("custom_id", "").startswith("pc:b:vote"))
    return int(vote["custom_id"].split(":")[3])


async def paper_of(club: Club, who: simcord.MemberActor, message: Any) -> Any:
    """Press Vote; give the ballot paper."""
    shown = await who.click(message, label="Vote")
    assert shown.ephemeral
    return shown.response


def ticked(message: Any) -> list[str]:
    return [choice["label"] for choice in menu_of(message)["options"] if choice.get("default")]


async def result_after(club: Club, seconds: float) -> Any:
    """Let time pass; give the message of the result."""
    await club.env.advance_time(seconds)
    return next((each for each in posted(club) if "reads next" in text_of(each) or "No paper" in text_of(each)), None)


async def forge(club: Club, *items: Any) -> Any:
    channel = club.bot.get_channel(club.channel.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send(view=layout(*(row(item) for item in items)))
    return next(message for message in posted(club) if message.id == sent.id)


# --- opening --------------------------------------------------------------------------------------


async def test_an_organiser_sees_a_ballot_before_it_is_posted(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    shown = await olga.slash(club.channel, "ballot open", top=3, closes="3 days", quorum=2)
    text = text_of(shown.response)
    assert "Only you see this" in text
    assert f"**2.** {TITLES[1]}\n-# Ann Author, Bob Writer · 2017" in text
    assert TITLES[3] not in text
    assert "**Approval vote.** Choose as many suggestions as you like" in text
    assert "at least 2 members must vote" in text
    end = int((club.env.now() + timedelta(days=3)).timestamp())
    assert f"**Closes:** <t:{end}:R>, <t:{end}:F>" in text
    assert len(posted(club)) == 0
    opened = await olga.click(shown.response, label="Open the ballot")
    message = public(club)
    text = text_of(message)
    assert "What do we read next?" in text
    assert f"**2.** {TITLES[1]}\n-# Ann Author, Bob Writer · 2017" in text
    assert "Nobody has voted so far" in text
    assert f"<t:{end}:R>" in text
    assert "in <#" in text_of(opened.response)
    assert "Open the ballot" not in button_labels(opened.response), "so that it is not opened twice"
    ballot = await latest(club)
    assert (ballot.message_id, ballot.channel_id, ballot.quorum) == (message.id, club.channel.id, 2)
    assert [each.title for each in ballot.options] == TITLES[:3]


async def test_a_slate_is_picked_in_a_menu_and_lives_in_its_message(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, [f"Paper number {number:02}" for number in range(40)])
    message = (await olga.slash(club.channel, "ballot open", method="ranked", **{"from": "pick"})).response
    assert "A ballot needs 2 to 25 papers" in text_of(message)
    assert next(part for part in components(message) if part.get("label") == "Open the ballot")["disabled"]
    first, second = option(message, "Paper number 03"), option(message, "Paper number 01")
    message = (await olga.select(message, [first, second])).response
    assert ticked(message) == ["Paper number 01", "Paper number 03"], "in the order of the queue"
    await club.restart()
    message = (await olga.click(message, label="More suggestions")).response
    assert len(menu_of(message)["options"]) == 2 + 15
    last = option(message, "Paper number 39")
    kept = [option(message, name) for name in ("Paper number 01", "Paper number 03")]
    message = (await olga.select(message, [last, *kept])).response
    await club.restart()
    await olga.click(message, label="Open the ballot")
    ballot = await latest(club)
    assert ballot.method is Method.RANKED
    assert [each.title for each in ballot.options] == ["Paper number 01", "Paper number 03", "Paper number 39"]


async def test_reviews_can_be_put_to_the_vote(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, TITLES[:1])
    message = (await olga.slash(club.channel, "ballot open", **{"from": "reviews"})).response
    newest = [choice["value"] for choice in menu_of(message)["options"]]
    assert len(newest) == 16
    asked = await olga.click(message, label="Find reviews")
    await club.restart()
    message = (await olga.submit_modal(asked, {"words": "bertology"})).response
    assert menu_of(message)["options"][0]["label"].startswith("A Primer in BERTology")
    message = (await olga.select(message, [option(message, "A Primer in BERTology")])).response
    asked = await olga.click(message, label="Find reviews")
    message = (await olga.submit_modal(asked, {"words": "zzzzqqq"})).response
    assert "⚠️ No review is called that" in text_of(message)
    message = (await olga.click(message, label="Suggestions")).response
    primer, attention = option(message, "A Primer in BERTology"), option(message, TITLES[0])
    message = (await olga.select(message, [primer, attention])).response
    await olga.click(message, label="Open the ballot")
    await club.ada.select(await paper_of(club, club.ada, public(club)), ["0"])
    await olga.click((await olga.slash(club.channel, "ballot close")).response, label="Count now")
    result = await result_after(club, 20)
    assert "The club reads next" in text_of(result)
    assert "A Primer in BERTology" in text_of(result)
    await club.ada.click(result, label="Open the review")


async def test_only_one_ballot_is_open(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    first = (await olga.slash(club.channel, "ballot open")).response
    second = (await olga.slash(club.channel, "ballot open")).response
    await olga.click(first, label="Open the ballot")
    refused = await olga.click(second, label="Open the ballot")
    assert "open already" in text_of(refused.followups[0])
    shown = (await olga.slash(club.channel, "ballot open")).response
    assert "open already" in text_of(shown)
    link = next(part for part in components(shown) if part.get("label") == "Go to the ballot")
    assert link["url"] == f"https://discord.com/channels/{club.env.guild.id}/{club.channel.id}/{public(club).id}"


async def test_the_club_s_channel_gets_it_and_what_is_missing_there_is_said_first(club: Club) -> None:
    olga, guild = organiser(club), club.env.guild
    await suggest(club)
    quiet = guild.create_text_channel(
        "quiet", overwrites={guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    await club.bot.clubs.change(guild.id, olga.id, club.env.now(), channel_id=quiet.id)
    shown = (await olga.slash(club.channel, "ballot open")).response
    assert f"<#{quiet.id}>" in text_of(shown)
    assert "⚠️ Paperclub lacks there: Send Messages" in text_of(shown)
    assert next(part for part in components(shown) if part.get("label") == "Open the ballot")["disabled"]
    room = guild.create_text_channel("room")
    await club.bot.clubs.change(guild.id, olga.id, club.env.now(), channel_id=room.id)
    shown = (await olga.click(shown, label="Check again")).response
    assert "lacks" not in text_of(shown)
    await olga.click(shown, label="Open the ballot")
    assert len(posted(club, room)) == 1
    assert len(posted(club)) == 0
    assert (await latest(club)).channel_id == room.id


async def test_a_ballot_that_cannot_be_posted_is_cancelled(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    shown = (await olga.slash(club.channel, "ballot open")).response
    club.env.inject_error("POST", f"/channels/{club.channel.id}/messages", status=403, code=50013)
    refused = await olga.click(shown, label="Open the ballot")
    assert "could not be posted in #papers" in text_of(refused.followups[0])
    assert (await latest(club)).state is BallotState.CANCELLED


async def test_a_ballot_whose_message_the_bot_could_not_post_or_note_gets_it(club: Club) -> None:
    olga, ballots = organiser(club), BallotStore(club.bot.database)
    await suggest(club)
    options = [
        offer_suggestion(each).option for each in await SuggestionStore(club.bot.database).queue(club.env.guild.id)
    ]
    lost = await ballots.open_ballot(club.env.guild.id, olga.id, options, club.channel.id, club.env.now())
    shown = (await olga.slash(club.channel, "ballot open")).response
    await club.restart()
    assert "organisers" in text_of((await club.ada.click(await forge_post(club, lost), label="again")).response)
    await olga.click(shown, label="Post it again")
    message = posted(club)[-1]
    assert "What do we read next?" in text_of(message)
    assert (await latest(club)).message_id == message.id
    await olga.click(await forge_post(club, lost), label="again")
    assert sum("What do we read next?" in text_of(each) for each in posted(club)) == 1
    await club.bot.database.write(
        lambda connection: connection.execute(update(ballot).values(message_id=None)) and None
    )
    await paper_of(club, club.ada, message)
    assert (await latest(club)).message_id == message.id, "the message that was clicked is noted"


async def forge_post(club: Club, ballot: Ballot) -> ResponseMessage:
    return await forge(club, button("postballot", str(ballot.id), label="again"))


@pytest.mark.parametrize("closes", ["soon", "5", "90 days", "yesterday", "10 seconds", "@everyone <@1>"])
async def test_an_end_that_is_not_clear_is_answered_with_examples(club: Club, closes: str) -> None:
    olga = organiser(club)
    await suggest(club)
    shown = await olga.slash(club.channel, "ballot open", closes=closes)
    assert shown.ephemeral
    assert "3 days, 36h or 1 week" in text_of(shown.response)
    assert "@everyone" not in text_of(shown.response)


async def test_ends_are_offered_with_the_moment_that_they_mean(club: Club) -> None:
    olga = organiser(club)
    await club.bot.clubs.change(club.env.guild.id, olga.id, club.env.now(), zone="Asia/Tokyo")
    offered = await olga.autocomplete(club.channel, "ballot open", "closes", "")
    assert [choice["value"] for choice in offered] == ["1 day", "3 days", "1 week"]
    assert offered[0]["name"] == "1 day · Friday 02 January, 09:00"
    offered = await olga.autocomplete(club.channel, "ballot open", "closes", "tomorrow 18:00")
    assert [choice["name"] for choice in offered] == ["tomorrow 18:00 · Friday 02 January, 18:00"]


# --- voting ---------------------------------------------------------------------------------------


async def test_a_member_ticks_papers_changes_the_vote_and_takes_it_back(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club), closes="1 hour")
    paper = await paper_of(club, club.ada, message)
    assert "You have not voted yet" in text_of(paper)
    assert f"**2.** {TITLES[1]}" in text_of(paper)
    assert (menu_of(paper)["min_values"], menu_of(paper)["max_values"]) == (0, 5)
    paper = (await club.ada.select(paper, ["2", "0"])).response
    assert f"**Your vote**\n**1.** {TITLES[0]}\n**3.** {TITLES[2]}" in text_of(paper)
    assert await choices(club, club.ada) == (0, 2)
    assert "1 member has voted so far" in text_of(public(club))
    await club.restart()
    paper = (await club.ada.select(paper, ["4"])).response
    assert await choices(club, club.ada) == (4,)
    assert [each[:2] for each in ticked(await paper_of(club, club.ada, message))] == ["5."]
    paper = (await club.ada.click(paper, label="Take my vote back")).response
    assert "You have not voted yet" in text_of(paper)
    assert await choices(club, club.ada) == ()
    paper = (await club.ada.select(paper, ["1"])).response
    paper = (await club.ada.select(paper, [])).response
    assert await choices(club, club.ada) == ()


def place(number: int, rank: int) -> str:
    return f"pc:s:rank:{number}:{rank}"


async def test_a_member_ranks_three_papers_one_after_another(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club), method="ranked")
    paper, number = await paper_of(club, club.ada, message), number_of(message)
    assert [part["placeholder"] for part in components(paper) if part["type"] == 3] == [
        "First choice",
        "Second choice",
        "Third choice",
    ]
    paper = (await club.ada.select(paper, ["3"], custom_id=place(number, 1))).response
    assert "is your first choice, since there was none before it" in text_of(paper)
    await club.restart()
    paper = (await club.ada.select(paper, ["0"], custom_id=place(number, 1))).response
    paper = (await club.ada.select(paper, ["1"], custom_id=place(number, 2))).response
    assert f"First choice: **4.** {TITLES[3]}\nSecond choice: **1.** {TITLES[0]}\nThird choice: " in text_of(paper)
    paper = (await club.ada.select(paper, ["1"], custom_id=place(number, 0))).response
    assert f"“{TITLES[1]}” was your third choice, and moved: a paper counts once." in text_of(paper)
    assert await choices(club, club.ada) == (1, 3, 0)
    shown = [
        [each["value"] for each in part["options"] if each.get("default")]
        for part in components(paper)
        if part["type"] == 3
    ]
    assert shown == [["1"], ["3"], ["0"]]
    paper = (await club.ada.select(paper, [], custom_id=place(number, 0))).response
    assert await choices(club, club.ada) == (3, 0)
    await club.ada.click(paper, label="Take my vote back")
    assert await choices(club, club.ada) == ()


async def test_show_gives_everybody_their_own_vote_only(club: Club) -> None:
    assert "has not held a ballot" in text_of((await club.ada.slash(club.channel, "ballot show")).response)
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    await club.ada.select(await paper_of(club, club.ada, message), ["1"])
    shown = await club.ada.slash(club.channel, "ballot show")
    assert shown.ephemeral
    assert f"**Your vote**\n**2.** {TITLES[1]}" in text_of(shown.response)
    other = await club.grace.slash(club.channel, "ballot show")
    assert "You have not voted yet" in text_of(other.response)
    paper = (await club.grace.click(other.response, label="Vote")).response
    await club.grace.select(paper, ["0"])
    assert await choices(club, club.grace) == (0,)
    assert "2 members have voted" in text_of((await club.ada.slash(club.channel, "ballot show")).response)


async def test_how_many_have_voted_is_told_at_most_once_a_minute_and_never_for_what(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    await club.env.advance_time(120)
    papers = [(who, await paper_of(club, who, message)) for who in (club.ada, club.grace)]
    before = text_of(public(club))

    def edits() -> int:
        path = f"/channels/{club.channel.id}/messages/{message.id}"
        return sum(each.method == "PATCH" and each.path.endswith(path) for each in club.env.http_requests)

    first = edits()
    for who, paper in papers:
        await who.select(paper, ["0"])
        await who.select(paper, ["1"])
    assert edits() == first + 1
    await club.env.advance_time(60)
    assert edits() == first + 2
    assert text_of(public(club)) == before.replace("Nobody has voted", "2 members have voted")
    await club.env.advance_time(600)
    assert edits() == first + 2


# --- the end --------------------------------------------------------------------------------------


async def post_of(club: Club) -> Any:
    found = await PostStore(club.bot.database).get(club.env.guild.id, f"ballot:{(await latest(club)).id}", "", "result")
    assert found
    return found


async def test_a_ballot_is_counted_at_its_time_and_its_result_posted_once(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club), closes="1 hour")
    for who, ticks in ((club.ada, ["1", "2"]), (club.grace, ["1"])):
        await who.select(await paper_of(club, who, message), ticks)
    paper = await paper_of(club, club.ada, message)
    await club.env.advance_time(3_600)
    assert await result_after(club, 4) is None
    late = await club.ada.select(paper, ["0"])
    assert "This ballot is closed, so nothing was changed" in text_of(
        late.followups[0] if late.followups else late.response
    )
    result = await result_after(club, 5)
    text = text_of(result)
    assert f"## {TITLES[1]}" in text or f"### {TITLES[1]}" in text
    assert "2 of 2 voters approved of it" in text
    assert f"**2.** {TITLES[1]}\n██████████████ **2**\n**3.** {TITLES[2]}\n███████ **1**" in text
    assert "Without a vote: 1, 4, 5" in text
    assert "keep their votes" in text
    for who in (club.ada, club.grace):
        assert who.name not in text.casefold()
        assert str(who.id) not in text
    opening = posted(club)[0]
    assert "Vote" not in button_labels(opening)
    assert f"The club reads: {TITLES[1]}" in text_of(opening)
    link = next(part for part in components(opening) if part.get("label") == "See the result")
    assert link["url"].endswith(f"/{result.id}")
    assert (await post_of(club)).state is State.SENT
    await club.restart()
    await club.env.advance_time(3_600)
    assert len(posted(club)) == 2
    shown = await club.ada.slash(club.channel, "ballot show")
    assert shown.ephemeral
    assert "The club reads next" in text_of(shown.response)


async def test_a_ballot_that_closes_while_the_bot_is_away_is_counted_when_it_is_back(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club), closes="1 hour")
    await club.ada.select(await paper_of(club, club.ada, message), ["2"])
    await club.bot.close()
    club.env.backend.advance_clock(3 * 86_400)
    await club.restart()
    result = await result_after(club, 30)
    assert TITLES[2] in text_of(result)
    assert (await post_of(club)).state is State.LATE
    assert "Vote" not in button_labels(posted(club)[0])


async def test_what_the_bot_left_undone_when_it_was_killed_is_done_at_the_next_start(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club), closes="1 hour")
    await club.ada.select(await paper_of(club, club.ada, message), ["2"])
    await club.bot.close()
    club.env.backend.advance_clock(3_700)
    database = club.bot.database
    await database.open()
    ballot = await BallotStore(database).get_latest(club.env.guild.id)
    assert ballot
    counted = await BallotStore(database).count_due(ballot.guild_id, ballot.id, club.env.now())
    assert counted.state is BallotState.COUNTED
    await database.close()
    await club.restart()
    assert TITLES[2] in text_of(await result_after(club, 30))
    assert "Vote" not in button_labels(posted(club)[0])
    assert len(posted(club)) == 2


async def test_an_organiser_ends_a_ballot(club: Club) -> None:
    olga = organiser(club)
    refused = await olga.slash(club.channel, "ballot close")
    assert "No ballot is open" in text_of(refused.response)
    await suggest(club)
    message = await open_ballot(club, olga, method="ranked")
    number = number_of(message)
    paper = await paper_of(club, club.ada, message)
    await club.ada.select(paper, ["2"], custom_id=place(number, 0))
    asked = await olga.slash(club.channel, "ballot close")
    assert asked.ephemeral
    assert "1 member has voted so far" in text_of(asked.response)
    await club.restart()
    await olga.click(asked.response, label="Count now")
    assert len(posted(club)) == 1
    result = await result_after(club, 10)
    assert "wins with 1 of 1 vote" in text_of(result)


async def test_a_cancelled_ballot_decides_nothing(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    message = await open_ballot(club, olga, closes="1 hour")
    paper = await paper_of(club, club.ada, message)
    await club.ada.select(paper, ["2"])
    await olga.click((await olga.slash(club.channel, "ballot close")).response, label="Cancel without counting")
    assert "was cancelled: nothing was counted" in text_of(public(club))
    assert button_labels(public(club)) == []
    assert "closed" in text_of((await club.ada.select(paper, ["1"])).response)
    await club.env.advance_time(7_200)
    assert len(posted(club)) == 1
    assert "was cancelled" in text_of((await club.ada.slash(club.channel, "ballot show")).response)
    assert await club.bot.database.read(lambda connection: connection.execute(select(meeting)).all()) == []


async def test_without_a_quorum_or_a_vote_nothing_is_decided(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    message = await open_ballot(club, olga, quorum=2)
    await club.ada.select(await paper_of(club, club.ada, message), ["2"])
    asked = (await olga.slash(club.channel, "ballot close")).response
    assert "the quorum is missed" in text_of(asked)
    await olga.click(asked, label="Count now")
    text = text_of(await result_after(club, 10))
    assert "No paper was chosen" in text
    assert "1 member voted and 2 were needed" in text
    assert "█" not in text
    assert len(await SuggestionStore(club.bot.database).queue(club.env.guild.id)) == len(TITLES)


# --- who may, and what is secret ------------------------------------------------------------------


async def test_members_cannot_open_or_end_a_ballot(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    (command,) = [command for command in await club.bot.tree.fetch_commands() if command.name == "ballot"]
    assert command.default_member_permissions is None, "or members would not see /ballot show"
    for name in ("ballot open", "ballot close"):
        assert "for the club's organisers" in text_of((await club.ada.slash(club.channel, name)).response)
    offers = [discord.SelectOption(label=value, value=value, default=True) for value in ("s1", "s2")]
    terms = ("a", "", "0", "0")
    forged = await forge(
        club,
        menu("slate", *terms, "0", placeholder="x", options=offers, least=0, most=2),
        button("openballot", *terms, label="open"),
        button("turnslate", *terms, "0", label="turn"),
        button("reviewform", *terms, label="form"),
        button("slatereviews", *terms, "bert", label="reviews"),
    )
    for label in ("open", "turn", "form", "reviews"):
        assert "for the club's organisers" in text_of((await club.ada.click(forged, label=label)).response), label
    assert "for the club's organisers" in text_of((await club.ada.select(forged, ["s1", "s2"])).response)
    assert await BallotStore(club.bot.database).get_latest(club.env.guild.id) is None
    shown = (await olga.slash(club.channel, "ballot open")).response
    await olga.click(shown, label="Open the ballot")
    number = str((await latest(club)).id)
    forged = await forge(club, button("countnow", number, label="count"), button("dropballot", number, label="drop"))
    for label in ("count", "drop"):
        assert "for the club's organisers" in text_of((await club.ada.click(forged, label=label)).response)
    assert (await latest(club)).state is BallotState.OPEN


async def test_an_organiser_who_is_none_any_more_cannot_open_what_was_prepared(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    shown = (await olga.slash(club.channel, "ballot open")).response
    guild = club.bot.get_guild(club.env.guild.id)
    assert guild
    await (await guild.fetch_member(olga.id)).edit(roles=[])
    assert "for the club's organisers" in text_of((await olga.click(shown, label="Open the ballot")).response)
    assert await BallotStore(club.bot.database).get_latest(club.env.guild.id) is None


async def test_two_clubs_never_see_each_others_ballots(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    message = await open_ballot(club, olga)
    await club.ada.select(await paper_of(club, club.ada, message), ["1"])
    number = str((await latest(club)).id)
    other = club.env.create_guild("Other club")
    place = other.create_text_channel("room")
    manager = other.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    maria = other.add_member(club.env.create_user("maria"), roles=[manager])
    assert "has not held a ballot" in text_of((await maria.slash(place, "ballot show")).response)
    assert "No ballot is open" in text_of((await maria.slash(place, "ballot close")).response)
    assert TITLES[0] not in text_of((await maria.slash(place, "ballot open")).response)
    there = club.bot.get_channel(place.id)
    assert isinstance(there, discord.TextChannel)
    options = [discord.SelectOption(label=str(each), value=str(each)) for each in range(3)]
    mine = SuggestionStore(club.bot.database)
    theirs = [f"s{each.id}" for each in await mine.queue(club.env.guild.id)][:2]
    ticked = [discord.SelectOption(label=value, value=value, default=True) for value in theirs]
    view = layout(
        row(*(button(name, number, label=name) for name in ("vote", "unvote", "countnow", "dropballot"))),
        row(menu("approve", number, placeholder="x", options=options, least=0)),
        row(menu("rank", number, "0", placeholder="x", options=options)),
        row(menu("slate", "a", "", "0", "0", "0", placeholder="x", options=ticked, most=2)),
        row(button("openballot", "a", "", "0", "0", label="open")),
    )
    sent = await there.send(view=view)
    forged = next(each for each in posted(club, place) if each.id == sent.id)
    for name in ("vote", "unvote"):
        assert "not one of this club" in text_of((await maria.click(forged, label=name)).response)
    for name in ("countnow", "dropballot"):
        assert "not open any more" in text_of((await maria.click(forged, label=name)).response)
    for custom_id in (f"pc:s:approve:{number}", f"pc:s:rank:{number}:0"):
        assert "not one of this club" in text_of((await maria.select(forged, ["1"], custom_id=custom_id)).response)
    shown = (await maria.click(forged, label="open")).response
    assert TITLES[0] not in text_of(shown)
    assert await BallotStore(club.bot.database).get_latest(other.id) is None
    assert (await latest(club)).state is BallotState.OPEN
    assert await choices(club, club.ada) == (1,)


async def test_forged_votes_are_answered_in_a_sentence_and_change_nothing(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    number = str(number_of(message))
    values = ["x", "-1", "9", "²", "9" * 90, "0" * 9 + "7"]
    options = [discord.SelectOption(label=value, value=value) for value in values]
    forged = await forge(
        club,
        menu("approve", number, placeholder="x", options=options),
        menu("approve", "9" * 17, placeholder="x", options=options),
        menu("rank", number, "0", placeholder="x", options=options),
        menu("rank", number, "9", placeholder="x", options=options),
        button("vote", "9" * 60, label="far"),
        button("vote", label="nothing"),
    )
    ids = [f"pc:s:approve:{number}", f"pc:s:approve:{'9' * 17}", f"pc:s:rank:{number}:0", f"pc:s:rank:{number}:9"]
    for custom_id in ids:
        for value in values:
            answer = text_of((await club.ada.select(forged, [value], custom_id=custom_id)).response)
            assert any(part in answer for part in ("not on the ballot", "not one of this club", "another version")), (
                answer
            )
    for label in ("far", "nothing"):
        assert "another version" in text_of((await club.ada.click(forged, label=label)).response)
    assert await choices(club, club.ada) == ()


async def test_no_vote_is_told_to_the_log_the_audit_or_anybody(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    olga = organiser(club)
    secret = [f"Secretpaper {letter}" for letter in "abcde"]
    await suggest(club, secret)
    message = await open_ballot(club, olga, method="ranked", closes="1 hour", quorum=2)
    number = number_of(message)
    caplog.clear()
    before = len(club.env.http_requests)
    paper = await paper_of(club, club.ada, message)
    for rank, choice in enumerate(("3", "1")):
        paper = (await club.ada.select(paper, [choice], custom_id=place(number, rank))).response
    logged = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("simcord", "discord"))
    )
    assert "Secretpaper" not in logged
    assert str(club.ada.id) not in logged
    await result_after(club, 3_700)

    def work(connection: Connection) -> str:
        return str([tuple(each) for table in (audit, post) for each in connection.execute(select(table))])

    kept = await club.bot.database.read(work)
    assert str(club.ada.id) not in kept
    assert "Secretpaper" not in kept
    own = ("/callback", "/webhooks/")
    public_bodies = str(
        [each.json for each in club.env.http_requests[before:] if not any(part in each.path for part in own)]
    )
    assert "**Your vote**" not in public_bodies
    assert str(club.ada.id) not in public_bodies


async def test_titles_are_whole_and_harmless(club: Club) -> None:
    olga = organiser(club)
    long = "A very long title that says everything about " + "attention and memory and " * 12 + "the end of it"
    await suggest(club, [long, "@everyone <@1> **bold** [x](https://example.org)\n# Heading", "C"])
    message = await open_ballot(club, olga)
    text = text_of(message)
    assert long in text
    assert "@everyone" not in text
    assert "](https:" not in text
    paper = await paper_of(club, club.ada, message)
    assert long in text_of(paper)
    assert all(len(choice["label"]) <= 100 for choice in menu_of(paper)["options"])
    await club.ada.select(paper, ["1"])
    await olga.click((await olga.slash(club.channel, "ballot close")).response, label="Count now")
    result = await result_after(club, 10)
    assert "@everyone" not in text_of(result)


async def test_the_largest_ballot_fits_into_every_message(club: Club) -> None:
    olga = organiser(club)
    titles = [f"{number:02} " + "A long title with many words that goes on and on " * 6 for number in range(25)]
    await suggest(club, titles)
    message = await open_ballot(club, olga, top=25, method="ranked")
    number = number_of(message)
    voters = [club.env.guild.add_member(club.env.create_user(f"m{each}")) for each in range(12)]
    for each, who in enumerate(voters):
        paper = await paper_of(club, who, message)
        for rank, choice in enumerate((each, each + 12, 24)):
            paper = (await who.select(paper, [str(choice)], custom_id=place(number, rank))).response
    await olga.click((await olga.slash(club.channel, "ballot close")).response, label="Count now")
    result = await result_after(club, 10)
    assert len(text_of(result)) <= 4_000
    assert "more rounds like these" in text_of(result)
    assert "25." in text_of(posted(club)[0])


async def test_a_ballot_whose_message_was_deleted_can_be_posted_again(club: Club) -> None:
    olga = organiser(club)
    await suggest(club)
    await open_ballot(club, olga)
    for each in list(club.channel.history()):
        await each.delete()
    shown = (await club.ada.slash(club.channel, "ballot show")).response
    paper = (await club.ada.click(shown, label="Vote")).response
    await club.ada.select(paper, ["1"])
    await club.env.advance_time(70)
    again = (await olga.slash(club.channel, "ballot open")).response
    assert "Go to the ballot" not in button_labels(again), "it would lead nowhere"
    await club.env.advance_time(600)
    await olga.click(again, label="Post it again")
    assert "1 member has voted so far" in text_of(public(club))
    await club.grace.select(await paper_of(club, club.grace, public(club)), ["1"])
    await club.env.advance_time(70)
    assert "2 members have voted so far" in text_of(public(club))


async def test_who_is_forgotten_has_not_voted(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    await club.ada.select(await paper_of(club, club.ada, message), ["1"])
    await club.env.advance_time(70)
    assert "1 member has voted so far" in text_of(public(club))
    await club.ada.click((await club.ada.slash(club.channel, "me forget")).response, label="Forget me")
    await club.env.advance_time(70)
    assert "Nobody has voted so far" in text_of(public(club))
    await club.ada.select(await paper_of(club, club.ada, message), ["0"])
    assert await choices(club, club.ada) == (0,)


async def test_a_clock_that_is_put_back_keeps_no_message_from_its_edit(club: Club) -> None:
    await suggest(club)
    message = await open_ballot(club, organiser(club))
    counting: Any = club.bot.get_cog("CountingCog")
    await counting.cog_unload()  # its own passes know another time
    opened, now = await latest(club), club.env.now()
    await counting.on_ballot_change(opened)
    await counting.tick(now + timedelta(days=1))
    await BallotStore(club.bot.database).cast(opened.guild_id, opened.id, club.ada.id, [1], message.id)
    await counting.on_ballot_change(opened)
    await counting.tick(now)
    assert "1 member has voted so far" in text_of(public(club))


async def test_a_message_that_discord_kept_although_it_gave_no_answer_says_that_it_is_over(club: Club) -> None:
    store, now = BallotStore(club.bot.database), club.env.now()
    options = [Option(title, now) for title in TITLES[:2]]
    opened = await store.open_ballot(club.env.guild.id, 1, options, club.channel.id, now)
    await store.cancel_ballot(club.env.guild.id, opened.id, 1, now)
    message = await forge(club, button("vote", str(opened.id), label="Vote"))
    assert "This ballot is closed" in text_of((await club.ada.click(message, label="Vote")).response)
    await club.env.settle()
    assert "This ballot was cancelled" in text_of(public(club))
    assert "Vote" not in button_labels(public(club))
