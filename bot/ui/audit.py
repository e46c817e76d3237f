"""Who decided what, for the organisers of the club."""

import re
from collections.abc import Sequence

import discord
from discord import ui

from bot.club.stores.audit import AuditLine
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.text import one_line

PER_PAGE = 10
_CHANNEL = re.compile(r"\bchannel ([0-9]{1,20})\b")
_ROLE = re.compile(r"\b(organisers|reminded) ([0-9]{1,20})\b")


def audit_page(lines: Sequence[AuditLine], page: int, total: int) -> View:
    """Show a page (counted from 0) of what was decided, the newest first."""
    last = max(0, (total - 1) // PER_PAGE)
    counter = f"\n-# page {page + 1} of {last + 1}" if last else ""
    told = "\n".join(map(_line, lines)) or "Nothing yet."
    buttons = [
        button("audit", str(max(0, page - 1)), "b", label="Newer", emoji="◀️", disabled=page <= 0),
        button("audit", str(min(last, page + 1)), "f", label="Older", emoji="▶️", disabled=page >= last),
    ]
    shown = [*(buttons if last else []), button("setup", label="What is set", emoji="⚙️")]
    return layout(ui.TextDisplay(f"## Who decided what{counter}"), ui.TextDisplay(told), row(*shown))


def _line(line: AuditLine) -> str:
    """Write a line; a mention shows a name to those who read it, and pings nobody."""
    who = f" <@{line.actor_id}>" if line.actor_id else ""
    what = one_line(line.subject, 200)
    if line.action == "set":  # and not where the title of a paper holds such words
        what = _ROLE.sub(r"\1 <@&\2>", _CHANNEL.sub(r"channel <#\1>", what))
    return f"- {discord.utils.format_dt(line.at, 'd')}{who} **{one_line(line.action, 40)}** {what}"
