"""What a club did, as a picture, and in the words of those who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from bot.club.stats import Column, Stats, Step
from bot.ui.canvas import FAINT, PALETTE, RULE, SOFT, WIDTH, Canvas, drawable, fit, width_of

_KEPT = 16  # pictures
_LEFT, _RIGHT = 56, WIDTH - 56
_BLUE, _ORANGE, _GREEN, _, _PURPLE, _ = PALETTE
_AXIS = 320  # where columns begin: left of it stands what they are
# Heights.
_TOP, _MARGIN, _HEADING = 206, 40, 96
_BARS, _ROW, _TURNOUT = 240, 62, 190
_SPANS = {Step.MONTH: "month", Step.QUARTER: "quarter", Step.YEAR: "year"}
_FEW = 10  # columns that have room for the names of months


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, and what it shows in words."""

    png: bytes
    words: str


def counted(number: int, word: str) -> str:
    """Count something in words."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


@lru_cache(maxsize=_KEPT)
def stats_picture(stats: Stats) -> Picture:
    """Draw what a club did; it must not be empty. The same numbers are the same picture."""
    return Picture(_draw(stats), describe_stats(stats))


def span_of(column: Column, step: Step) -> str:
    """Name the time of a column."""
    if step is Step.YEAR:
        return str(column.start.year)
    if step is Step.QUARTER:
        return f"the {('first', 'second', 'third', 'fourth')[column.start.month // 3]} quarter of {column.start.year}"
    return f"{column.start:%B} {column.start.year}"


def describe_stats(stats: Stats) -> str:
    """Say what the picture shows, for those who cannot see it."""
    sentences: list[str] = []
    record, columns = stats.record, stats.columns
    if columns:
        first, last = span_of(columns[0], stats.step), span_of(columns[-1], stats.step)
        best = max(columns, key=lambda column: (column.reviews, column.start))
        span = f"from {first} to {last}" if len(columns) > 1 else f"in {first}"
        sentences.append(f"Bars by {_SPANS[stats.step]} {span}: {_done(stats)}.")
        if best.reviews > 1 and len(columns) > 1:
            sentences.append(f"Most reviews, {best.reviews:,}, are of {span_of(best, stats.step)}.")
    if tags := [f"{name} {number:,}" for name, number in zip(stats.tags, _tag_totals(stats), strict=True) if number]:
        sentences.append(f"Discs show the reviews of each tag over the same time: {', '.join(tags)}.")
    turnouts = (
        (record.comers, "came to", "meeting"),
        (record.readers, "read for", "prompt"),
        (record.voters, "voted in", "ballot"),
    )
    for numbers, done, what in turnouts:
        if numbers:
            each = f"each of the latest {len(numbers)} {what}s" if len(numbers) > 1 else f"the only {what}"
            sentences.append(f"{_ranging(numbers)} {done} {each}.")
    return " ".join(sentences)


def _done(stats: Stats) -> str:
    parts = [counted(sum(column.reviews for column in stats.columns), "review")]
    if any(column.held for column in stats.columns):
        parts.append(f"{counted(sum(column.held for column in stats.columns), 'meeting')} held")
    return " and ".join(parts)


def _ranging(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return counted(high, "member") if low == high else f"{low:,} to {counted(high, 'member')}"


def _tag_totals(stats: Stats) -> list[int]:
    return [sum(column.tagged[place] for column in stats.columns) for place in range(len(stats.tags))]


# --- drawing --------------------------------------------------------------------------------------


def _draw(stats: Stats) -> bytes:
    rows = [place for place, number in enumerate(_tag_totals(stats)) if number]
    turnouts = [
        (title, numbers, colour)
        for title, numbers, colour in (
            ("Came to meetings", stats.record.comers, _ORANGE),
            ("Readers of each prompt", stats.record.readers, _GREEN),
            ("Voters in each ballot", stats.record.voters, _PURPLE),
        )
        if numbers
    ]
    height = _TOP + _MARGIN
    height += _HEADING + _BARS + 70 if stats.columns else 0
    height += _HEADING + _ROW * len(rows) if rows else 0
    height += (_HEADING + _TURNOUT) * ceil(len(turnouts) / 2)
    canvas = Canvas(height)
    _headline(canvas, stats)
    y: float = _TOP
    if stats.columns:
        y = _bars(canvas, stats, y)
    if rows:
        y = _tags(canvas, stats, rows, y)
    middle = (_LEFT + _RIGHT) / 2
    halves = [(_LEFT, middle - 24), (middle + 24, _RIGHT)]
    for place, turnout in enumerate(turnouts):
        last_alone = place % 2 == 0 and place == len(turnouts) - 1
        left, right = (_LEFT, _RIGHT) if last_alone else halves[place % 2]
        _turnout(canvas, *turnout, left, right, y + (_HEADING + _TURNOUT) * (place // 2))
    return canvas.png()


def _headline(canvas: Canvas, stats: Stats) -> None:
    """Write the few numbers that say most, beside each other."""
    held, suggestions = len(stats.record.held), stats.record.suggestions
    figures = [
        (stats.reviews, "review" if stats.reviews == 1 else "reviews"),
        (held, "meeting held" if held == 1 else "meetings held"),
        (suggestions, "suggestion" if suggestions == 1 else "suggestions"),
    ]
    x = float(_LEFT)
    for number, name in figures:
        if number:
            canvas.text(x, 116, f"{number:,}", 84, bold=True)
            canvas.text(x + 3, 162, name, 32, SOFT)
            x += max(width_of(f"{number:,}", 84, bold=True), width_of(name, 32)) + 72
    canvas.line([(_LEFT, 196), (_RIGHT, 196)], RULE, 2)


def _heading(canvas: Canvas, title: str, x: float, y: float) -> None:
    canvas.text(x, y + 60, title, 34, bold=True)


def _centre(place: int, columns: int) -> float:
    return _AXIS + (_RIGHT - _AXIS) * (place + 0.5) / columns


def _bars(canvas: Canvas, stats: Stats, y: float) -> float:
    """Draw the reviews and the meetings of each span, side by side."""
    columns = stats.columns
    kinds = [("reviews", _BLUE, [column.reviews for column in columns])]
    kinds += [("meetings", _ORANGE, [column.held for column in columns])]
    kinds = [kind for kind in kinds if any(kind[2])]
    _heading(canvas, f"Read, by {_SPANS[stats.step]}", _LEFT, y)
    for place, (name, colour, _) in enumerate(kinds):
        at = y + _HEADING + 18 + 46 * place
        canvas.box((_LEFT, at - 12, _LEFT + 24, at + 12), colour, 4)
        canvas.text(_LEFT + 36, at, name, 30, SOFT, anchor="lm")
    ground = y + _HEADING + _BARS
    top = max(number for _, _, numbers in kinds for number in numbers)
    step = _tick(top)
    ceiling = -(-top // step) * step
    for value in range(0, ceiling + 1, step):
        at = ground - (_BARS - 14) * value / ceiling
        canvas.line([(_AXIS, at), (_RIGHT, at)], FAINT if value == 0 else RULE, 2)
        canvas.text(_AXIS - 12, at, f"{value:,}", 28, SOFT, anchor="rm")
    wide = min((_RIGHT - _AXIS) / len(columns) * (0.4 if len(kinds) > 1 else 0.7), 72)
    for place in range(len(columns)):
        shown = [(numbers[place], colour) for _, colour, numbers in kinds if numbers[place]]
        left = _centre(place, len(columns)) - wide * len(shown) / 2
        for number, colour in shown:
            high = (_BARS - 14) * number / ceiling
            canvas.box((left + 1, ground - high, left + wide - 1, ground), colour, min(6, high / 4))
            left += wide
    _label_time(canvas, stats, ground)
    return ground + 70


def _tick(top: int) -> int:
    """Give the distance of the lines: at most four of them, at round numbers."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if top <= 4 * factor * size:
                return factor * size
        size *= 10


