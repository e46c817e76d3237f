"""/me as members use it, on a simulated Discord."""

import json
from typing import Any

import simcord

from bot.club.ballot import Option
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.ui.controls import button
from tests.club.test_ballots import click
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, components, text_of

OLGA = 999_000_000_000_000_009


async def tell_story(club: Club, guild_id: int | None = None) -> None:
    """Let Ada suggest, want, vote, present; and Grace too."""
    guild, now, database = guild_id or club.env.guild.id, club.env.now(), club.bot.database
    suggestions, ballots = SuggestionStore(database), BallotStore(database)
    numbers: list[int] = []
    for who, title in ((club.ada, "Alone"), (club.ada, "Shared"), (club.grace, "Hers"), (club.grace, "Chosen")):
        made = await suggestions.propose(guild, who.id, propose_title(f"{title} paper"), f"{title} reason", now)
        numbers.append(made.suggestion.id)
    await suggestions.add_voice(guild, numbers[1], club.grace.id, now)
    await suggestions.propose(guild, club.ada.id, propose_title("Hers paper"), "Ada wants it", now)
    await DecisionStore(database).accept(guild, numbers[3], OLGA, now)
    await MeetingStore(database).volunteer(guild, 1 if guild_id is None else 2, club.ada.id)
    options = [Option(f"Option {name}", now) for name in "ABC"]
    opened = await ballots.open_ballot(guild, OLGA, options, 5, now)
    await ballots.cast(guild, opened.id, club.ada.id, [2, 0], click(now))
    await ballots.cast(guild, opened.id, club.grace.id, [1], click(now))


async def ask(club: Club, command: str, who: simcord.MemberActor | None = None) -> Any:
    answer = await (who or club.ada).slash(club.channel, f"me {command}")
    assert answer.ephemeral
    return answer.response


async def read_export(message: Any) -> dict[str, Any]:
    (file,) = message.attachments
    assert file.filename == "paperclub-about-me.json"
    return json.loads((await file.read()).decode("utf-8"))


async def test_a_member_sees_what_is_stored_about_them_alone(club: Club) -> None:
    await tell_story(club)
    text = text_of(await ask(club, "show"))
    assert "**You suggest**\n- Shared paper · 2 votes\n- Alone paper · 1 vote\n" in text
    assert "**You want to read**\n- Hers paper · 2 votes\n" in text
    assert "**You present**\n- Chosen paper\n" in text
    assert "**The open ballot**\nYou voted for\n- Option C\n- Option A\n" in text
    assert "**In all**\n2 suggestions, 3 papers that you want to read, 1 vote, 1 presentation" in text
    text = text_of(await ask(club, "show", club.grace))
    assert "You voted for\n- Option B" in text
    assert "You present" not in text
    assert "Option C" not in text


async def test_a_member_of_whom_nothing_is_stored_hears_so(club: Club) -> None:
    shown = await ask(club, "show")
    assert "Nothing is stored about you in this club." in text_of(shown)
    forget = next(part for part in components(shown) if part.get("label") == "Forget me")
    assert forget["disabled"]
    assert "there is nothing to forget" in text_of(await ask(club, "forget"))
    assert (await read_export(await ask(club, "export")))["votes"] == []
    await tell_story(club)
    newcomer = club.env.guild.add_member(club.env.create_user("newcomer"))
    assert "You have not voted in it: </ballot show:" in text_of(await ask(club, "show", newcomer))


async def test_the_file_holds_what_is_ones_own(club: Club) -> None:
    await tell_story(club)
    message = await ask(club, "export")
    assert "Everything that is stored about you in this club: 7 entries." in text_of(message)
    found = await read_export(message)
    assert found["server_id"] == str(club.env.guild.id)
    assert [row["your_reason"] for row in found["papers_wanted"]] == ["Alone reason", "Shared reason", "Ada wants it"]
    assert found["votes"][0]["your_choices"] == ["Option C", "Option A"]
    assert [row["title"] for row in found["papers_presented"]] == ["Chosen paper"]
    text = json.dumps(found)
    assert "Hers reason" not in text
    assert str(club.grace.id) not in text
    shown = await ask(club, "show")
    again = await club.ada.click(shown, label="Export")
    assert again.ephemeral
    assert (await read_export(again.response))["votes"] == found["votes"]


async def test_a_member_is_forgotten_after_a_question(club: Club) -> None:
    await tell_story(club)
    asked = await ask(club, "forget")
    text = text_of(asked)
    assert "## Forget you in this club?" in text
    assert "Stored are 2 suggestions, 3 papers that you want to read, 1 vote, 1 presentation." in text
    assert "one in an open ballot does not count any more; you may vote again" in text
    kept = await club.ada.click(asked, label="Keep")
    assert "**You present**" in text_of(kept.response)
    await club.restart()
    asked = (await club.ada.click(kept.response, label="Forget me")).response
    done = await club.ada.click(asked, label="Forget me")
    assert done.response.id == kept.response.id, "in the place of the question"
    assert "You are forgotten in this club." in text_of(done.response)
    assert "Nothing is stored about you" in text_of(await ask(club, "show"))
    text = text_of(await ask(club, "show", club.grace))
    assert "You want to read**\n- Shared paper · 1 vote" in text
    assert "You voted for\n- Option B" in text
    assert [
        (each.title, each.suggested_by) for each in await SuggestionStore(club.bot.database).queue(club.env.guild.id)
    ] == [
        ("Shared paper", None),
        ("Hers paper", club.grace.id),
    ]
    assert "Nobody presents it yet" in text_of((await club.grace.slash(club.channel, "next")).response)


