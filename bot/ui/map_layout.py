"""Where the discs and the labels of a map stand. Pure, without chance: the same network lies the same way.

Places are complex numbers: they are moved and measured in one step.
"""

import cmath
import math
from collections.abc import Callable, Iterable, Sequence

from bot.ui.canvas import Box

_ROUNDS = 120  # in which forces move the discs
_GOLDEN = math.pi * (3 - math.sqrt(5))  # an angle by which no two discs start in one direction
_PUSHES = 120
_BESIDE = 8  # pixels between a disc and its label

Edge = tuple[int, int]
Size = tuple[float, float]
"""Width and height."""


def lay_out(
    radii: Sequence[float], labels: Sequence[Size], edges: Iterable[Edge], box: Box, gap: float
) -> list[complex]:
    """Give places for discs within a box: near to those that they are tied to, apart from the others.

    `labels` are the sizes of those of as many of the first discs, which are the most important ones; below each of
    them is room for it, as far as there is room at all. Takes time with the square of the number of discs.
    """
    ties = sorted({(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]})
    places = [0j] * len(radii)
    for group, cell in _share(_groups(len(radii), ties), box):
        index = {disc: number for number, disc in enumerate(group)}
        moved = _by_forces(len(group), [(index[a], index[b]) for a, b in ties if a in index], cell)
        for disc, place in zip(group, _spread(moved, max(radii[disc] for disc in group), cell), strict=True):
            places[disc] = place
    return _push_apart(places, _bodies(radii, labels), box, gap)


def _groups(count: int, ties: Sequence[Edge]) -> list[list[int]]:
    """Give the discs that hang together, the largest group first."""
    group_of = {disc: [disc] for disc in range(count)}
    for one, other in ties:
        here, there = group_of[one], group_of[other]
        if here is not there:
            here += there
            group_of.update((disc, here) for disc in there)
    groups = {id(group): sorted(group) for group in group_of.values()}
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def _share(groups: Sequence[list[int]], box: Box) -> list[tuple[list[int], Box]]:
    """Cut a box into one for each group, larger for more discs."""
    if len(groups) < 2:
        return [(group, box) for group in groups]
    weights = [len(group) + 2 for group in groups]
    total, half, cut = sum(weights), 0, 0
    while half * 2 < total and cut < len(groups) - 1:
        half += weights[cut]
        cut += 1
    left, top, right, bottom = box
    if right - left > bottom - top:
        middle = left + (right - left) * half / total
        first, second = (left, top, middle, bottom), (middle, top, right, bottom)
    else:
        middle = top + (bottom - top) * half / total
        first, second = (left, top, right, middle), (left, middle, right, bottom)
    return [*_share(groups[:cut], first), *_share(groups[cut:], second)]


def _by_forces(count: int, ties: Sequence[Edge], box: Box) -> list[complex]:
    """Let all discs push each other away, and ties pull them together, while they cool down. The unit is arbitrary.

    Source: Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991.
    """
    places = [cmath.rect(math.sqrt(number), number * _GOLDEN) for number in range(count)]
    degrees = [0] * count
    for one, other in ties:
        degrees[one] += 1
        degrees[other] += 1
    wide, high = box[2] - box[0], box[3] - box[1]
    across, down = min(high / wide, 2), min(wide / high, 2)
    for turn in range(_ROUNDS):
        # Towards the middle, more so along the short side.
        moves = [-0.08 * complex(place.real * across, place.imag * down) for place in places]
        for one in range(count):
            here, move = places[one], 0j
            for other in range(one):
                way = here - places[other]
                push = way / (way.real * way.real + way.imag * way.imag + 0.01)
                move += push
                moves[other] -= push
            moves[one] += move
        for one, other in ties:
            way = places[one] - places[other]
            # A disc with many ties would pull all of its own into one heap.
            pull = way * abs(way) * 0.5 / math.sqrt(min(degrees[one], degrees[other]))
            moves[one] -= pull
            moves[other] += pull
        most = math.sqrt(count) * (1 - turn / _ROUNDS) + 0.01
        for number, move in enumerate(moves):
            size = abs(move)
            places[number] += move * (most / size) if size > most else move
    return places


