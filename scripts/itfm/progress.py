"""What a long command is doing: one live line on a terminal, plain lines everywhere else."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text

QUIET_SECONDS = 10.0


def console(*, stderr: bool = False) -> Console:
    """Return a console that does not fold lines when nobody looks at it."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return made


class Phase:
    """One step of a command: announced when it starts, measured when it ends."""

    def __init__(self, out: Console, title: str):
        """Announce the step called `title` on the console `out`."""
        self._out = out
        self._title = title
        self._started = time.monotonic()
        self._spoke = self._started
        self._status: Status | None = None
        self._result = ""

    def __enter__(self) -> Phase:
        """Show that the step has started."""
        if self._out.is_terminal:
            self._status = self._out.status(Text(self._title))
            self._status.start()
        else:
            self._out.print(f"{self._title} ...", markup=False)
        return self

    def update(self, text: str) -> None:
        """Say how far the step is; on a plain output at most every few seconds."""
        if self._status is not None:
            self._status.update(Text(f"{self._title}: {text}"))
            return
        now = time.monotonic()
        if now - self._spoke >= QUIET_SECONDS:
            self._spoke = now
            self._out.print(f"  {text}", markup=False)

    def done(self, text: str) -> None:
        """Keep the result that is shown when the step ends."""
        self._result = text

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _value: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Show the result and how long it took, or that the step was broken off."""
        if self._status is not None:
            self._status.stop()
        seconds = time.monotonic() - self._started
        what = "broken off" if kind else self._result or "done"
        self._out.print(f"{self._title}: {what} ({seconds:.1f} s)", markup=False)
