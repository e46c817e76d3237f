"""The command line, as a person or a script calls it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tests.shared import SAMPLES, review_file, write_reviews


def paperclub(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PAPERCLUB_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(SAMPLES.parent), "COLUMNS": "100"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_lists_problems_with_file_and_line_and_fails_only_for_errors(tmp_path: Path) -> None:
    root = write_reviews(
        tmp_path / "r", {"a.md": review_file("A"), "b.md": "---\ntitle: x\ntitle: y\n---\n", "c.txt": "x"}
    )
    done = paperclub("check", str(root), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "b.md:3: error: the key `title` stands here for the second time: keep one\n"
        "1 reviews; 1 error; 1 remarks about other files (--verbose lists them).\n"
    )
    (root / "b.md").unlink()
    done = paperclub("check", "--verbose", str(root), cwd=tmp_path)
    assert done.returncode == 0
    assert "c.txt:1: info: is not Markdown" in done.stdout


def test_check_prints_json_alone(tmp_path: Path) -> None:
    done = paperclub("check", str(SAMPLES), "--format", "json", cwd=tmp_path)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert set(found) == {"reviews", "problems"}
    assert "primer_in_bertology_rogers" in {row["slug"] for row in found["reviews"]}


def test_check_shows_a_name_with_a_line_end_on_one_line(tmp_path: Path) -> None:
    root = write_reviews(tmp_path / "r", {"a\nb.md": "---\ntitle: [\n---\n"})
    done = paperclub("check", str(root), cwd=tmp_path)
    assert done.stdout.startswith("'a\\nb.md':")
    assert len(done.stdout.splitlines()) == 2


def test_show_draws_the_card_of_a_draft_too(tmp_path: Path) -> None:
    root = write_reviews(
        tmp_path / "r", {"a.md": review_file("[Paper] On Looking", "See *this*.\n\n## Part\n\nx\n", draft=True)}
    )
    done = paperclub("show", "looking", cwd=tmp_path, PAPERCLUB_REVIEWS=str(root))
    assert done.returncode == 0
    assert "On Looking" in done.stdout
    assert "See this." in done.stdout
    assert "Read a section" in done.stdout
    assert "It is a draft" in done.stderr
    assert list(tmp_path.iterdir()) == [root], "nothing is left behind"


@pytest.mark.parametrize(
    ("name", "words"), [("attention", "Several reviews fit"), ("zzzz", "No review is called 'zzzz'")]
)
def test_show_says_when_a_name_does_not_lead_to_one_review(tmp_path: Path, name: str, words: str) -> None:
    done = paperclub("show", name, "--reviews", str(SAMPLES), cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.parametrize("command", ["run", "sync"])
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "PAPERCLUB_REVIEWS is not set"),
        ({"PAPERCLUB_REVIEWS": "."}, "PAPERCLUB_TOKEN is not set"),
        ({"PAPERCLUB_REVIEWS": ".", "PAPERCLUB_TOKEN": "x y"}, "PAPERCLUB_TOKEN: does not hold a token"),
        (
            {"PAPERCLUB_REVIEWS": ".", "PAPERCLUB_TOKEN": "a.b.c", "PAPERCLUB_DATA": "/proc/nothing"},
            "cannot be written to",
        ),
    ],
)
def test_a_wrong_setting_ends_the_program_with_78_before_it_logs_in(
    tmp_path: Path, command: str, environment: dict[str, str], words: str
) -> None:
    done = paperclub(command, cwd=tmp_path, **environment)
    assert done.returncode == 78
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert environment.get("PAPERCLUB_TOKEN", "x y") not in done.stderr


def test_the_demo_answers_one_question_about_any_folder(tmp_path: Path) -> None:
    root = write_reviews(
        tmp_path / "r", {"a.md": review_file("[Paper] Unheard Of", "Never shown before.\n\n## Part\n\nx\n")}
    )
    done = paperclub("demo", "--reviews", str(root), "--once", "unheard", cwd=tmp_path, PAPERCLUB_GUILDS="1")
    assert done.returncode == 0
    message = json.loads(done.stdout)
    texts = [part["content"] for part in message["components"][0]["components"] if part["type"] == 10]
    assert texts == ["## Unheard Of", "Never shown before."]
    assert message["allowed_mentions"] == {"parse": []}
    assert "Unheard Of" in done.stderr


def test_the_demo_of_a_missing_folder_says_so(tmp_path: Path) -> None:
    done = paperclub("demo", "--reviews", str(tmp_path / "no"), "--once", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = paperclub("demo", "--no-browser", "--port", str(port), cwd=tmp_path)
    assert done.returncode == 78
    assert f"--port {port}" in done.stderr
    assert "choose another one" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_is_documented() -> None:
    readme = (SAMPLES.parent / "README.md").read_text("utf-8")
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert f"paperclub {name}" in readme, name
        helped = CliRunner().invoke(app, [name, "--help"])
        assert helped.exit_code == 0


def test_every_setting_is_documented() -> None:
    from bot.settings import Settings

    readme = (SAMPLES.parent / "README.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"PAPERCLUB_{name.upper()}" not in readme] == []
