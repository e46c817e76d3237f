"""Ballots as members see them: the message that opens one, the private ballot paper, and a ballot that is over."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import discord
from discord import ui

from bot.club.ballot import Ballot, BallotOption, BallotState, Option
from bot.club.counting import Method, Outcome, rule_of
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import ControlButton, ControlSelect, button, menu, row
from bot.ui.links import message_url
from bot.ui.mentions import Mentions
from bot.ui.spots import Spot, find_spots, open_view
from bot.ui.text import author_list, label, length, no_links, one_line, truncate

PLACES = ("First choice", "Second choice", "Third choice")
METHODS = {Method.APPROVAL: "Approval", Method.RANKED: "Ranked"}

_ROOM = 2_600  # of the 4,000 characters of a message, for its list of papers
_TITLE = 600
_AUTHORS = 3
_NAMED = 5  # papers of an own vote that are named; of more the numbers
VOTERS = "those who say that they come to the next meeting, or came to one of the last three"
_HEADING = "## What do we read next?"


# --- papers and rules -----------------------------------------------------------------------------


@lru_cache(maxsize=1_000)
def readable_title(text: str) -> str:
    """Give a title of a source as it is read: formulas as text. What was read once is kept."""
    return readable_text(text)


def title_of(option: Option | BallotOption) -> str:
    """Give the title of an option, unescaped."""
    return option.title if option.review_key else readable_title(option.title)


def option_lines(options: Sequence[Option | BallotOption], room: int = _ROOM) -> str:
    """Give the papers a number each, with their whole titles, and who wrote them where there is room for it."""
    return _option_lines(tuple(options), room)


@lru_cache(maxsize=256)
def _option_lines(options: tuple[Option | BallotOption, ...], room: int) -> str:
    lines = [f"**{number}.** {one_line(title_of(option), _TITLE)}" for number, option in enumerate(options, 1)]
    for authors in (_AUTHORS, 1):
        text = "\n".join(line + _about(option, authors) for line, option in zip(lines, options, strict=True))
        if length(text) <= room:
            return text
    if length("\n".join(lines)) > room:
        lines = [truncate(line, room // len(lines) - 1) for line in lines]
    return "\n".join(lines)


def _about(option: Option | BallotOption, authors: int) -> str:
    again = "to read again" if option.review_key else ""
    parts = [no_links(author_list(option.authors, authors)), str(option.year or ""), again]
    about = " · ".join(filter(None, parts))
    return f"\n-# {about}" if about else ""


def terms_lines(method: Method, closes_at: datetime | None, quorum: int, *, attendees: bool = False) -> list[str]:
    """Say how a ballot is counted, when it ends, how many have to vote, and who may."""
    lines = [f"**{METHODS[method]} vote.** {rule_of(method)}"]
    if closes_at:
        until = discord.utils.format_dt(closes_at, "F")
        lines.append(f"**Closes:** {discord.utils.format_dt(closes_at, 'R')}, {until}")
    else:
        lines.append("**Closes:** when an organiser ends it")
    if quorum:
        lines.append(f"**Quorum:** at least {_members(quorum)} must vote")
    if attendees:
        lines.append(f"**Who votes:** {VOTERS}")
    return lines


def _terms_of(ballot: Ballot) -> list[str]:
    return terms_lines(ballot.method, ballot.closes_at, ballot.quorum, attendees=ballot.attendees)


def _members(count: int) -> str:
    return f"{count:,} member{'' if count == 1 else 's'}"


def _voted(count: int) -> str:
    return f"{_members(count)} {'has' if count == 1 else 'have'} voted" if count else "Nobody has voted"


def gap() -> ui.Separator[Any]:
    """Leave room between two texts."""
    return ui.Separator(visible=False)


def link_to_ballot(ballot: Ballot) -> list[ui.Item[Any]]:
    """Make the button that leads to the message of a ballot, if that is known."""
    url = message_url(ballot.guild_id, ballot.channel_id, ballot.message_id)
    return [ui.Button(label="Go to the ballot", url=url)] if url else []


def menu_number(clicked: int) -> int:
    """Give menus another number after each click, by its id, so that they show what is kept and not what was chosen."""
    return 1_000 + clicked % 999_983 * len(PLACES)


# --- the public message ---------------------------------------------------------------------------


def ballot_message(ballot: Ballot) -> View:
    """Show an open ballot to everybody: how many have voted, never for what."""
    return layout(
        ui.TextDisplay(_HEADING),
        gap(),
        ui.TextDisplay(option_lines(ballot.options)),
        ui.Separator(),
        ui.TextDisplay("\n".join(_terms_of(ballot))),
        gap(),
        ui.TextDisplay(
            f"**{_voted(ballot.voters)} so far**\n-# Votes are secret, and nothing is counted before the end"
        ),
        row(button("vote", str(ballot.id), label="Vote", emoji="🗳️")),
    )


def with_occasion(view: View, message: discord.Message) -> View:
    """Let a ballot's new message say what the posted one does of the meeting that it is for."""
    box = view.children[0]
    for item in find_spots(open_view(message), Spot.OCCASION):
        if isinstance(box, ui.Container):
            box.add_item(ui.TextDisplay(item.content, id=Spot.OCCASION))
    return view


