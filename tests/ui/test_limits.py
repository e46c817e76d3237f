"""Whatever members and sources write, Discord takes every message that shows it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.club.aftermath import Past
from bot.club.agenda import Entry
from bot.club.ballot import Ballot, BallotOption, BallotState, Option
from bot.club.counting import Method, count_votes
from bot.club.duty import Duties
from bot.club.gathering import Gathering, Headcount
from bot.club.ladder import Kind, Ladder
from bot.club.meeting import MOST_NOTES, Meeting, MeetingState, Victory
from bot.club.occasion import Occasion
from bot.club.prompt import Choice, Why
from bot.club.questions import Role
from bot.club.rsvp import Answer, Recipients, Turnout
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import Slot
from bot.club.stats import Person, Record, Stats
from bot.club.stores.audit import AuditLine
from bot.club.stores.members import SECTIONS, Stored, Wanted
from bot.club.stores.suggestions import Page, Proposed, Receipt
from bot.club.suggestion import Reason, State, Suggestion
from bot.library.network import Network, Node
from bot.library.review import Review
from bot.papers.catalog import Known
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.ui import ballots, meetings, suggestions, swaps
from bot.ui.announced import change_line
from bot.ui.audit import audit_page
from bot.ui.ballot_results import result_message
from bot.ui.me import forget_question, me_page
from bot.ui.mentions import Mentions
from bot.ui.presence import Presence
from bot.ui.roles import roles_page, taken_line
from bot.ui.rsvps import again_message, another_time, answered_note
from bot.ui.slate import Offer, Terms, slate_page
from bot.ui.stats import map_page, no_map, no_stats, stats_page
from bot.ui.stats_picture import Picture
from bot.ui.text import length

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEMBER = 10**18
PIECES = [
    "_*",
    "[",
    "W",
    "🏳️‍🌈",
    "漢字",
    "\u202eab ",
    "<@1> @everyone ",
    "word ",
    "https://a.example/b ",
    "$x_1^2$ ",
    "`|",
]
LONG = st.sampled_from(PIECES).map(lambda piece: (piece * 700)[:700])
TEXTS = st.text(min_size=1, max_size=60) | LONG
IDS = st.none() | st.sampled_from([
    PaperId("arxiv", "2401.00002"), PaperId("doi", "10.1000/" + "_x" * 120), PaperId("doi", "10.1/%:<>`*"),
])  # fmt: skip


def check(view: Any) -> None:
    """Hold a message against what Discord documents of components."""
    items = list(parts(view.to_components()))
    texts = [item["content"] for item in items if item["type"] == 10]
    assert all(texts)
    assert sum(map(length, texts)) <= 4_000
    assert len(items) <= 40
    custom_ids = [item["custom_id"] for item in items if "custom_id" in item]
    assert len(set(custom_ids)) == len(custom_ids)
    assert all(len(custom_id) <= 100 for custom_id in custom_ids)
    for item in items:
        assert length(item.get("label") or "") <= 80
        assert len(item.get("url") or "") <= 512
        options = item.get("options", [])
        assert len({each["value"] for each in options}) == len(options) <= 25
        assert options or item["type"] != 3
        for each in options:
            assert all(1 <= length(each.get(name) or "-") <= 100 for name in ("label", "value", "description"))


def parts(components: Any) -> Iterator[dict[str, Any]]:
    for each in components:
        yield each
        yield from parts(each.get("components", []))
        yield from parts([each["accessory"]] if "accessory" in each else [])


@st.composite
def one(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS, number: int = 1) -> Suggestion:
    said = draw(st.lists(texts, min_size=1, max_size=5))
    return Suggestion(
        id=10**17 + number, guild_id=1, title=draw(texts), state=draw(st.sampled_from(State)), made_at=NOW,
        paper_id=draw(IDS), authors=draw(st.lists(texts, max_size=9).map(tuple)), year=2026,
        described=draw(st.booleans()), suggested_by=MEMBER, decided_at=NOW, remark=draw(texts)[:300],
        voices=tuple(range(MEMBER, MEMBER + len(said))),
        reasons=tuple(Reason(MEMBER + place, text[:500]) for place, text in enumerate(said)),
    )  # fmt: skip


@st.composite
def many(draw: st.DrawFn, count: int) -> list[Suggestion]:
    """Make some of all lengths, or all as long as can be."""
    if draw(st.booleans()):
        return [draw(one(number=number)) for number in range(1, draw(st.integers(1, count)) + 1)]
    longest = replace(draw(one(LONG)), authors=(draw(LONG),) * 9, described=True)
    return [replace(longest, id=longest.id + number) for number in range(count)]


@settings(max_examples=150, deadline=None)
@given(one(), one(), TEXTS, st.sampled_from(Proposed))
def test_one_suggestion_fits(suggestion: Suggestion, before: Suggestion, text: str, outcome: Proposed) -> None:
    paper = Paper(PaperId("arxiv", "2401.00002"), text, "arXiv", "https://arxiv.org", abstract=text * 9)
    check(suggestions.suggestion_card(suggestion, "Its title is looked up."))
    check(suggestions.suggested(Receipt(outcome, suggestion, before), MEMBER, f"{text[:60]}; the rest comes later."))
    check(suggestions.chosen(suggestion))
    check(suggestions.thanks(suggestion, None))
    for who in (MEMBER, MEMBER + 1, 5):
        check(suggestions.suggestion_page(suggestion, who, paper, organiser=True, done="It is declined."))


@settings(max_examples=150, deadline=None)
@given(many(5), many(5), st.integers(0, 2))
def test_the_queue_fits(queue: list[Suggestion], decided: list[Suggestion], number: int) -> None:
    page = Page(number, 3, 9_999, tuple(queue))
    check(suggestions.queue_page(page, MEMBER, decided))
    check(suggestions.queue_page(page))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3).map(tuple)), min_size=1, max_size=30), TEXTS)
def test_a_choice_of_papers_fits(found: list[tuple[str, tuple[str, ...]]], words: str) -> None:
    known = [
        Known(Paper(PaperId("doi", f"10.1/{number}"), title, "Crossref", "https://doi.org", authors), NOW)
        for number, (title, authors) in enumerate(found)
    ]
    check(suggestions.which_paper(words[:300], known, ["arXiv does not answer", "Crossref is down"]))
    check(suggestions.which_of_message([(each.paper.id, each.paper.title) for each in known], 999))


@settings(max_examples=150, deadline=None)
@given(many(25) | many(2) | many(5), st.sampled_from(Method), st.data())
def test_ballots_fit(papers: list[Suggestion], method: Method, data: st.DataObject) -> None:
    options = tuple(
        BallotOption(each.title, each.id, data.draw(st.none() | st.just("k" * 16)), each.paper_id, each.authors, 2026)
        for each in papers
    )
    options = options if len(options) > 1 else options * 2
    positions = st.lists(st.integers(0, len(options) - 1), unique=True, max_size=3)
    spread = [[each, (each + 1) % len(options)] for each in range(len(options)) for _ in range(each + 1)]
    votes = data.draw(st.just(spread) | st.lists(positions, max_size=40))
    seniority = tuple(range(len(options)))
    ballot = Ballot(
        id=10**17, guild_id=1, method=method, state=BallotState.OPEN, quorum=9_999, opened_at=NOW, channel_id=MEMBER,
        options=options, seniority=seniority, voters=9_999, closes_at=NOW, message_id=MEMBER,
        attendees=data.draw(st.booleans()),
    )  # fmt: skip
    result = count_votes(method, votes, seniority)
    counted = replace(ballot, state=BallotState.COUNTED, result=result)
    choices = tuple(seniority[:5])
    check(ballots.ballot_message(ballot))
    check(ballots.own_ballot(ballot, choices))
    check(ballots.ballot_paper(ballot, choices, 7, f"“{options[0].title[:50]}” was your first choice, and moved."))
    check(ballots.over_message(counted, "https://discord.com/channels/1/2/3"))
    check(result_message(counted, result, private=True))
    check(ballots.closing_question(ballot))
    offers = [
        Offer(f"s{number}", Option(each.title, NOW, number, None, each.paper_id, each.authors, 2026))
        for number, each in enumerate(papers)
    ]
    on_it = data.draw(st.integers(0, len(offers)))
    check(
        slate_page(
            offers[:on_it], offers[on_it:], Terms(method, NOW, 9_999, data.draw(st.booleans())), MEMBER, ["Send Messages", "Embed Links"], 7,
            Mentions(), more=True, said="Something that was on the slate is not open any more, and was taken off it.",
        )
    )  # fmt: skip


CROWD = Turnout(9_999, 9_999, 9_999, tuple(range(MEMBER, MEMBER + 12)))


def check_agenda(agenda: list[Entry], review: Review | None, best: Suggestion) -> None:
    held = Gathering(10**18, f"slot:{10**17}", "2026-03-01", NOW, NOW, best.title[:50], 7, closed=True)
    last = Past(held, Headcount(9_999, 9_999, 4.99), Choice(Why.CHOSEN, best.title))
    for entry in (agenda[0], agenda[-1]):
        holders = dict.fromkeys(Role, MEMBER)
        seen = meetings.Seen(CROWD, CROWD.first, review, proposed=MEMBER, holders=holders, best=best, last=last)
        check(meetings.meeting_card(entry, agenda, seen, NOW, Mentions()))
        if entry.paper:
            free = replace(entry, paper=replace(entry.paper, presenter_id=None))
            check(meetings.meeting_card(free, agenda, seen, NOW, Mentions()))


@settings(max_examples=150, deadline=None)
@given(many(8), TEXTS, st.booleans())
def test_meetings_fit(papers: list[Suggestion], text: str, again: bool) -> None:
    count = count_votes(Method.APPROVAL, [[0], [0, 1]], (0, 1))
    coming = [
        Meeting(
            each.id, 1, MeetingState.COMING, each.title, each.authors, each.paper_id, None, NOW, MEMBER,
            Victory(NOW, count) if again else None, each, MEMBER, (text * MOST_NOTES)[:MOST_NOTES],
        )
        for each in papers
    ]  # fmt: skip
    review = Review("k" * 16, "a.md", "a", "a", text, text) if again else None
    agenda = [Entry(paper=meeting) for meeting in coming]
    check_agenda(agenda, review, papers[0])
    slot = Slot(10**17, 1, (text * 50)[:50], Schedule((3,), time(18), "UTC", NOW.date()), Ladder(), None, None, NOW)
    days = next_occurrences(slot.schedule, NOW, len(coming))
    dated = [Entry(Occasion(slot, day), meeting) for day, meeting in zip(days, coming, strict=True)]
    prompted = Entry(dated[0].occasion, None, Choice(Why.SUGGESTED, coming[0].title))
    check_agenda([*dated, prompted], review, papers[0])
    told = Recipients(tuple(MEMBER + number for number in range(60)), NOW)
    for occasion in (dated[0].occasion, None):
        line = change_line(days[0].at if occasion else None, NOW)
        check(again_message(slot, line, occasion, told, CROWD, dated[-1]))
    check(another_time(Occasion(slot, days[0]), CROWD))
    check(answered_note(Occasion(slot, days[0]), Answer.LATE, CROWD))
    for meeting in coming:
        check(swaps.swap_page(meeting, coming))
        pair = (meeting, coming[0], MEMBER, MEMBER + 1)
        for view in (swaps.swap_question(*pair), swaps.swapped(*pair), swaps.not_swapped(*pair)):
            check(view)
        check(swaps.asked_page(*pair[:3]))
        check(swaps.took_free_one(*pair[:2]))
    check(meetings.manage_page(coming[0], done="The notes are kept"))
    check(meetings.drop_question(coming[0]))
    check(meetings.dropped(papers[0], Mentions()))
    check(meetings.marked_read(coming[0], Mentions()))
    check(meetings.nothing_next(meetings.Seen(best=papers[0], ballot=None), Mentions()))


@given(TEXTS, st.dictionaries(st.sampled_from(Role), st.none() | st.just(MEMBER)), st.sampled_from(Kind))
def test_roles_fit(name: str, holders: dict[Role, int | None], kind: Kind) -> None:
    schedule = Schedule((3,), time(18), "UTC", NOW.date())
    slot = Slot(10**18, 1, name, schedule, Ladder(kind), None, None, NOW)
    (occurrence,) = next_occurrences(schedule, NOW, 1)
    for member_id in (MEMBER, MEMBER + 1):
        check(roles_page(Duties(slot, occurrence, {}), holders, member_id, taken_line(Role.ARCHAEOLOGIST, holders)))


@settings(max_examples=100, deadline=None)
@given(many(12), st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=10))
def test_pages_about_members_fit(queue: list[Suggestion], decided: list[tuple[str, str]]) -> None:
    coming = [Meeting(each.id, 1, MeetingState.COMING, each.title, presenter_id=MEMBER) for each in queue]
    wanted = [Wanted(each.title, bool(number % 2), 9_999) for number, each in enumerate(queue)]
    row = {"title": queue[0].title, "left_out_of_statistics": 1, "not_proposed_as_presenter": 1}
    stored = Stored(1, MEMBER, {name: [row] * 9_999 for name, _ in SECTIONS.values()})
    check(me_page(stored, wanted, coming, None, (), Mentions()))
    check(forget_question(stored))
    check(audit_page([AuditLine(NOW, MEMBER, action[:60], subject) for action, subject in decided], 999, 99_999))
    review = Review("k" * 16, "a.md", "a", "a", queue[0].title, queue[0].title, date=NOW)
    check(suggestions.read_before(review))


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=30), st.booleans(), TEXTS)
def test_pictures_and_what_stands_beside_them_fit(names: list[str], cited: bool, words: str) -> None:
    nodes = [
        Node(Review(f"{place:016}", "a.md", "a", "a", name, name, authors=(name,) * 3), place * cited)
        for place, name in enumerate(names)
    ]
    picture = Picture(b"", words * 99)
    view, (file,) = map_page(Network(tuple(nodes), (), len(nodes), 0), picture, sharer=names[0])
    check(view)
    assert 1 <= length(file.description or "") <= 1_024
    people = tuple(Person(10**18 + place, 10**9) for place in range(99))
    stats = Stats(10**9, 10**9, 10**9, record=Record(suggesters=people, presenters=people))
    presences = {person.member_id: Presence.HERE for person in people}
    view, (file,) = stats_page(stats, presences, picture, Mentions(), sharer=names[0])
    check(view)
    assert (
        file.description
        == next(part for part in parts(view.to_components()) if part["type"] == 12)["items"][0]["description"]
    )
    check(no_stats(Mentions()))
    check(no_map(Mentions()))
