"""What a control carries, and who answers it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.facets import Filter
from bot.ui.controls import ANY, NUMBER, Controls, make_custom_id, read_argument, write_argument
from bot.ui.pages import filter_arguments, read_arguments


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
