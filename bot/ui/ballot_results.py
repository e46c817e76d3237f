"""What a ballot came to: the winner, how that came about, and the tallies. No voter, and no vote."""

from typing import Any

from discord import ui

from bot.club.ballot import Ballot, BallotOption
from bot.club.counting import Count, Method, Round, explain, rule_of
from bot.ui.ballots import METHODS, VOTERS, gap, link_to_ballot, title_of
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.links import is_web_address
from bot.ui.text import author_list, label, length, no_links, one_line, truncate

_BAR = 14  # blocks of the longest bar: with a number it fits a phone's line
_EIGHTHS = " ▏▎▍▌▋▊▉"
_EXPLAINED, _TALLIED = 1_400, 1_500  # of the 4,000 characters of a message


def result_message(ballot: Ballot, result: Count, *, private: bool = False) -> View:
    """Show what a ballot came to; a private answer leads to the ballot too."""
    winner = ballot.options[result.winner] if result.winner is not None else None
    items: list[ui.Item[Any]] = [ui.TextDisplay(_heading(winner))]
    items += [gap(), ui.TextDisplay(_explained(ballot, result)), *_tallies(ballot, result), ui.Separator()]
    kept = f"{'The other' if winner else 'All'} papers stay suggested and keep their votes"
    who = f"-# Who could vote: {VOTERS}\n" if ballot.attendees else ""
    items.append(ui.TextDisplay(f"-# {METHODS[ballot.method]} vote. {rule_of(ballot.method)}\n{who}-# {kept}"))
    buttons = [*(_ways(winner) if winner else []), *(link_to_ballot(ballot) if private else [])]
    return layout(*items, *([row(*buttons)] if buttons else []))


def _heading(winner: BallotOption | None) -> str:
    if winner is None:
        return "## No paper was chosen"
    name = one_line(title_of(winner), 400)
    ids = [f"`{label(str(winner.paper_id), 100)}`"] if winner.paper_id and "`" not in str(winner.paper_id) else []
    about = [truncate(no_links(author_list(winner.authors, 6)), 300), str(winner.year or ""), *ids]
    lines = ["-# 🏆 The club reads next", f"{'##' if len(name) <= 70 else '###'} {name}"]
    return "\n".join([*lines, f"-# {line}" if (line := " · ".join(filter(None, about))) else ""]).rstrip()


def _ways(winner: BallotOption) -> list[ui.Item[Any]]:
    """Make buttons to the review, and to an address that is built from the id."""
    ways: list[ui.Item[Any]] = []
    if winner.review_key:
        ways.append(button("card", winner.review_key, label="Open the review", emoji="📗"))
    if winner.paper_id and is_web_address(winner.paper_id.url):
        ways.append(ui.Button(label="Open the paper", url=winner.paper_id.url))
    return ways


def _explained(ballot: Ballot, result: Count) -> str:
    """Explain it in as whole titles as there is room for; of very many rounds, the first and the last ones."""
    lines: list[str] = []
    for limit in (60, 30):
        names = [f"*{one_line(title_of(option), limit)}*" for option in ballot.options]
        lines = explain(result, names)
        if length("\n".join(lines)) <= _EXPLAINED:
            return "\n".join(lines)
    shown = list(lines)
    while len(shown) > 3 and length("\n".join(shown)) > _EXPLAINED - 40:
        del shown[len(shown) // 2]
    middle = (len(shown) + 1) // 2
    return "\n".join([*shown[:middle], f"-# … and {len(lines) - len(shown)} more rounds like these", *shown[middle:]])


def _tallies(ballot: Ballot, result: Count) -> list[ui.Item[Any]]:
    """Draw the votes for each paper: of a run-off, those of its first and its last round."""
    if not result.rounds:
        return []
    headings = [(f"**{len(ballot.options)} papers, {_voters(result.voters)}**", result.rounds[0])]
    if result.method is Method.RANKED:
        headings = [("**First choices**", result.rounds[0])]
        if len(result.rounds) > 1:
            headings.append((f"**After {_rounds(len(result.rounds) - 1)}**", result.rounds[-1]))
    room = _TALLIED // len(headings)
    texts = [ui.TextDisplay[Any](f"{heading}\n{_bars(ballot, each, room)}") for heading, each in headings]
    return [item for text in texts for item in (gap(), text)]


def _voters(count: int) -> str:
    return f"{count:,} voter{'' if count == 1 else 's'}"


def _rounds(count: int) -> str:
    return f"{count} round{'' if count == 1 else 's'}"


def _bars(ballot: Ballot, where: Round, room: int) -> str:
    """Draw the bars of a round, the longest first; papers without a vote share a line."""
    votes = {option: tally for option, tally in enumerate(where.tallies) if tally}
    order = sorted(votes, key=lambda option: (-votes[option], ballot.seniority.index(option)))
    most = max(votes.values(), default=1)
    text = ""
    for limit in (90, 60, 40, 20, 0):
        lines: list[str] = []
        for option in order:
            name = f" {one_line(title_of(ballot.options[option]), limit)}" if limit else ""
            lines.append(f"**{option + 1}.**{name}\n{bar(votes[option], most)} **{votes[option]:,}**")
        text = "\n".join(lines)
        if length(text) <= room:
            break
    without = [str(option + 1) for option, tally in enumerate(where.tallies) if tally == 0]
    return text + (f"\n-# Without a vote: {', '.join(without)}" if without else "")


def bar(votes: int, most: int) -> str:
    """Draw a bar whose length is to that of the longest as the votes are, to an eighth of a block."""
    eighths = max(1, round(votes / most * _BAR * 8))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
