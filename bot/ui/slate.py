"""The private message in which an organiser puts a ballot together and opens it.

Its whole state stands in it, so that it survives a restart: the terms in the arguments of its controls, and which
papers are on the slate in its menu, whose ticked options they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import discord
from discord import ui

from bot.club.ballot import MOST_OPTIONS, Option
from bot.club.counting import Method
from bot.club.suggestion import Suggestion
from bot.library.review import Review
from bot.ui.ballots import gap, menu_number, option_lines, terms_lines, title_of
from bot.ui.cards import View, layout
from bot.ui.controls import ControlSelect, button, field, form, menu, row
from bot.ui.mentions import Mentions
from bot.ui.text import label

_LETTERS = {"a": Method.APPROVAL, "r": Method.RANKED}
TERMS = ("[ar]", "[0-9]{0,11}", "[0-9]{1,5}", "[01]")
"""What the arguments of `Terms` look like."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a ballot is to be held."""

    method: Method
    closes_at: datetime | None
    quorum: int
    attendees: bool = False

    def write(self) -> tuple[str, str, str, str]:
        """Write it into a custom_id, for `read_terms`."""
        letter = next(letter for letter, method in _LETTERS.items() if method is self.method)
        closes = str(int(self.closes_at.timestamp())) if self.closes_at else ""
        return letter, closes, str(self.quorum), str(int(self.attendees))


def read_terms(arguments: Sequence[str]) -> Terms:
    """Read what `Terms.write` wrote."""
    letter, closes, quorum, attendees = arguments[: len(TERMS)]
    closes_at = datetime.fromtimestamp(int(closes), UTC) if closes else None
    return Terms(_LETTERS[letter], closes_at, int(quorum), attendees == "1")


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that can be put on a slate, and the value that names it in the menu."""

    value: str
    option: Option


def offer_suggestion(suggestion: Suggestion) -> Offer:
    """Offer an open suggestion."""
    option = Option(
        suggestion.title, suggestion.made_at, suggestion.id, paper_id=suggestion.paper_id,
        authors=suggestion.authors, year=suggestion.year,
    )  # fmt: skip
    return Offer(f"s{suggestion.id}", option)


def offer_review(review: Review, now: datetime) -> Offer:
    """Offer a review to read its paper again; of equals the one that was read earlier wins."""
    paper_id = review.paper_ids[0] if review.paper_ids else None
    option = Option(
        review.name, review.date or now, review_key=review.key, paper_id=paper_id, authors=tuple(review.authors)
    )
    return Offer(f"r{review.key}", option)


@dataclass(frozen=True, slots=True)
class Slate:
    """What is on a slate, and what else its menu offers."""

    ticked: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()


def read_slate(message: discord.Message | None) -> Slate:
    """Read a slate from the menu of the message that `slate_page` made."""
    ticked: list[str] = []
    offered: list[str] = []
    for part in _walk(message.components if message else ()):
        if isinstance(part, discord.SelectMenu) and (part.custom_id or "").startswith("pc:s:slate:"):
            for option in part.options:
                (ticked if option.default else offered).append(option.value)
    return Slate(tuple(ticked), tuple(offered))


def _walk(parts: Sequence[Any]) -> Iterator[Any]:
    for part in parts:
        yield part
        yield from _walk(getattr(part, "children", ()))


def slate_page(
    ticked: Sequence[Offer],
    others: Sequence[Offer],
    terms: Terms,
    channel_id: int,
    missing: Sequence[str],
    clicked: int,
    mentions: Mentions,
    *,
    page: int = 0,
    more: bool = False,
    said: str = "",
) -> View:
    """Show what a ballot would be, with a menu that puts papers on its slate; together at most 25 are offered.

    `more` says that there are further suggestions, behind `page` (-1 before the first one); `missing` are permissions
    that the bot lacks in the channel; `clicked` is the id of the click that it answers, and `said` what the organiser
    should know of it.
    """
    lines = option_lines([offer.option for offer in ticked], 2_300)
    if len(ticked) < 2:
        lines += f"\n⚠️ A ballot needs 2 to {MOST_OPTIONS} papers: tick them in the menu"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay("## A new ballot\n-# Only you see this. Nothing is posted before you open it"),
        gap(),
        ui.TextDisplay(lines.strip()),
        ui.Separator(),
        ui.TextDisplay(
            "\n".join(
                [
                    *terms_lines(terms.method, terms.closes_at, terms.quorum, attendees=terms.attendees),
                    *_place(channel_id, missing),
                ]
            )
        ),
    ]
    if not ticked and not others:
        items.append(ui.TextDisplay(f"Nothing is suggested yet: {mentions.mention('suggest')} does that."))
    if said:
        items.append(ui.TextDisplay(f"⚠️ {said}"))
    if ticked or others:
        items.append(row(_slate_menu(ticked, others, terms, page, clicked)))
    written = terms.write()
    ways = [button("reviewform", *written, label="Find reviews", emoji="🔎")]
    if more:
        words = "More suggestions" if page >= 0 else "Suggestions"
        ways.insert(0, button("turnslate", *written, str(page + 1), label=words, emoji="▶️"))
    other = replace(terms, attendees=not terms.attendees).write()
    words = "Let everybody vote" if terms.attendees else "Only who comes votes"
    ways.append(button("turnslate", *other, str(max(0, page)), label=words, emoji="👥"))
    if missing:
        ways.append(button("turnslate", *written, str(max(0, page)), "again", label="Check again", emoji="🔄"))
    ready = len(ticked) >= 2 and not missing
    items += [row(*ways), row(button("openballot", *written, label="Open the ballot", emoji="🗳️", disabled=not ready))]
    return layout(*items)


def _place(channel_id: int, missing: Sequence[str]) -> list[str]:
    lines = [f"**Posted in:** <#{channel_id}>"]
    if missing:
        names = ", ".join(missing)
        lines.append(f"⚠️ Paperclub lacks there: {names}. Allow it in the channel's settings, *Permissions*.")
    return lines


def _slate_menu(
    ticked: Sequence[Offer], others: Sequence[Offer], terms: Terms, page: int, clicked: int
) -> ControlSelect:
    offers = [*((offer, True) for offer in ticked), *((offer, False) for offer in others)][:MOST_OPTIONS]
    options = [
        discord.SelectOption(
            label=label(title_of(offer.option), 100),
            value=offer.value,
            description=label(", ".join(offer.option.authors[:2]), 100) if offer.option.authors else None,
            default=on_slate,
        )
        for offer, on_slate in offers
    ]
    return menu(
        "slate", *terms.write(), str(max(0, page)), placeholder="Tick the papers of the ballot", options=options,
        least=0, most=len(options), number=menu_number(clicked),
    )  # fmt: skip


def review_form(terms: Terms) -> discord.ui.Modal:
    """Ask for the reviews that are to be offered."""
    about = "Words of the title, an author, an id; empty for the newest"
    asked = field("words", "Which reviews?", about=about, required=False)
    return form("slatereviews", *terms.write(), title="Papers to read again", fields=[asked])
