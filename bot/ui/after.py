"""After a meeting: how was it, who came, and what those missed who did not."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import discord
from discord import ui

from bot.club.aftermath import Past
from bot.club.gathering import LONGEST_LINE, Attendance, Headcount
from bot.club.prompt import Choice, Why
from bot.club.prompting import About
from bot.ui.cards import View, layout
from bot.ui.controls import ControlButton, beside, button, field, form, row, user_menu
from bot.ui.links import channel_url
from bot.ui.prompt import prompt_url
from bot.ui.spans import escape_with_addresses
from bot.ui.spots import Spot, with_spot
from bot.ui.text import columns, escape, length, no_links, one_line, truncate
from bot.ui.titles import byline_of, title_line, ways_to

STARS = range(1, 6)
_POINT = 320  # characters of a sentence
_QUESTION = 420
_LINES = 8  # of what members said
_NAMED = 10  # of those who came
_PICKED = 25  # members in one menu
_FEW = 3  # who came, below which their names would tell whose lines those are
_ROOM_OF_TEXT = 3_900  # of a message, in which Discord takes 4,000


def arguments_of(past: Past) -> tuple[str, str]:
    """Give how controls name a meeting: by the number of its slot, and its original date."""
    return past.gathering.slot.partition(":")[2], past.gathering.date


# --- for everybody --------------------------------------------------------------------------------


def after_message(past: Past, *, presenter_here: bool) -> View:
    """Ask how a meeting was; whoever presented is named if they are still here."""
    name = arguments_of(past)
    lines = [f"-# {one_line(past.gathering.name, 100)}", "## How was it?"]
    if past.choice.why is not Why.NOTHING:
        lines += [f"We read **{title_line(past.choice.title)}**", *_byline(past.choice)]
    if past.presenter_id and presenter_here:
        lines.append(f"🎤 <@{past.presenter_id}> presented it")
    lines.append("⭐ How many stars, of five?")
    # Five buttons with a star each need two rows on a phone.
    stars = [button("howwasit", *name, str(each), label=str(each)) for each in STARS]
    buttons: list[ui.Item[Any]] = [
        button("iwasthere", *name, label="I was there", emoji="✋"),
        button("catchup", *name, label="Catch up", emoji="🧭"),
        button("whocame", *name, label="For organisers", emoji="⚙️"),
    ]
    return layout(
        ui.TextDisplay("\n".join(lines)),
        row(*stars),
        ui.TextDisplay(turnout_line(past.turnout), id=Spot.CAME),
        row(*buttons),
    )


def turnout_line(turnout: Headcount) -> str:
    """Say how many came, and how it was for them once enough have said so."""
    if turnout.came == 0:
        return "-# Nobody has said yet that they came"
    mean = f" · ⭐ {turnout.mean:.1f} of 5, from {turnout.rated:,}" if turnout.mean is not None else ""
    return f"👥 {turnout.came:,} came{mean}"


def with_turnout(message: discord.Message, turnout: Headcount) -> View | None:
    """Give a posted question as it is, but for how many came; None where that does not stand there, or is the same."""
    return with_spot(message, Spot.CAME, turnout_line(turnout))


def last_time_items(past: Past | None) -> list[ui.Item[Any]]:
    """Lead to what the club did last time, for /next; nothing where there was no time yet."""
    if past is None:
        return []
    what = (
        f"**{title_line(past.choice.title, 120)}**"
        if past.choice.why is not Why.NOTHING
        else one_line(past.gathering.name, 100)
    )
    came = f" · 👥 {past.turnout.came:,} came" if past.turnout.came else ""
    return [beside(f"Last time: {what}{came}", catchup_button(past))]


def catchup_button(past: Past) -> ControlButton:
    """Make the button that tells what was missed."""
    return button("catchup", *arguments_of(past), label="Catch up", emoji="🧭")


# --- for the one who clicked ----------------------------------------------------------------------


def own_page(name: tuple[str, str], own: Attendance | None) -> View:
    """Show a member what they said about a meeting, and what they can do."""
    if own is None:
        said = "You are not counted as having come. Stars and a line of yours are gone too."
        return layout(ui.TextDisplay(said), row(button("iwasthere", *name, label="I was there", emoji="✋")))
    lines = ["✋ You are counted as having come"]
    if own.stars:
        stars = f"{'⭐' * own.stars} You gave {own.stars} of 5"
        lines = [f"{stars}, and are counted as having come", "-# Nobody sees who gave how many stars"]
    if own.line:
        who = "The club may quote it, without your name" if own.quotable else "Organisers read it, without your name"
        lines += [f"> {one_line(own.line, 2 * LONGEST_LINE)}", f"-# {who}"]
    words = "Change the line" if own.line else "Add a line"
    buttons = [button("askline", *name, label=words, emoji="📝")]
    if own.line and own.quotable:
        buttons.append(button("quoteline", *name, "0", label="Don't quote it", emoji="🤫"))
    elif own.line:
        buttons.append(button("quoteline", *name, "1", label="It may be quoted", emoji="💬"))
    buttons.append(button("wasntthere", *name, label="I was not there", emoji="↩️"))
    return layout(ui.TextDisplay("\n".join(lines)), row(*buttons))


def line_form(name: tuple[str, str], own: Attendance | None) -> discord.ui.Modal:
    """Ask a member for a line about a meeting."""
    about = "Organisers read it without your name; others if you let it be quoted"
    line = field(
        "line", "How was it, in a line?", about=about, value=own.line if own else "", most=LONGEST_LINE, required=False
    )
    return form("sayline", *name, title="About the meeting", fields=[line])


def catchup_page(past: Past, about: About, quotes: Sequence[str]) -> View:
    """Tell what those missed who were not there."""
    at = discord.utils.format_dt(past.gathering.at, "D")
    heading = [f"-# {one_line(past.gathering.name, 100)}, {at}"]
    if past.choice.why is Why.NOTHING:
        said = "The club did not get to its paper" if past.missed else "It is not known what was read"
        return layout(ui.TextDisplay("\n".join([*heading, f"### {said}", turnout_line(past.turnout)])))
    title = title_line(past.choice.title)
    heading += [f"{'##' if columns(title) <= 70 else '###'} {title}", *_byline(past.choice)]
    texts = ["\n".join([*heading, turnout_line(past.turnout)])]
    points = [f"- {truncate(escape_with_addresses(point), _POINT)}" for point in about.points[:2]]
    questions = past.prompt.questions if past.prompt else ()
    parts = {
        "What the club wrote" if about.review else "In brief": points,
        "What was asked": [f"- {truncate(escape(no_links(question)), _QUESTION)}" for question in questions],
        "What members said": _said(quotes),
    }
    for words, lines in parts.items():
        texts += _part(words, lines, _ROOM_OF_TEXT - sum(map(length, texts)))
    items: list[ui.Item[Any]] = []
    for text in texts:
        items += [ui.Separator(visible=False), ui.TextDisplay(text)] if items else [ui.TextDisplay(text)]
    buttons = _ways(past, about)
    return layout(*items, *([row(*buttons)] if buttons else []))


def _part(heading: str, lines: Sequence[str], room: int) -> list[str]:
    """Give some lines under a heading, as many as there is room for; nothing for none."""
    text = f"**{heading}**"
    fitting = [line for line, used in zip(lines, accumulate(length(line) + 1 for line in lines), strict=True)
               if used <= room - length(text)]  # fmt: skip
    return ["\n".join([text, *fitting])] if fitting else []


def _said(lines: Sequence[str]) -> list[str]:
    more = [f"-# and {len(lines) - _LINES} more"] if len(lines) > _LINES else []
    return [*(f"> {one_line(line, 240)}" for line in lines[:_LINES]), *more]


def _ways(past: Past, about: About) -> list[ui.Item[Any]]:
    """Lead to the discussion, to the questions, to the review or the abstract, and to the paper."""
    buttons: list[ui.Item[Any]] = []
    prompt = past.prompt
    if prompt and (url := channel_url(prompt.guild_id, prompt.thread_id)):
        buttons.append(ui.Button(label="Discussion", emoji="💬", url=url))
    elif url := prompt_url(prompt):
        buttons.append(ui.Button(label="The prompt", url=url))
    return [*buttons, *ways_to(past.choice, about.review)]


# --- for organisers -------------------------------------------------------------------------------


def who_page(past: Past, here: Sequence[int], lines: Sequence[str], number: int, done: str = "") -> View:
    """Show organisers who came, and let them add others; `here` are some who came and are still in the server.

    `number` is another one each time, so that the menu is empty again.
    """
    name = arguments_of(past)
    when = discord.utils.format_dt(past.gathering.at, "D")
    text = [f"-# For organisers\n### {one_line(past.gathering.name, 100)}, {when}", *([f"✅ {done}"] if done else [])]
    text.append(turnout_line(past.turnout))
    if lines and past.turnout.came < _FEW:
        text.append("-# Nobody is named while so few came, since that would tell who wrote a line")
    elif here:
        rest = past.turnout.came - len(here[:_NAMED])
        text.append(" ".join(f"<@{each}>" for each in here[:_NAMED]) + (f" and {rest} more" if rest > 0 else ""))
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(text))]
    items.append(ui.Separator(visible=False))
    items += map(ui.TextDisplay, _part("What members said, without their names", _said(lines), 2_500))
    items.append(row(user_menu("addcame", *name, placeholder="Add who came too", number=number, most=_PICKED)))
    if past.missed:
        items.append(ui.TextDisplay("-# The club did not get to its paper"))
    elif past.gathering.meeting_id is not None:
        title = title_line(past.choice.title, 120)
        again = f"Was **{title}** not read after all? It comes next again then, with its presenter."
        items += [ui.TextDisplay(again), row(button("notgotto", *name, label="We did not get to it", emoji="↩️"))]
    return layout(*items)


def _byline(choice: Choice) -> list[str]:
    byline = byline_of(choice.authors, choice.paper_id)
    return [f"-# {byline}"] if byline else []
