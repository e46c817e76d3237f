"""What is posted around a slot of the week: the prompt, reminders, and the choice of what to read."""

from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.club.ballot import Ballot
from bot.club.club import Club
from bot.club.occasion import Occasion
from bot.club.prompt import Choice, Prompt, Why
from bot.club.prompting import About
from bot.club.questions import Role
from bot.club.rsvp import Turnout
from bot.papers.tex import readable_text
from bot.ui.ballots import ballot_message
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.links import is_web_address, message_url
from bot.ui.mentions import Mentions
from bot.ui.ping import find_ping_role, usable_role
from bot.ui.poster import Content, Pinging
from bot.ui.roles import NOBODY, Holders, roles_button, roles_text
from bot.ui.rsvps import rsvp_items, when_line
from bot.ui.spans import escape_with_addresses
from bot.ui.spots import Spot, find_spots
from bot.ui.text import calendar_date, columns, escape, label, length, no_links, one_line, truncate
from bot.ui.titles import byline_of, title_line, ways_to

_POINT = 320  # characters of a sentence
_POINTS = 360  # characters of all of them
_QUESTION = 420
_THREAD = 100  # characters of a name

_POWERFUL = (
    "For organisers: nobody is notified, because the role for it lets its members do what others may not. "
    "/club setup says what"
)
_ROLES = {
    Role.AUTHOR: "To discuss, as its author",
    Role.SCEPTIC: "To discuss, as a sceptic",
    Role.ARCHAEOLOGIST: "To discuss, as an archaeologist",
    Role.PRACTITIONER: "To discuss, as a practitioner",
}


@dataclass(frozen=True, slots=True)
class Ping:
    """The role that a post notifies, if there is one, and what organisers should know of it."""

    role_id: int | None = None
    warning: str = ""

    def lines(self) -> list[str]:
        """Mention the role, and say to organisers what is wrong with it."""
        mention = [f"-# 🔔 <@&{self.role_id}>"] if self.role_id else []
        return mention + ([f"-# ⚠️ {self.warning}"] if self.warning else [])


def find_ping(guild: discord.Guild | None, club: Club) -> Ping:
    """Find the role that a post of a club notifies; one that must not be any more is not, and the post says so."""
    role = usable_role(guild, club)
    if role is None and find_ping_role(guild, club):
        return Ping(warning=_POWERFUL)
    return Ping(role.id if role else None)


def with_ping(view: View, ping: Ping) -> Content:
    """Let a message notify the role that it mentions, and nobody else."""
    return Pinging(view, (ping.role_id,)) if ping.role_id else view


# --- the prompt -----------------------------------------------------------------------------------


def prompt_message(
    occasion: Occasion,
    prompt: Prompt,
    about: About,
    ping: Ping,
    mentions: Mentions,
    turnout: Turnout | None = None,
    holders: Holders = NOBODY,
) -> View:
    """Show what the club reads, why, and what to ask about it; of a meeting also who comes. `holders` have roles."""
    if prompt.why is Why.NOTHING:
        return nothing_message(occasion, ping, mentions, turnout)
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(_heading(occasion, prompt, about, mentions)))]
    if points := _points(prompt, about):
        items += [_gap(), ui.TextDisplay(points)]
    if prompt.questions:
        heading = "To discuss" if about.review else _ROLES[occasion.role]
        asked = [f"- {truncate(escape(no_links(question)), _QUESTION)}" for question in prompt.questions]
        items += [_gap(), ui.TextDisplay("\n".join([f"**{heading}**", *asked]))]
    items += [_gap(), ui.TextDisplay(readers_line(prompt.readers), id=Spot.READERS), roles_text(holders)]
    number = str(prompt.id)
    items.append(
        row(
            button("haveread", number, label="I have read it", emoji="📗"),
            button("notread", number, label="Not yet", emoji="↩️"),
            button("discuss", number, label="Discuss", emoji="💬"),
            roles_button(occasion.slot.id, occasion.date),
        )
    )
    if more := ways_to(prompt, about.review):
        items.append(row(*more))
    items += _rsvp_items(occasion, turnout)
    items += _ping_items(ping)
    return layout(*items)


