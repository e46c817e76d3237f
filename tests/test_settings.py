"""Settings are checked before anything starts, and the token is never shown."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import Settings, load_settings

TOKEN = "MTIz.secret.token"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("PAPERCLUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_settings_come_from_arguments_the_environment_and_a_dotenv_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"PAPERCLUB_REVIEWS={tmp_path}\nPAPERCLUB_TOKEN={TOKEN}\nOTHER=1\n")
    monkeypatch.setenv("PAPERCLUB_GUILDS", "12, 34")
    settings = load_settings(data=tmp_path / "data", site_url=None)
    assert settings.reviews == tmp_path
    assert settings.guilds == {12, 34}
    assert settings.data == tmp_path / "data"
    assert settings.read_token() == TOKEN


def test_keyword_arguments_are_the_names_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(token=SecretStr(TOKEN), reviews=tmp_path, data=tmp_path)
    assert settings.read_token() == TOKEN
    assert settings.guilds is None
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings.model_dump())


def test_the_token_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert Settings(token_file=tmp_path / "token", reviews=tmp_path).read_token() == TOKEN


@pytest.mark.parametrize(
    ("environment", "name", "advice"),
    [
        ({"PAPERCLUB_REVIEWS": ""}, "PAPERCLUB_REVIEWS", "give the folder"),
        ({"PAPERCLUB_REVIEWS": "/nowhere/at/all"}, "PAPERCLUB_REVIEWS", "does not exist"),
        ({"PAPERCLUB_REVIEWS": __file__}, "PAPERCLUB_REVIEWS", "is not a folder"),
        ({"PAPERCLUB_DATA": __file__}, "PAPERCLUB_DATA", "is not a folder"),
        ({"PAPERCLUB_SITE_URL": "club.example.org"}, "PAPERCLUB_SITE_URL", "https://"),
        ({"PAPERCLUB_GUILDS": "my server"}, "PAPERCLUB_GUILDS", "separated by commas"),
        ({"PAPERCLUB_SHARDS": "0"}, "PAPERCLUB_SHARDS", "from 1"),
        ({"PAPERCLUB_SHARDS": "many"}, "PAPERCLUB_SHARDS", "auto"),
        (
            {"PAPERCLUB_DISCORD_API_URL": "https://discord.example/api"},
            "PAPERCLUB_DISCORD_API_URL",
            "remove the setting",
        ),
        (
            {"PAPERCLUB_DISCORD_API_URL": "http://127.0.0.1.evil.example"},
            "PAPERCLUB_DISCORD_API_URL",
            "remove the setting",
        ),
        ({"PAPERCLUB_REVIEWS": "~nosuchuser/x"}, "PAPERCLUB_REVIEWS", "names a user"),
        ({"PAPERCLUB_DISCORD_API_URL": "http://127.0.0.1:99999"}, "PAPERCLUB_DISCORD_API_URL", "remove the setting"),
        ({"PAPERCLUB_DISCORD_API_URL": "http://[x"}, "PAPERCLUB_DISCORD_API_URL", "remove the setting"),
        ({"PAPERCLUB_SITE_URL": "http://[x"}, "PAPERCLUB_SITE_URL", "web address"),
        ({"PAPERCLUB_REVEIWS": "x"}, "PAPERCLUB_REVEIWS", "did you mean PAPERCLUB_REVIEWS"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], name: str, advice: str
) -> None:
    for key, value in ({"PAPERCLUB_REVIEWS": str(tmp_path)} | environment).items():
        monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    (line,) = caught.value.lines
    assert line.startswith(name)
    assert advice in line


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/api/v10", "http://[::1]:1", "http://localhost/"])
def test_discord_may_stand_on_this_machine(tmp_path: Path, address: str) -> None:
    assert Settings(reviews=tmp_path, discord_api_url=address).discord_api_url == address.rstrip("/")


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERCLUB_SHARDS", "-1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(caught.value.lines) == 2


@pytest.mark.parametrize("token", ["two words", "tökén", "line\nbreak"])
def test_a_wrong_token_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str) -> None:
    monkeypatch.setenv("PAPERCLUB_REVIEWS", str(tmp_path))
    monkeypatch.setenv("PAPERCLUB_TOKEN", token)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.lines[0].startswith("PAPERCLUB_TOKEN: does not hold a token")
    assert token not in str(caught.value)
    assert caught.value.__cause__ is None


def test_no_token_and_two_tokens_are_told_apart(tmp_path: Path) -> None:
    for given, words in [
        ({}, "PAPERCLUB_TOKEN is not set"),
        ({"token": TOKEN, "token_file": tmp_path / "token"}, "both set"),
        ({"token_file": tmp_path / "token"}, "cannot be read"),
        ({"token_file": Path("~nosuchuser/token")}, "names a user"),
    ]:
        with pytest.raises(SettingsError, match=words) as caught:
            Settings(reviews=tmp_path, **given).read_token()
        assert TOKEN not in str(caught.value)


def test_a_dotenv_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PAPERCLUB_TOKEN=caf\xe9\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(reviews=tmp_path)


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("90s", 90), ("6h", 21_600), ("1 D", 86_400)])
def test_the_time_between_two_pulls(tmp_path: Path, text: str, seconds: int) -> None:
    assert load_settings(reviews=tmp_path, reviews_pull=text).reviews_pull == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "5", "0m", "9s", "-5m", "m", "1.5h"])
def test_a_time_that_is_none_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"PAPERCLUB_REVIEWS_PULL: is not a time between two pulls.*15m"):
        load_settings(reviews=tmp_path, reviews_pull=text)


def test_a_folder_that_is_missing_now_is_served_from_what_was_read_before(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(reviews=tmp_path / "disk", data=tmp_path / "data")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "index.db").write_bytes(b"")
    assert load_settings(reviews=tmp_path / "disk", data=tmp_path / "data").reviews == tmp_path / "disk"
    (tmp_path / "disk").write_text("a file")
    with pytest.raises(SettingsError, match="is not a folder"):
        load_settings(reviews=tmp_path / "disk", data=tmp_path / "data")
