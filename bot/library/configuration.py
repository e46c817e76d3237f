"""Which site a folder of reviews belongs to, and its configuration, as far as it changes how they are read.

It is looked for in the folder and above it, and read like front matter: nothing in it is trusted. What cannot be
read counts as not written, and is reported. Each rule was compared with Hugo 0.168; the sources are
https://gohugo.io/configuration/ and https://jekyllrb.com/docs/configuration/.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from bot.library.cascade import Cascade, read_rules
from bot.library.encoding import decode
from bot.library.files import UnreadableFile, read_file
from bot.library.frontmatter import FrontMatterError, Metadata, Value, parse_data, parse_document
from bot.library.hugo import as_bool, as_list, as_text
from bot.library.plain import SUMMARY_WORDS, Rendering
from bot.library.review import Problem
from bot.library.site import DATES, Site

_MAX_ABOVE = 8  # folders above the reviews in which a configuration is looked for
_MAX_CONFIGS = 64  # files of a configuration folder
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_HUGO = tuple(name + suffix for name in ("hugo", "config") for suffix in _SUFFIXES)
_JEKYLL = ("_config.yml", "_config.yaml", "_config.toml")
_BOOK = ("SUMMARY.md", "book.json", "book.toml", "mkdocs.yml", "mkdocs.yaml", ".bookdown.yml", "docusaurus.config.js")


def read_site(root: Path) -> Site:
    """Find out which site a folder belongs to, and read its configuration; never raises for what stands in it."""
    root, home = Path(os.path.realpath(root)), Path(os.path.expanduser("~"))  # noqa: PTH111  Path.home() may raise
    for depth, folder in enumerate((root, *root.parents)):
        if depth > _MAX_ABOVE:
            break
        for found in (_hugo_site(root, folder), _jekyll_site(root, folder), _book_site(root, folder)):
            if found is not None:
                return found
        if os.path.lexists(folder / ".git") or folder == home:
            break  # what lies above is not this site's
    return Site(kind="jekyll") if "_posts" in root.parts or _is_folder(root / "_posts") else Site()


def add_sections(site: Site, root: Path, sections: list[str]) -> Site:
    """Add what the section pages (`_index.md`) cascade to the pages below them: those at `sections`, and above."""
    if site.kind not in ("hugo", ""):
        return site
    reader = _Reader(Path(os.path.realpath(root)))
    cascades = list(site.cascades)
    parts = PurePosixPath(site.above).parts
    paths = [(f"{'../' * up}_index.md", "/".join(parts[: len(parts) - up])) for up in range(len(parts), 0, -1)]
    for path in sections:
        inner = site.split(path)[2]
        paths.append((path, str(PurePosixPath(site.above, inner).parent).removeprefix(".")))
    for path, folder in paths:
        if text := reader.read_text(path):
            try:
                metadata = parse_document(text).metadata
            except FrontMatterError as error:
                reader.note(path, error.line, error.reason)
                continue
            if rules := read_rules(metadata.get("cascade")):
                cascades.append(Cascade(folder, rules))
    cascades.sort(key=lambda cascade: -len(PurePosixPath(cascade.folder).parts))
    digest = hashlib.sha256((site.digest + reader.hash.hexdigest()).encode()).hexdigest()
    return replace(
        site,
        cascades=tuple(cascades),
        problems=(*site.problems, *reader.problems),
        digest=digest if cascades or site.digest else "",
    )


class _Reader:
    """Reads the files of a configuration, and keeps what is wrong with them and a hash of what they hold."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.hash = hashlib.sha256()

    def note(self, path: str, line: int, reason: str) -> None:
        self.problems.append(Problem(path, line, "warning", f"{reason}; what it sets for the reviews is not known"))

    def read_text(self, path: str) -> str:
        target = Path(os.path.normpath(self.root / path))
        if not os.path.lexists(target):
            return ""
        try:
            data = read_file(target.parent, target.name)
        except (UnreadableFile, OSError) as error:
            self.note(path, 1, str(error))
            return ""
        self.hash.update(path.encode("utf-8", "replace") + b"\0" + data)
        return decode(data)[0]

    def read_data(self, path: str) -> Metadata:
        try:
            return _lower(parse_data(self.read_text(path), PurePosixPath(path).suffix))
        except FrontMatterError as error:
            self.note(path, error.line, error.reason)
            return {}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder above that may not be looked into
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _lower(data: Metadata) -> Metadata:
    return {key.lower(): _lower(value) if isinstance(value, dict) else value for key, value in data.items()}


