"""A message in a terminal."""

from rich.console import Console

from bot.ui.terminal import draw_message


def drawn(*components: dict[str, object]) -> str:
    console = Console(width=90, color_system=None)
    with console.capture() as capture:
        console.print(draw_message(components))
    return capture.get()


def test_texts_lose_their_marks_and_controls_show_what_they_offer() -> None:
    text = drawn(
        {
            "type": 17,
            "components": [
                {
                    "type": 10,
                    "content": "## A *fine* \\*title\\*\n-# small\n[words](https://e.example) and `a*b*c` ~~no~~ </club status:12>",
                },
                {"type": 14, "divider": False},
                {
                    "type": 1,
                    "components": [{"type": 3, "placeholder": "Read", "options": [{"label": "One"}, {"label": "Two"}]}],
                },
                {
                    "type": 1,
                    "components": [
                        {"type": 2, "label": "Go", "emoji": {"name": "🔗"}},
                        {"type": 2, "label": "Site", "url": "https://e.example"},
                    ],
                },
            ],
        }
    )
    assert "(14)" not in text
    for words in (
        "A fine *title*",
        "small",
        "words <https://e.example> and a*b*c no /club status ",
        "▾ Read  One · Two",
        "[ 🔗 Go ]",
        "[ Site ↗ ]",
    ):
        assert words in text


def test_markup_of_the_terminal_is_only_text() -> None:
    assert "[bold]x[/bold]" in drawn({"type": 10, "content": "\\[bold\\]x\\[/bold\\]"})
