"""Set-up that goes on while something else already runs."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cli.setup.run import Setup
from cli.setup.steps import Step


class Background:
    """Does steps in a thread; ``ready`` is touched once all are done.

    Args:
        steps: what to do.
        ready: file that whoever needs the result waits for.
    """

    def __init__(self, steps: Sequence[Step], ready: Path) -> None:
        self._steps = steps
        self._ready = ready
        self._setup = Setup()
        self._now: tuple[str, float] | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def status(self) -> str | None:
        """What is being set up and for how long; ``None`` once there is nothing left to do.

        Raises:
            SetupError: a step failed.
        """
        if self._error is not None:
            raise self._error
        if not self._thread.is_alive() or self._now is None:
            return None
        title, began = self._now
        return f"still installing: {title} ({time.monotonic() - began:.0f} s)"

    def wait(self) -> None:
        """Until nothing is left to do, or something failed."""
        if self._thread.ident is not None:
            self._thread.join()

    def stop(self) -> None:
        """Stop what is not done."""
        self._setup.cancel()
        self.wait()

    def started(self, step: Step, /) -> None:
        """A step begins."""
        self._now = (step.title, time.monotonic())

    def finished(self, _step: Step, _seconds: float, /) -> None:
        """A step is done."""
        self._now = None

    def _run(self) -> None:
        try:
            self._setup.run(self._steps, self)
        except Exception as error:
            self._error = error
        else:
            self._ready.parent.mkdir(parents=True, exist_ok=True)
            self._ready.touch()
