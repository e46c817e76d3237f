"""Who presents a paper: the line on its card, whom the rota proposes, and how two members exchange papers."""

import asyncio
from datetime import datetime
from typing import Any

import discord
from discord import ui

from bot.club.meeting import Meeting
from bot.club.stores.rota import RotaStore
from bot.ui.cards import View
from bot.ui.controls import Interaction, button, make_custom_id, row
from bot.ui.presence import Presence, find_presence
from bot.ui.spots import Spot, find_spots, open_view

_ASKED = 3  # of those whose turn it is, asked at a time whether they are still here
_MOST = 9
_PATIENCE = 1.5  # seconds; Discord waits three for an answer


def presenter_items(
    meeting: Meeting, place: str, *, proposed: int | None = None, unknown: bool = False, others: bool = False
) -> list[ui.Item[Any]]:
    """Say on the card of a paper who presents it, or whose turn it would be, with the buttons for that.

    `place` names the entry of the agenda that the card shows; `proposed` is a member who is still here; `unknown` tells
    that Discord could not say so of the presenter; `others` that there are more papers to come, with which this one may
    be swapped.
    """
    number = str(meeting.id)
    text = ui.TextDisplay[Any](_line(meeting.presenter_id, proposed, unknown=unknown), id=Spot.PRESENTER)
    if meeting.presenter_id is None:
        buttons = [button("present", number, place, label="I'll present")]
        if proposed is not None:
            buttons.append(button("notmyturn", number, str(proposed), label="Not this time"))
    else:
        buttons = [button("unpresent", number, place, label="Not me after all")]
        if others:
            buttons.append(button("swap", number, label="Swap", emoji="🔁"))
    return [text, row(*buttons)] if len(buttons) > 1 else [ui.Section(text, accessory=buttons[0])]


def _line(presenter_id: int | None, proposed: int | None, *, unknown: bool = False) -> str:
    if presenter_id is not None:
        return (
            "🎤 Somebody presents it; Discord cannot say just now who"
            if unknown
            else f"🎤 <@{presenter_id}> presents it"
        )
    turn = f"\n-# By the rota it is <@{proposed}>'s turn" if proposed is not None else ""
    return f"🎤 Nobody presents it yet{turn}"


def with_proposal(message: discord.Message, number: int, proposed: int | None) -> View | None:
    """Give the card of a paper as it was posted, but for whom the rota proposes; None where it does not say that."""
    view = open_view(message)
    lines = find_spots(view, Spot.PRESENTER)
    for line in lines:
        line.content = _line(None, proposed)
    for item in list(view.walk_children()):
        if isinstance(item, ui.Button) and (item.custom_id or "").startswith("pc:b:notmyturn:"):
            if proposed is not None:
                item.custom_id = make_custom_id("b", "notmyturn", (str(number), str(proposed)))
            elif isinstance(item.parent, ui.ActionRow):
                item.parent.remove_item(item)
    return view if lines else None


async def find_proposed(interaction: Interaction, rota: RotaStore, number: int, now: datetime) -> int | None:
    """Give whom the rota proposes for a paper, of those who are still here; nobody where Discord does not say so."""
    turns = await rota.list_turns(interaction.guild_id or 0, number, now)
    try:
        async with asyncio.timeout(_PATIENCE):
            for start in range(0, min(len(turns), _MOST), _ASKED):
                asked = turns[start : start + _ASKED]
                presences = await asyncio.gather(*(find_presence(interaction, each) for each in asked))
                for member_id, presence in zip(asked, presences, strict=True):
                    if presence is not Presence.LEFT:
                        return member_id if presence is Presence.HERE else None
    except TimeoutError:
        pass
    return None
