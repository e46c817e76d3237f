"""Choosing what to read, with the bot as a process on a Discord of real sockets."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.sqlite import SqliteDatabase
from tests.loopback import Answer, LoopbackDiscord
from tests.running import Runner

TITLE = "A talk of our own"


@pytest.fixture
def disk(tmp_path: Path) -> None:
    """Make the folder for the data."""
    (tmp_path / "data").mkdir()


@pytest.fixture
async def bot(bot: Runner, loopback: LoopbackDiscord, tmp_path: Path, disk: None) -> Runner:
    """Run the bot in a club in which somebody has suggested a talk, which no source need be asked for."""
    database = SqliteDatabase(club_file(tmp_path))
    await database.open()
    proposal = propose_title(TITLE)
    await SuggestionStore(database).propose(int(loopback.world.guild["id"]), 1, proposal, "", datetime.now(UTC))
    await database.close()
    await bot.start()
    return bot


def club_file(folder: Path) -> Path:
    return folder / "data" / "club.db"


def voices(folder: Path) -> list[int]:
    """Give who wants to read the talk, as another program reads it from the file."""
    with closing(sqlite3.connect(club_file(folder))) as connection:
        return sorted(row[0] for row in connection.execute("SELECT member_id FROM support"))


async def test_two_hundred_members_who_click_at_once_count_once_each(
    bot: Runner, loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    card = await loopback.slash("suggest", paper=TITLE)
    members = [loopback.world.add_member(f"member{n}") for n in range(200)]
    clicks = [*members, *members[:60]]
    answers: list[Answer] = await asyncio.gather(
        *(loopback.click(card.message, "I want to read it", by=member) for member in clicks)
    )
    assert {answer.callback["type"] for answer in answers} == {7}, "each click changed the card"
    ids = {int(person["user"]["id"]) for person in [*members, loopback.ada]}
    assert voices(tmp_path) == sorted({1, *ids})
    await loopback.news.until(lambda: "**202 members want to read it**" in card.text, 10)
    taken: list[Answer] = await asyncio.gather(
        *(loopback.click(card.message, "Not any more", by=member) for member in members)
    )
    assert len(taken) == 200
    await loopback.news.until(lambda: "**2 members want to read it**" in card.text, 10)
    assert voices(tmp_path) == sorted({1, int(loopback.ada["user"]["id"])})


class TestFullDisk:
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Iterator[None]:
        """Make a folder for the data that takes 16 MB."""
        folder = tmp_path / "data"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("a disk of its own can be made by root alone, where mounting is allowed")
        yield
        subprocess.run(["umount", "--lazy", str(folder)], check=True)

    async def test_a_full_disk_is_told_reads_go_on_and_room_mends_it(
        self, bot: Runner, loopback: LoopbackDiscord, tmp_path: Path
    ) -> None:
        card = await loopback.slash("suggest", paper=TITLE)
        filler = tmp_path / "data" / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(512))
        counted, refused = [], ""
        for number in range(100):  # the log of SQLite may have room for some
            member = loopback.world.add_member(f"member{number}")
            answer = await loopback.click(card.message, "I want to read it", by=member)
            if answer.callback["type"] != 7:
                refused = answer.text
                break
            counted.append(int(member["user"]["id"]))
        assert refused == (
            "The disk of the bot is full, so nothing was saved. Whoever runs the bot has to make room; then try again."
        )
        mine = sorted({1, int(loopback.ada["user"]["id"]), *counted})
        shown = await loopback.slash("suggestions", by=loopback.grace)
        assert f"{len(mine)} members want to read it" in shown.text
        assert "A Primer in BERTology" in (await loopback.slash("paper", name="bertology")).text
        filler.unlink()
        again = await loopback.click(card.message, "I want to read it", by=member)
        assert f"**{len(mine) + 1} members want to read it**" in again.text
        assert voices(tmp_path) == sorted([*mine, int(member["user"]["id"])])
        assert "the club's database cannot be used" in await bot.end()
