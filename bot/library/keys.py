"""The keys of front matter that most reviews of a club carry, and what each of them is for. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from bot.library import hugo
from bot.library.fields import paper_fields
from bot.library.manner import Field, Manner, read_date_form
from bot.library.site import DATES

SHARE = 0.5  # of the reviews, by weight, from which on something is usual
_TERMS = 0.65  # of those with tags, from which on a tag is not about the paper
_SURE = 0.8  # of those that have a key, from which on its value is always the same

Role = Literal["title", "date", "draft", "terms", "authors", "link", "id", "summary", "slug", "constant", "empty"]
Weighted = list[tuple[Manner, float]]
T = TypeVar("T", bound=Hashable)

_DATE_KEYS = frozenset((*DATES["date"], *DATES["publishdate"], "lastmod")) - {"published"}


@dataclass(frozen=True, slots=True)
class FieldStyle:
    """A key that most reviews carry. `terms` are those that most of them have in it.

    `text` is what always stands in a constant, and what parts authors that are one text. `scheme` is that of an id.
    """

    key: str
    role: Role
    quote: str = '"'
    spread: str | None = None
    terms: tuple[str, ...] = ()
    text: str = ""
    scheme: str = ""


def usual(votes: Iterable[tuple[T, float]]) -> T | None:
    """Give what has most weight; of equals the first, None without any vote."""
    weights: defaultdict[T, float] = defaultdict(float)
    for value, weight in votes:
        weights[value] += weight
    return max(weights, key=weights.__getitem__) if weights else None


def learn_fields(same: Weighted) -> tuple[FieldStyle, ...]:
    """Find the keys that most carry, in the order in which they mostly stand."""
    held: defaultdict[str, list[tuple[Field, float]]] = defaultdict(list)
    before: defaultdict[tuple[str, str], float] = defaultdict(float)
    for manner, weight in same:
        names = [field.key.lower() for field in manner.fields]
        for place, field_ in enumerate(manner.fields):
            held[names[place]].append((field_, weight))
            for later in names[place + 1 :]:
                before[names[place], later] += weight
    enough = SHARE * sum(weight for _, weight in same)
    chosen = [name for name, holders in held.items() if sum(weight for _, weight in holders) >= enough]
    wins = {name: sum(before[name, other] > before[other, name] for other in chosen) for name in chosen}
    chosen.sort(key=lambda name: -wins[name])
    styles = [style for name in chosen if (style := _field_style(name, held[name]))]
    return tuple(styles)


def _field_style(name: str, holders: list[tuple[Field, float]]) -> FieldStyle | None:
    """Tell what a key is for, by its name and by what stands in it; None when it says nothing of the next review."""
    newest = holders[0][0]
    key = usual((field.key, weight) for field, weight in holders) or name
    quote = usual((field.quote, weight) for field, weight in holders if field.value not in ("", [])) or ""
    spread = usual((field.spread, weight) for field, weight in holders if field.value)
    style = FieldStyle(key, "empty", quote, spread)
    total = sum(weight for _, weight in holders)
    raw = usual((field.raw, weight) for field, weight in holders) or ""
    is_constant = sum(weight for field, weight in holders if field.raw == raw) >= _SURE * total
    if name in ("title", "draft", "slug"):
        return replace(style, role=name)
    if name in ("summary", "excerpt"):
        return replace(style, role="summary")
    if name in _DATE_KEYS:
        return replace(style, role="date") if any(read_date_form(field.raw) for field, _ in holders) else None
    if name in ("tags", "categories"):
        return replace(style, role="terms", terms=_common_terms(holders, total))
    several = isinstance(newest.value, list) or ", " in newest.raw or " and " in newest.raw
    if name == "authors" or (name == "author" and several and not is_constant):
        return replace(style, role="authors", text="" if isinstance(newest.value, list) else ", ")
    if is_constant and len(holders) > 1:
        return replace(style, role="constant", text=raw)
    if isinstance(newest.value, str) and (found := _paper_field(name, newest.value)):
        return replace(style, role=found[0], scheme=found[1])
    if isinstance(newest.value, bool) or newest.raw.lower() in ("true", "false"):
        return replace(style, role="constant", text=raw)
    if isinstance(newest.value, str | list) and name not in ("url", "aliases"):
        return replace(style, text="[]" if isinstance(newest.value, list) else "")
    return None


def _common_terms(holders: list[tuple[Field, float]], total: float) -> tuple[str, ...]:
    """Give the terms that most have in a key, as they are mostly written and ordered."""
    spellings: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for field_, weight in holders:
        for place, term in enumerate(hugo.as_list(field_.value)):
            spellings[hugo.fold_term(term)].append((term, weight))
            places[hugo.fold_term(term)].append(place)
    chosen = [name for name, votes in spellings.items() if sum(weight for _, weight in votes) >= _TERMS * total]
    chosen.sort(key=lambda name: sum(places[name]) / len(places[name]))
    return tuple(usual(spellings[name]) or "" for name in chosen)


def _paper_field(name: str, value: str) -> tuple[Role, str] | None:
    """Tell whether a key holds the address of the paper, or its id, and of which scheme."""
    for found, link in paper_fields({name: value}):
        if link and link.url == value:
            return "link", ""
        if found:
            return "id", found.scheme
    return None


def learn_math_fields(same: Weighted) -> tuple[FieldStyle, ...]:
    """Find the keys with one value that stand, with few exceptions, where formulas are."""
    held: defaultdict[str, list[tuple[Field, float]]] = defaultdict(list)
    formulas: defaultdict[str, float] = defaultdict(float)
    for manner, weight in same:
        for field_ in manner.fields:
            held[field_.key.lower()].append((field_, weight))
            formulas[field_.key.lower()] += weight * bool(manner.math)
    chosen = {style.key.lower() for style in learn_fields(same)}
    every = sum(weight for manner, weight in same if manner.math)
    found: list[FieldStyle] = []
    for name, holders in held.items():
        mine = sum(weight for _, weight in holders)
        if name not in chosen and formulas[name] >= _SURE * mine and formulas[name] >= SHARE * every:
            style = _field_style(name, holders)
            found += [style] if style and style.role == "constant" else []
    return tuple(found)
