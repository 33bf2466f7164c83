"""Progress in words on stderr: each step as it begins; of a long one how far it is, how fast, and how long it takes.

On a terminal one line is rewritten; elsewhere a line is written now and then. A step may take several passes over its
rows, which the engine tells one by one: share, rate and time left are those of the pass it is in.
"""

import sys
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO

from credit_score.engine import how_far

AFTER, EVERY, REWRITTEN = 2.0, 10.0, 0.5  # seconds: of a step before anything is told, between lines, on a terminal
CLEARED = "\x1b[K"
_RUNNING: "weakref.WeakSet[Steps]" = weakref.WeakSet()


class Steps:
    """What a command is doing, step by step, with the seconds since it began; nothing when quiet.

    ``rows`` tells of a step by its words how many rows it goes through.
    """

    def __init__(
        self, *, quiet: bool, stream: TextIO | None = None, after: float = AFTER, every: float = EVERY
    ) -> None:
        self.quiet, self.began, self.rows = quiet, time.monotonic(), dict[str, int]()
        self._stream, self._after, self._every = stream, after, every
        self._lock, self._over, self._step = threading.Lock(), threading.Event(), ""
        self._thread: threading.Thread | None = None

    def __call__(self, step: str) -> None:
        if self.quiet:
            return
        with self._lock:
            self._write(f"  {time.monotonic() - self.began:6.1f} s  {step}\n")
            self._step = step
        if self._thread is None:
            _RUNNING.add(self)
            self._thread = threading.Thread(target=_watch, args=(weakref.ref(self), self._over), daemon=True)
            self._thread.start()

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def know(self, rows: Mapping[str, int]) -> None:
        """How many rows steps go through, by their words."""
        self.rows |= rows

    def end(self) -> None:
        """Tell nothing more, and leave no half-written line."""
        self._over.set()
        with self._lock:
            if self._thread is not None and self._is_terminal:
                self._write("")

    @property
    def _is_terminal(self) -> bool:
        return bool((self._stream or sys.stderr).isatty())

    @property
    def wait(self) -> float:
        """Seconds until the next look at the engine."""
        return min(REWRITTEN, self._every)

    def _write(self, text: str) -> None:
        stream = self._stream or sys.stderr
        stream.write((CLEARED if self._is_terminal else "") + text)
        stream.flush()

    def tell(self, now: "_Pass") -> None:
        """How far the step is, if it has taken long enough and there is something to tell."""
        with self._lock:
            moment, share = time.monotonic(), how_far()
            now.see(self._step, share, moment)
            due = now.told + (REWRITTEN if self._is_terminal else self._every)
            if now.moves and not self._over.is_set() and moment >= max(now.began + self._after, due):
                line = f"  {moment - self.began:6.1f} s  {self._step}: {now.words(self.rows.get(self._step))}"
                self._write(f"{line}\r" if self._is_terminal else f"{line}\n")
                now.told = moment


class _Pass:
    """One pass of the engine, from when it was first seen: a share that falls, or another step, begins a new one."""

    def __init__(self) -> None:
        self.step, self.number, self.first, self.share, self.began, self.now = "", 0, 0.0, 0.0, 0.0, 0.0
        self.told, self.runs = -EVERY, False

    def see(self, step: str, share: float | None, moment: float) -> None:
        if step != self.step:
            self.step, self.number, self.share = step, 0, 1.0
        if share is not None and (share < self.share - 0.01 or not self.number):
            self.number, self.first, self.began = self.number + 1, share, moment
        self.runs, self.share, self.now = share is not None, (1.0 if share is None else share), moment

    @property
    def moves(self) -> bool:
        """Whether a query runs, and has gone on since it was first seen: without that there is no rate."""
        return self.runs and self.share > self.first and self.now > self.began

    def words(self, rows: int | None) -> str:
        """``pass 2, 43% of 1,000,000 rows, 120,000 rows/s, 5 s left``."""
        rate = (self.share - self.first) / (self.now - self.began)
        of = f" of {rows:,} rows, {rows * rate:,.0f} rows/s" if rows else ""
        return f"pass {self.number}, {self.share:.0%}{of}, {_span((1 - self.share) / rate)} left"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _watch(steps: "weakref.ref[Steps]", over: threading.Event) -> None:
    """Look at the engine now and then, until it is over; what goes wrong in looking is no matter of the command."""
    now = _Pass()
    while (watched := steps()) is not None and not over.is_set():
        with suppress(Exception):
            watched.tell(now)
        wait = watched.wait
        del watched
        over.wait(wait)


def end() -> None:
    """End the progress of every command in this process."""
    for steps in list(_RUNNING):
        steps.end()
