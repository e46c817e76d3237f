"""Two members exchange the papers that they present: the private choice, and the question in the channel."""

from collections.abc import Sequence

import discord
from discord import ui

from bot.club.meeting import Meeting
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import button, menu, row
from bot.ui.text import label, truncate
from bot.ui.titles import title_line

_OPTIONS = 25  # of a menu
_TITLE = 120


def swap_page(mine: Meeting, others: Sequence[Meeting]) -> View:
    """Let a presenter choose which paper they would rather present."""
    text = f"### 🔁 Which paper would you rather present?\n-# Instead of {_name(mine)}. Only you see this"
    if not others:
        return layout(ui.TextDisplay(f"{text}\nThere is no other paper to come that you do not present already."))
    options = [
        discord.SelectOption(label=label(readable_text(truncate(each.title, _TITLE)), 100), value=str(each.id))
        for each in others[:_OPTIONS]
    ]
    for option, each in zip(options, others, strict=False):
        free = "Nobody presents it: it is yours at once"
        option.description = free if each.presenter_id is None else "Somebody presents it: they are asked"
    return layout(ui.TextDisplay(text), row(menu("swapwith", str(mine.id), placeholder="A paper", options=options)))


def _name(meeting: Meeting) -> str:
    return f"**{title_line(meeting.title, _TITLE)}**"


def took_free_one(mine: Meeting, other: Meeting) -> View:
    """Tell a presenter that they have another paper now."""
    told = (
        f"✅ You present {_name(other)} now. Nobody presents {_name(mine)} yet: whoever wants to can say so in /next."
    )
    return layout(ui.TextDisplay(told))


def asked_page(mine: Meeting, other: Meeting, asked: int) -> View:
    """Tell a presenter that the other one was asked."""
    told = (
        f"📨 <@{asked}> was asked in the channel. Until they agree you present {_name(mine)}, and not {_name(other)}."
    )
    return layout(ui.TextDisplay(told))


def swap_question(mine: Meeting, other: Meeting, asker: int, asked: int) -> View:
    """Ask a member in the channel; whoever sends it notifies them, and nobody else."""
    text = (
        f"### 🔁 <@{asked}>, shall we swap?\n<@{asker}> presents {_name(mine)}, and would rather present "
        f"{_name(other)}, which is yours."
    )
    arguments = (str(mine.id), str(other.id), str(asker), str(asked))
    buttons = row(
        button("swapagree", *arguments, label="Agree", emoji="🔁"), button("swaprefuse", *arguments, label="No")
    )
    return layout(ui.TextDisplay(text), buttons)


def swapped(mine: Meeting, other: Meeting, asker: int, asked: int) -> View:
    """Say in the channel that two members have swapped."""
    return layout(ui.TextDisplay(f"🔁 Swapped: <@{asker}> presents {_name(other)}, and <@{asked}> {_name(mine)}."))


def not_swapped(mine: Meeting, other: Meeting, asker: int, asked: int) -> View:
    """Say in the channel that two members have not swapped."""
    return layout(ui.TextDisplay(f"🔁 Not swapped: <@{asker}> presents {_name(mine)}, and <@{asked}> {_name(other)}."))
