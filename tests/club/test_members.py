"""What is stored about members: all of it is given to them, all of it is forgotten, and nothing else changes."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, Text, insert, select

from bot.club.ballot import GRACE, Option
from bot.club.prompt import Choice, Why
from bot.club.questions import Role
from bot.club.stores.audit import take_note
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.members import SECTIONS, MemberStore, columns_with
from bot.club.stores.preferences import PreferenceStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import State, propose_title
from bot.database.database import Database
from bot.database.tables import Items, Number, attendance, duty, metadata, refusal, rsvp, suggestion
from bot.ui.me import export_text
from tests.club.test_ballots import click
from tests.shared import LONG

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = NOW + timedelta(hours=1)
CLUB, OTHER = 700_000_000_000_000_001, 700_000_000_000_000_002
ADA, LISE, EMMY, OLGA = MEMBERS = [800_000_000_000_000_000 + number for number in range(4)]

# Who adds a column says here that it holds no member, or marks it in `tables.py`.
NUMBERS = {"id", "guild_id", "channel_id", "message_id", "thread_id", "organiser_role_id", "ping_role_id", "clicked"}
NUMBERS |= {f"{table}_id" for table in metadata.tables} | {"merged_into", "event_id"}
TEXTS = {"zone", "paper", "title", "authors", "state", "review_key", "key", "method", "result", "choices", "action"}
TEXTS |= {"slot", "date", "rung", "why", "questions"}
TEXTS |= {"folded", "days", "time", "start", "paused_until", "pause_reason", "kind", "reminders", "quiet_begin"}
TEXTS |= {"quiet_end", "moved_to", "answer", "role", "told"}

# The tables whose rows are a member's, and go with them.
OWN = ("support", "vote", "reading", "preference", "rsvp", "attendance", "duty", "refusal")

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


async def dump(database: Database, guild_id: int) -> Rows:
    """Give every row of a club, as it is stored, by table and primary key."""

    def work(connection: Connection) -> Rows:
        rows: Rows = {}
        own: dict[str, set[int]] = {}
        for table in sorted(metadata.tables.values(), key=lambda table: "guild_id" not in table.c):
            found = connection.exec_driver_sql(f"SELECT * FROM {table.name}").mappings().all()
            owner = next(iter(table.primary_key)).name
            if "guild_id" in table.c:
                found = [row for row in found if row["guild_id"] == guild_id]
                own[f"{table.name}_id"] = {row[owner] for row in found}
            else:
                found = [row for row in found if row[owner] in own[owner]]
            keys = [column.name for column in table.primary_key]
            rows[table.name] = {tuple(row[key] for key in keys): dict(row) for row in found}
        return rows

    return await database.read(work)


def holding(rows: Mapping[str, Mapping[tuple[Any, ...], object]], member_id: int) -> list[tuple[str, tuple[Any, ...]]]:
    """Give the rows in which a member's id stands anywhere."""
    return [(table, key) for table, each in rows.items() for key, row in each.items() if str(member_id) in repr(row)]


def test_every_column_is_said_to_hold_members_or_not() -> None:
    for table in metadata.sorted_tables:
        for column in table.c:
            if column.info.get("member"):
                assert column.type is Number
                assert column.name not in NUMBERS
            elif column.type is Number:
                assert column.name in NUMBERS, f"does {column} hold members? Then it is to have info=MEMBER"
            elif column.info.get("words"):
                assert isinstance(column.type, Text)
            elif isinstance(column.type, Text | Items) and (table.name, column.name) != ("post", "reason"):
                assert column.name in TEXTS, f"can {column} name a member? Then it is to have info=WORDS"


def test_every_column_that_holds_members_is_exported_under_a_name_of_its_own() -> None:
    columns = {column for _, column in columns_with("member")}
    assert columns == set(SECTIONS)
    assert len({name for name, _ in SECTIONS.values()}) == len(SECTIONS)
    for column, (_, told) in SECTIONS.items():
        for each in told:
            base = getattr(each, "element", each)
            assert not base.info.get("member"), f"{column}: others stand in {each}"


