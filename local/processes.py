"""Child processes that end when we do, even if we are killed with SIGKILL; their whole process group ends with them.

We ──pipe──▶ ``supervisor.py`` ──▶ the command and what it starts (one process group)

The supervisor ends the group when the pipe closes. We end it too, with SIGKILL, whenever we stop a process.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from shared.core.errors import TunedropError

ROOT: Final = Path(__file__).resolve().parents[1]
"""The checkout: the working directory of all processes, so that ``python -m`` finds their modules."""
GRACE: Final = 10.0
"""Seconds that a process has to end by itself when it is stopped."""
SHORT_GRACE: Final = 1.5
"""The same for what such a process has started: it must be gone before that process' own time is up."""
_SUPERVISOR: Final = Path(__file__).with_name("supervisor.py")
_MARGIN: Final = 2.0
"""Seconds that the supervisor may take longer than the grace."""
_LOOK_SECONDS: Final = 0.05


class ProcessError(TunedropError):
    """A process did not start, or ended by itself. The remedy shows the end of its log."""


class SupervisedProcess:
    """One child process, which can be started again once it has ended.

    Args:
        name: what messages call it.
        log: file that its output is appended to.
    """

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Id of its process group while it runs."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start ``command``; return at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                _supervised(command, GRACE),
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self, ready: Path, seconds: float) -> dict[str, Any]:
        """Wait for the JSON file that the process writes once it listens; what it holds.

        Raises:
            ProcessError: the process ended, or took longer than ``seconds``.
        """
        self.wait_for(ready.exists, seconds)
        document: dict[str, Any] = json.loads(ready.read_text())
        return document

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until ``condition`` holds.

        Raises:
            ProcessError: the process ended, or took longer than ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if not self.alive:
                raise self.error("ended while it started")
            if time.monotonic() > deadline:
                raise self.error(f"did not start within {seconds:.0f} s")
            time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """End it; it has some seconds to do so by itself. Safe to call at any time."""
        if self._process is None:
            return
        _close(self._process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE + _MARGIN)
        self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill_group(process.pid)
        _close(process)
        process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its process group."""
        if self._process is not None:
            os.killpg(self._process.pid, number)

    def error(self, what: str) -> ProcessError:
        """The error that says what became of the process, with the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return ProcessError(f"{self.name} {what}.", "\n".join([f"The end of {self.log}:", *lines[-15:]]))


class AsyncSupervisedProcess:
    """A running child process, for code on an event loop.

    Args:
        process: the supervisor's.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], output: Path, errors: Path | None = None) -> Self:
        """Start ``command``; what it writes is appended to ``output``, or what is wrong to ``errors``."""
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as out, (errors or output).open("ab") as err:
            process = await asyncio.create_subprocess_exec(
                *_supervised(command, SHORT_GRACE),
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it; it has a short time to do so by itself. Safe to call at any time."""
        ran = self.alive
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        if ran:  # later its number may be another process's
            _kill_group(self._process.pid)


def _supervised(command: Sequence[str], grace: float) -> list[str]:
    return [sys.executable, "-I", "-S", str(_SUPERVISOR), str(grace), *command]


def _close(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def _kill_group(pid: int) -> None:
    """Also what a process that ended by itself has left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
