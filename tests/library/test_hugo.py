"""Hugo's rules, each as Hugo 0.168 applies it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.library import hugo
from bot.library.frontmatter import Value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-03-25", "2021-03-25T00:00:00+00:00"),
        ("2021-03-25T10:00:00", "2021-03-25T10:00:00+00:00"),
        ("2020-01-02 03:04:05 +0530", "2020-01-02T03:04:05+05:30"),
        ("2020-01-02T03:04:05.678-07:00", "2020-01-02T03:04:05-07:00"),
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05+00:00"),
        ("02 Jan 2020", "2020-01-02T00:00:00+00:00"),
        ("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02T15:04:05+00:00"),
        ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T15:04:05-07:00"),
        ("02 Jan 06 15:04 MST", "2006-01-02T15:04:00+00:00"),
        ("1616630400", "2021-03-25T00:00:00+00:00"),
        (datetime(2020, 1, 2, 3, 4, 5, 678, UTC), "2020-01-02T03:04:05+00:00"),
        (date(2020, 1, 2), "2020-01-02T00:00:00+00:00"),
        (datetime(2020, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2020-01-02T03:00:00+02:00"),
    ],
)
def test_a_date_as_hugo_reads_it(value: Value, expected: str) -> None:
    found = hugo.parse_date(value)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize("value", [None, ""])
def test_no_date_is_no_date(value: Value) -> None:
    assert hugo.parse_date(value) is None


@pytest.mark.parametrize(
    ("value", "guess"),
    [
        ("2 Oct 2023", datetime(2023, 10, 2, tzinfo=UTC)),
        ("October 2, 2023", datetime(2023, 10, 2, tzinfo=UTC)),
        ("2020-1-2", datetime(2020, 1, 2, tzinfo=UTC)),
        ("2020-10-31T1:00:00", datetime(2020, 10, 31, 1, tzinfo=UTC)),
        ("2020-02-30", None),
        ("soon", None),
        ("2020-01-01T25:00:00", None),
        ("2020-01-01T00:00:00+99:99", None),
    ],
)
def test_what_hugo_refuses_is_refused_with_a_guess_where_there_is_one(value: str, guess: datetime | None) -> None:
    with pytest.raises(hugo.DateError) as caught:
        hugo.parse_date(value)
    assert caught.value.guess == guess


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("true", True),
        ("1", True),
        ("T", True),
        ("false", False),
        ("yes", False),
        ("", False),
        (None, False),
    ],
)
def test_a_truth_value_as_go_reads_it(value: Value, expected: bool) -> None:
    assert hugo.as_bool(value) is expected


def test_a_single_text_is_one_term() -> None:
    assert hugo.as_list("a, b") == ("a, b",)
    assert hugo.as_list(["a", None, 2019, ["x"], ""]) == ("a", "2019")


def test_spellings_of_a_term_are_one() -> None:
    assert hugo.fold_term("Reading Club") == hugo.fold_term("reading-club") == hugo.fold_term(" READING  club ")


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        ("a.md", "papers/x.md", ["/papers/a", "/a"]),
        ("/papers/A.md#part", "posts/x.md", ["/papers/a"]),
        ("../a", "posts/y/x.md", ["/posts/a", "/../a"]),
        ("papers/a ", "x.md", ["/papers/a", "/papers/a"]),
        ("leaf/index.md", "papers/x.md", ["/papers/leaf", "/leaf"]),
    ],
)
def test_a_reference_is_looked_for_beside_its_page_and_then_from_the_root(
    target: str, source: str, expected: list[str]
) -> None:
    assert list(hugo.ref_candidates(target, source)) == expected


def test_a_params_table_changes_custom_fields_and_not_hugos_own() -> None:
    metadata: dict[str, Value] = {
        "title": "T",
        "tags": ["a"],
        "params": {"Title": "P", "draft": True, "Tags": ["b"], "x": "y"},
    }
    merged = hugo.merged_params(metadata)
    assert (merged["title"], merged.get("draft"), merged["tags"], merged["x"]) == ("T", None, ["b"], "y")
