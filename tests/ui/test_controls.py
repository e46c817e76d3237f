"""What a control carries, and who answers it."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ClubError
from bot.library.facets import Filter
from bot.ui.cards import note
from bot.ui.controls import ANY, NUMBER, Controls, field, form, make_custom_id, read_argument, write_argument
from bot.ui.pages import filter_arguments, read_arguments
from tests.conftest import Club
from tests.shared import text_of


@pytest.mark.parametrize(
    ("arguments", "values", "answered"),
    [
        (["3", "text"], [], True),
        (["3"], ["chosen"], True),  # a value is as good as an argument
        (["3", "", "more"], [], True),
        (["3"], [], False),
        (["x", "text"], [], False),
        (["-1", "text"], [], False),
        (["²", "text"], [], False),
        (["3 ", "text"], [], False),
        ([], [], False),
    ],
)
async def test_a_handler_is_not_called_with_arguments_that_it_does_not_take(
    arguments: list[str], values: list[str], answered: bool
) -> None:
    calls: list[list[str]] = []
    errors: list[str] = []

    async def handle(interaction: Any, arguments: list[str], values: list[str]) -> None:
        calls.append(arguments)

    async def tell(interaction: Any, error: Exception) -> None:
        errors.append(str(error))

    controls = Controls(tell)
    controls.on("turn", handle, NUMBER, ANY)
    interaction: Any = None
    await controls.dispatch(interaction, "turn", arguments, values)
    assert calls == ([arguments] if answered else [])
    assert [error.partition(".")[0] for error in errors] == (
        [] if answered else ["That button belongs to another version of the bot"]
    )


@given(st.text())
def test_any_text_is_an_argument_and_comes_back(text: str) -> None:
    assert ":" not in write_argument(text)
    assert read_argument(write_argument(text)) == text


@given(st.text(alphabet="a%:é注🦜\x00\u202e\ud800 ", max_size=120), st.sampled_from([None, 2026]))
def test_a_filter_has_room_in_a_custom_id(author: str, year: int | None) -> None:
    arguments = filter_arguments(Filter("a tag", author, year))
    assert make_custom_id("b", "sharelist", ("99999", *arguments)).encode()
    read = read_arguments(arguments, lambda short: "a tag")
    assert read is not None
    assert (read.tag, read.year) == ("a tag", year)


@pytest.mark.parametrize("author", ["Bartholomew Featherstonehaugh-Cholmondeley", "Émilie du Châtelet: 100%"])
def test_the_whole_name_of_an_author_stands_in_a_custom_id(author: str) -> None:
    assert read_arguments(filter_arguments(Filter(author=author)), str) == Filter(author=author)


def teach_to_ask(club: Club) -> None:
    """Let the bot answer /why with a form, and the form with what was typed."""

    async def why(interaction: discord.Interaction) -> None:
        fields = [field("reason", "Why?", long=True, most=4_000), field("more", "And?", required=False)]
        await interaction.response.send_modal(form("reasons", "7", title="Why", fields=fields))

    async def answer(interaction: discord.Interaction, arguments: list[str], values: list[str]) -> None:
        if values[0] == "no":
            raise ClubError("That is no reason.")
        await interaction.response.send_message(view=note(f"{arguments} {values}"), ephemeral=True)

    club.bot.tree.command(description="Ask why")(why)
    club.bot.controls.on("reasons", answer, NUMBER, ANY, ANY)


async def test_a_form_comes_back_with_what_was_typed_and_discord_py_keeps_none(club: Club) -> None:
    teach_to_ask(club)
    await club.bot.sync_if_changed()
    asked = await club.ada.slash(club.channel, "why")
    assert club.bot._connection._view_store._modals == {}
    result = await club.ada.submit_modal(asked, {"reason": "one\ntwo: three"})
    assert text_of(result.response) == r"['7'] ['one\ntwo: three', '']"
    asked = await club.ada.slash(club.channel, "why")
    assert text_of((await club.ada.submit_modal(asked, {"reason": "no"})).response) == "That is no reason."


async def test_a_form_that_was_open_over_a_restart_comes_back(club: Club) -> None:
    teach_to_ask(club)
    await club.bot.sync_if_changed()
    asked = await club.ada.slash(club.channel, "why")
    await club.restart()
    lost = await club.ada.submit_modal(asked, {"reason": "because"})
    assert "another version of the bot" in text_of(lost.response)
    teach_to_ask(club)
    await club.bot.sync_if_changed()
    asked = await club.ada.slash(club.channel, "why")
    await club.restart()
    teach_to_ask(club)
    result = await club.ada.submit_modal(asked, {"reason": "because", "more": "x"})
    assert text_of(result.response) == "['7'] ['because', 'x']"
