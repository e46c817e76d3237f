"""Notices what holds the event loop: a step of the bot's code that takes long, while every other member waits.

A step is what a task or a callback does from one `await` to the next. Its processor time counts, since a busy machine
must not make a test fail; what waits and computes nothing (`time.sleep`, a lock) is left to ruff's ASYNC rules. Neither
the simulated Discord's own work counts, nor collecting garbage: a run of tests has far more of it than the bot.
"""

import asyncio
import gc
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import discord
import pytest
from simcord.http import router

LIMIT = 0.005  # seconds of processor time

_ROOT = Path(__file__).parent.parent
_OWN = tuple(str(folder) for folder in (_ROOT / "bot", _ROOT / "cogs", Path(discord.__file__).parent))


class LoopGuard:
    """What held the loop since the guard was put up; `longest` are the seconds of the longest step."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.longest = 0.0
        self._excused = 0.0
        self._excusing = False
        self._seen: list[str] = []

    def run(self, step: Callable[[], None], callback: Any) -> None:
        """Run a step of the loop, and note it when it is the bot's and takes too long."""
        task, code = _look_into(callback)
        if code is None or not code.co_filename.startswith(_OWN):
            step()
            return
        self._seen.clear()
        came_from = _place_in(task)
        excused, begun = self._excused, time.thread_time()
        # Signals by the processor time that goes by say where the step is.
        signal.setitimer(signal.ITIMER_PROF, LIMIT / 2, LIMIT / 2)
        try:
            step()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            took = time.thread_time() - begun - (self._excused - excused)
            self.longest = max(self.longest, took)
            if took > LIMIT:
                self.held.append(
                    f"{code.co_qualname}: {took * 1e3:.1f} ms, "
                    f"from {came_from or 'its beginning'} to {_place_in(task) or 'its end'}\n"
                    + "\n".join(self._seen[:3])
                )

    def look(self, signum: int, frame: FrameType | None) -> None:
        """Remember where the step is that runs."""
        begun = time.thread_time()
        if not self._excusing:
            self._seen.append("".join(traceback.format_stack(frame)[-8:]))
            self._excused += time.thread_time() - begun

    def collect(self, phase: str, info: dict[str, int]) -> None:
        """Leave out the time in which garbage is collected."""
        if threading.current_thread() is threading.main_thread():
            self._excused += time.thread_time() * (1 if phase == "stop" else -1)

    def excuse(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Leave out the time that a function takes."""

        def run(*args: Any, **options: Any) -> Any:
            begun, excused = time.thread_time(), self._excused
            self._excusing = True
            try:
                return function(*args, **options)
            finally:
                self._excusing = False
                self._excused = excused + time.thread_time() - begun

        return run


def _look_into(callback: Any) -> tuple[Any, Any]:
    """Give the task that a callback of the loop goes on with, if it does, and the code that it runs, if it is known."""
    # The simulated Discord runs the bot's callbacks within a function of its own.
    code = getattr(callback, "__code__", None)
    if code is not None and "callback" in code.co_freevars:
        callback = callback.__closure__[code.co_freevars.index("callback")].cell_contents
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return task, getattr(task.get_coro(), "cr_code", None)
    return None, getattr(callback, "__code__", None)


def _place_in(task: Any) -> str:
    """Say at which line of the bot's a task waits; nothing at its beginning and its end."""
    coroutine, place = task and task.get_coro(), ""
    while frame := getattr(coroutine, "cr_frame", None):
        if frame.f_lasti > 0 and frame.f_code.co_filename.startswith(_OWN):
            place = f"line {frame.f_lineno} of {Path(frame.f_code.co_filename).name}"
        coroutine = coroutine.cr_await
    return place


@contextmanager
def guard_loop() -> Iterator[LoopGuard]:
    """Watch every step of every loop of this thread."""
    guard = LoopGuard()
    run = asyncio.Handle._run

    def guarded(handle: asyncio.Handle) -> None:
        guard.run(lambda: run(handle), handle._callback)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", guarded)
        patch.setattr(router, "dispatch", guard.excuse(router.dispatch))
        before = signal.signal(signal.SIGPROF, guard.look)
        gc.callbacks.append(guard.collect)
        try:
            yield guard
        finally:
            gc.callbacks.remove(guard.collect)
            signal.signal(signal.SIGPROF, before)
