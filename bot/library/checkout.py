"""Bring a reviews folder that is a git checkout up to date: `git pull`, as a machine should run it."""

import asyncio
import os
import re
import signal
from pathlib import Path

_LIMIT = 120  # seconds
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")  # user and password in an address


class PullError(Exception):
    """Say in a sentence why a pull failed, without the secrets of addresses."""


async def pull(folder: Path, limit: float = _LIMIT) -> None:
    """Fast-forward the checkout that a folder lies in; raise PullError when that cannot be done.

    Nothing is merged, nobody is asked for a password, and neither hooks nor submodules of the repository run.
    """
    command = (
        "git", "-C", str(folder), "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
        "-c", "submodule.recurse=false", "pull", "--ff-only", "--no-rebase", "--quiet", "--no-recurse-submodules",
    )  # fmt: skip
    environment = os.environ | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh") + " -oBatchMode=yes",
        "LC_ALL": "C",
    }
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # so that ssh and git's helpers can be ended with it
        )
    except OSError as error:
        raise PullError(
            f"git cannot be run ({error.strerror}): install git, or remove PAPERCLUB_REVIEWS_PULL"
        ) from None
    try:
        _, output = await asyncio.wait_for(process.communicate(), limit)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if isinstance(error, TimeoutError):
            raise PullError(f"git pull took longer than {limit:.0f} seconds") from None
        raise
    if process.returncode:
        lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["it gave no reason"]
        raise PullError("git pull failed: " + _SECRET.sub("", telling[0])[:300])
