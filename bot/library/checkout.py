"""Bring a reviews folder that is a git checkout up to date: `git pull`, as a machine should run it."""

import asyncio
import os
import re
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

_LIMIT = 120  # seconds
_NO_STASH = ("merge.autoStash=false", "rebase.autoStash=false")
_GRACE = 5  # seconds in which git may remove its locks when it took too long
_READ = 16 * 1024  # bytes of git's errors that are looked at
_ADDRESS = re.compile(r"(\w+://)(?:\S*@)?([^/\s'\"]+)[^\s'\"]*")  # only its scheme and host are shown
# What `git rev-parse --local-env-vars` lists: set by hooks, it would lead to another repository.
_OF_ANOTHER_REPOSITORY = frozenset((
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
))  # fmt: skip


class PullError(Exception):
    """Say in a sentence why a pull failed, and in `details` what git wrote; without the secrets of addresses."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.details = details


async def pull(folder: Path, limit: float = _LIMIT) -> None:
    """Fast-forward the checkout that a folder lies in; raise PullError when that cannot be done.

    Nothing is merged or stashed, nobody is asked for a password, and neither hooks nor submodules of the repository
    run; what else its own configuration names (filters, helpers) is trusted.
    """
    settings = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "submodule.recurse=false", *_NO_STASH)
    options = ("--ff-only", "--no-rebase", "--quiet", "--no-recurse-submodules")
    command = ("git", "-C", str(folder), *(part for each in settings for part in ("-c", each)), "pull", *options)
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    environment = inherited | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",  # ssh has no terminal either, so it asks nobody
        "LC_ALL": "C",
    }
    with tempfile.TemporaryFile() as output:  # not a pipe, which a child may keep open, or flood
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,  # so that ssh and git's helpers can be ended with it
            )
        except OSError as error:
            advice = "install git, or remove PAPERCLUB_REVIEWS_PULL"
            raise PullError(f"git cannot be run ({error.strerror}): {advice}") from None
        try:
            await asyncio.wait_for(process.wait(), limit)
        except BaseException as error:
            await asyncio.shield(_end(process))
            if isinstance(error, TimeoutError):
                raise PullError(f"git pull took longer than {limit:.0f} seconds") from None
            raise
        if process.returncode:
            output.seek(0)
            lines = _without_secrets(output.read(_READ))
            raise PullError(f"git pull failed: {_telling(lines)}", "\n".join(lines))


async def _end(process: asyncio.subprocess.Process) -> None:
    """End git and its children; killed at once, it would leave its locks behind, and no pull would ever work again."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
            return


def _without_secrets(output: bytes) -> list[str]:
    """Give the lines of git's errors without what addresses may hide, passwords and tokens, and control characters."""
    text = _ADDRESS.sub(r"\1\2", output.decode("utf-8", "replace"))
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("hint:")]


def _telling(lines: list[str]) -> str:
    """Choose what to show in a sentence: the first error, and the line before it, which often says why."""
    first = next((place for place, line in enumerate(lines) if line.startswith(("fatal:", "error:"))), 0)
    return " ".join(lines[max(0, first - 1) : first + 1])[:300].rstrip(".") or "it gave no reason"
