"""What a club did, in numbers: counted in spans that fit, of one club alone, without who wishes to be left out."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.club.ballot import GRACE, Option
from bot.club.prompt import Choice, Why
from bot.club.stats import Person, Record, Stats, Step, count_stats
from bot.club.stores.ballots import BallotStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.members import MemberStore
from bot.club.stores.preferences import PreferenceStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.stats import StatsStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.database import Database
from bot.database.tables import attendance, gathering
from bot.library.facets import Tag, telling_tags
from tests.club.test_ballots import click

NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # in Berlin it is April already
CLUB, OTHER = 700_000_000_000_000_001, 700_000_000_000_000_002
ADA, LISE, OLGA = 800_000_000_000_000_000, 800_000_000_000_000_001, 800_000_000_000_000_002
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


def test_reviews_meetings_and_tags_are_counted_by_spans() -> None:
    tags = [Tag("Ethics", "ethics", 2), Tag("speech", "speech", 1)]
    reviews = [
        (date(2024, 1, 31), ("ethics",)),
        (date(2024, 2, 1), ("Ethics", "ethics", "speech")),
        (date(2024, 4, 30), ("other",)),
        (None, ("ethics",)),
    ]
    stats = count_stats(reviews, tags, Record(held=(date(2024, 2, 29), date(2024, 5, 1))))
    assert (stats.reviews, stats.undated, stats.earlier, stats.step) == (4, 1, 0, Step.MONTH)
    assert [column.start for column in stats.columns] == [date(2024, month, 1) for month in range(1, 6)]
    assert [(column.reviews, column.held) for column in stats.columns] == [(1, 0), (1, 1), (0, 0), (1, 0), (0, 1)]
    assert stats.tags == ("Ethics", "speech")
    assert [column.tagged for column in stats.columns][:2] == [(1, 0), (1, 1)]


def test_spans_grow_with_the_time_that_they_cover() -> None:
    def step(last: date) -> tuple[Step, int]:
        stats = count_stats([(date(2020, 1, 15), ()), (last, ())], (), Record())
        return stats.step, len(stats.columns)

    assert step(date(2020, 1, 20)) == (Step.MONTH, 1)
    assert step(date(2021, 4, 1)) == (Step.MONTH, 16)
    assert step(date(2021, 5, 1)) == (Step.QUARTER, 6)
    assert step(date(2023, 12, 31)) == (Step.QUARTER, 16)
    assert step(date(2024, 1, 1)) == (Step.YEAR, 5)
    assert step(date(2060, 1, 1)) == (Step.YEAR, 16)


@given(st.lists(st.one_of(st.none(), DAYS), max_size=30), st.lists(DAYS, max_size=10))
def test_nothing_is_lost_and_no_span_is_left_out(days: list[date | None], held: list[date]) -> None:
    stats = count_stats([(day, ("t",)) for day in days], [Tag("t", "t", 1)], Record(held=tuple(held)))
    shown = sum(column.reviews + column.held for column in stats.columns)
    assert shown + stats.undated + stats.earlier == len(days) + len(held)
    assert sum(sum(column.tagged) for column in stats.columns) == sum(column.reviews for column in stats.columns)
    assert len(stats.columns) <= 16
    starts = [column.start for column in stats.columns]
    assert all(10 < (later - earlier).days < 367 for earlier, later in pairwise(starts))
    if known := [day for day in [*days, *held] if day]:
        assert starts[-1] <= max(known) < starts[-1] + timedelta(days=31 * stats.step.value)


def test_nothing_at_all_is_empty() -> None:
    assert count_stats([], (), Record()) == Stats()
    assert Stats().is_empty
    assert count_stats([(None, ("t",))], (), Record(suggestions=3)).is_empty
    assert not count_stats([], (), Record(readers=(0,))).is_empty


def test_a_tag_that_nearly_all_carry_tells_nothing() -> None:
    tags = [Tag(name, name, count) for name, count in (("club", 15), ("nlp", 6), ("ethics", 4), ("speech", 1))]
    assert [tag.name for tag in telling_tags(tags, 16, 2)] == ["nlp", "ethics"]
    assert [tag.name for tag in telling_tags(tags[:1], 2, 2)] == ["club"]


# --- what is stored -------------------------------------------------------------------------------


async def tell_story(database: Database, guild_id: int, suggester: int) -> None:
    """Let a club suggest, vote, meet and read."""
    suggestions, decisions, ballots = SuggestionStore(database), DecisionStore(database), BallotStore(database)
    meetings, prompts = MeetingStore(database), PromptStore(database)
    for who, title in ((suggester, "One"), (suggester, "Two"), (LISE, "Three"), (LISE, "Gone")):
        await suggestions.propose(guild_id, who, propose_title(f"{title} paper"), "", NOW)
    queue = await suggestions.queue(guild_id)
    await decisions.withdraw(guild_id, queue[3].id, LISE, NOW)
    for place in (0, 1):
        await decisions.accept(guild_id, queue[place].id, OLGA, NOW)
    for meeting in await meetings.list_coming(guild_id):
        await meetings.volunteer(guild_id, meeting.id, LISE)
    held = (await meetings.list_coming(guild_id))[0]
    await meetings.mark_read(guild_id, held.id, OLGA, NOW)
    for number, voters in enumerate(((ADA, LISE), (ADA,))):
        opened = await ballots.open_ballot(guild_id, OLGA, [Option(name, NOW) for name in "ABC"], 5, NOW)
        for voter in voters:
            await ballots.cast(guild_id, opened.id, voter, [0], click(NOW))
        if number == 0:
            end = NOW + timedelta(hours=1)
            await ballots.close_ballot(guild_id, opened.id, OLGA, click(end), end)
            await ballots.count_due(guild_id, opened.id, end + GRACE)
    for day, why, readers in (
        ("2026-03-01", Why.AGAIN, ()),
        ("2026-03-08", Why.AGAIN, (ADA, LISE)),
        ("2026-03-15", Why.NOTHING, ()),
    ):
        prompt = await prompts.keep(guild_id, "slot:1", day, Choice(why, "Trees", review_key="k"), (), NOW)
        for reader in readers:
            await prompts.mark_read(guild_id, prompt.id, reader, NOW)


async def test_what_a_club_did_is_told_of_that_club_alone(database: Database) -> None:
    await tell_story(database, CLUB, ADA)
    await tell_story(database, OTHER, OLGA)
    store = StatsStore(database)
    record = await store.read(CLUB, ZoneInfo("Europe/Berlin"))
    assert record == Record(
        held=(date(2026, 4, 1),),
        suggestions=3,
        suggesters=(Person(ADA, 2), Person(LISE, 1)),
        presenters=(Person(LISE, 1),),
        readers=(0, 2),
        voters=(2,),  # of the open ballot nothing is told
    )
    assert (await store.read(OTHER, UTC)).suggesters == (Person(OLGA, 2), Person(LISE, 1))
    assert await store.read(1, UTC) == Record()


async def test_who_wishes_so_is_left_out_of_one_club_and_still_counts(database: Database) -> None:
    await tell_story(database, CLUB, ADA)
    await tell_story(database, OTHER, ADA)
    store, preferences = StatsStore(database), PreferenceStore(database)
    for _ in range(2):
        await preferences.set_listed(CLUB, LISE, listed=False)
    record = await store.read(CLUB, UTC)
    assert record.suggesters == (Person(ADA, 2),)
    assert record.presenters == ()
    assert (record.suggestions, record.held) == (3, (date(2026, 3, 31),))
    assert (await store.read(OTHER, UTC)).presenters == (Person(LISE, 1),)
    await preferences.set_listed(CLUB, LISE, listed=True)
    assert (await store.read(CLUB, UTC)).presenters == (Person(LISE, 1),)


async def test_who_is_forgotten_is_not_named(database: Database) -> None:
    await tell_story(database, CLUB, ADA)
    await MemberStore(database).forget(CLUB, LISE, NOW)
    record = await StatsStore(database).read(CLUB, UTC)
    assert record.suggesters == (Person(ADA, 2),)
    assert record.presenters == ()
    assert record.readers == (0, 1)
    assert record.voters == (2,), "a counted ballot keeps its number"


async def test_a_meeting_that_was_prompted_for_was_held_then(database: Database) -> None:
    await tell_story(database, CLUB, ADA)
    coming = (await MeetingStore(database).list_coming(CLUB))[0]
    early = NOW - timedelta(days=40)
    choice = Choice(Why.CHOSEN, "Two paper", meeting_id=coming.id)
    await PromptStore(database).keep(CLUB, "slot:1", "2026-02-19", choice, (), early)
    await MeetingStore(database).mark_read(CLUB, coming.id, OLGA, NOW)
    record = await StatsStore(database).read(CLUB, UTC)
    assert sorted(record.held) == [date(2026, 2, 19), date(2026, 3, 31)]


async def test_meetings_of_the_week_count_once_with_those_who_came(database: Database) -> None:
    await tell_story(database, CLUB, ADA)
    coming = (await MeetingStore(database).list_coming(CLUB))[0]
    await MeetingStore(database).mark_read(CLUB, coming.id, OLGA, NOW)
    for club in (CLUB, OTHER):
        rows = [
            {"guild_id": club, "slot": "slot:1", "date": f"2026-03-{day}", "at": NOW - timedelta(days=45 - day),
             "ends_at": NOW, "name": "Club night", "meeting_id": number, "closed": closed}
            for day, number, closed in ((12, coming.id, 1), (19, None, 1), (26, None, 0))
        ]  # fmt: skip
        came = [
            {"guild_id": club, "slot": "slot:1", "date": f"2026-03-{day}", "member_id": member, "line": "",
             "quotable": 0, "made_at": NOW}
            for day, member in ((12, ADA), (12, LISE), (19, ADA), (26, ADA))
        ]  # fmt: skip
        if club == OTHER:
            await tell_story(database, OTHER, ADA)
            rows = [row | {"meeting_id": None} for row in rows]
        await database.write(lambda connection, rows=rows: connection.execute(insert(gathering), rows))
        await database.write(lambda connection, came=came: connection.execute(insert(attendance), came))
    record = await StatsStore(database).read(CLUB, UTC)
    assert record.comers == (2, 1)
    first = (NOW - timedelta(days=33)).date()
    assert sorted(record.held) == [first, first + timedelta(days=7), date(2026, 3, 31)]