async def test_a_second_click_on_an_old_question_does_no_harm(club: Club) -> None:
    await tell_story(club)
    first, second = await ask(club, "forget"), await ask(club, "forget")
    await club.ada.click(first, label="Forget me")
    assert "You are forgotten" in text_of((await club.ada.click(second, label="Forget me")).response)


async def test_whose_data_it_is_says_who_clicks_and_never_a_button(club: Club) -> None:
    await tell_story(club)
    ada, guild = str(club.ada.id), str(club.env.guild.id)
    actions = ("me", "meexport", "measkforget", "meforget")
    forged = await forge(club, *(button(action, ada, guild, label=action) for action in actions))
    newcomer = club.env.guild.add_member(club.env.create_user("newcomer"))
    assert "Nothing is stored about you" in text_of((await newcomer.click(forged, label="me")).response)
    exported = await newcomer.click(forged, label="meexport")
    assert exported.ephemeral
    found = await read_export(exported.response)
    assert found["member_id"] == str(newcomer.id)
    assert found["papers_suggested"] == []
    assert "nothing to forget" in text_of((await newcomer.click(forged, label="measkforget")).response)
    await newcomer.click(forged, label="meforget")
    assert len((await read_export(await ask(club, "export")))["papers_suggested"]) == 2


async def test_a_member_is_forgotten_in_one_club_alone(club: Club) -> None:
    await tell_story(club)
    other = club.env.create_guild("Other club")
    await tell_story(club, other.id)
    await club.ada.click(await ask(club, "forget"), label="Forget me")
    left = await BallotStore(club.bot.database).get_latest(other.id)
    assert left
    assert left.voters == 2


async def test_in_a_direct_message_it_is_said_where_the_data_belongs(club: Club) -> None:
    lone = club.env.create_user("lone")
    for command in ("show", "export", "forget"):
        answer = await lone.slash(f"me {command}")
        assert answer.ephemeral
        assert "Use this in the club's server: a direct message belongs to no club." in text_of(answer.response)


async def test_long_lists_fit_into_the_page(club: Club) -> None:
    guild, database = club.env.guild.id, club.bot.database
    await ClubStore(database).change(guild, club.ada.id, club.env.now(), quota=20)
    for number in range(12):
        await SuggestionStore(database).propose(
            guild, club.ada.id, propose_title(f"{number} " + "_`" * 300), "", club.env.now()
        )
    shown = await ask(club, "show")
    assert "-# and 7 more" in text_of(shown)
    assert len(text_of(shown)) < 4_000
    assert "1 line of what you decided" in text_of(shown)
    naming = ["Leave me out of statistics", "Don't propose me as presenter"]
    assert button_labels(shown) == ["Export", *naming, "Forget me"]


async def test_a_member_is_left_out_of_statistics_and_listed_again(club: Club) -> None:
    shown = await ask(club, "show")
    left = await club.ada.click(shown, label="Leave me out of statistics")
    assert left.response.id == shown.id, "in the place of the page"
    assert "You are not named in </stats:" in text_of(left.response)
    assert "1 choice on how you are named" in text_of(left.response)
    twice = await forge(club, button("melisted", "0", label="Leave me out"))  # as on a page that is open elsewhere
    again = await club.ada.click(twice, label="Leave me out")
    assert "1 choice on how you are named" in text_of(again.response)
    assert (await read_export(await ask(club, "export")))["preferences"] == [
        {"left_out_of_statistics": 1, "not_proposed_as_presenter": 0}
    ]
    assert "List me again" not in button_labels(await ask(club, "show", club.grace))
    await club.restart()
    listed = await club.ada.click(again.response, label="List me again")
    assert "You are not named" not in text_of(listed.response)
    assert "Nothing is stored about you" in text_of(listed.response)


async def test_who_is_left_out_says_who_clicks_and_never_a_button(club: Club) -> None:
    forged = await forge(
        club,
        button("melisted", "0", str(club.grace.id), label="forged"),
        button("melisted", "2", label="other"),
        button("melisted", label="short"),
    )
    await club.ada.click(forged, label="forged")
    assert "You are not named" in text_of(await ask(club, "show"))
    assert "You are not named" not in text_of(await ask(club, "show", club.grace))
    for name in ("other", "short"):
        assert "another version of the bot" in text_of((await club.ada.click(forged, label=name)).response)
    assert "You are not named" in text_of(await ask(club, "show"))
