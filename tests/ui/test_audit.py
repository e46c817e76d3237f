"""What organisers read of decisions, without a Discord."""

from datetime import UTC, datetime

from discord import ui

from bot.club.stores.audit import AuditLine
from bot.ui.audit import audit_page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_title_that_speaks_of_a_channel_names_none() -> None:
    lines = [
        AuditLine(NOW, 1, "declined", "Noise of channel 12"),
        AuditLine(NOW, 1, "set", "channel 13, organisers 14"),
    ]
    view = audit_page(lines, 0, 2)
    text = "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))
    assert "Noise of channel 12" in text
    assert "channel <#13>, organisers <@&14>" in text
