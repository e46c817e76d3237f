"""What is posted around a meeting: what organisers see of it on the page of a slot, and what they set there."""

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.club.ladder import AFTER, Kind, Ladder
from bot.club.slot import Slot
from bot.errors import ClubError
from bot.ui.controls import ControlSelect, field, form, menu

# What can be posted around a meeting; each can be off. Of the first two, organisers choose how many days before it.
POSTS = {
    "choose": "What to read is chosen",
    "prompt": "The prompt",
    "3d": "A reminder, 3 days before",
    "24h": "A reminder, 24 hours before",
    "1h": "A reminder, 1 hour before",
    AFTER: "Afterwards: how was it?",
    "events": "Events of the server",
}
_SHORT = {"choose": "Choice", "prompt": "Prompt"}  # for a phone
_MOST_DAYS = {"choose": 21, "prompt": 14}
MINUTES = (30, 45, 60, 75, 90, 120, 150, 180)  # for which a meeting can last


def quiet_line(slot: Slot) -> str:
    """Say in which hours nothing is posted."""
    if slot.quiet is None:
        return "-# No quiet hours: reminders come at any hour"
    return f"-# Quiet from {slot.quiet.begin:%H:%M} to {slot.quiet.end:%H:%M}: what would come then waits"


def posts_menu(slot: Slot, number: int) -> ControlSelect:
    """Offer what can be posted around a meeting; several can be on."""
    on = [*chosen_posts(slot.ladder), *(["events"] if slot.has_events else [])]
    days = {rung: f", {_count_days(number)} before" for rung, number in days_before(slot.ladder).items()}
    options = [
        discord.SelectOption(label=text + days.get(value, ""), value=value, default=value in on)
        for value, text in POSTS.items()
    ]
    placeholder = "No posts around a meeting"
    return menu(
        "slotposts", str(slot.id), placeholder=placeholder, options=options, number=number, least=0, most=len(options)
    )


def days_menu(slot: Slot, rung: str, number: int) -> ControlSelect:
    """Offer the days before a meeting at which it fits: what is read is chosen before the prompt."""
    ladder = slot.ladder
    first = (ladder.prompt or 0) + 1 if rung == "choose" else 1
    options = [
        discord.SelectOption(
            label=f"{_SHORT[rung]} {_count_days(days)} before",
            value=str(days),
            default=days == days_before(ladder)[rung],
        )
        for days in range(first, _MOST_DAYS[rung] + 1)
    ]
    return menu("slotdays", str(slot.id), rung, placeholder=POSTS[rung], options=options, number=number)


def minutes_menu(slot: Slot, number: int) -> ControlSelect:
    """Offer how long a meeting can last."""
    lasts = slot.ladder.minutes
    options = [
        discord.SelectOption(label=f"A meeting lasts {say_minutes(each)}", value=str(each), default=each == lasts)
        for each in sorted({*MINUTES, lasts})
    ]
    return menu("slotminutes", str(slot.id), placeholder="How long a meeting lasts", options=options, number=number)


def say_minutes(minutes: int) -> str:
    """Say how long a meeting lasts: 45 minutes, 1 hour, 2½ hours."""
    if minutes < 60 or minutes % 30:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{minutes // 60}{'½' if minutes % 60 else ''} hour{'' if minutes == 60 else 's'}"


def days_before(ladder: Ladder) -> dict[str, int]:
    """Give how many days before a meeting those posts come that are on."""
    return {rung: days for rung, days in (("choose", ladder.choose), ("prompt", ladder.prompt)) if days is not None}


def _count_days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def read_days(ladder: Ladder, rung: str, text: str) -> Ladder:
    """Read how many days before a meeting a post is to come; raise ClubError for what will not do."""
    days = int(text)
    if not 1 <= days <= _MOST_DAYS[rung]:
        raise ClubError(f"That post comes 1 to {_MOST_DAYS[rung]} days before a meeting.")
    return replace(ladder, choose=days) if rung == "choose" else replace(ladder, prompt=days)


def chosen_posts(ladder: Ladder) -> list[str]:
    """Give which posts of a ladder are on."""
    return [*days_before(ladder), *ladder.reminders, *([AFTER] if ladder.after else [])]


def read_posts(values: Sequence[str], before: Ladder) -> Ladder:
    """Read which posts are to be on; what is not offered is left out, and what was on keeps its days."""
    others = ("choose", "prompt", AFTER, "events")
    reminders = tuple(each for each in POSTS if each in values and each not in others)
    default = Ladder()
    prompt = (before.prompt or default.prompt) if "prompt" in values else None
    choose = before.choose or max(default.choose or 0, (prompt or 0) + 3)
    choose = choose if "choose" in values else None
    return Ladder(Kind.MEETING, choose, prompt, reminders, before.minutes, AFTER in values)


def read_minutes(ladder: Ladder, text: str) -> Ladder:
    """Read how long a meeting is to last; raise ClubError for what is not offered."""
    if int(text) not in MINUTES:
        raise ClubError("A meeting lasts one of the times that the menu offers. Choose one of them.")
    return replace(ladder, minutes=int(text))


def quiet_form(slot: Slot) -> discord.ui.Modal:
    """Ask for the hours in which nothing is posted before a meeting."""
    begin, end = (f"{slot.quiet.begin:%H:%M}", f"{slot.quiet.end:%H:%M}") if slot.quiet else ("", "")
    fields = [
        field(
            "begin", "Quiet from", about="Leave both empty for none", value=begin, placeholder="22:00", required=False
        ),
        field("end", "To", about="In the slot's time zone", value=end, placeholder="08:00", required=False),
    ]
    return form("quiet", str(slot.id), title="Quiet hours", fields=fields)
