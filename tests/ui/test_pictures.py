"""The pictures: what is drawn stands where it can be read, says the same in words, and is the same each time."""

import io
import math
import threading
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.club.stats import Column, Record, Stats, Step, count_stats
from bot.library.facets import Tag
from bot.library.network import Network, Node, choose_paths, connect
from bot.library.review import Review
from bot.ui.canvas import GROUND, WIDTH, Box, drawable, fit, paint, width_of, wrap
from bot.ui.map_layout import Edge, lay_out, place_labels
from bot.ui.map_picture import COLOURS, MOST, MOST_LOOSE, Map, colour_tag, describe_map, map_picture
from bot.ui.stats_picture import describe_stats, stats_picture

BOX: Box = (40, 180, 960, 1_200)
NASTY = st.text(max_size=60) | st.sampled_from(["", "漢字", "🦜" * 9, "W" * 400, "\u202e<@1> @everyone", "É̂ü"])


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def node(number: int, cited: int = 0, title: str = "", tags: tuple[str, ...] = ()) -> Node:
    name = title or f"Paper {number}: a study"
    return Node(Review(f"k{number}", f"{number}.md", str(number), f"/{number}/", name, name, tags=tags), cited)


# --- the layout -----------------------------------------------------------------------------------


@st.composite
def webs(draw: st.DrawFn) -> tuple[list[float], list[tuple[float, float]], list[Edge]]:
    """Make discs, labels for the first of them, and lines; few enough for the box."""
    count = draw(st.integers(1, 40))
    radii = draw(st.lists(st.floats(10, 36), min_size=count, max_size=count))
    sizes = st.tuples(st.floats(0, 240), st.sampled_from([32.0, 64.0]))
    labels = draw(st.lists(sizes, max_size=min(count, 24)))
    numbers = st.integers(0, count - 1)
    return radii, labels, draw(st.lists(st.tuples(numbers, numbers), max_size=80))


@settings(max_examples=40, deadline=None)
@given(webs())
def test_discs_and_labels_stand_apart_within_the_picture(
    web: tuple[list[float], list[tuple[float, float]], list[Edge]],
) -> None:
    radii, sizes, edges = web
    places = lay_out(radii, sizes, edges, BOX, 16)
    assert places == lay_out(radii, sizes, list(reversed(edges)), BOX, 16), "the same web lies the same way"
    for place, radius in zip(places, radii, strict=True):
        assert BOX[0] - 0.1 <= place.real - radius <= place.real + radius <= BOX[2] + 0.1
        assert BOX[1] - 0.1 <= place.imag - radius <= place.imag + radius <= BOX[3] + 0.1
    labels = place_labels(sizes, places, radii, edges, BOX)
    assert labels == place_labels(sizes, places, radii, edges, BOX)
    shown = [label for label in labels if label]
    for number, one in enumerate(shown):
        assert one[0] >= BOX[0]
        assert one[1] >= BOX[1]
        assert one[2] <= BOX[2]
        assert one[3] <= BOX[3]
        for other in shown[:number]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        for place, radius in zip(places, radii, strict=True):
            near = complex(min(max(place.real, one[0]), one[2]), min(max(place.imag, one[1]), one[3]))
            assert abs(near - place) >= radius - 0.01 or one[0] == one[2]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 16), st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=40))
def test_where_there_is_room_no_disc_covers_another_and_the_first_label_has_a_place(
    count: int, pairs: list[Edge]
) -> None:
    edges = [(one % count, other % count) for one, other in pairs]
    radii, sizes = [24.0] * count, [(200.0, 64.0)] * min(count, 5)
    places = lay_out(radii, sizes, edges, BOX, 16)
    assert all(abs(one - other) >= 48 for k, one in enumerate(places) for other in places[:k])
    assert place_labels(sizes, places, radii, edges, BOX)[0]


def test_what_refers_to_each_other_is_near() -> None:
    edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    places = lay_out([12.0] * 6, [], edges, BOX, 16)
    tied = [abs(places[one] - places[other]) for one, other in edges]
    apart = [abs(places[one] - places[other]) for one in (0, 1, 2) for other in (3, 4, 5)]
    assert sum(tied) / len(tied) < sum(apart) / len(apart)


