"""Child processes that end with their parent: started, read line by line, stopped on a signal."""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
PATIENCE_SECONDS = 10.0


class Stopped(BaseException):
    """The command was asked to stop by a signal; carries the number of the signal."""

    def __init__(self, signal_number: int):
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """Return the exit code that a shell gives a command ended by this signal."""
        return 128 + self.signal_number


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `Stopped` while the block runs."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Child:
    """A running command whose output is read line by line, standard error with it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        keep_open: Sequence[int] = (),
    ):
        """Start `command`; the file descriptors in `keep_open` stay open in it."""
        self._process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            pass_fds=tuple(keep_open),
        )

    def __enter__(self) -> Child:
        """Return the child itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child when the block is left before it ended by itself."""
        self.stop()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def lines(self) -> Iterator[str]:
        """Yield the lines of its output as they come, without their line ends."""
        stream = self._process.stdout
        if stream is None:
            return
        for line in stream:
            yield line.rstrip("\r\n")

    def wait(self) -> int:
        """Wait until it ends and return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """Ask it to end; insist when it does not within a few seconds."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with this Python, and ends when this process does."""
    return [sys.executable, "-m", "itfm.process", str(os.getpid()), module, *arguments]


def _run_module(parent: int, module: str, arguments: Sequence[str]) -> None:
    """Run a module as a program in this process, which is a child of `parent`."""
    _end_with(parent)
    # dbt imports its own command before it is run; runpy remarks on that, to no use for a reader.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    """Have the system kill this process when its parent dies, where the system can (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # the parent died before the call above
        sys.exit(1)


if __name__ == "__main__":
    _run_module(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