def over_message(ballot: Ballot, result_url: str = "") -> View:
    """Show a ballot that was counted or cancelled, without its button; `result_url` leads to the result."""
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(_HEADING),
        gap(),
        ui.TextDisplay(option_lines(ballot.options)),
        ui.Separator(),
        ui.TextDisplay(f"**{over_line(ballot)}**"),
    ]
    if result_url:
        items.append(row(ui.Button(label="See the result", url=result_url)))
    return layout(*items)


def over_line(ballot: Ballot) -> str:
    """Say in a sentence how a ballot ended."""
    result = ballot.result
    if ballot.state is BallotState.CANCELLED:
        return "This ballot was cancelled: nothing was counted."
    if result is None:
        return "This ballot is over, and is being counted."
    if result.winner is not None:
        return f"This ballot is over. The club reads: {one_line(title_of(ballot.options[result.winner]), _TITLE)}"
    missed = f"{_voted(result.voters)}, too few" if result.outcome is Outcome.NO_QUORUM else "nobody voted"
    return f"This ballot is over, and nothing is decided: {missed}."


def notice(text: str, *links: ui.Item[Any]) -> View:
    """Say a sentence, with buttons below it if there are any."""
    return layout(ui.TextDisplay(truncate(text, 2_000)), *([row(*links)] if links else []))


def already_open(ballot: Ballot, mentions: Mentions) -> View:
    """Say that a ballot is open; one whose message is not known can be posted again."""
    said = f"A ballot is open already, and a club has one at a time. {mentions.mention('ballot close')} ends it."
    again = button("postballot", str(ballot.id), label="Post it again", emoji="📣")
    return notice(said, *(link_to_ballot(ballot) or [again]))


# --- one's own vote -------------------------------------------------------------------------------


def vote_lines(ballot: Ballot, choices: Sequence[int]) -> str:
    """Tell a member their own vote in words."""
    if not choices:
        return "**Your vote**\nYou have not voted yet."
    if len(choices) > _NAMED:
        numbers = ", ".join(str(option + 1) for option in choices)
        return f"**Your vote**\nYou chose {len(choices)} papers: {numbers}"
    names = [f"**{option + 1}.** {one_line(title_of(ballot.options[option]), 100)}" for option in choices]
    if ballot.method is Method.RANKED:
        names = [f"{_place(place)}: {name}" for place, name in enumerate(names)]
    return "\n".join(["**Your vote**", *names])


def _place(place: int) -> str:
    return PLACES[place] if place < len(PLACES) else f"{place + 1}th choice"