# --- the map --------------------------------------------------------------------------------------


def test_the_most_connected_are_chosen_and_the_newest_of_the_others() -> None:
    paths = ["new", "a", "b", "c", "old"]
    references = [("a", "b"), ("c", "b"), ("b", "c")]
    assert choose_paths(paths, references, 9, 9) == [("b", 2), ("c", 1), ("a", 0), ("new", 0), ("old", 0)]
    assert choose_paths(paths, references, 2, 1) == [("b", 2), ("c", 1), ("new", 0)]
    assert choose_paths(paths, [], 2, 9) == [(path, 0) for path in paths]
    lone = choose_paths(paths, [("a", "b"), ("c", "old"), ("c", "b")], 2, 0)
    assert lone == [], "what refers to none of those that are shown would stand there as if it referred to none"


def test_a_network_knows_its_lines_by_place() -> None:
    shown = connect([node(2, 2), node(1)], [("1.md", "2.md"), ("3.md", "2.md")], 5)
    assert (shown.references, shown.reviews, shown.loose) == (((1, 0),), 5, 2)


def big_map() -> Map:
    """Make a map that is as full as maps become."""
    tags = tuple((f"t{number}", f"tag {number}") for number in range(COLOURS))
    nodes = [node(k, MOST - k, tags=(f"t{k % 7}",)) for k in range(MOST)] + [node(1_000 + k) for k in range(MOST_LOOSE)]
    edges = {(k, (k * k + 1) % max(k, 1)) for k in range(1, MOST)} | {(k, k % 5) for k in range(5, MOST)}
    return Map(Network(tuple(nodes), tuple(sorted(edges)), 2_000, 300), tags)


def test_a_full_map_is_drawn_in_time_and_the_same_each_time() -> None:
    begun = time.process_time()
    first = map_picture(big_map())
    assert time.process_time() - begun < 3, "well under that on a quiet machine"
    assert map_picture(big_map()) is first, "kept by its content"
    map_picture.cache_clear()
    assert map_picture(big_map()) == first
    image = opened(first.png)
    assert image.format == "PNG"
    assert image.width == WIDTH
    assert WIDTH <= image.height <= 2 * WIDTH
    assert len(first.png) < 200_000


def test_the_words_say_what_the_map_shows() -> None:
    tags = (("nlp", "NLP"), ("ethics", "ethics"))
    nodes = (node(1, 2, "BERT: pre-training", ("nlp", "Ethics")), node(2, 0, "Two", ("nlp",)), node(3, 0, "Three"))
    shown = Map(Network(nodes, ((1, 0),), 3, 1), tags)
    assert [colour_tag(each, tags) for each in nodes] == [1, 0, None]
    assert describe_map(shown) == (
        "3 reviews as discs, with 1 reference between them as lines. Referred to most: BERT (2). "
        "1 review without references stands below. Colours are tags: NLP 1, ethics 1."
    )
    part = Map(Network(nodes, ((1, 0),), 99, 50), ())
    assert describe_map(part).startswith("3 of 99 reviews as discs")


@settings(max_examples=15, deadline=None)
@given(st.lists(NASTY, min_size=1, max_size=12), st.booleans())
def test_whatever_titles_and_tags_say_a_map_is_drawn(texts: list[str], tied: bool) -> None:
    nodes = tuple(node(k, int(tied), text or "x", (text,)) for k, text in enumerate(texts))
    edges = tuple((k, 0) for k in range(1, len(texts))) if tied else ()
    picture = map_picture(Map(Network(nodes, edges, len(nodes), 0), tuple((text, text) for text in texts[:COLOURS])))
    assert opened(picture.png).width == WIDTH


# --- statistics -----------------------------------------------------------------------------------


