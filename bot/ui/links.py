"""Links that lead where they say: only web addresses, encoded, and never under the name of another site."""

import re
import unicodedata
from urllib.parse import urlsplit

from bot.ui.text import clean, no_links

_MAX_URL = 512
_SITES = {
    "aclanthology.org": "ACL Anthology", "arxiv.org": "arXiv", "doi.org": "DOI", "dx.doi.org": "DOI",
    "github.com": "GitHub", "huggingface.co": "Hugging Face", "openreview.net": "OpenReview", "youtube.com": "YouTube",
}  # fmt: skip
_DOMAIN = re.compile(r"(?:[a-z0-9-]{2,63}\.)+(?:[a-z]{2,24})(?![a-z0-9.-]*[a-z0-9])")


def is_web_address(url: str) -> bool:
    """Tell whether a link may be shown as one: http or https, with a host, of a sane length."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None  # https://bank.example@evil.example/
        return parts.scheme.lower() in ("http", "https") and named and len(url) <= _MAX_URL
    except ValueError:
        return False


def safe_url(url: str) -> str:
    """Encode what would end a link early or hide where it leads."""
    encoded = "".join(c if 33 <= ord(c) < 127 and c not in '()<>[]\\`*|"' else _percent(c) for c in clean(url))
    return encoded if is_web_address(encoded) else ""


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def masked_link(text: str, url: str) -> str:
    """Make a link of words and a web address; the words alone when the address is not one."""
    target = safe_url(url)
    text = " ".join(text.split())
    return f"[{no_links(_bracketed(text))}]({target})" if target and text else text


def _bracketed(text: str) -> str:
    """Write the brackets in a link's words as Discord reads them: it takes pairs as they are, and no escaped ones."""
    if "\\[" not in text and "\\]" not in text:
        return text
    bare = text.replace("\\[", "[").replace("\\]", "]")
    depth = 0
    for bracket in re.findall(r"[\[\]]", bare):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            break
    return bare if depth == 0 and "](" not in bare else text.replace("\\[", "\uff3b").replace("\\]", "\uff3d")


def named_link(text: str, plain: str, url: str) -> str:
    """Make a link of words; when the words (`plain`, without markup) name another site, show where it leads."""
    if names_another_site(plain, url):
        target = safe_url(url)
        return f"{no_links(text)} ({target})" if target else no_links(text)
    return masked_link(text, url)


def names_another_site(words: str, url: str) -> bool:
    """Tell whether words hold something like an address that is not that of the link."""
    host = (urlsplit(url).hostname or "").lower()
    folded = unicodedata.normalize("NFKC", clean(words)).lower().replace("\u2024", ".").replace("\u3002", ".")
    named = _DOMAIN.findall(re.sub(r"\s*\.\s*(?=[a-z])", ".", folded))
    return any(domain != host and not host.endswith("." + domain.removeprefix("www.")) for domain in named)


def site_name(url: str) -> str:
    """Name the site of a link as it calls itself, else by its host."""
    host = (urlsplit(url).hostname or "link").removeprefix("www.")
    return _SITES.get(host, host)


def channel_url(guild_id: int | None, channel_id: int | None) -> str:
    """Give the address of a channel or a thread; empty for none."""
    return f"https://discord.com/channels/{guild_id}/{channel_id}" if guild_id and channel_id else ""


def message_url(guild_id: int, channel_id: int | None, message_id: int | None) -> str:
    """Give the address of a message; empty where it is not known."""
    return f"{channel_url(guild_id, channel_id)}/{message_id}" if channel_id and message_id else ""
