"""Carries out set-up: one at a time on a machine, resumable, with everything it says in a log."""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from cli.paths import LOGS
from cli.setup.steps import STAMPS, Step
from shared.core.errors import TunedropError

_LINES_SHOWN: Final = 12
_NO_SUCH_PROGRAM: Final = 127


class SetupError(TunedropError):
    """A step of set-up failed; the message holds the end of its log."""


class Listener(Protocol):
    """Is told how set-up goes."""

    def started(self, step: Step, /) -> None: ...

    def finished(self, step: Step, seconds: float, /) -> None: ...


class Setup:
    """Does the steps that are not done yet; ``cancel`` may be called from another thread."""

    def __init__(self) -> None:
        self.log = LOGS / f"setup-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        # As it is now: a stack that comes up meanwhile puts its own certificates and identity into ours.
        self._environment = dict(os.environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._starting = threading.Lock()

    def run(self, steps: Sequence[Step], listener: Listener) -> None:
        """Do what is not done yet.

        Raises:
            SetupError: a step failed.
        """
        if all(step.done for step in steps):
            return
        with _alone():
            for step in (step for step in steps if not step.done):
                began = time.monotonic()
                listener.started(step)
                self._carry_out(step)
                listener.finished(step, time.monotonic() - began)

    def cancel(self) -> None:
        """Stop whatever runs; what is done stays done."""
        with self._starting:
            self._cancelled = True
        if self._process is not None:
            _end(self._process)

    def _carry_out(self, step: Step) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        for command in step.commands:
            if self._call(command, step.folder) != 0:
                raise self._failure(step)
        step.stamp()

    def _call(self, command: Sequence[str], folder: Path) -> int:
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            try:
                self._process = self._start(command, folder, log)
            except FileNotFoundError as error:
                log.write(f"{error}\n".encode())
                return _NO_SUCH_PROGRAM
        try:
            return self._process.wait()
        except BaseException:
            _end(self._process)
            raise

    def _start(self, command: Sequence[str], folder: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._cancelled:
                raise SetupError("Set-up was stopped.")
            return subprocess.Popen(
                command,
                cwd=folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _failure(self, step: Step) -> SetupError:
        lines = self.log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:] if self.log.exists() else []
        what = "was stopped" if self._cancelled else "failed"
        return SetupError(
            f"{step.title}: {what}.\n" + "".join(f"  {line}\n" for line in lines),
            f"All of it is in {self.log}. Set-up goes on where it stopped: run 'make setup' again.",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Waits for another set-up on this checkout."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
