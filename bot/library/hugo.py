"""Hugo's rules for a page: its fields, dates, address and references. Pure.

Each rule was compared with Hugo 0.168; the sources are https://gohugo.io/content-management/ and its pages on
front matter, urls and cross references.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import PurePosixPath
from urllib.parse import unquote

from bot.library.frontmatter import Metadata, Value

# --- fields ---------------------------------------------------------------------------------------


def as_text(value: Value) -> str:
    """Give a scalar as text; a list, a mapping or nothing is the empty text."""
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def as_list(value: Value) -> tuple[str, ...]:
    """Give a list of texts; a single text is ONE term, as in Hugo, and empty items are dropped."""
    items = value if isinstance(value, list) else [value]
    return tuple(text for item in items if (text := as_text(item)))


def as_bool(value: Value) -> bool:
    """Read a truth value as Go's strconv.ParseBool does; whatever it does not know is false."""
    return value is True or as_text(value) in ("1", "t", "T", "true", "TRUE", "True")


def read_terms(metadata: Metadata, name: str, *_: str) -> tuple[str, ...]:
    """Read tags or categories; Hugo knows no other names for the field."""
    return as_list(metadata.get(name))


def fold_term(term: str) -> str:
    """Give the identity of a tag or category: `Reading Club` and `reading-club` are one term."""
    return re.sub(r"[\s-]+", "-", unicodedata.normalize("NFC", term).casefold().strip())


def hidden_by(metadata: Metadata) -> str:
    """Name the field that keeps a page out of every list of its site, or give the empty text.

    Source: https://gohugo.io/content-management/build-options/.
    """
    if as_bool(metadata.get("headless")):
        return "headless"
    for key in ("build", "_build"):
        options = metadata.get(key)
        if isinstance(options, dict) and as_text(options.get("list")).lower() in ("never", "false"):
            return f"{key}.list"
    return ""


# Hugo's own fields, which a `params` table does not change.
_OWN_FIELDS = frozenset((
    "title", "date", "draft", "summary", "slug", "url", "aliases", "publishdate", "expirydate", "lastmod", "params",
))  # fmt: skip


def merged_params(metadata: Metadata) -> Metadata:
    """Lay the custom keys of a `params` table over the top-level ones."""
    params = metadata.get("params")
    if not isinstance(params, dict):
        return metadata
    return metadata | {key.lower(): value for key, value in params.items() if key.lower() not in _OWN_FIELDS}


# --- dates ----------------------------------------------------------------------------------------

_ISO = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?"
    r"\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?(?:\s+[A-Z]{3,4})?)?"
)
_ZONE_NAME = re.compile(r" [A-Z]{3,4}$")  # which Go takes for UTC, when it is not the zone of the machine
# Further forms that Go's `cast` library reads; https://pkg.go.dev/time#pkg-constants names them.
_CAST = (
    "%d %b %Y", "%a, %d %b %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %Y",
    "%d %b %y %H:%M", "%A, %d-%b-%y %H:%M:%S",
)  # fmt: skip
# What people write and Hugo refuses; read, with a warning.
_LENIENT = (
    "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y/%m/%d",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%a, %d %b %Y", "%Y-%m",
)  # fmt: skip


class DateError(ValueError):
    """Say that a text is not a date. `guess` is the date that was probably meant, or None."""

    def __init__(self, text: str, guess: datetime | None = None) -> None:
        super().__init__(f"`{text}` is not a date as Hugo reads them")
        self.guess = guess


def parse_date(value: Value, zone: tzinfo = UTC) -> datetime | None:
    """Read a date of front matter into an aware datetime; None when there is none.

    A date without a time zone is in `zone` (the site's; UTC unless it says otherwise).
    Raises DateError for anything that Hugo refuses.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.replace(microsecond=0, tzinfo=value.tzinfo or zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    text = as_text(value)
    match = _ISO.fullmatch(text)
    try:
        if match:
            moment = datetime.fromisoformat(f"{match['day']}T{match['time'] or '00:00:00'}")
            return moment.replace(tzinfo=_parse_offset(match["zone"]) or zone)
        if text.isdecimal() and len(text) <= 12:
            return datetime.fromtimestamp(int(text), UTC)  # Unix seconds, as Hugo reads a bare number
    except (ValueError, OverflowError, OSError):
        raise DateError(text) from None
    for form in _CAST if text[:1].isalpha() or re.match(r"[0-9]{2} [A-Z]", text) else ():
        try:
            moment = datetime.strptime(_ZONE_NAME.sub("", text), form)  # noqa: DTZ007  the zone follows
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        except ValueError:
            continue
    for form in _LENIENT:
        try:
            raise DateError(text, datetime.strptime(text, form).replace(tzinfo=zone))
        except DateError:
            raise
        except ValueError:
            continue
    raise DateError(text)


def _parse_offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


# --- addresses ------------------------------------------------------------------------------------


def urlize(text: str) -> str:
    """Make a path of an address as Hugo does of a file's: lower-case, blanks to hyphens, other punctuation dropped."""
    return sanitize(unicodedata.normalize("NFC", text.strip()).lower().replace(" ", "-"))


_SANE = re.compile(r"[A-Za-z0-9._/+~@-]*").fullmatch


def sanitize(text: str) -> str:
    """Keep of a text what Hugo keeps in addresses (`Sanitize` in helpers/path.go); blanks become one hyphen."""
    if _SANE(text):
        return text
    kept: list[str] = []
    blank = False
    for position, character in enumerate(text):
        if (
            character in "._/\\#+~-@"
            or unicodedata.category(character)[0] in "LM"
            or character.isdecimal()
            or (character == "%" and re.match(r"[0-9A-Fa-f]{2}", text[position + 1 : position + 3]))
        ):
            if blank and character != "-":
                kept.append("-")
            kept.append(character)
            blank = False
        elif kept and kept[-1] != "-" and character.isspace():
            blank = True
    return "".join(kept)


def page_path(path: str) -> str:
    """Give the logical path of a content file: `/papers/bert` for `papers/bert.md` and `papers/bert/index.md`.

    `content/`, with which the paths of a whole site begin, is no part of it.
    """
    folder, _, name = path.removeprefix("content/").rpartition("/")
    stem = name.rpartition(".")[0] or name
    stem = stem.removesuffix(".en") or stem  # English is the language of a site that names none
    bare = folder if stem.lower() == "index" else f"{folder}/{stem}" if folder else stem
    return "/" + urlize(bare)


# --- references -----------------------------------------------------------------------------------


def split_ref(target: str) -> tuple[str, str]:
    """Split the target of a `ref` into a page and an anchor."""
    page, _, anchor = unquote(target).strip().partition("#")
    return page.strip(), anchor


def ref_candidates(target: str, source: str) -> Iterable[str]:
    """Give the logical paths that a reference may mean, best first: beside its page, then from the root.

    `source` is the path of the file that holds it. Upper and lower case and the extension do not count.
    """
    page = re.sub(r"\.(?:md|markdown)$", "", split_ref(target)[0], flags=re.IGNORECASE)
    page = re.sub(r"/(?:_?index)?$", "", page)
    if not page.startswith("/"):
        beside = PurePosixPath("/", source.removeprefix("content/")).parent / page
        parts: list[str] = []
        for part in beside.parts[1:]:
            if part == "..":
                del parts[-1:]
            else:
                parts.append(part)
        yield "/" + urlize("/".join(parts))
    yield "/" + urlize(page.strip("/"))
