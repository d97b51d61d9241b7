"""Child processes that end with us: each in a process group of its own, with its output in a log."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

STOP_SECONDS: Final = 10.0
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildError(Exception):
    """A child did not start, or ended when it should not have; holds the end of its log."""


class Child:
    """One child process, which can be started again.

    Args:
        name: what messages call it.
        log: file that its output is appended to.
        folder: working directory.
    """

    def __init__(self, name: str, log: Path, folder: Path) -> None:
        self.name = name
        self.log = log
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start ``command``. Call it from a thread that lives on: on Linux the child ends with that thread."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def until_ready(self, ready: Path, seconds: float) -> dict[str, Any]:
        """What the child writes to ``ready`` once it listens.

        Raises:
            ChildError: it ended, or took longer than ``seconds``.
        """
        self.wait_for(ready.exists, seconds)
        found: dict[str, Any] = json.loads(ready.read_text())
        return found

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until ``condition`` holds, as long as the child lives."""
        deadline = time.monotonic() + seconds
        while not condition():
            if not self.alive:
                raise ChildError(f"{self.name} ended while starting.\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise ChildError(f"{self.name} did not start within {seconds:.0f} s.\n{self.last_lines()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and its children; it has some seconds to do so by itself."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.terminate()
            self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it and its children at once (SIGKILL)."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its children."""
        if self._process is not None:
            os.killpg(self._process.pid, number)

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"The end of {self.log}:", *lines[-count:]])


def _end_with_parent() -> None:
    """In the child: be told to stop when the parent dies, even if the parent was killed."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
