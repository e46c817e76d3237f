"""Which time zone is meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.club.zones import _atlas, about_zone, find_zones, is_zone, load_zone

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" Europe / Berlin ", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("BERLÍN", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("são paulo", "America/Sao_Paulo"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Amsterdam", "Europe/Amsterdam"),
        ("Zürich", "Europe/Zurich"),
        ("Calcutta", "Asia/Calcutta"),
        ("India", "Asia/Kolkata"),
        ("japan", "Asia/Tokyo"),
        ("Singapore", "Asia/Singapore"),
        ("UK", "Europe/London"),
        ("GB", "Europe/London"),
        ("Korea (South)", "Asia/Seoul"),
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("Etc/GMT-2", "Etc/GMT-2"),
        ("Etc/GMT+2", "Etc/GMT+2"),
        ("US/Eastern", "US/Eastern"),
        ("EST5EDT", "EST5EDT"),
    ],
)
def test_what_has_one_meaning_is_found(typed: str, zone: str) -> None:
    found = find_zones(typed, WINTER)
    assert found.sure
    assert found.zones == (zone,)


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("CET", ["Europe/Paris", "Africa/Algiers"]),
        ("cest", ["Europe/Paris"]),
        ("EST", ["America/New_York", "America/Jamaica"]),
        ("IST", ["Asia/Kolkata", "Europe/Dublin"]),
        ("Pacific time", ["America/Los_Angeles"]),
        ("Germany", ["Europe/Berlin"]),
        ("USA", ["America/New_York", "America/Chicago", "America/Los_Angeles"]),
        ("Indiana", ["America/Indiana/Indianapolis"]),
        ("Berln", ["Europe/Berlin"]),
        ("europe/berln", ["Europe/Berlin"]),
        ("Tokio", ["Asia/Tokyo"]),
        ("UTC+2", ["Europe/Athens", "Africa/Johannesburg", "Etc/GMT-2"]),
        ("gmt + 2", ["Europe/Athens"]),
        ("+02:00", ["Europe/Athens"]),
        ("UTC−5", ["America/New_York", "America/Lima", "Etc/GMT+5"]),
        ("UTC+5:30", ["Asia/Kolkata"]),
        ("utc+0", ["UTC", "Europe/London"]),
    ],
)
def test_what_may_mean_several_is_offered_and_not_guessed(typed: str, zones: list[str]) -> None:
    found = find_zones(typed, WINTER)
    assert not found.sure
    assert {*zones} <= {*found.zones}
    assert len(found.zones) <= 25


def test_differences_from_utc_are_those_of_the_day() -> None:
    assert "Europe/Paris" not in find_zones("UTC+2", WINTER).zones
    assert "Europe/Paris" in find_zones("UTC+2", SUMMER).zones


@pytest.mark.parametrize(
    "typed", ["Mars/Olympus", "", " ", "\x00", "../../etc/passwd", "UTC+99", "Factory", "x" * 4_000, "Berlin " * 600]
)
def test_what_means_nothing_is_not_found(typed: str) -> None:
    assert find_zones(typed, WINTER).zones == ()


@given(st.text(max_size=120))
def test_whatever_is_typed_only_zones_are_found(typed: str) -> None:
    found = find_zones(typed, WINTER)
    assert all(is_zone(zone) for zone in found.zones)
    assert len(found.zones) == len({*found.zones})


def test_every_zone_that_can_be_found_is_known_to_this_machine_and_is_found_by_its_name() -> None:
    for name in _atlas().names:
        assert ZoneInfo(name)
        assert name in find_zones(name, WINTER).zones or "/" not in name, name
    assert not is_zone("europe/berlin")
    assert not is_zone("Factory")
    assert about_zone("Europe/Paris") == "central Europe (CET/CEST)"
    assert about_zone("Mars/Olympus") == ""


def test_a_zone_that_is_not_known_any_more_is_utc() -> None:
    assert load_zone("Mars/Olympus") is UTC
    assert load_zone("../x") is UTC