def _heading(occasion: Occasion, prompt: Choice, about: About, mentions: Mentions) -> list[str]:
    title = title_line(prompt.title)
    lines = [f"-# {one_line(occasion.slot.name, 100)}", f"{'##' if columns(title) <= 70 else '###'} {title}"]
    lines += [f"-# {line}" for line in [byline_of(prompt.authors, prompt.paper_id)] if line]
    lines.append(_why(prompt, about, mentions))
    if occasion.meets:
        lines.append(f"🗓️ {when_line(occasion.occurrence.at)}")
    if prompt.why is Why.CHOSEN:
        lines.append(f"-# {mentions.mention('next')} tells who presents it")
    if about.minutes:
        what = "the club's review" if about.review else "the abstract"
        minutes = "A minute" if about.minutes == 1 else f"{about.minutes} minutes"
        lines.append(f"⏱️ {minutes} for {what}")
    if about.faults:
        faults = escape("; ".join(about.faults))
        lines.append(f"-# ⚠️ Its abstract is missing here: {faults}.")
    return lines


def _why(prompt: Choice, about: About, mentions: Mentions) -> str:
    """Say why it is this paper; where nobody chose it, also how the club comes to choose."""
    if prompt.why is Why.CHOSEN:
        read = f", and the club has read it before{_on(about)}" if about.review else ""
        return f"📌 The club chose it{read}"
    choose = f"-# Nothing was chosen: {mentions.mention('suggest')} proposes a paper"
    if prompt.why is Why.SUGGESTED:
        return f"💡 The first of the suggestions\n{choose}"
    return f"📗 The club read it{_on(about)}; let's look at it again\n{choose}"


def _on(about: About) -> str:
    return f" on {calendar_date(about.review.date)}" if about.review and about.review.date else ""


def _points(prompt: Prompt, about: About) -> str:
    """Give a few sentences of the review or the abstract that no question quotes, and say of which."""
    points = [point for point in about.points if not any(point in question for question in prompt.questions)]
    if not points:
        return ""
    heading = "What the club wrote" if about.review else "In brief"
    taken = points[:1]
    for point in points[1:]:
        if sum(map(length, taken)) + length(point) > _POINTS:
            break
        taken.append(point)
    return "\n".join([f"**{heading}**", *(f"- {truncate(escape_with_addresses(point), _POINT)}" for point in taken)])


def readers_line(readers: int) -> str:
    """Say how many have read it."""
    if readers == 0:
        return "-# Nobody has read it yet"
    return f"📗 {readers:,} member{' has' if readers == 1 else 's have'} read it"


def put_readers(view: View, prompt: Prompt | None) -> bool:
    """Let a posted prompt say how many have read it; tell whether that stands there."""
    found = find_spots(view, Spot.READERS)
    for item in found if prompt else ():
        item.content = readers_line(prompt.readers if prompt else 0)
    return bool(found)


def nothing_message(occasion: Occasion, ping: Ping, mentions: Mentions, turnout: Turnout | None = None) -> View:
    """Say that there is nothing to read, and how that changes."""
    lines = [f"-# {one_line(occasion.slot.name, 100)}", "## What shall we read?"]
    lines.append("Nothing is chosen, nothing is suggested, and there are no reviews to look at again.")
    if occasion.meets:
        lines.append(f"🗓️ {when_line(occasion.occurrence.at)}")
    lines.append(f"- {mentions.mention('suggest')} proposes a paper: a link, an arXiv id or a title will do")
    lines.append(f"- {mentions.mention('suggestions')} shows what is proposed; organisers choose there")
    return layout(ui.TextDisplay("\n".join(lines)), *_rsvp_items(occasion, turnout), *_ping_items(ping))


# --- reminders ------------------------------------------------------------------------------------


