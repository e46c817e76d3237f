"""A library as a picture: its reviews as discs, and their references as lines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.library.facets import terms_of
from bot.library.network import Network, Node
from bot.ui.canvas import (
    GROUND,
    INK,
    OTHER,
    PALETTE,
    RULE,
    SOFT,
    WIDTH,
    Box,
    Canvas,
    drawable,
    fit,
    width_of,
    wrap,
)  # fmt: skip
from bot.ui.map_layout import lay_out, place_labels
from bot.ui.stats_picture import Picture, counted

MOST, MOST_LOOSE = 120, 63  # reviews of a picture: more are a heap, and take a small machine too long
COLOURS = len(PALETTE)
LISTED = 5  # reviews that are named beside it

_KEPT = 4  # pictures, each with its reviews
_EDGE = 40
_TOP = 180  # where the discs begin
_FEW = 24  # discs that have room for all of their labels, and for the heads of their lines
_VERY_FEW = 12
_LABELS = 14  # of more discs
_LABEL_WIDTH, _LABEL_SIZE, _LABEL_LINE = 240, 28, 32
_FEW_LOOSE = 8  # discs without lines that have room for their names
_LOOSE = 44  # pixels for each of them
_PER_ROW = (WIDTH - 2 * _EDGE) // _LOOSE + 1
_LINE, _HEAD = "#c4c6c4", "#8d9296"


@dataclass(frozen=True, slots=True)
class Map:
    """What is drawn: a network, and the tags that have colours, as identity and spelling."""

    network: Network
    tags: tuple[tuple[str, str], ...]


@lru_cache(maxsize=_KEPT)
def map_picture(shown: Map) -> Picture:
    """Draw a library of at least one review. The same library is the same picture. May take a second."""
    return Picture(_draw(shown), describe_map(shown))


def colour_tag(node: Node, tags: Sequence[tuple[str, str]]) -> int | None:
    """Choose the tag that gives a review its colour: the rarest of those that have one. None: it has no such tag."""
    mine = terms_of(node.review)
    return next((place for place, (term, _) in reversed(list(enumerate(tags))) if term in mine), None)


def describe_map(shown: Map) -> str:
    """Say what the picture shows, for those who cannot see it."""
    network, nodes = shown.network, shown.network.nodes
    part = (
        f"{len(nodes):,} of {network.reviews:,} reviews"
        if network.reviews > len(nodes)
        else counted(len(nodes), "review")
    )
    lines = counted(len(network.references), "reference")
    sentences = [f"{part} as discs" + (f", with {lines} between them as lines." if network.references else ".")]
    if cited := [f"{drawable(short_name(node))} ({node.cited:,})" for node in nodes[:LISTED] if node.cited]:
        sentences.append(f"Referred to most: {', '.join(cited)}.")
    if loose := len(nodes) - len(_tied(network)):
        sentences.append(f"{counted(loose, 'review')} without references {'stands' if loose == 1 else 'stand'} below.")
    colours = [colour_tag(node, shown.tags) for node in nodes]
    if named := [
        f"{drawable(name)} {colours.count(place)}" for place, (_, name) in enumerate(shown.tags) if place in colours
    ]:
        sentences.append(f"Colours are tags: {', '.join(named)}.")
    return " ".join(sentences)


def short_name(node: Node) -> str:
    """Give what a review is called in short: what stands before the colon of its title."""
    head, colon, _ = node.review.name.partition(": ")
    return head if colon and len(head) > 1 else node.review.name


def _tied(network: Network) -> list[int]:
    return sorted({place for pair in network.references for place in pair})


# --- drawing --------------------------------------------------------------------------------------


def _draw(shown: Map) -> bytes:
    network = shown.network
    tied = _tied(network)
    loose = sorted(set(range(len(network.nodes))) - set(tied))
    legend = _legend_rows(shown)
    bottom = _TOP + (_area(len(tied)) if tied else 0)
    rows = len(loose) if len(loose) <= _FEW_LOOSE else math.ceil(len(loose) / _PER_ROW)
    end = bottom + (72 + _LOOSE * rows if loose else 0)
    canvas = Canvas(end + 40 + 44 * len(legend) + (16 if legend else 0))
    _title(canvas, network)
    if tied:
        _web(canvas, shown, tied, (_EDGE, _TOP, WIDTH - _EDGE, bottom - 20))
    if loose:
        _loose(canvas, shown, loose, bottom)
    if legend:
        canvas.line([(_EDGE, end + 24), (WIDTH - _EDGE, end + 24)], RULE, 2)
    for row, entries in enumerate(legend):
        y = end + 60 + 44 * row
        for x, name, colour in entries:
            canvas.disc(x + 13, y, 13, colour)
            canvas.text(x + 36, y, name, 28, SOFT, anchor="lm")
    return canvas.png()


def _area(tied: int) -> int:
    """Give the height for discs with lines."""
    return round(min(max(340, 210 * math.sqrt(tied)), 1_200))


def _title(canvas: Canvas, network: Network) -> None:
    shown = len(network.nodes)
    canvas.text(_EDGE, 82, "The library", 56, bold=True)
    if network.reviews > shown:
        what = f"The {len(_tied(network)):,} most connected of {network.reviews:,} reviews"
    elif network.references:
        what = f"{counted(shown, 'review')}, {counted(len(network.references), 'reference')} between them"
    else:
        what = counted(shown, "review")
    canvas.text(_EDGE, 130, what, 30, SOFT)
    canvas.line([(_EDGE, 156), (WIDTH - _EDGE, 156)], RULE, 2)


def _colour(node: Node, shown: Map) -> str:
    place = colour_tag(node, shown.tags)
    return OTHER if place is None else PALETTE[place]


def _legend_rows(shown: Map) -> list[list[tuple[float, str, str]]]:
    """Place the names of the colours that occur in rows."""
    used = {_colour(node, shown) for node in shown.network.nodes}
    entries = [(drawable(name) or "…", PALETTE[place]) for place, (_, name) in enumerate(shown.tags)]
    entries = [entry for entry in [*entries, ("other", OTHER)] if entry[1] in used]
    if used == {OTHER}:
        return []
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = float(_EDGE)
    for name, colour in entries:
        short = fit(name, 300, 28)
        wide = 36 + width_of(short, 28)
        if x + wide > WIDTH - _EDGE:
            rows.append([])
            x = float(_EDGE)
        rows[-1].append((x, short, colour))
        x += wide + 36
    return rows


def _web(canvas: Canvas, shown: Map, tied: Sequence[int], box: Box) -> None:
    """Draw the reviews that refer to each other, the lines first and the labels last."""
    nodes = [shown.network.nodes[place] for place in tied]
    index = {place: number for number, place in enumerate(tied)}
    edges = [(index[source], index[target]) for source, target in shown.network.references]
    few = len(nodes) <= _FEW
    smallest, largest = (14, 36) if few else (10, 34)
    most = max(node.cited for node in nodes)
    radii = [smallest + (largest - smallest) * math.sqrt(node.cited / most) for node in nodes]
    lines = 3 if len(nodes) <= _VERY_FEW else 2
    names = [_label(node, number, lines) for number, node in enumerate(nodes[: _FEW if few else _LABELS])]
    sizes = [
        (max((width_of(line, _LABEL_SIZE) for line in lines), default=0), _LABEL_LINE * len(lines)) for lines in names
    ]
    places = lay_out(radii, sizes, edges, box, 32 if few else 12)
    boxes = place_labels(sizes, places, radii, edges, (12, box[1] - 10, WIDTH - 12, box[3] + 16))
    for source, target in edges:
        _arrow(canvas, places[source], places[target], radii[target], head=few)
    for node, place, radius in zip(nodes, places, radii, strict=True):
        canvas.disc(place.real, place.imag, radius + 3, GROUND)
        canvas.disc(place.real, place.imag, radius, _colour(node, shown))
    for name, label, place in zip(names, boxes, places, strict=False):
        if label:
            _write(canvas, name, label, place)


def _label(node: Node, number: int, lines: int) -> list[str]:
    """Break the name of a review into lines; one that the fonts have no letters for is a number of the list.

    There are no lines when it stands in no list.
    """
    number_alone = [str(number + 1)] if number < LISTED and node.cited else []
    return wrap(drawable(short_name(node)), _LABEL_WIDTH, _LABEL_SIZE, lines) or number_alone


def _write(canvas: Canvas, lines: Sequence[str], label: Box, place: complex) -> None:
    """Write a label on the side of its box that is nearer to the disc."""
    left, top, right, _ = label
    anchor, x = ("l", left) if left > place.real else ("r", right) if right < place.real else ("m", (left + right) / 2)
    for number, line in enumerate(lines):
        y = top + _LABEL_LINE * (number + 0.5)
        canvas.text(x, y, line, _LABEL_SIZE, INK, anchor=f"{anchor}m", halo=True)


def _arrow(canvas: Canvas, start: complex, end: complex, radius: float, *, head: bool) -> None:
    """Draw a line from a review to the one that it refers to."""
    way = (end - start) / (abs(end - start) or 1)
    tip = end - way * (radius + 5)
    stop = tip - way * 8 if head else end
    canvas.line([(start.real, start.imag), (stop.real, stop.imag)], _LINE, 3 if head else 2)
    if head:
        corners = (tip, tip - way * 15 + way * 7j, tip - way * 15 - way * 7j)
        canvas.polygon([(corner.real, corner.imag) for corner in corners], _HEAD)


def _loose(canvas: Canvas, shown: Map, loose: Sequence[int], y: float) -> None:
    """Draw the reviews that have no references: a few of them with their names, many in rows."""
    what = "Without references to others"
    if shown.network.loose > len(loose):
        what = f"The newest of {shown.network.loose:,} without references to others"
    canvas.text(_EDGE, y + 42, what, 30, bold=True)
    for number, place in enumerate(loose):
        node = shown.network.nodes[place]
        if named := len(loose) <= _FEW_LOOSE:
            column, row = 0, number
        else:
            column, row = number % _PER_ROW, number // _PER_ROW
        x, at = _EDGE + 15 + _LOOSE * column, y + 72 + _LOOSE * (row + 0.5)
        canvas.disc(x, at, 15, _colour(node, shown))
        if named:
            name = fit(drawable(node.review.name) or "…", WIDTH - 2 * _EDGE - 48, _LABEL_SIZE)
            canvas.text(x + 32, at, name, _LABEL_SIZE, anchor="lm")
