"""A library that is kept in step with its folder, on a real file system."""

import asyncio
import os
import random
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.library.checkout import PullError, _telling, _without_secrets, pull
from bot.library.facets import Filter
from bot.library.index import Index, IndexFault
from bot.library.keeper import Keeper
from bot.library.library import Library
from bot.library.lookup import Found
from tests.shared import review_file, write_reviews

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def kept(root: Path, data: Path, pull_every: timedelta | None = None) -> AsyncIterator[Library]:
    library = Library(root, Index(data / "index.db"))
    keeper = Keeper(library, lambda: NOW, pull_every)
    await keeper.start(30)
    try:
        yield library
    finally:
        await keeper.close()


def names(library: Library) -> set[str]:
    return {review.name for review in library.browse(Filter(), NOW)}


async def until(holds: Callable[[], bool], seconds: float = 1.0) -> None:
    """Wait until something holds; fail after a second, which is what members are promised."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


async def stays(holds: Callable[[], bool], seconds: float = 1.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert holds()
        await asyncio.sleep(0.02)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_reviews(tmp_path / "reviews", {"a.md": review_file("One"), "b.md": review_file("Two")})


async def test_a_saved_renamed_or_deleted_file_is_seen_within_a_second(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        assert names(library) == {"One", "Two"}
        await asyncio.sleep(0.3)  # until the watch is set
        (root / "c.md").write_text(review_file("Three"))
        await until(lambda: names(library) == {"One", "Two", "Three"})
        (root / "a.md").write_text(review_file("One, revised"))
        await until(lambda: "One, revised" in names(library))
        key = library.find("two", NOW).review.key  # type: ignore[union-attr]
        (root / "b.md").rename(root / "renamed.md")
        await until(lambda: (found := library.get(key, NOW)) is not None and found.path == "renamed.md")
        (root / "c.md").unlink()
        await until(lambda: names(library) == {"One, revised", "Two"})
        (root / "2026").mkdir()
        (root / "2026" / "d.md").write_text(review_file("Four, in a new folder"))
        await until(lambda: "Four, in a new folder" in names(library))
        (root / "new.tmp").write_text(review_file("Five, as editors save"))
        (root / "new.tmp").replace(root / "e.md")
        await until(lambda: "Five, as editors save" in names(library))


async def test_a_half_written_file_never_shows_and_the_whole_one_within_a_second(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        await asyncio.sleep(0.3)
        with (root / "a.md").open("w") as file, (root / "new.md").open("w") as other:
            for handle, title in ((file, "One, revised"), (other, "New")):
                handle.write(review_file(title, "Half of it.\n"))
                handle.flush()
            await stays(lambda: names(library) == {"One", "Two"}, 1.5)
            file.write("The other half.\n")
            other.write("The other half.\n")
        await until(lambda: names(library) == {"One, revised", "Two", "New"})
        review = library.find("New", NOW).review  # type: ignore[union-attr]
        assert "The other half." in review.teaser


async def test_a_file_that_shrinks_and_grows_again_is_never_seen_empty(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        await asyncio.sleep(0.3)
        for number in range(20):
            with (root / "a.md").open("w") as file:
                await asyncio.sleep(0.03)
                file.write(review_file(f"One {number}"))
            assert len(names(library)) == 2
        await until(lambda: "One 19" in names(library))
        assert await library.problems() == []


async def test_what_editors_leave_beside_a_file_is_no_review(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        await asyncio.sleep(0.3)
        for name in (".a.md.swp", "a.md~", "#a.md#", ".#a.md", "4913", "a.md.tmp", ".goutputstream-X1", "a.md.bak"):
            (root / name).write_text(review_file("Swap"))
        (root / "z.md").write_text(review_file("Last"))
        await until(lambda: "Last" in names(library))
        assert names(library) == {"One", "Two", "Last"}


async def test_a_file_that_breaks_keeps_its_last_good_version(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        await asyncio.sleep(0.3)
        (root / "a.md").write_text("---\ntitle: [never closed\n---\n\nText.\n")
        (root / "b.md").write_text(review_file("Two, revised"))
        await until(lambda: "Two, revised" in names(library))
        assert "One" in names(library)
        assert [(problem.path, problem.severity) for problem in await library.problems()] == [("a.md", "error")]
        (root / "a.md").write_text(review_file("One, mended"))
        await until(lambda: "One, mended" in names(library))
        assert await library.problems() == []


async def test_a_folder_that_vanishes_is_a_fault_and_not_a_deletion(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        await asyncio.sleep(0.3)
        root.rename(tmp_path / "elsewhere")
        await until(lambda: "folder" in library.faults, 3)
        assert names(library) == {"One", "Two"}
        (tmp_path / "elsewhere").rename(root)
        await until(lambda: not library.faults, 8)
        (root / "c.md").write_text(review_file("Three"))
        await until(lambda: "Three" in names(library), 2)
    async with kept(tmp_path / "nowhere", tmp_path) as library:  # as after a start without the disk
        assert names(library) == {"One", "Two", "Three"}
        assert "cannot be read" in library.faults["folder"]


async def test_losing_more_than_half_is_a_fault_until_it_is_accepted(tmp_path: Path) -> None:
    root = write_reviews(tmp_path / "reviews", {f"{n}.md": review_file(f"Review {n}") for n in range(6)})
    async with kept(root, tmp_path) as library:
        for n in range(3):
            (root / f"{n}.md").unlink()
        await library.refresh(NOW)
        assert len(names(library)) == 3  # half may go
        for n in (3, 4):
            (root / f"{n}.md").unlink()
        await library.refresh(NOW)
        assert len(names(library)) == 3
        assert library.faults["loss"] == "The folder of the reviews holds 1 of the 3 files that it held before."
        assert (await library.status(NOW)).left == 1
    async with kept(root, tmp_path) as library:  # a restart does not forget it
        assert len(names(library)) == 3
        assert library.faults
        await library.refresh(NOW, accept=1)
        assert names(library) == {"Review 5"}
        assert not library.faults


async def test_files_that_all_move_are_no_loss(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path) as library:
        keys = {review.name: review.key for review in library.browse(Filter(), NOW)}
        (root / "papers").mkdir()
        for name in ("a.md", "b.md"):
            (root / name).rename(root / "papers" / name)
        await library.refresh(NOW)
        assert {review.name: review.key for review in library.browse(Filter(), NOW)} == keys
        assert not library.faults


async def test_a_change_of_the_sites_configuration_reads_everything_anew(tmp_path: Path) -> None:
    site = write_reviews(tmp_path / "site", {"content/a.md": review_file("One", date="2020-05-01")})
    (site / "hugo.toml").write_text('timeZone = "UTC"\n')
    async with kept(site, tmp_path) as library:
        (before,) = library.browse(Filter(), NOW)
        await asyncio.sleep(0.3)
        (site / "hugo.toml").write_text('timeZone = "Asia/Tokyo"\n')

        def moved() -> bool:
            (review,) = library.browse(Filter(), NOW)
            return review.key == before.key and str(review.date) == "2020-05-01 00:00:00+09:00"

        await until(moved)
        assert (await library.refresh(NOW)).read == 0
    async with kept(site, tmp_path) as library:
        assert moved()


async def test_other_patterns_may_leave_out_most_of_the_folder(root: Path, tmp_path: Path) -> None:
    write_reviews(root, {f"books/{n}.md": review_file(f"Book {n}") for n in range(5)})
    for include, count in ((), 7), (("!books/**",), 2), ((), 7):
        library = Library(root, Index(tmp_path / "index.db"), include=include)
        await library.open(NOW)
        assert len(names(library)) == count
        assert not library.faults
        await library.close()


async def test_a_link_that_is_set_anew_leads_to_the_new_folder(root: Path, tmp_path: Path) -> None:
    other = write_reviews(tmp_path / "other", {"a.md": review_file("Another"), "b.md": review_file("And one more")})
    link = tmp_path / "current"
    link.symlink_to(root)
    async with kept(link, tmp_path) as library:
        await asyncio.sleep(0.3)
        (tmp_path / "next").symlink_to(other)
        (tmp_path / "next").replace(link)
        await until(lambda: names(library) == {"Another", "And one more"}, 3)
        (other / "c.md").write_text(review_file("Later"))
        await until(lambda: "Later" in names(library), 2)


def git(folder: Path, *arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x",
    }
    subprocess.run(("git", "-C", str(folder), *arguments), check=True, capture_output=True, env=os.environ | identity)


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    git(tmp_path, "clone", "-q", str(root), "checkout")
    return tmp_path / "checkout"


def commit(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", name)


async def test_a_checkout_is_pulled_on_a_timer_and_hooks_never_run(root: Path, checkout: Path, tmp_path: Path) -> None:
    hook = checkout / ".git" / "hooks" / "post-merge"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    async with kept(checkout, tmp_path, timedelta(seconds=0.5)) as library:
        commit(root, "c.md", review_file("Three"))
        await until(lambda: "Three" in names(library), 5)
        commit(root, "d.md", review_file("Four"))
        await until(lambda: "Four" in names(library), 5)
    assert not (tmp_path / "hooked").exists()


async def test_a_pull_that_fails_is_told_once_and_nothing_is_merged(
    root: Path, checkout: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    commit(root, "c.md", review_file("Three"))
    commit(checkout, "d.md", review_file("Ours"))
    async with kept(checkout, tmp_path, timedelta(seconds=0.1)) as library:
        await until(lambda: "pull" in library.faults, 5)
        await asyncio.sleep(1)
        assert names(library) == {"One", "Two", "Ours"}
        assert "fast-forward" in library.faults["pull"]
        assert [record.levelname for record in caplog.records if "git pull" in record.message] == ["WARNING"]
        git(checkout, "reset", "-q", "--hard", "HEAD~1")
        await until(lambda: "Three" in names(library) and not library.faults, 5)


async def test_a_pull_tells_what_is_wrong_without_the_password_and_asks_nobody(root: Path, tmp_path: Path) -> None:
    async with kept(root, tmp_path, timedelta(hours=1)) as library:
        await until(lambda: "pull" in library.faults, 5)
        assert "not a git repository" in library.faults["pull"]
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", "http://user:secret@127.0.0.1:9/x.git")
    git(root, "config", "branch.main.remote", "origin")
    git(root, "config", "branch.main.merge", "refs/heads/main")
    async with kept(root, tmp_path, timedelta(hours=1)) as library:
        await until(lambda: "pull" in library.faults, 5)
        assert "secret" not in library.faults["pull"]
        assert "127.0.0.1" in library.faults["pull"]


async def test_a_pull_that_hangs_is_ended(root: Path) -> None:
    left = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", f"http://127.0.0.1:{port}/x.git")
    git(root, "config", "branch.main.remote", "origin")
    git(root, "config", "branch.main.merge", "refs/heads/main")
    async with server:
        begun = time.monotonic()
        with pytest.raises(PullError, match="longer than"):
            await pull(root, limit=0.5)
        assert time.monotonic() - begun < 5
        await asyncio.wait_for(left.wait(), 5)


async def test_what_a_card_shows_of_a_review_follows_its_file(root: Path, tmp_path: Path) -> None:
    def text(verdict: str) -> str:
        filler = "The authors train a model on a corpus of reviews and compare it with three others. " * 16
        return review_file("Long", f"T.\n\n<!--more-->\n\n## Summary\n\n{filler}\n\n## Our thoughts\n\n{verdict}\n")

    (root / "long.md").write_text(text("We think that this is the best paper of the year."))
    async with kept(root, tmp_path) as library:

        async def verdict() -> str:
            match = library.find("long", NOW)
            assert isinstance(match, Found)
            return (await library.read_highlights(match.review)).opinions[0]

        assert await verdict() == await verdict() == "We think that this is the best paper of the year."
        (root / "long.md").write_text(text("We think that this is the worst paper of all years."))
        await library.refresh(NOW)
        assert await verdict() == "We think that this is the worst paper of all years."


def test_what_git_wrote_is_told_without_what_addresses_hide() -> None:
    lines = _without_secrets(
        b"hint: use another\ngit@github.com: Permission denied (publickey).\n"
        b"fatal: unable to access 'https://user:s3/cr@et@example.org:8080/ghp_TOKEN/x.git?token=abc': \x1b[31mno\n"
    )
    assert _telling(lines) == (
        "git@github.com: Permission denied (publickey). fatal: unable to access 'https://example.org:8080': [31mno"
    )


async def test_a_pull_ignores_another_repository_of_the_environment(
    root: Path, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_reviews(tmp_path / "other", {"x.md": "x"})
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    (root / "c.md").write_text(review_file("Three"))
    monkeypatch.delenv("GIT_DIR")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "c")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    await pull(checkout)
    assert (checkout / "c.md").is_file()


async def test_a_pull_ends_in_time_although_a_child_of_git_lives_on(checkout: Path, tmp_path: Path) -> None:
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\nsetsid sleep 20 &\nsleep 20\n")
    helper.chmod(0o755)
    git(checkout, "config", "remote.origin.uploadpack", str(helper))
    begun = time.monotonic()
    with pytest.raises(PullError, match="longer than"):
        await pull(checkout, limit=0.5)
    assert time.monotonic() - begun < 9
    assert not (checkout / ".git" / "index.lock").exists()


@pytest.mark.parametrize("count", [40, 400])
async def test_what_could_not_be_stored_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    root = write_reviews(tmp_path / "r", {f"{n}.md": review_file(f"Old {n}") for n in range(count)})
    library = Library(root, Index(tmp_path / "index.db"))
    await library.open(NOW)
    keys = {review.path: review.key for review in library.browse(Filter(), NOW)}
    write_reviews(root, {f"{n}.md": review_file(f"New {n}") for n in range(count)} | {"added.md": review_file("New")})
    put, calls = Index.put, list[int]()

    async def fail_once(self: Index, *arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise IndexFault("database or disk is full")
        await put(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Index, "put", fail_once)
        await library.refresh(NOW)
    assert "disk is full" in library.faults["index"]
    assert all(name.startswith("Old") for name in names(library))
    await library.refresh(NOW)
    assert not library.faults
    assert len(names(library)) == count + 1
    assert all(name.startswith("New") for name in names(library))
    assert {review.path: review.key for review in library.browse(Filter(), NOW) if review.path in keys} == keys
    await library.close()


@pytest.mark.parametrize("damage", ["head", "page", "table", "review", "version", "empty", "wal"])
async def test_a_damaged_index_is_made_anew(root: Path, tmp_path: Path, damage: str) -> None:
    async with kept(root, tmp_path):
        pass
    path = tmp_path / "index.db"
    data = path.read_bytes()
    if damage in ("table", "review", "version"):
        with sqlite3.connect(path) as connection:
            statement = {
                "table": "DROP TABLE text",
                "review": "UPDATE file SET review = x'7b'",
                "version": "PRAGMA user_version = 99",
            }[damage]
            connection.execute(statement)
        connection.close()
    elif damage == "wal":
        Path(f"{path}-wal").write_bytes(b"junk" * 999)
    else:
        pieces = {"head": b"x" * 100 + data[100:], "page": data[:4096] + b"\xff" * 4096 + data[8192:], "empty": b""}
        path.write_bytes(pieces[damage])
    async with kept(root, tmp_path) as library:
        assert names(library) == {"One", "Two"}
        match = library.find("one", NOW)
        assert isinstance(match, Found)
        assert await library._index.get_body(match.review.path)
        assert not library.faults


async def test_where_the_index_cannot_be_kept_it_is_said_and_tried_again(root: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder is needed")
    library = Library(root, Index(blocked / "index.db"))
    await library.open(NOW)
    assert "The index cannot be used" in library.faults["index"]
    assert names(library) == set()
    blocked.unlink()
    await library.refresh(NOW)
    assert names(library) == {"One", "Two"}
    assert not library.faults
    await library.close()


async def test_a_cancelled_write_never_wedges_the_next_one(root: Path, tmp_path: Path) -> None:
    index = Index(tmp_path / "index.db")
    await index.open()
    chance = random.Random(1)
    for number in range(200):
        writing = asyncio.create_task(index.put_fact("x", str(number)))
        await asyncio.sleep(chance.choice((0, 0, 0.0002, 0.0005, 0.001)))
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await index.put_fact("y", str(number))
        assert await index.get_fact("y") == str(number)
    await index.close()


@pytest.mark.parametrize("count", [40, 400])
async def test_among_many_changes_too_a_broken_file_keeps_its_last_good_version(tmp_path: Path, count: int) -> None:
    root = write_reviews(tmp_path / "r", {f"{n}.md": review_file(f"Old {n}") for n in range(count)})
    library = Library(root, Index(tmp_path / "index.db"))
    await library.open(NOW)
    keys = {review.path: review.key for review in library.browse(Filter(), NOW)}
    write_reviews(
        root, {f"{n}.md": review_file(f"New {n}") for n in range(count)} | {"7.md": "---\ntitle: [broken\n---\n"}
    )
    with (root / "8.md").open("w") as file:
        file.write("half of")
        file.flush()
        assert (await library.refresh(NOW)).unfinished
    expected = {f"New {n}" for n in range(count)} - {"New 7", "New 8"} | {"Old 7", "Old 8"}
    assert names(library) == expected
    assert {review.path: review.key for review in library.browse(Filter(), NOW)} == keys
    await library.close()


async def test_what_vanished_while_the_index_failed_vanishes_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_reviews(tmp_path / "r", {f"{n}.md": review_file(f"Review {n}") for n in range(5)})
    library = Library(root, Index(tmp_path / "index.db"))
    await library.open(NOW)
    (root / "0.md").unlink()
    (root / "new.md").write_text(review_file("New"))

    async def fail(self: Index, keys: object) -> None:
        raise IndexFault("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Index, "put_keys", fail)
        await library.refresh(NOW)
    await library.refresh(NOW)
    assert names(library) == {"New", *(f"Review {n}" for n in range(1, 5))}
    await library.close()


async def test_a_bot_starts_although_its_index_cannot_be_kept_and_heals_by_itself(root: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder is needed")
    async with kept(root, blocked) as library:
        status = await library.status(NOW)
        assert "The index cannot be used" in status.faults[0]
        blocked.unlink()
        (root / "c.md").write_text(review_file("Three"))
        await until(lambda: names(library) == {"One", "Two", "Three"}, 3)
        assert not library.faults