def reminder_message(
    occasion: Occasion,
    choice: Choice,
    prompt: Prompt | None,
    ping: Ping,
    mentions: Mentions,
    turnout: Turnout | None = None,
) -> View:
    """Remind of a meeting; `prompt` is the one that was posted for the same paper."""
    lines = [f"-# {one_line(occasion.slot.name, 100)}", f"### 🗓️ {when_line(occasion.occurrence.at)}"]
    buttons: list[ui.Item[Any]] = []
    if choice.why is Why.NOTHING:
        lines.append(f"There is nothing to read yet: {mentions.mention('suggest')} proposes a paper")
    else:
        lines.append(f"We read **{title_line(choice.title)}**")
        lines += [f"-# {line}" for line in [byline_of(choice.authors, choice.paper_id)] if line]
        if choice.why is Why.SUGGESTED:
            lines.append(f"-# It is the first of the {mentions.mention('suggestions')}; nothing was chosen")
        if prompt and prompt.readers:
            lines.append(readers_line(prompt.readers))
        if url := prompt_url(prompt):
            buttons.append(ui.Button(label="Questions and discussion", url=url))
        if choice.paper_id and is_web_address(choice.paper_id.url):
            buttons.append(ui.Button(label="The paper", url=choice.paper_id.url))
    if ping.role_id:
        buttons.append(button("dontremind", label="Don't remind me", emoji="🔕"))
    items = [*_rsvp_items(occasion, turnout), *([row(*buttons)] if buttons else [])]
    return layout(ui.TextDisplay("\n".join([*lines, *ping.lines()])), *items)


def prompt_url(prompt: Prompt | None) -> str:
    """Give the address of a posted prompt; empty where there is none."""
    return message_url(prompt.guild_id, prompt.channel_id, prompt.message_id) if prompt else ""


# --- choosing -------------------------------------------------------------------------------------


def choice_message(occasion: Occasion, ballot: Ballot, ping: Ping) -> View:
    """Open a ballot on what a slot is about."""
    view = ballot_message(ballot)
    box = view.children[0]
    lines = [f"🗓️ {when_line(occasion.occurrence.at)}", f"-# {one_line(occasion.slot.name, 100)}", *ping.lines()]
    if isinstance(box, ui.Container):
        box.add_item(ui.TextDisplay("\n".join(lines), id=Spot.OCCASION))
    return view


def ask_message(occasion: Occasion, suggested: int, ping: Ping, mentions: Mentions) -> View:
    """Ask for suggestions, where there are too few to vote on."""
    few = "Nothing is suggested yet" if suggested == 0 else "Only one paper is suggested, too few for a vote"
    lines = [
        f"-# {one_line(occasion.slot.name, 100)}",
        "## What do we read next?",
        f"{few}.",
        f"🗓️ {when_line(occasion.occurrence.at)}",
        f"- {mentions.mention('suggest')} proposes a paper: a link, an arXiv id or a title will do",
        f"- {mentions.mention('suggestions')} shows what is proposed, and takes your votes",
    ]
    return layout(ui.TextDisplay("\n".join(lines)), *_ping_items(ping))


# --- what members hear ----------------------------------------------------------------------------


def discussion(thread_id: int) -> View:
    """Lead a member to the thread of a prompt."""
    return layout(ui.TextDisplay(f"💬 The discussion is in <#{thread_id}>"))


def reminded(role_id: int, *, joined: bool) -> View:
    """Tell a member whether they are reminded from now on."""
    if joined:
        said = f"🔔 You have the role <@&{role_id}> now: it is mentioned in prompts and reminders."
        return layout(ui.TextDisplay(said), row(button("dontremind", label="Don't remind me", emoji="🔕")))
    said = f"🔕 You do not have the role <@&{role_id}> any more, so prompts and reminders leave you alone."
    return layout(ui.TextDisplay(said), row(button("remind", label="Remind me", emoji="🔔")))


def thread_name(title: str) -> str:
    """Name the thread of a paper, in at most 100 characters."""
    return label(readable_text(truncate(title, 400)), _THREAD)


def _rsvp_items(occasion: Occasion, turnout: Turnout | None) -> list[ui.Item[Any]]:
    return [_gap(), *rsvp_items(occasion, turnout)] if occasion.meets and turnout is not None else []


def _ping_items(ping: Ping) -> list[ui.Item[Any]]:
    lines = ping.lines()
    items: list[ui.Item[Any]] = [ui.Separator(), ui.TextDisplay("\n".join(lines))] if lines else []
    if ping.role_id:
        items.append(
            row(
                button("remind", label="Remind me", emoji="🔔"),
                button("dontremind", label="Don't remind me", emoji="🔕"),
            )
        )
    return items


def _gap() -> ui.Separator[Any]:
    return ui.Separator(visible=False)