def own_ballot(ballot: Ballot, choices: Sequence[int]) -> View:
    """Show the open ballot to a member, with their own vote."""
    words = "Change my vote" if choices else "Vote"
    return layout(
        ui.TextDisplay(_HEADING),
        gap(),
        ui.TextDisplay(option_lines(ballot.options, _ROOM - 400)),
        ui.Separator(),
        ui.TextDisplay("\n".join(_terms_of(ballot))),
        gap(),
        ui.TextDisplay(f"**{_voted(ballot.voters)} so far**"),
        ui.Separator(),
        ui.TextDisplay(vote_lines(ballot, choices)),
        row(button("vote", str(ballot.id), label=words, emoji="🗳️"), *link_to_ballot(ballot)),
    )


def ballot_paper(ballot: Ballot, choices: Sequence[int], clicked: int, said: str = "") -> View:
    """Show a member's own ballot paper, on which each choice is kept at once.

    `clicked` is the id of the click that it answers; `said` is about the last choice.
    """
    ranked = ballot.method is Method.RANKED
    how = "Choose one, two or three papers, the best first" if ranked else "Tick as many papers as you like"
    end = f" until {discord.utils.format_dt(ballot.closes_at, 'f')}" if ballot.closes_at else ""
    opening = f"## Your ballot paper\n-# Only you see it. Each choice is kept at once, and can be changed{end}"
    if ballot.attendees:
        opening += f"\n-# Who votes: {VOTERS}"
    controls = _ranking_menus(ballot, choices, clicked) if ranked else [_approval_menu(ballot, choices, clicked)]
    vote = vote_lines(ballot, choices) + (f"\n-# {said}" if said else "")
    return layout(
        ui.TextDisplay(opening),
        gap(),
        ui.TextDisplay(option_lines(ballot.options, _ROOM - 400)),
        ui.Separator(),
        ui.TextDisplay(vote),
        gap(),
        ui.TextDisplay(f"-# {how}"),
        *(row(control) for control in controls),
        row(_take_back(ballot, choices), *link_to_ballot(ballot)),
    )


def _take_back(ballot: Ballot, choices: Sequence[int]) -> ControlButton:
    return button("unvote", str(ballot.id), label="Take my vote back", emoji="↩️", disabled=not choices)


def _approval_menu(ballot: Ballot, choices: Sequence[int], clicked: int) -> ControlSelect:
    options = _menu_options(ballot, choices)
    return menu(
        "approve", str(ballot.id), placeholder="Tick the papers that you would like to read", options=options, least=0,
        most=len(options), number=menu_number(clicked),
    )  # fmt: skip


def _ranking_menus(ballot: Ballot, choices: Sequence[int], clicked: int) -> list[ControlSelect]:
    return [
        menu(
            "rank", str(ballot.id), str(place), placeholder=words, options=_menu_options(ballot, choices[place:][:1]),
            least=0, number=menu_number(clicked) + place,
        )
        for place, words in enumerate(PLACES[: len(ballot.options)])
    ]  # fmt: skip


def _menu_options(ballot: Ballot, chosen: Sequence[int]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=label(f"{position + 1}. {title_of(option)}", 100),
            value=str(position),
            description=label(", ".join(option.authors[:2]), 100) if option.authors else None,
            default=position in chosen,
        )
        for position, option in enumerate(ballot.options)
    ]


# --- ending one -----------------------------------------------------------------------------------


def closing_question(ballot: Ballot) -> View:
    """Ask an organiser whether a ballot shall be counted now, or dropped."""
    end = f"\nIt would close {discord.utils.format_dt(ballot.closes_at, 'R')} by itself." if ballot.closes_at else ""
    few = "\n⚠️ With so few votes the quorum is missed: nothing would be decided." if _few(ballot) else ""
    number = str(ballot.id)
    return layout(
        ui.TextDisplay(f"## End the ballot?\n{_voted(ballot.voters)} so far.{end}{few}"),
        row(
            button("countnow", number, label="Count now", emoji="🗳️"),
            button("dropballot", number, label="Cancel without counting", emoji="🗑️"),
        ),
    )


def _few(ballot: Ballot) -> bool:
    return ballot.voters < ballot.quorum
