"""The text of a file -> metadata and body: YAML, TOML and JSON front matter, read without trust.

python-frontmatter drives the reading; its own handlers are replaced, because they drop an unclosed block
without a word, have no limits, and turn `no`, `0777` and `1:30` into False, 511 and 90. Here scalars of YAML
stay text, and whoever knows the field converts it.

Refused, since each one can be made to hang or crash a reader: anchors, aliases and merge keys, more than
`MAX_DEPTH` levels, more than `MAX_NODES` values, a block of more than `MAX_BLOCK` characters.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

MAX_BLOCK = 128 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000

Scalar = str | bool | int | float | datetime | date | time | None
Value = Scalar | list["Value"] | dict[str, "Value"]
Metadata = dict[str, Value]


class FrontMatterError(Exception):
    """Say what is wrong with a front-matter block and in which line of the file, counted from 1.

    Not a ValueError: python-frontmatter swallows those.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """A file taken apart. Keys of `metadata` are lower-case, as Hugo reads them; `body_line` counts from 1."""

    metadata: Metadata
    body: str
    body_line: int


def parse_document(text: str) -> Document:
    """Split a decoded file into metadata and body; raise FrontMatterError when the block cannot be read."""
    head = text.lstrip()
    handler = next((handler for handler in _HANDLERS if handler.detect(head)), None)
    if handler is None:
        body = head.rstrip()
        return Document({}, body, 1 + text[: len(text) - len(head)].count("\n"))
    first_line = 1 + text[: len(text) - len(head)].count("\n")
    try:
        metadata, body = frontmatter.parse(text, handler=handler)
    except FrontMatterError as error:
        raise FrontMatterError(error.line + first_line - 1, error.reason) from error.__cause__
    start = len(text.rstrip()) - len(body)
    lowered = {key.lower(): value for key, value in cast("Metadata", metadata).items()}
    return Document(lowered, body, 1 + text[:start].count("\n"))


def raw_block(text: str) -> tuple[str, str, str]:
    """Give a block of front matter as it is written, without its marks: its format, the block, and what follows.

    The format is ``yaml``, ``toml`` or ``json``, or empty where there is no block. Raises FrontMatterError.
    """
    head = text.lstrip()
    handler = next((handler for handler in _HANDLERS if handler.detect(head)), None)
    return ("", "", head) if handler is None else (handler.name.lower(), *handler.split(head))


