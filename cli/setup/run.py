"""Runs set-up: one at a time on a checkout, resumable, with all output in a log."""

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
_PROGRAM_NOT_FOUND: Final = 127


class SetupError(TunedropError):
    """A step failed or was stopped; the message holds the end of its log."""


class Listener(Protocol):
    """Is called as steps start and end."""

    def started(self, step: Step, /) -> None: ...

    def finished(self, step: Step, seconds: float, /) -> None: ...


class Setup:
    """Runs the steps that are not done yet; ``cancel`` may be called from another thread."""

    def __init__(self) -> None:
        self.log = LOGS / f"setup-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        # Copied now, because a stack that starts meanwhile sets its own certificates and identity in os.environ.
        self._environment = dict(os.environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._starting = threading.Lock()

    def run(self, steps: Sequence[Step], listener: Listener) -> None:
        """Run what is not done yet.

        Args:
            listener: is called as each step starts and ends.

        Raises:
            SetupError: a step failed or was stopped.
        """
        if all(step.done for step in steps):
            return
        with _locked():
            for step in (step for step in steps if not step.done):
                began = time.monotonic()
                listener.started(step)
                self._run_step(step)
                listener.finished(step, time.monotonic() - began)

    def cancel(self) -> None:
        """Stop the step that runs; what is done stays done."""
        with self._starting:
            self._cancelled = True
        if self._process is not None:
            _end(self._process)

    def _run_step(self, step: Step) -> None:
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
                return _PROGRAM_NOT_FOUND
        try:
            return self._process.wait()
        except BaseException:
            _end(self._process)
            raise

    def _start(self, command: Sequence[str], folder: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._cancelled:
                raise SetupError("Set-up was stopped.", "Run `make setup` to continue it.")
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
        outcome = "was stopped" if self._cancelled else "failed"
        return SetupError(
            f"Set-up {outcome} at this step: {step.title}.\n" + "".join(f"  {line}\n" for line in lines),
            f"The whole log is {self.log}. Run `make setup` to continue from this step.",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Waits until no other set-up runs on this checkout."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