def gathering_rows(guild_id: int, meeting_id: int, chance: random.Random) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Make rows of who answered, came, took a role and did not want to present."""
    name: dict[str, Any] = {"guild_id": guild_id, "slot": "slot:1", "date": "2026-03-10"}
    some = [chance.sample(MEMBERS, 3) for _ in range(4)]
    said = {"stars": 4, "quotable": 1, "made_at": NOW}
    return [
        (rsvp, [name | {"member_id": who, "answer": "yes", "at": NOW, "made_at": NOW} for who in some[0]]),
        (
            attendance,
            [name | said | {"member_id": who, "line": f"as <@{chance.choice(MEMBERS)}> said"} for who in some[1]],
        ),
        (duty, [name | {"member_id": who, "role": role} for who, role in zip(some[2], Role, strict=False)]),
        (refusal, [{"meeting_id": meeting_id, "member_id": who} for who in some[3]]),
    ]


async def tell_story(database: Database, guild_id: int, seed: int) -> None:
    """Let members of a club do whatever they can, in some order."""
    chance = random.Random(seed)
    suggestions, decisions, ballots = SuggestionStore(database), DecisionStore(database), BallotStore(database)
    meetings, clubs = MeetingStore(database), ClubStore(database)
    await clubs.change(guild_id, chance.choice(MEMBERS), NOW, quota=20)
    for number in range(9):
        proposal = propose_title(f"Paper {number} of {guild_id}")
        made = await suggestions.propose(guild_id, chance.choice(MEMBERS), proposal, f"reason {number}", NOW)
        for member in chance.sample(MEMBERS, chance.randrange(4)):
            await suggestions.add_voice(guild_id, made.suggestion.id, member, NOW)
        if chance.random() < 0.3:
            words = f"for <@{chance.choice(MEMBERS)}> and <@!{chance.choice(MEMBERS)}>"
            await suggestions.propose(guild_id, chance.choice(MEMBERS), proposal, words, NOW)
    queue = await suggestions.queue(guild_id)
    await decisions.decline(guild_id, queue[0].id, chance.choice(MEMBERS), f"<@{chance.choice(MEMBERS)}> has it", NOW)
    await decisions.accept(guild_id, queue[1].id, chance.choice(MEMBERS), NOW)
    await decisions.accept(guild_id, queue[2].id, chance.choice(MEMBERS), NOW)
    if queue[3].suggested_by:
        await decisions.withdraw(guild_id, queue[3].id, queue[3].suggested_by, NOW)
    for closing in (True, False):
        options = [Option(each.title, each.made_at, each.id) for each in (await suggestions.queue(guild_id))[:4]]
        opened = await ballots.open_ballot(guild_id, chance.choice(MEMBERS), options, 5, NOW)
        for member in chance.sample(MEMBERS, 3):
            await ballots.cast(guild_id, opened.id, member, [chance.randrange(len(options))], click(NOW, member % 100))
        if closing:
            await ballots.close_ballot(guild_id, opened.id, chance.choice(MEMBERS), click(END), END)
            await ballots.count_due(guild_id, opened.id, END + GRACE)
    coming = await meetings.list_coming(guild_id)
    assert len(coming) == 3
    for meeting in coming:
        await meetings.volunteer(guild_id, meeting.id, chance.choice(MEMBERS))
        await meetings.write_notes(guild_id, meeting.id, chance.choice(MEMBERS), f"<@{chance.choice(MEMBERS)}>", NOW)
    await meetings.mark_read(guild_id, coming[0].id, chance.choice(MEMBERS), NOW)
    await meetings.drop(guild_id, coming[1].id, chance.choice(MEMBERS), NOW)
    prompts = PromptStore(database)
    for day in ("2026-03-10", "2026-03-17"):
        prompt = await prompts.keep(guild_id, "slot:1", day, Choice(Why.AGAIN, "Trees", review_key="k"), (), NOW)
        for member in chance.sample(MEMBERS, 3):
            await prompts.mark_read(guild_id, prompt.id, member, NOW)
    for member in chance.sample(MEMBERS, 3):
        await PreferenceStore(database).set_listed(guild_id, member, listed=False)
    for table, values in gathering_rows(guild_id, coming[0].id, chance):
        await database.write(lambda connection, t=table, v=values: connection.execute(insert(t), v))
    subject = f"<@{chance.choice(MEMBERS)}>"
    await database.write(lambda connection: take_note(connection, guild_id, NOW, OLGA, "thanked", subject))


@pytest.mark.parametrize("seed", range(40 if LONG else 6))
async def test_a_forgotten_member_stands_nowhere_and_nothing_else_changes(database: Database, seed: int) -> None:
    await tell_story(database, CLUB, seed)
    await tell_story(database, OTHER, seed)
    before, elsewhere = await dump(database, CLUB), await dump(database, OTHER)
    members = MemberStore(database)
    gone = MEMBERS[seed % len(MEMBERS)]
    held = holding(before, gone)
    assert held
    assert holding(elsewhere, gone)
    await members.forget(CLUB, gone, END)
    after = await dump(database, CLUB)
    assert holding(after, gone) == []
    assert await dump(database, OTHER) == elsewhere
    voices = {number: who for number, who in before["support"] if who == gone}
    left = {number for number, _ in after["support"]}
    ended = {n for n in voices if n not in left and before["suggestion"][n,]["state"] == State.OPEN}
    for table, rows in before.items():
        for key, row in rows.items():
            if table in OWN and row["member_id"] == gone:
                assert key not in after[table]
                continue
            expected: dict[str, Any] = {
                name: None if value == gone else _without(value, gone) for name, value in row.items()
            }
            if table == "suggestion" and key[0] in ended:
                moment = (END - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
                expected |= {"state": State.WITHDRAWN, "decided_at": moment, "place": None}
            if table == "suggestion_key" and key[0] in ended:
                expected["live"] = 0
            assert after[table][key] == expected
        assert len(after[table]) == len(rows) - sum(table in OWN and row["member_id"] == gone for row in rows.values())
    await members.forget(CLUB, gone, END + timedelta(days=1))
    assert await dump(database, CLUB) == after, "a second time changes nothing"
    assert (await members.collect(CLUB, gone)).rows == 0


def _without(value: object, member_id: int) -> object:
    if not isinstance(value, str):
        return value
    return value.replace(f"<@{member_id}>", "somebody").replace(f"<@!{member_id}>", "somebody")


@pytest.mark.parametrize("seed", range(4))
async def test_an_export_tells_of_every_place_where_a_member_stands_and_of_nobody_else(
    database: Database, seed: int
) -> None:
    await tell_story(database, CLUB, seed)
    await tell_story(database, OTHER, seed + 1)
    rows = await dump(database, CLUB)
    for member in MEMBERS:
        stored = await MemberStore(database).collect(CLUB, member)
        for column, (name, _) in SECTIONS.items():
            found = [row for row in rows[column.table.name].values() if row[column.name] == member]
            assert len(stored.sections[name]) == len(found), name
        named = [row for row in rows["audit"].values() if f"<@{member}>" in row["subject"]]
        assert len(stored.sections["decisions_that_name_you"]) == len(named)
        text = export_text(stored, NOW).decode()
        others = [str(other) for other in MEMBERS if other != member]
        shown = json.loads(text)
        assert (shown["server_id"], shown["member_id"]) == (str(CLUB), str(member))
        assert str(OTHER) not in text
        reasons = {row["reason"] for (_, who), row in rows["support"].items() if who != member and row["reason"]}
        own = {row["reason"] for (_, who), row in rows["support"].items() if who == member}
        written = {f'"{reason}"' for reason in reasons - own}
        assert not [reason for reason in written if reason in text]
        for row in shown["papers_wanted"]:  # one's own words may name others
            row["your_reason"] = ""
        for row in shown["meetings_attended"]:
            row["your_line"] = ""
        for row in shown["suggestions_decided_as_organiser"]:
            row["your_remark"] = ""
        assert not [other for other in others if other in json.dumps(shown)]


async def test_an_export_reads_as_a_person_would_say_it(database: Database) -> None:
    suggestions, ballots = SuggestionStore(database), BallotStore(database)
    made = [
        (await suggestions.propose(CLUB, ADA, propose_title(f"Größe {name}"), "so schön 🎉", NOW)).suggestion
        for name in "AB"
    ]
    await suggestions.propose(CLUB, LISE, propose_title("Größe A"), "hers", NOW)
    options = [Option(each.title, each.made_at, each.id) for each in made]
    number = (await ballots.open_ballot(CLUB, OLGA, options, 5, NOW)).id
    await ballots.cast(CLUB, number, ADA, [1], click(NOW))
    text = export_text(await MemberStore(database).collect(CLUB, ADA), NOW).decode("utf-8")
    assert "\n  " in text, "it is indented"
    assert "Größe A" in text, "and not escaped"
    shown = json.loads(text)
    assert [*shown][:5] == ["about", "server_id", "member_id", "exported_at", "papers_suggested"]
    assert shown["papers_wanted"][0] == {
        "title": "Größe A", "authors": [], "paper": None, "state": "open",
        "your_reason": "so schön 🎉", "since": "2026-03-01T12:00:00+00:00",
    }  # fmt: skip
    assert shown["votes"] == [
        {
            "ballot": number, "method": "approval", "state": "open", "your_choices": ["Größe B"],
            "voted_at": "2026-03-01T12:00:00+00:00",
        }
    ]  # fmt: skip
    assert "hers" not in text


async def test_whoever_is_forgotten_during_a_ballot_may_vote_again_and_the_counted_numbers_stay(
    database: Database,
) -> None:
    suggestions, ballots, members = SuggestionStore(database), BallotStore(database), MemberStore(database)
    options: list[Option] = []
    for name in "AB":
        made = (await suggestions.propose(CLUB, OLGA, propose_title(f"Paper {name}"), "", NOW)).suggestion
        options.append(Option(made.title, made.made_at, made.id))
    number = (await ballots.open_ballot(CLUB, OLGA, options, 5, NOW, closes_at=END)).id
    await ballots.cast(CLUB, number, ADA, [0], click(NOW))
    await ballots.cast(CLUB, number, LISE, [1], click(NOW, 1))
    await members.forget(CLUB, ADA, NOW)
    assert await ballots.get_choices(CLUB, number, ADA) == ()
    found = await ballots.get(CLUB, number)
    assert found
    assert found.voters == 1
    await ballots.cast(CLUB, number, ADA, [1], click(NOW, 2))
    counted = await ballots.count_due(CLUB, number, END + GRACE)
    assert counted.result
    assert counted.result.rounds[0].tallies == (0, 2)
    await members.forget(CLUB, ADA, END)
    kept = await ballots.get(CLUB, number)
    assert kept
    assert (kept.voters, kept.result) == (1, counted.result)


async def test_what_nobody_wants_any_more_can_be_suggested_again(database: Database) -> None:
    suggestions, members = SuggestionStore(database), MemberStore(database)
    alone = (await suggestions.propose(CLUB, ADA, propose_title("Alone paper"), "", NOW)).suggestion.id
    shared = (await suggestions.propose(CLUB, ADA, propose_title("Shared paper"), "", NOW)).suggestion.id
    await suggestions.add_voice(CLUB, shared, LISE, NOW)
    orphan = (await suggestions.propose(CLUB, LISE, propose_title("Orphaned paper"), "", NOW)).suggestion.id
    await suggestions.add_voice(CLUB, orphan, ADA, NOW)
    await DecisionStore(database).withdraw(CLUB, orphan, LISE, NOW)
    await members.forget(CLUB, ADA, END)
    assert [(each.id, each.suggested_by) for each in await suggestions.queue(CLUB)] == [(shared, None)]
    states = await database.read(lambda c: dict(c.execute(select(suggestion.c.id, suggestion.c.state)).all()))  # type: ignore[arg-type]
    assert states == {alone: State.WITHDRAWN, shared: State.OPEN, orphan: State.WITHDRAWN}
    again = await suggestions.propose(CLUB, EMMY, propose_title("Alone paper"), "", END)
    assert again.suggestion.id != alone