def _hugo_site(root: Path, folder: Path) -> Site | None:
    names = [name for name in _HUGO if _is_file(folder / name)][:1]
    for environment in ("_default", "production"):
        names += [f"config/{environment}/{name}" for name in _listed(folder / "config" / environment)]
    if not names:
        return None
    reader = _Reader(root)
    base = os.path.relpath(folder, root)
    config: Metadata = {}
    for name in names:
        data = reader.read_data(os.path.normpath(f"{base}/{name}"))
        table = PurePosixPath(name).stem.lower()
        _merge(config, data if table in ("hugo", "config") else {table: data})
    contents = _contents(config)
    inside = [(folder / path, language) for path, language in contents if _is_folder(folder / path)]
    if root == folder:
        # A folder that was copied out of a site together with its configuration is its own content.
        if not inside and not (names[0].startswith(("hugo.", "config/")) or "baseurl" in config):
            return None
        places = [(f"{os.path.relpath(path, root)}/", language) for path, language in inside] or [("", "")]
        above = ""
    else:
        holders = [(path, language) for path, language in inside if root.is_relative_to(path)]
        if not holders:
            return None
        holder, language = holders[0]
        places, above = [("", language)], "/".join(root.relative_to(holder).parts)
        above += "/" if above else ""
    site = _configure(config, reader, os.path.normpath(f"{base}/{names[0]}"))
    return replace(site, contents=tuple(places), above=above)


def _listed(folder: Path) -> list[str]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(_SUFFIXES))
    except OSError:
        return []
    # The main file comes first, since the others name a table of it.
    return sorted(names, key=lambda name: name not in _HUGO)[:_MAX_CONFIGS]


def _merge(into: Metadata, data: Metadata) -> None:
    for key, value in data.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        else:
            into[key] = value


def _table(config: Metadata, path: str) -> Metadata:
    """Give a table within tables, empty when there is none; the path is in lower case, with dots."""
    for name in path.split("."):
        value = config.get(name)
        config = value if isinstance(value, dict) else {}
    return config


def _contents(config: Metadata) -> list[tuple[str, str]]:
    """Give the folders with content, those of the languages first, and the language of each."""
    found = [
        (as_text(table.get("contentdir")), name)
        for name, table in _table(config, "languages").items()
        if isinstance(table, dict) and as_text(table.get("contentdir"))
    ]
    found.append((as_text(config.get("contentdir")) or "content", ""))
    inside = ((os.path.normpath(path), language) for path, language in found if not Path(path).is_absolute())
    return [(path, language) for path, language in inside if PurePosixPath(path).parts[:1] != ("..",)]


