"""Markdown documents put together from nested parts, for property tests: each word of prose is marked and counted."""

from dataclasses import dataclass
from itertools import count

from hypothesis import strategies as st

HOSTILE = ["@everyone", "@here", "<@1>", "<@&2>", "<#3>", "</cmd:1>", "<t:1:F>", "<id:browse>", "<:e:1>", "<a:e:1>", "a\u202eb", "\u2066"]  # fmt: skip
PING = r"(?<!\\)<(?:[@#]|a?:\w+:\d|t:|id:|/\w+:\d)|@everyone|@here"


@dataclass
class Document:
    """Markdown, and the words of its prose in order; those of footnotes and the targets of links apart."""

    text: str
    words: list[str]
    notes: list[str]
    targets: list[str]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document. Its words are `w1x`, `w2x` and so on, those of footnotes `n1x`."""
    numbers = count(1)
    words: list[str] = []
    notes: list[str] = []
    targets: list[str] = []
    definitions: list[str] = []

    def word() -> str:
        words.append(f"w{next(numbers)}x")
        return words[-1]

    def phrase(most: int = 6) -> str:
        return " ".join(word() for _ in range(draw(st.integers(1, most))))

    def inline() -> str:
        kind = draw(st.integers(0, 16))
        match kind:
            case 0:
                return f"*{phrase(3)}* {word()}"
            case 1:
                return f"**{phrase(3)} *{word()}*** {word()}"
            case 2:
                return f"`{phrase(3)}`"
            case 3 | 4:
                targets.append(f"https://e.example/{next(numbers)}")
                return f"[{word()} **{word()}** [{word()}]]({targets[-1]})"
            case 5:
                return f"{word()}{draw(st.sampled_from(HOSTILE))}{word()}"
            case 6:
                name = f"f{next(numbers)}"
                notes.append(f"n{next(numbers)}x")
                definitions.append(f"[^{name}]: {notes[-1]}")
                return f"{word()}[^{name}]"
            case 7:
                return f"![{phrase(2)}](https://e.example/i.png)"
            case 8:
                return f"<kbd>{word()}</kbd>, H<sub>2</sub> <span class='a'>{word()}</span><br>{word()}"
            case 9:
                return f"***{word()}** {word()}*, ~~{word()}~~ _{word()}_ a*{word()}*b"
            case 10:
                targets.append(f"https://e.example/{next(numbers)}")
                return f"<a href='{targets[-1]}'>{word()}</a>"
            case 11:
                targets.append(f"https://e.example/{next(numbers)}")
                return f"{targets[-1]} {word()}"
            case 12:
                return f"{word()} \\* \\| [ ] # {word()} ||{word()}|| 注意力。{word()}。"
            case 13:
                return f"**{word()} `{word()} ** x` {word()}**"
            case _:
                return phrase() + draw(st.sampled_from([".", ",", "!", ":", ""]))

    def paragraph() -> list[str]:
        return [" ".join(inline() for _ in range(draw(st.integers(1, 5))))]

    def indented(lines: list[str], first: str) -> list[str]:
        return [first + lines[0], *(" " * len(first) + line if line else "" for line in lines[1:])]

    def block(depth: int) -> list[str]:
        kind = draw(st.integers(0, 9 if depth < 4 else 3))
        match kind:
            case 0 | 1:
                return paragraph()
            case 2:
                language = draw(st.sampled_from(["", "python", "c++ title=x", "`"[:0]]))
                code = [draw(st.sampled_from(["", "  "])) + phrase() for _ in range(draw(st.integers(1, 12)))]
                code.insert(len(code) // 2, "")
                return [f"```{language}", *code, "```"]
            case 3:
                return [f"{'#' * draw(st.integers(3, 6))} {phrase(3)}"]
            case 4 | 5:
                mark = draw(st.sampled_from(["- ", "1. ", "9. ", "* "]))
                lines: list[str] = []
                loose = draw(st.booleans())
                for _ in range(draw(st.integers(1, 5))):
                    if lines and loose:
                        lines.append("")
                    lines += indented(paragraph() + (["", *blocks(depth + 1)] if draw(st.booleans()) else []), mark)
                return lines
            case 6:
                return [f"> {line}" for line in blocks(depth + 1)]
            case 7:
                width = draw(st.integers(1, 4))

                def cell() -> str:
                    return inline().replace("|", "/") if draw(st.booleans()) else phrase(3)

                rows = [[cell() for _ in range(width)] for _ in range(draw(st.integers(1, 6)))]
                lines = ["| " + " | ".join(row) + " |" for row in rows]
                return [lines[0], "|" + "---|" * width, *lines[1:]]
            case 8:
                return [
                    draw(st.sampled_from(["<details>", "<div class='x'>", "<section>"])),
                    f"<summary>{phrase(3)}</summary>",
                    f"<ul><li>{word()}<li>{word()}</ul><p>{word()} &amp; {word()}",
                    f"<table><tr><td>{word()}<td>{word()}</table>",
                ]
            case _:
                return [word(), f": {phrase()}"]

    def blocks(depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(draw(st.integers(1, 4 if depth else 12))):
            lines += [*([""] if lines else []), *block(depth)]
        return lines

    text = "\n".join(blocks(0))
    return Document(text + "\n\n" + "\n".join(definitions) + "\n", words, notes, targets)
