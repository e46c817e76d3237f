"""What a section, or the whole site, sets for the pages below it: Hugo's `cascade`. Pure.

Source: https://gohugo.io/content-management/front-matter/#cascade-1.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.library.frontmatter import Metadata, Value
from bot.library.hugo import as_text, merged_params

_LONGEST_GLOB = 200
_MOST_STARS = 8  # more would make the matching slow


@dataclass(frozen=True, slots=True)
class Cascade:
    """The rules of one section page. `folder` is its path in the content, empty for the root."""

    folder: str
    rules: tuple[Metadata, ...]


def read_rules(value: Value) -> tuple[Metadata, ...]:
    """Read a `cascade`, one table or a list of them, into rules: the fields, and `target` where there is one."""
    items = value if isinstance(value, list) else [value]
    return tuple({key.lower(): field for key, field in item.items()} for item in items if isinstance(item, dict))


def apply_cascades(metadata: Metadata, cascades: tuple[Cascade, ...], page: str) -> Metadata:
    """Fill the fields that a page does not set itself; `page` is its path in the content, without extension.

    `cascades` come nearest first. A page's own `cascade` holds for itself too.
    """
    rules = list(read_rules(metadata.get("cascade")))
    for cascade in cascades:
        if not cascade.folder or page.lower().startswith(cascade.folder.lower() + "/"):
            rules += cascade.rules
    if not rules:
        return metadata
    filled = dict(metadata)
    for rule in rules:
        if _is_meant(rule, "/" + page.lower()):
            for key, value in merged_params(rule).items():
                if key not in ("cascade", "target", "_target", "params"):
                    filled.setdefault(key, value)
    return filled


def _is_meant(rule: Metadata, page: str) -> bool:
    target = rule.get("target", rule.get("_target"))
    if not isinstance(target, dict):
        return True
    wanted = {key.lower(): as_text(value).lower() for key, value in target.items()}
    facts = {"path": page, "kind": "page", "environment": "production"}
    return all(not wanted.get(key) or _glob(wanted[key]).fullmatch(fact) for key, fact in facts.items())


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    """Translate a glob of Hugo: `**` crosses slashes, `{a,b}` is a choice; one that makes no sense fits nothing."""
    if len(pattern) > _LONGEST_GLOB or pattern.count("*") > _MOST_STARS:
        return re.compile(r"(?!)")
    signs = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    depth, pieces = 0, list[str]()
    for part in re.findall(r"\*\*|.", pattern, re.DOTALL):
        depth += (part == "{") - (part == "}")
        if depth < 0:
            return re.compile(r"(?!)")
        pieces.append("|" if part == "," and depth else signs.get(part) or re.escape(part))
    return re.compile("".join(pieces) if not depth else r"(?!)", re.DOTALL)
