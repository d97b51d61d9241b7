"""Shows set-up: a spinner with the time on a terminal, plain lines elsewhere."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cli.setup.run import Setup
from cli.setup.steps import Step


class PlainListener:
    """One line when a step starts, one when it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, step: Step) -> None:
        self._console.print(f"set-up: {step.title} ...", highlight=False)

    def finished(self, step: Step, seconds: float) -> None:
        self._console.print(f"set-up: {step.title}: done ({seconds:.0f} s)", highlight=False)


class LiveListener:
    """A line a step, with a spinner and its time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def started(self, step: Step) -> None:
        self._task = self._progress.add_task(step.title, total=1)

    def finished(self, _step: Step, _seconds: float, /) -> None:
        assert self._task is not None
        self._progress.update(self._task, completed=1)


def set_up(steps: Sequence[Step], console: Console) -> None:
    """Run the steps that are not done yet, and show them.

    Raises:
        SetupError: a step failed or was stopped.
    """
    if not console.is_terminal:
        Setup().run(steps, PlainListener(console))
        return
    columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        Setup().run(steps, LiveListener(progress))
