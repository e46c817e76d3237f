"""Prepares what is posted around a slot: which paper, what is known of it, and what to ask about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.club.agenda import spent_papers, without_unmet
from bot.club.ballot import Ballot, BallotState, Option
from bot.club.delivery import TooLate
from bot.club.evidence import read_evidence
from bot.club.ladder import rungs
from bot.club.occasion import Occasion
from bot.club.post import Post
from bot.club.prompt import Choice, Prompt, Why, choose_paper, reading_minutes
from bot.club.questions import Question, ask, ask_again
from bot.club.schedule import occurrence_of
from bot.club.slot import Slot
from bot.club.stores.ballots import BallotStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import RUNG, PromptStore
from bot.club.stores.suggestions import SuggestionStore
from bot.errors import LibraryLoading, LibraryNotConnected
from bot.library.facets import Filter
from bot.library.gist import gist
from bot.library.library import Libraries
from bot.library.plain import plain_text
from bot.library.review import Review
from bot.papers.catalog import PaperCatalog
from bot.papers.paper import Paper
from bot.papers.tex import readable_text

_PATIENCE = 12.0  # seconds for the sources of papers
_OLD = 2  # years after which it is worth saying when a paper appeared
_QUEUE = 30  # suggestions of which one is prompted for
_BALLOT = 5  # suggestions that a ballot is of
_COUNTED = timedelta(hours=1)  # before the prompt: when a ballot closes
_SHORTEST = timedelta(hours=1)  # of a ballot
_SLICE = 20  # reviews that are looked at at a time


class Slots(Protocol):
    """Knows the slots of clubs."""

    async def get(self, guild_id: int, number: int) -> Slot | None:
        """Give a slot of a club."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a paper: the club's own review, or else what a source says.

    `points` are sentences of the one or the other, `minutes` what it takes to read it; `faults` say what could not be
    asked.
    """

    review: Review | None = None
    paper: Paper | None = None
    points: tuple[str, ...] = ()
    minutes: int = 0
    faults: tuple[str, ...] = ()


class Prompting:
    """Decides what the posts around slots are about. Whoever calls renders them."""

    def __init__(
        self,
        libraries: Libraries,
        catalog: PaperCatalog,
        suggestions: SuggestionStore,
        meetings: MeetingStore,
        ballots: BallotStore,
        prompts: PromptStore,
        slots: Slots,
    ) -> None:
        self._libraries = libraries
        self._catalog = catalog
        self._suggestions = suggestions
        self._meetings = meetings
        self._ballots = ballots
        self._prompts = prompts
        self._slots = slots

    async def find_occasion(self, post: Post, now: datetime) -> Occasion | None:
        """Give what a post is for; None where the slot or its date is no more. Raises TooLate once a meeting began."""
        number, day = post.slot.partition(":")[2], date.fromisoformat(post.date)
        slot = await self._slots.get(post.guild_id, int(number))
        occurrence = occurrence_of(slot.schedule, day) if slot else None
        if slot is None or occurrence is None:
            return None
        occasion = Occasion(slot, occurrence)
        if occasion.meets and occurrence.at <= now:
            raise TooLate("It came too late: the meeting had begun.")
        return occasion

    # --- the paper --------------------------------------------------------------------------------

    async def choose(self, occasion: Occasion, now: datetime) -> Choice:
        """Choose the paper for an occasion."""
        guild_id, slot = occasion.slot.guild_id, occasion.slot
        own = occasion.date
        coming, queue, read, brought = await asyncio.gather(
            self._meetings.list_coming(guild_id),
            self._suggestions.queue(guild_id, _QUEUE),
            self._prompts.read_again(guild_id, slot.key, own),
            self._prompts.brought(guild_id, slot.key),
        )
        spent = spent_papers(slot.schedule, without_unmet(slot, brought, now), [own])
        choice = choose_paper(coming, queue, (), read, spent)
        if choice.key and choice.key not in spent:
            return choice
        reviews: list[Review] = []
        for count, review in enumerate(self._reviews(guild_id, now)):
            if count % _SLICE == 0:
                await asyncio.sleep(0)  # each is unpacked, and others may act
            reviews.append(review)
        return choose_paper(coming, queue, reviews, read, spent)

    async def prepare(self, occasion: Occasion, now: datetime) -> tuple[Prompt, About]:
        """Choose the paper of a prompt and its questions, and keep both."""
        choice = await self.choose(occasion, now)
        about = await self.describe(occasion.slot.guild_id, choice, now)
        if about.paper and not choice.review_key and choice.title == str(choice.paper_id):  # no source had told it yet
            choice = replace(choice, title=about.paper.title, authors=about.paper.authors)
        questions = await self._ask(occasion, choice, about, now)
        slot = occasion.slot
        return await self._prompts.keep(slot.guild_id, slot.key, occasion.date, choice, questions, now), about

    async def recall(self, occasion: Occasion, now: datetime) -> tuple[Choice, Prompt | None]:
        """Give what a reminder is about: what was prompted for, unless something else was chosen since."""
        slot = occasion.slot
        prompt = await self._prompts.find(slot.guild_id, slot.key, occasion.date)
        choice = await self.choose(occasion, now)
        if prompt is None or prompt.why is Why.NOTHING or prompt.key == choice.key:
            return choice, prompt if prompt and prompt.key == choice.key else None
        coming = {meeting.id for meeting in await self._meetings.list_coming(slot.guild_id)}
        stays = prompt.meeting_id in coming if prompt.why is Why.CHOSEN else choice.why is not Why.CHOSEN
        return (prompt, prompt) if stays else (choice, None)

    async def describe(self, guild_id: int, choice: Choice, now: datetime) -> About:
        """Say what is known of a paper, in a few sentences of its own; the sources may be down."""
        review = self._review(guild_id, choice, now)
        if review:
            library = self._libraries.for_guild(guild_id)
            points, body = await asyncio.gather(library.read_gist(review), library.read_body(review))
            minutes = await asyncio.to_thread(lambda: reading_minutes(plain_text(body)))
            return About(review, None, points, minutes)
        if choice.paper_id is None:
            return About()
        faults: tuple[str, ...] = ()
        known = None
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._catalog.get([choice.paper_id], now)
                known, faults = answer.known.get(choice.paper_id), answer.faults
        except TimeoutError:
            known = (await self._catalog.peek([choice.paper_id])).get(choice.paper_id)
            faults = ("The source did not answer",)
        if known is None:
            return About(faults=faults or ("No source knows it yet",))
        text = readable_text(known.paper.abstract)
        points = await asyncio.to_thread(gist, text, readable_text(known.paper.title), limit=2)
        return About(None, known.paper, points, reading_minutes(text))

    async def _ask(self, occasion: Occasion, choice: Choice, about: About, now: datetime) -> Sequence[Question]:
        if choice.why is Why.NOTHING:
            return ()
        guild_id = occasion.slot.guild_id
        used = await self._prompts.asked(guild_id)
        if review := about.review:
            library = self._libraries.for_guild(guild_id)
            own, opinions = await asyncio.gather(library.read_questions(review), library.read_opinions(review))
            return ask_again(own, opinions, review.key, used)
        abstract = about.paper.abstract if about.paper else ""
        published = about.paper.published if about.paper else None
        year = published.year if published and now.year - published.year >= _OLD else None
        evidence = await asyncio.to_thread(read_evidence, choice.title, abstract, year)
        return ask(evidence, occasion.role, used)

    def _reviews(self, guild_id: int, now: datetime) -> Sequence[Review]:
        try:
            return self._libraries.for_guild(guild_id).browse(Filter(), now)
        except (LibraryLoading, LibraryNotConnected):
            return ()

    def _review(self, guild_id: int, choice: Choice, now: datetime) -> Review | None:
        try:
            library = self._libraries.for_guild(guild_id)
            found = library.get(choice.review_key, now) if choice.review_key else None
            return found or (library.review_of(choice.paper_id, now) if choice.paper_id else None)
        except (LibraryLoading, LibraryNotConnected):
            return None

    # --- choosing ---------------------------------------------------------------------------------

    async def open_ballot(self, occasion: Occasion, post: Post, now: datetime) -> Ballot | int | None:
        """Open a ballot over the first suggestions, which closes before the prompt; give it.

        Gives how many suggestions there are where they are too few for one, and None where none is needed: something
        is chosen, or the club votes already. Raises TooLate where there is no time for one.
        """
        guild_id = post.guild_id
        latest = await self._ballots.get_latest(guild_id)
        if latest and latest.state is BallotState.OPEN:
            own = latest.opened_by is None and latest.message_id is None and latest.channel_id == post.channel_id
            return latest if own else None
        choice = await self.choose(occasion, now)
        if choice.why is Why.CHOSEN:
            return None
        queue = await self._suggestions.queue(guild_id, _BALLOT)
        if len(queue) < 2:
            return len(queue)
        closes_at = closing_time(occasion)
        if closes_at - now < _SHORTEST:
            raise TooLate("It came too late for a ballot that closes before the prompt.")
        options = [
            Option(each.title, each.made_at, each.id, each.review_key, each.paper_id, each.authors, each.year)
            for each in queue
        ]
        return await self._ballots.open_ballot(guild_id, None, options, post.channel_id, now, closes_at=closes_at)


def closing_time(occasion: Occasion) -> datetime:
    """Give when a ballot on what to read closes: an hour before the prompt, or where there is none the meeting."""
    slot = occasion.slot
    posts = {rung.name: rung.at for rung in rungs(occasion.occurrence, slot.ladder, slot.schedule.zone, slot.quiet)}
    return posts.get(RUNG, occasion.occurrence.at) - _COUNTED
