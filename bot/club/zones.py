"""Time zones by what members call them: a city, a country, an abbreviation, a difference from UTC.

The names are IANA's, and so are the tables of countries and of what zones are commonly called; the package tzdata
brings them to machines that have none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapidfuzz import fuzz, process

from bot.folding import fold_words

_LONGEST = 100  # characters; no zone is called longer
_MOST = 25
_NEAR = 80  # of 100: how alike a name and a typo of it are
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212\u2013])\s*(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
_UTC = {"utc", "uct", "z", "zulu", "universal", "universal time"}
_MORE_COUNTRIES = {"usa": "US", "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "holland": "NL"}
# zoneinfo itself keeps no more than eight, and reads the files of the others again.
_load_zone = lru_cache(maxsize=1_000)(ZoneInfo)
_IDLE_WORDS = {"time", "zone", "timezone"}


@dataclass(frozen=True, slots=True)
class FoundZones:
    """The zones that a text may mean, the best first; `sure` when there is one and no doubt."""

    zones: tuple[str, ...] = ()
    sure: bool = False


@dataclass(frozen=True, slots=True)
class _Atlas:
    names: tuple[str, ...]  # all of them
    current: tuple[str, ...]  # one for each way in which clocks go from now on
    cities: dict[str, tuple[str, ...]]  # folded
    countries: dict[str, tuple[str, ...]]  # folded names and codes
    about: dict[str, str]  # where that is, in words


def is_zone(name: str) -> bool:
    """Tell whether a text is the name of a time zone, letter by letter."""
    return name in _atlas().about


def load_zone(name: str) -> tzinfo:
    """Give a time zone; UTC for one that this machine does not know any more."""
    try:
        return _load_zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def about_zone(name: str) -> str:
    """Say where a zone is, in a few words; may be empty."""
    return _atlas().about.get(name, "")


def find_zones(text: str, now: datetime) -> FoundZones:
    """Find the zones that a text means. It reads files; differences from UTC are those of `now`."""
    if len(text) > _LONGEST:
        return FoundZones()
    if offset := _OFFSET.fullmatch(text.strip()):
        return FoundZones(tuple(_with_offset(offset, now))[:_MOST])
    atlas, folded = _atlas(), " ".join(fold_words(text))
    if folded in _UTC:
        return FoundZones(("UTC",), sure=True)
    named = [name for name in atlas.names if name == text.strip()]  # Etc/GMT-2 and Etc/GMT+2 are folded to the same
    named = named or [name for name in atlas.names if _fold(name) == folded]
    for zones in ([name for name in named if "/" in name], atlas.cities.get(folded), atlas.countries.get(folded)):
        if zones:
            return FoundZones(tuple(zones[:_MOST]), sure=len(zones) == 1)
    words = set(folded.split()) - _IDLE_WORDS
    if called := [name for name in atlas.current if words and words <= {*fold_words(atlas.about[name])}]:
        return FoundZones(tuple(called[:_MOST]))
    if named:  # such as EST5EDT
        return FoundZones((named[0],), sure=True)
    if called := [name for name, about in atlas.about.items() if words and words <= {*fold_words(f"{name} {about}")}]:
        return FoundZones(tuple(called[:_MOST]))
    return FoundZones(tuple(_nearest(atlas, folded)))


def complete_zones(text: str, now: datetime) -> list[str]:
    """Give zones for a text that is still being typed, the best first. It reads files."""
    typed = " ".join(fold_words(text)) if len(text) <= _LONGEST else ""
    if not typed:
        return []
    names = [name for name in _atlas().names if "/" in name and f" {typed}" in f" {_fold(name)}"]
    names.sort(key=lambda name: not _city(name).startswith(typed))
    return list(dict.fromkeys([*find_zones(text, now).zones, *names]))[:_MOST]


def _with_offset(offset: re.Match[str], now: datetime) -> Iterator[str]:
    """Give the zones with a difference from UTC, and then the one that keeps it all the year."""
    sign, hours, minutes = offset.groups()
    difference = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
    if not difference:
        yield "UTC"
    yield from (name for name in _atlas().current if now.astimezone(load_zone(name)).utcoffset() == difference)
    always = f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"  # whose sign counts the other way
    if difference and not int(minutes or 0) and is_zone(always):
        yield always


def _nearest(atlas: _Atlas, folded: str) -> Iterable[str]:
    called = {_fold(name): (name,) for name in atlas.names if "/" in name} | atlas.countries | atlas.cities
    long = [name for name in called if len(name) > 3]  # two letters are near to many
    best = process.extract(folded, long, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=5)
    return list(dict.fromkeys(zone for name, _, _ in best for zone in called[name]))[:_MOST]


def _fold(name: str) -> str:
    return " ".join(fold_words(name))


def _city(name: str) -> str:
    return _fold(name.rpartition("/")[2])


@lru_cache(maxsize=1)
def _atlas() -> _Atlas:
    names = [name for name in files("tzdata").joinpath("zones").read_text("utf-8").split() if name != "Factory"]
    codes = dict(_rows("iso3166.tab"))
    cities: dict[str, tuple[str, ...]] = {}
    countries: dict[str, tuple[str, ...]] = {}
    about = dict.fromkeys(names, "")
    for code, _, name, *comment in _rows("zone.tab"):
        cities.setdefault(_city(name), (name,))
        about[name] = ": ".join([codes[code], *comment])
        country = codes[code]  # some with more in brackets
        called = {code.lower(), _fold(country), _fold(country.partition("(")[0])}
        called |= {more for more, meant in _MORE_COUNTRIES.items() if meant == code}
        for each in called:
            countries[each] = (*countries.get(each, ()), name)
    for name in names:  # former ones, such as Asia/Calcutta
        if "/" in name and not name.startswith("Etc/"):
            cities.setdefault(_city(name), (name,))
    current = [(name, comment) for _, _, name, comment in _rows("zonenow.tab")]
    about |= dict(current)
    return _Atlas(tuple(names), tuple(name for name, _ in current), cities, countries, about)


def _rows(table: str) -> Iterator[list[str]]:
    """Read a table of tzdata: columns between tabs, comments behind a #."""
    for line in files("tzdata").joinpath("zoneinfo", table).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")
