"""Set-up in the background, while something else already runs."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cli.setup.run import Setup
from cli.setup.steps import Step


class Background:
    """Runs steps in a thread, and creates the file ``ready`` when all are done.

    Args:
        steps: what to install.
        ready: file that others wait for.
    """

    def __init__(self, steps: Sequence[Step], ready: Path) -> None:
        self._steps = steps
        self._ready = ready
        self._setup = Setup()
        self._current: tuple[str, float] | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def status(self) -> str | None:
        """What is being installed and for how long; ``None`` when nothing is.

        Raises:
            SetupError: a step failed.
        """
        if self._error is not None:
            raise self._error
        if not self._thread.is_alive() or self._current is None:
            return None
        title, began = self._current
        return f"still installing: {title} ({time.monotonic() - began:.0f} s)"

    def wait(self) -> None:
        """Wait until all steps are done, or one has failed."""
        if self._thread.ident is not None:
            self._thread.join()

    def stop(self) -> None:
        """Stop the step that runs; what is done stays done."""
        self._setup.cancel()
        self.wait()

    def started(self, step: Step, /) -> None:
        """A step has started."""
        self._current = (step.title, time.monotonic())

    def finished(self, _step: Step, _seconds: float, /) -> None:
        """A step is done."""
        self._current = None

    def _run(self) -> None:
        try:
            self._setup.run(self._steps, self)
        except Exception as error:
            self._error = error
        else:
            self._ready.parent.mkdir(parents=True, exist_ok=True)
            self._ready.touch()