def _label_time(canvas: Canvas, stats: Stats, y: float) -> None:
    """Write the month or the quarter below each column, and the year below the first one of it."""
    many = len(stats.columns) > _FEW
    last = 0.0
    for place, column in enumerate(stats.columns):
        centre = _centre(place, len(stats.columns))
        part = ""
        if stats.step is Step.MONTH:
            part = f"{column.start:%b}"[: 1 if many else 3]
        elif stats.step is Step.QUARTER:
            part = f"Q{column.start.month // 3 + 1}"
        canvas.text(centre, y + 34, part, 26, SOFT, anchor="ms")
        year = str(column.start.year)
        half = width_of(year, 28) / 2
        if (place == 0 or column.start.month == 1) and centre - half > last + 12:
            canvas.text(centre, y + (66 if part else 38), year, 28, anchor="ms")
            last = centre + half


def _tags(canvas: Canvas, stats: Stats, rows: Sequence[int], y: float) -> float:
    """Draw a row of discs for each tag: the larger, the more reviews."""
    _heading(canvas, "What about", _LEFT, y)
    y += _HEADING - 14
    most = max(column.tagged[row] for column in stats.columns for row in rows)
    room = min((_RIGHT - _AXIS) / len(stats.columns), _ROW) / 2
    for place, row in enumerate(rows):
        middle = y + _ROW * (place + 0.5)
        name = fit(drawable(stats.tags[row]) or "…", _AXIS - _LEFT - 24, 30)
        canvas.text(_LEFT, middle, name, 30, anchor="lm")
        canvas.line([(_AXIS, middle), (_RIGHT, middle)], RULE, 2)
        for position, column in enumerate(stats.columns):
            if number := column.tagged[row]:
                radius = max((room - 2) * (number / most) ** 0.5, 7)
                canvas.disc(_centre(position, len(stats.columns)), middle, radius, PALETTE[place % len(PALETTE)])
    return y + _ROW * len(rows) + 14


def _turnout(
    canvas: Canvas, title: str, numbers: Sequence[int], colour: str, left: float, right: float, y: float
) -> None:
    """Draw a bar with its number for each time, the latest at the right."""
    _heading(canvas, title, left, y)
    ground, top = y + _HEADING + _TURNOUT - 10, max(*numbers, 1)
    canvas.line([(left, ground), (right, ground)], FAINT, 2)
    room = min((right - left) / len(numbers), 90)
    for place, number in enumerate(numbers):
        at = left + room * place
        high = (_TURNOUT - 60) * number / top
        canvas.box((at + 3, ground - high, at + room - 3, ground), colour, min(5, high / 4))
        canvas.text(at + room / 2, ground - high - 8, f"{number:,}", 26, SOFT, anchor="ms")
