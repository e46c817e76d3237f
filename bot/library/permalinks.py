"""The address of a page within its site. Pure.

Sources: https://gohugo.io/content-management/urls/, https://gohugo.io/configuration/permalinks/ and
https://jekyllrb.com/docs/permalinks/.
"""

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import unquote

from bot.library.frontmatter import Metadata
from bot.library.hugo import as_text, sanitize
from bot.library.site import Site

_TOKEN = re.compile(r":([a-z0-9_]+)", re.IGNORECASE)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)  # what Hugo takes for a missing date
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}-[0-9]{2}-[0-9]{2}))?(?:[-_. ]+|$)", re.IGNORECASE)
_JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}


def _own_url(metadata: Metadata) -> str:
    urls = (as_text(metadata.get(key)) for key in ("url", "permalink"))
    return next((url for url in urls if url and "://" not in url), "")


def split_date(name: str) -> tuple[str, str]:
    """Split the name of a file into the date that it begins with, if there is one, and the rest."""
    match = _DATED.match(name)
    if match is None:
        return "", name
    time = f"T{match[2].replace('-', ':')}" if match[2] else ""
    return match[1] + time, name[match.end() :]


def base_name(path: str) -> str:
    """Give the name of a page, as its file or, for an `index.md`, its folder has it."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name.lower() == "index" else name


def url_path(
    path: str,
    metadata: Metadata,
    site: Site,
    *,
    title: str = "",
    date: datetime | None = None,
    slug: str = "",
    categories: tuple[str, ...] = (),
) -> tuple[str, bool]:
    """Give the address of a page, percent-decoded, and whether it counts from the root of the site.

    Otherwise it counts from the reviews folder. `url` beats the site's `permalinks`, and these the file's path, whose
    last part a slug replaces; `slug` is the one of a dated file name.
    """
    page, language, _ = site.split(path)
    slug = as_text(metadata.get("slug")) or slug

    def expand(pattern: str) -> str:
        values = _token_values(page, site, title, date, slug) | {"categories": "/".join(categories)}
        return _expand(pattern, values, site)

    if own := _own_url(metadata):
        return "/" + unquote((":" in own and expand(own)) or own).lstrip("/"), True
    folder = "" if language == site.language and not site.language_folder else f"/{language}"
    section, below, _ = f"{site.above}{page}".partition("/")
    section = section if below else ""
    if site.kind == "jekyll":
        style = site.permalinks.get("", "date") if split_date(base_name(page))[0] else ""
        pattern = _JEKYLL_STYLES.get(style, style)
    else:
        pattern = site.permalinks.get(section, "")
    if pattern and (address := expand(pattern)):
        return f"{folder}/{address.strip('/')}{'/' if pattern.endswith('/') else ''}", True
    parent, _, name = page.rpartition("/")
    bare = parent if name.lower() == "index" else page
    plain = "/" + _clean(bare, site)
    if slug:
        last = sanitize(slug if site.keep_case else slug.lower())
        plain = f"{plain.rpartition('/')[0]}/{last if site.keep_accents else _without_accents(last)}"
    ugly = bool(site.ugly_urls.intersection(("*", section)))
    return folder + (plain.rstrip("/") + (".html" if ugly and plain != "/" else "/")), False


def _clean(path: str, site: Site) -> str:
    text = unicodedata.normalize("NFC", path.strip())
    text = sanitize((text if site.keep_case else text.lower()).replace(" ", "-"))
    return text if site.keep_accents else _without_accents(text)


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _token_values(page: str, site: Site, title: str, date: datetime | None, slug: str) -> dict[str, str]:
    moment = date or _NEVER
    file = PurePosixPath(site.above, page)
    folders = file.parts[: -2 if file.name.lower() == "index" else -1]
    name = base_name(page)
    if site.kind == "jekyll":
        name = split_date(name)[1]
        title = slug or name
    return {
        "year": f"{moment.year}",
        "short_year": f"{moment:%y}",
        "month": f"{moment.month:02}",
        "i_month": f"{moment.month}",
        "monthname": f"{moment:%B}",
        "day": f"{moment.day:02}",
        "i_day": f"{moment.day}",
        "weekday": f"{moment.isoweekday() % 7}",
        "weekdayname": f"{moment:%A}",
        "yearday": f"{moment.timetuple().tm_yday}",
        "y_day": f"{moment.timetuple().tm_yday:03}",
        "section": folders[0] if folders else "",
        "sections": "/".join(folders),
        "title": title,
        "slug": slug or title,
        "filename": name,
        "contentbasename": name,
        "slugorfilename": slug or name,
        "slugorcontentbasename": slug or name,
    }


def _expand(pattern: str, values: dict[str, str], site: Site) -> str:
    """Give the address, or the empty text when the pattern holds a token that is not known."""
    if "[" in pattern or any(match[1].lower() not in values for match in _TOKEN.finditer(pattern)):
        return ""
    address = _TOKEN.sub(lambda match: _clean(values[match[1].lower()], site), pattern)
    return re.sub(r"/{2,}", "/", address)