def _spread(places: Sequence[complex], edge: float, box: Box) -> list[complex]:
    """Stretch places to fill a box but for its edge, in neither direction much more than in the other."""
    left, right = min(place.real for place in places), max(place.real for place in places)
    top, bottom = min(place.imag for place in places), max(place.imag for place in places)
    wide, high = max(box[2] - box[0] - 3 * edge, 1), max(box[3] - box[1] - 3 * edge, 1)
    x, y = wide / max(right - left, 0.5), high / max(bottom - top, 0.5)
    x, y = min(x, 1.7 * y), min(y, 1.7 * x)
    middle = complex((left + right) / 2, (top + bottom) / 2)
    centre = complex((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    moved = [place - middle for place in places]
    return [centre + complex(place.real * x, place.imag * y) for place in moved]


def _bodies(radii: Sequence[float], labels: Sequence[Size]) -> list[Box]:
    """Give what each disc fills, as seen from its place: itself, and the label below it."""
    bodies = [(-radius, -radius, radius, radius) for radius in radii]
    for number, (wide, high) in enumerate(labels):
        radius = radii[number]
        bodies[number] = (min(-radius, -wide / 2), -radius, max(radius, wide / 2), radius + _BESIDE + high)
    return bodies


def _push_apart(places: Sequence[complex], bodies: Sequence[Box], box: Box, gap: float) -> list[complex]:
    """Move what overlaps away from each other the short way, and back into the box."""
    xs, ys = [place.real for place in places], [place.imag for place in places]
    for turn in range(_PUSHES):
        moved = False
        room = gap if turn < _PUSHES // 2 else gap / 4  # where there is little, that must do
        for one, (left, top, right, bottom) in enumerate(bodies):
            for other in range(one):
                body = bodies[other]
                # How far one would have to go to stand right of, left of, below or above the other.
                x, y = xs[one] - xs[other], ys[one] - ys[other]
                after, before = body[2] - left - x + room, right - body[0] + x + room
                if after <= 0.1 or before <= 0.1:
                    continue
                below, above = body[3] - top - y + room, bottom - body[1] + y + room
                if below <= 0.1 or above <= 0.1:
                    continue
                if min(after, before) < min(below, above):
                    step = after / 2 if after < before else -before / 2
                    xs[one] += step
                    xs[other] -= step
                else:
                    step = below / 2 if below < above else -above / 2
                    ys[one] += step
                    ys[other] -= step
                moved = True
        for number, body in enumerate(bodies):
            xs[number] = min(max(xs[number], box[0] - body[0]), box[2] - body[2])
            ys[number] = min(max(ys[number], box[1] - body[1]), box[3] - body[3])
        if not moved:
            break
    return list(map(complex, xs, ys))


# --- labels ---------------------------------------------------------------------------------------


def place_labels(
    sizes: Sequence[Size],
    places: Sequence[complex],
    radii: Sequence[float],
    edges: Sequence[Edge],
    box: Box,
) -> list[Box | None]:
    """Give each label a box beside its disc, those of the first discs first, or none where there is no room.

    `sizes` are widths and heights of the labels of as many of the first discs. No two labels overlap, none covers a
    disc, all are within the box. Of the boxes that there are the one is taken that leaves most of the next labels
    the room below their discs, and has the fewest lines behind it.
    """
    discs = [_around(place, radius) for place, radius in zip(places, radii, strict=True)]
    lines = [(places[one], places[other]) for one, other in edges]
    below = [_candidates(*each)[0] for each in zip(places, radii, sizes, strict=False)]
    taken: list[Box | None] = []
    for number, size in enumerate(sizes):
        others = [*discs, *(label for label in taken if label)]
        free = [
            label
            for label in _candidates(places[number], radii[number], size)
            if _inside(label, box) and not any(_overlap(label, other) for other in others)
        ]
        cost = _costs(below[number + 1 :], lines)
        taken.append(min(free, key=cost, default=None))
    return taken


def _around(place: complex, radius: float) -> Box:
    return (place.real - radius, place.imag - radius, place.real + radius, place.imag + radius)


def _candidates(place: complex, radius: float, size: Size) -> list[Box]:
    """Give the boxes around a disc, the best first."""
    wide, high = size
    x, y, far = place.real, place.imag, radius + _BESIDE
    near = far * 0.8
    corners = [
        (x - wide / 2, y + far),
        (x + far, y - high / 2),
        (x - far - wide, y - high / 2),
        (x - wide / 2, y - far - high),
        (x + near, y + near),
        (x + near, y - near - high),
        (x - near - wide, y + near),
        (x - near - wide, y - near - high),
        *((x - wide * share, side) for share in (0.25, 0.75) for side in (y + far, y - far - high)),
    ]
    return [(left, top, left + wide, top + high) for left, top in corners]


def _inside(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _costs(wanted: Sequence[Box], lines: Sequence[tuple[complex, complex]]) -> Callable[[Box], tuple[int, int]]:
    return lambda label: (
        sum(_overlap(label, other) for other in wanted),
        sum(_crosses(line, label) for line in lines),
    )


def _crosses(line: tuple[complex, complex], box: Box) -> bool:
    """Tell whether a line crosses a box: Liang and Barsky's way to clip it, 1984."""
    start, way = line[0], line[1] - line[0]
    enter, leave = 0.0, 1.0
    for at, step, low, high in (
        (start.real, way.real, box[0], box[2]),
        (start.imag, way.imag, box[1], box[3]),
    ):
        if step == 0:
            if not low <= at <= high:
                return False
            continue
        first, last = sorted(((low - at) / step, (high - at) / step))
        enter, leave = max(enter, first), min(leave, last)
    return enter <= leave