def _check(value: Value) -> None:
    """Bound the size and depth of what a parser returned, and refuse text that SQLite cannot store."""
    nodes, todo = 0, [(value, 1)]
    while todo:
        node, depth = todo.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise FrontMatterError(1, f"the front matter is nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise FrontMatterError(1, f"the front matter holds more than {MAX_NODES:,} values")
        if isinstance(node, dict):
            todo += [(child, depth + 1) for child in node.values()]
            todo += [(key, depth + 1) for key in node]
        elif isinstance(node, list):
            todo += [(child, depth + 1) for child in node]
        elif isinstance(node, int) and node.bit_length() > 63:
            raise FrontMatterError(1, "the front matter holds a number that is too large")
        elif isinstance(node, str) and not node.isascii():
            try:
                node.encode()
            except UnicodeEncodeError:
                raise FrontMatterError(1, "the front matter holds half of a surrogate pair") from None


class _Fenced(BaseHandler):
    """A block between two lines of a delimiter; the closing line need only begin with it, as in Hugo."""

    name: str
    fence: str
    closing: re.Pattern[str]

    def detect(self, text: str) -> bool:
        return bool(re.match(re.escape(self.fence) + r"[ \t]*(?:\n|\Z)", text))

    def split(self, text: str) -> tuple[str, str]:
        opening = text.find("\n") + 1 or len(text)
        closing = self.closing.search(text, opening)
        if closing is None:
            raise FrontMatterError(
                1, f"the {self.name} front matter that begins here has no end: close it with a line of {self.fence}"
            )
        if closing.start() - opening > MAX_BLOCK:
            raise FrontMatterError(1, f"the front matter is longer than {MAX_BLOCK // 1024} KiB")
        body = text.find("\n", closing.end()) + 1 or len(text)
        return text[opening : closing.start()], text[body:]


class _Yaml(_Fenced):
    name = "YAML"
    fence = "---"
    closing = FM_BOUNDARY = re.compile(r"^---", re.MULTILINE)

    def load(self, fm: str, **kwargs: object) -> Metadata:
        try:
            value = _load_yaml(fm)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 2 if mark else 1
            raise FrontMatterError(line, f"the YAML cannot be read: {error.problem or error.context}") from error
        except yaml.YAMLError as error:  # characters that YAML forbids
            raise FrontMatterError(1, f"the YAML cannot be read: {str(error).splitlines()[0]}") from error
        if value is None:
            return {}
        if not isinstance(value, dict):
            kind = "a list" if isinstance(value, list) else "a line of text"
            raise FrontMatterError(2, f"the front matter is {kind} where `key: value` lines are expected")
        return value


_YAML_LOADER = cast("Any", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


def _load_yaml(text: str) -> Value:
    """Build plain values in one walk over the parser's events, so that no limit can be passed unseen."""
    root: list[Value] = []
    # An open collection, and for a mapping the key that waits for its value.
    stack: list[tuple[list[Value] | dict[str, Value], str | None]] = [(root, None)]

    def add(value: Value, line: int) -> None:
        container, key = stack[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is not None:
            container[key] = value
            stack[-1] = (container, None)
        elif not isinstance(value, str | None):
            raise FrontMatterError(line, "a list or a mapping is used as a key: quote it")
        else:
            name = "null" if value is None else value
            if name == "<<":
                raise FrontMatterError(line, "merge keys (<<) are not allowed: write the values out")
            if name in container:
                raise FrontMatterError(line, f"the key `{name}` stands here for the second time: keep one")
            stack[-1] = (container, name)

    events = cast("Iterator[Any]", yaml.parse(text, Loader=_YAML_LOADER))  # pyright: ignore[reportUnknownMemberType]
    for nodes, event in enumerate(events):
        line: int = event.start_mark.line + 2
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise FrontMatterError(
                line, "anchors and aliases (& and *) are not allowed: write the value out, or quote it"
            )
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style in (None, "")
            add(None if plain and event.value in _NULLS else event.value, line)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            opened: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            add(opened, line)
            stack.append((opened, None))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.DocumentEndEvent):
            break
        if len(stack) > MAX_DEPTH:
            raise FrontMatterError(line, f"the front matter is nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise FrontMatterError(line, f"the front matter holds more than {MAX_NODES:,} values")
    value = root[0] if root else None
    _check(value)
    return value


_MAX_TABLES = 1_000
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{MAX_DEPTH}}}")


class _Toml(_Fenced):
    name = "TOML"
    fence = "+++"
    closing = FM_BOUNDARY = re.compile(r"^\+\+\+", re.MULTILINE)

    def load(self, fm: str, **kwargs: object) -> Metadata:
        try:
            if fm.count("\n[") > _MAX_TABLES:
                raise FrontMatterError(1, f"the front matter holds more than {_MAX_TABLES:,} tables")
            if _DEEP_KEY.search(_STRING.sub("s", fm)):  # which tomllib would take quadratic time for
                raise FrontMatterError(1, f"the front matter is nested more than {MAX_DEPTH} levels deep")
            value: Metadata = tomllib.loads(fm, parse_float=str)  # 1706.03760 is an arXiv id as often as a number
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"line ([0-9]+)", str(error))
            line = int(where[1]) + 1 if where else 1 + fm.count("\n")
            reason = re.sub(r" \(at .*\)$", "", str(error))
            raise FrontMatterError(line, f"the TOML cannot be read: {reason}") from error
        except (ValueError, RecursionError) as error:  # 2020-02-30 as a date; ten thousand brackets
            raise FrontMatterError(1, f"the TOML cannot be read: {error}") from error
        _check(value)
        return value


class _Json(BaseHandler):
    """An object at the start of the file. `{{<` is a shortcode and `{%` a tag of Liquid, not JSON."""

    name = "JSON"
    opening = FM_BOUNDARY = re.compile(r'\{\s*["}]')

    def detect(self, text: str) -> bool:
        return bool(self.opening.match(text))

    def split(self, text: str) -> tuple[str, str]:
        try:
            _, end = json.JSONDecoder(strict=False, parse_float=str).raw_decode(text[: MAX_BLOCK + 1])
        except json.JSONDecodeError as error:
            raise FrontMatterError(error.lineno, f"the JSON front matter cannot be read: {error.msg}") from error
        except (ValueError, RecursionError) as error:
            raise FrontMatterError(1, f"the JSON front matter cannot be read: {error}") from error
        return text[:end], text[end:]

    def load(self, fm: str, **kwargs: object) -> Metadata:
        value = cast("Metadata", json.loads(fm, strict=False, parse_float=str))
        _check(value)
        return value


_HANDLERS: tuple[_Yaml, _Toml, _Json] = (_Yaml(), _Toml(), _Json())


def parse_data(text: str, suffix: str) -> Metadata:
    """Read a whole file of data, such as a site's configuration, with the same limits; `suffix` names its format.

    Raises FrontMatterError when it cannot be read.
    """
    if len(text) > MAX_BLOCK:
        raise FrontMatterError(1, f"it is longer than {MAX_BLOCK // 1024} KiB")
    yaml_, toml, json_ = _HANDLERS
    try:
        if suffix == ".json":
            start = text.lstrip()
            return _as_table(json_.load(json_.split(start)[0]) if start else {})
        return _as_table((toml if suffix == ".toml" else yaml_).load(text))
    except FrontMatterError as error:  # their lines count from the fence above
        raise FrontMatterError(max(1, error.line - (suffix != ".json")), error.reason) from error.__cause__


def _as_table(value: Value) -> Metadata:
    if not isinstance(value, dict):
        raise FrontMatterError(1, "it is no table of settings")
    return value