def _configure(config: Metadata, reader: _Reader, name: str) -> Site:
    """Take what changes the reading out of a Hugo configuration, whose keys are in lower case."""
    language = as_text(config.get("defaultcontentlanguage")).lower() or "en"
    tables = {key: value for key, value in _table(config, "languages").items() if isinstance(value, dict)}
    disabled = {text.lower() for text in as_list(config.get("disablelanguages"))}
    disabled |= {key for key, table in tables.items() if as_bool(table.get("disabled"))}
    ugly = config.get("uglyurls")
    sections = {key for key, value in ugly.items() if as_bool(value)} if isinstance(ugly, dict) else set[str]()
    words = as_text(config.get("summarylength"))
    return Site(
        kind="hugo",
        zone=_zone(as_text(config.get("timezone")), reader, name),
        language=language,
        languages=frozenset({*tables, language} - disabled),
        disabled=frozenset(disabled),
        language_folder=as_bool(config.get("defaultcontentlanguageinsubdir")),
        dates=_date_fields(_table(config, "frontmatter")),
        permalinks=_permalinks(_table(config, "permalinks")),
        ugly_urls=frozenset({"*"} if as_bool(ugly) else sections),
        keep_case=as_bool(config.get("disablepathtolower")),
        keep_accents=not as_bool(config.get("removepathaccents")),
        cjk=as_bool(config.get("hascjklanguage")),
        summary_words=int(words) if words.isdecimal() and len(words) < 6 else SUMMARY_WORDS,
        rendering=_rendering(config),
        params=_table(config, "params"),
        cascades=tuple(Cascade("", (rule,)) for rule in read_rules(config.get("cascade"))),
        problems=tuple(reader.problems),
        digest=reader.hash.hexdigest(),
    )


def _zone(name: str, reader: _Reader, path: str) -> tzinfo:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path, a folder, an unknown zone
        reader.note(path, 1, f"`{name[:80]}` is not a time zone")
        return UTC


def _date_fields(table: Metadata) -> dict[str, tuple[str, ...]]:
    """Give the fields that hold each date; of Hugo's special ones `:filename` and `:default` are known."""
    fields = dict(DATES)
    for name, default in DATES.items():
        keys = [key.lower() for key in as_list(table.get(name))]
        if keys:
            expanded = [default if key == ":default" else (key,) for key in keys]
            fields[name] = tuple(key for group in expanded for key in group if key[:1] != ":" or key == ":filename")
    return fields


def _permalinks(table: Metadata) -> dict[str, str]:
    """Give the pattern of each section, from the old form of the table or the one that names the kind of page."""
    pages = table.get("page")
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    return {key.strip("/"): as_text(value) for key, value in (own | (pages if isinstance(pages, dict) else {})).items()}


def _rendering(config: Metadata) -> Rendering:
    extensions = _table(config, "markup.goldmark.extensions")
    typographer = extensions.get("typographer")
    if isinstance(typographer, dict):
        on = not as_bool(typographer.get("disable"))
    else:
        on = typographer is None or as_bool(typographer)
    passthrough = _table(extensions, "passthrough")
    pairs = [
        (as_text(pair[0]), as_text(pair[1]))
        for kind in ("block", "inline")
        for pair in _lists(_table(passthrough, "delimiters").get(kind))
        if len(pair) == 2
    ]
    return Rendering(
        typographer=on,
        raw_html=as_bool(_table(config, "markup.goldmark.renderer").get("unsafe")),
        emoji=as_bool(config.get("enableemoji")),
        verbatim=tuple(pair for pair in pairs if all(pair)) if as_bool(passthrough.get("enable")) else (),
    )


def _lists(value: Value) -> Iterator[list[Value]]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, list):
            yield item


def _jekyll_site(root: Path, folder: Path) -> Site | None:
    name = next((name for name in _JEKYLL if _is_file(folder / name)), None)
    if name is None:
        return None
    reader = _Reader(root)
    path = os.path.normpath(f"{os.path.relpath(folder, root)}/{name}")
    config = reader.read_data(path)
    return Site(
        kind="jekyll",
        zone=_zone(as_text(config.get("timezone")), reader, path),
        permalinks={"": as_text(config.get("permalink"))} if as_text(config.get("permalink")) else {},
        excerpt_separator=as_text(config.get("excerpt_separator")),
        params=config,
        problems=tuple(reader.problems),
        digest=reader.hash.hexdigest(),
    )


def _book_site(root: Path, folder: Path) -> Site | None:
    return Site(kind="book") if any(_is_file(folder / name) for name in _BOOK) else None
