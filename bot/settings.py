"""What the operator sets: read once from the environment or a `.env` file, and checked before anything starts."""

import os
import re
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pathspec import PathSpec
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

PREFIX = "PAPERCLUB_"

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LEAST_PULL = timedelta(seconds=10)


class Settings(BaseSettings):
    """Every setting. Keyword arguments are the names of the environment without their prefix, in lower case."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a refused token must not appear in the message
    )

    data: Path = Field(default=Path("data"), description="the folder for what the bot stores")
    database_url: SecretStr | None = Field(
        default=None, description="a PostgreSQL for what the club decides; a file in the data folder, if not set"
    )
    reviews: Path = Field(description="the folder that holds the reviews")
    reviews_pull: timedelta | None = Field(
        default=None,
        description="how often to run git pull in the folder of the reviews, such as 15m; never, if not set",
    )
    reviews_include: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="patterns of the files that are reviews, such as papers/** or !drafts/**"
    )
    token: SecretStr | None = Field(default=None, description="the bot's token")
    token_file: Path | None = Field(default=None, description="a file that holds the token, instead")
    site_url: str = Field(default="", description="where the reviews are published, for links")
    guilds: Annotated[frozenset[int] | None, NoDecode] = Field(
        default=None, description="ids of the servers that may read the reviews, separated by commas; all, if not set"
    )
    shards: int | Literal["auto"] = Field(default=1, description="how many gateway connections to keep, or auto")
    arxiv_url: str = Field(default="https://export.arxiv.org/api/query", description="where arXiv's API is")
    contact: str = Field(default="", description="your mail address, which the sources of papers ask for")
    semantic_scholar_key: SecretStr | None = Field(default=None, description="a key of Semantic Scholar's API")
    discord_api_url: str = Field(default="", description="another address of Discord's API, on this machine, for tests")

    @field_validator("reviews")
    @classmethod
    def _is_folder(cls, value: Path, info: ValidationInfo) -> Path:
        path = _expand(value)
        # What was read before is served while a disk is missing; without anything read it is a mistake.
        known = (info.data.get("data", Path("data")) / "index.db").is_file() and not path.exists()
        if not path.is_dir() and not known:
            what = "is not a folder" if path.exists() else "does not exist"
            raise ValueError(f"{path} {what}: give the folder that holds the reviews, such as /srv/blog/content/papers")
        return path

    @field_validator("reviews_pull", mode="before")
    @classmethod
    def _is_duration(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"([0-9]{1,6}) ?([smhd])", value.strip().lower())
        duration = timedelta(seconds=int(match[1]) * _SECONDS[match[2]]) if match else timedelta()
        if duration < _LEAST_PULL:
            raise ValueError("is not a time between two pulls: give one such as 90s, 15m or 6h, from 10s on")
        return duration

    @field_validator("reviews_include", mode="before")
    @classmethod
    def _split_patterns(cls, value: Any) -> Any:
        patterns = value.replace(",", " ").split() if isinstance(value, str) else list(value)
        for pattern in patterns:
            if ".." in pattern.split("/"):
                raise ValueError(f"{pattern} leaves the folder: patterns count from {PREFIX}REVIEWS, such as papers/**")
            try:
                meant = any(part.include is not None for part in PathSpec.from_lines("gitignore", [pattern]).patterns)
            except ValueError:
                meant = False
            if not meant:
                raise ValueError(f"{pattern} is no pattern: give some such as papers/**, *.md or !books/**")
        return tuple(patterns)

    @field_validator("data")
    @classmethod
    def _can_be_folder(cls, value: Path) -> Path:
        path = _expand(value)
        if path.exists() and not path.is_dir():
            raise ValueError(f"{path} is not a folder: give one that the bot may write to")
        return path

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value().strip())
            known = parts.scheme in ("postgresql", "postgres") and bool(parts.hostname) and parts.path.strip("/")
        except ValueError:
            known = False
        if not known:
            raise ValueError("is not the address of a PostgreSQL: give postgresql://user:password@host/name, or none")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("token")
    @classmethod
    def _looks_like_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        return SecretStr(_check_token(value.get_secret_value()))

    @field_validator("site_url", "arxiv_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        value = value.strip()
        if value and not _has_host(value):
            raise ValueError("is not a web address: give one such as https://club.example.org/")
        return value

    @field_validator("contact")
    @classmethod
    def _is_contact(cls, value: str) -> str:
        value = value.strip()
        known = _has_host(value) or re.fullmatch(r"[^@\s<>()]+@[^@\s<>()]+", value)
        if value and not (known and value.isascii()):
            raise ValueError("is not a mail address or web page: give one such as club@example.org")
        return value

    @field_validator("guilds", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [part for part in value.replace(",", " ").split() if part]
        if isinstance(value, int):
            value = [value]
        if value is not None and not all(str(part).isdecimal() for part in value):
            raise ValueError("holds something that is not a server's id: give numbers separated by commas")
        return value

    @field_validator("shards", mode="before")
    @classmethod
    def _is_count(cls, value: Any) -> Any:
        if value != "auto" and not (str(value).isdecimal() and 1 <= int(value) <= 16_384):
            raise ValueError("is not a number of shards: give a number from 1, or auto")
        return value if value == "auto" else int(value)

    @field_validator("discord_api_url")
    @classmethod
    def _is_loopback(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if not value:
            return value
        try:
            host = urlsplit(value).hostname or ""
            loopback = _has_host(value) and (host == "localhost" or ip_address(host).is_loopback)
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("is for tests on this machine alone, since the token is sent there: remove the setting")
        return value

    def read_token(self) -> str:
        """Give the token, from the setting or its file; raise SettingsError when there is none to be had."""
        if self.token and self.token_file:
            raise SettingsError(f"{PREFIX}TOKEN and {PREFIX}TOKEN_FILE are both set: remove one of them.")
        if self.token:
            return self.token.get_secret_value()
        if self.token_file is None:
            raise SettingsError(
                f"{PREFIX}TOKEN is not set: copy the token from the page Bot of your application on "
                f"https://discord.com/developers/applications, or name a file that holds it in {PREFIX}TOKEN_FILE."
            )
        try:
            return _check_token(_expand(self.token_file).read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(
                f"{PREFIX}TOKEN_FILE: {self.token_file} cannot be read ({reason}): "
                "give a file that holds the token and nothing else, readable by the bot."
            ) from None
        except ValueError as error:
            raise SettingsError(f"{PREFIX}TOKEN_FILE: {self.token_file} {error}") from None


def _expand(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(f"{path} names a user that does not exist: give the whole path") from None


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that are no IPv6 address, a port beyond 65,535
        return False


def _check_token(token: str) -> str:
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("does not hold a token: copy it whole from the page Bot of your application")
    return token


def load_settings(**given: Any) -> Settings:
    """Read the settings; raise SettingsError that names each wrong one and what to do.

    `given` are the values of the command line and win over the environment; None counts as not given.
    """
    try:
        lines = _unknown_names()
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8: save it as UTF-8, or remove it.") from None
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            field = Settings.model_fields.get(name)
            if problem["type"] == "missing" and field:
                lines.append(f"{PREFIX}{name.upper()} is not set: give {field.description}.")
            else:
                message = problem["msg"].removeprefix("Value error, ")
                wanted = f": give {field.description}" if field and problem["type"] != "value_error" else ""
                lines.append(f"{PREFIX}{name.upper()}: {message}{wanted}.")
        raise SettingsError(*lines) from None
    if lines:
        raise SettingsError(*lines)
    return settings


def _unknown_names() -> list[str]:
    """Report names that begin like a setting and are none: a typo in PAPERCLUB_GUILDS would open the library to all."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    dotenv = DotEnvSettingsSource(Settings).env_vars
    names = {name.upper() for name in (*os.environ, *dotenv) if name.upper().startswith(PREFIX)}
    lines: list[str] = []
    for name in sorted(names - set(known)):
        near = get_close_matches(name, known, 1)
        lines.append(
            f"{name} is not a setting of Paperclub" + (f": did you mean {near[0]}?" if near else ": remove it.")
        )
    return lines