def test_the_words_say_what_the_statistics_show() -> None:
    days = [date(2024, 1, 5), date(2024, 2, 5), date(2024, 2, 6)]
    record = Record(held=(date(2024, 2, 7),), comers=(4, 2), readers=(3, 0), voters=(1,))
    stats = count_stats([(day, ("nlp",)) for day in days], [Tag("nlp", "nlp", 3)], record)
    assert describe_stats(stats) == (
        "Bars by month from January 2024 to February 2024: 3 reviews and 1 meeting held. "
        "Most reviews, 2, are of February 2024. "
        "Discs show the reviews of each tag over the same time: nlp 3. "
        "2 to 4 members came to each of the latest 2 meetings. 0 to 3 members read for each of the latest 2 prompts. 1 member voted in the only ballot."
    )
    assert describe_stats(Stats(record=Record(readers=(2, 2)))) == "2 members read for each of the latest 2 prompts."


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 10**6)), max_size=16),
    st.lists(st.integers(0, 10**5), max_size=12),
    st.lists(st.integers(0, 9), max_size=12),
    st.lists(st.integers(0, 99), max_size=12),
    st.sampled_from(Step),
    NASTY,
)  # fmt: skip
def test_whatever_a_club_did_is_drawn(
    numbers: list[tuple[int, int, int]], readers: list[int], voters: list[int], comers: list[int], step: Step, tag: str
) -> None:
    # Spans that hold nothing at their ends are never counted.
    columns = tuple(
        Column(date(2000 + k, 1 + k % 4 * 3, 1), reviews + 1, held, (tagged,))
        for k, (reviews, held, tagged) in enumerate(numbers)
    )
    record = Record((date(2024, 1, 1),) * 5, 10**6, (), (), tuple(comers), tuple(readers), tuple(voters))
    stats = Stats(10**6, 0, 0, step, (tag,), columns, record)
    if not stats.is_empty:
        picture = stats_picture(stats)
        image = opened(picture.png)
        assert image.width == WIDTH
        assert image.height < 1.6 * WIDTH
        assert picture.words


def test_a_picture_has_its_own_ground() -> None:
    stats = count_stats([(date(2024, 1, 5), ())], (), Record())
    image = opened(stats_picture(stats).png)
    assert "transparency" not in image.info
    ground = tuple(int(GROUND[at : at + 2], 16) for at in (1, 3, 5))
    colours = image.convert("RGB")
    for corner in ((0, 0), (WIDTH - 1, 0), (0, image.height - 1), (WIDTH - 1, image.height - 1)):
        pixel = colours.getpixel(corner)
        assert isinstance(pixel, tuple)
        assert math.dist(pixel, ground) < 6
    assert stats_picture(stats) is stats_picture(count_stats([(date(2024, 1, 5), ())], (), Record()))


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("Zürich – “Őszi” Ελλάδα Привет x₁² ≤ ∑", None), ("Parrots 🦜 again", "Parrots again"), ("漢字", ""),
     ("漢字 BERT", "BERT"), ("a\u202eb\nc", "ab c"), ("e\u0301", "é")],
)  # fmt: skip
def test_what_the_fonts_lack_is_left_out(text: str, drawn: str | None) -> None:
    assert drawable(text) == (text if drawn is None else drawn)


@given(st.text(max_size=80), st.integers(40, 300), st.integers(1, 3))
def test_lines_keep_their_width(text: str, width: int, lines: int) -> None:
    line = drawable(text)
    broken = wrap(line, width, 28, lines)
    assert len(broken) <= lines
    assert all(width_of(each, 28) <= width or each == "…" for each in [*broken, fit(line, width, 28)])


def test_a_cut_text_ends_with_a_word_where_it_can() -> None:
    assert wrap("Reliance on metrics is a fundamental challenge", 240, 28, 2) == ["Reliance on", "metrics is a…"]
    assert wrap("Beyond Accuracy", 240, 28, 2) == ["Beyond Accuracy"]


async def test_pictures_are_drawn_beside_the_event_loop_one_at_a_time() -> None:
    threads = {await paint(threading.get_ident) for _ in range(3)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    with pytest.raises(ZeroDivisionError):
        await paint(lambda: 1 // 0)
