"""The state machines: which state a resource shows during an operation, which one afterwards, and when it changes."""

import asyncio
import fnmatch
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

_DELAY: Final = re.compile(r"(?P<seconds>\d+(?:\.\d*)?|\.\d+)|(?P<calls>\d+)calls?")


@dataclass(frozen=True)
class Delay:
    """How long a transition lasts at least (real work may take longer).

    Args:
        seconds: it lasts at least this long,
        calls: and until the resource, or its operation, has been read this many times.
    """

    seconds: float = 0.0
    calls: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """A delay as the command line has it: ``2.5`` for seconds, ``2calls`` for calls.

        Raises:
            ValueError: it is neither.
        """
        match = _DELAY.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' must be a number of seconds, such as 2.5, or of calls, such as 2calls.")
        return cls(seconds=float(match["seconds"] or 0), calls=int(match["calls"] or 0))


@dataclass(frozen=True)
class Transition:
    """One declared transition.

    Args:
        during: state shown while it lasts.
        then: state afterwards; empty: the resource is gone.
        delay: how long it lasts at least.
    """

    during: str
    then: str
    delay: Delay


TRANSITIONS: Final[Mapping[str, Transition]] = {
    "endpoints.create": Transition("Creating", "Succeeded", Delay(0.6)),
    "endpoints.update": Transition("Updating", "Succeeded", Delay(0.3)),
    "endpoints.delete": Transition("Deleting", "", Delay(0.6)),
    "deployments.create": Transition("Creating", "Succeeded", Delay(0.6)),
    "deployments.update": Transition("Updating", "Succeeded", Delay(0.3)),
    "deployments.delete": Transition("Deleting", "", Delay(0.3)),
    "jobs.start": Transition("NotStarted", "Preparing", Delay(0.1)),
    "jobs.prepare": Transition("Preparing", "Running", Delay(0.2)),
    "jobs.finalize": Transition("Finalizing", "Completed", Delay(0.1)),
    "jobs.cancel": Transition("CancelRequested", "Canceled", Delay(0.2)),
    "steps.queue": Transition("Queued", "Running", Delay(0.1)),
}


def adjusted(speed: float = 1.0, delays: Iterable[tuple[str, Delay]] = ()) -> dict[str, Transition]:
    """The table with its seconds divided by ``speed``, and some delays replaced.

    Args:
        delays: names of transitions, in which ``*`` stands for anything, and their delays; the last one counts.

    Raises:
        ValueError: a name fits no transition.
    """
    table = {
        name: replace(transition, delay=Delay(transition.delay.seconds / speed))
        for name, transition in TRANSITIONS.items()
    }
    for pattern, delay in delays:
        names = fnmatch.filter(table, pattern)
        if not names:
            raise ValueError(f"There is no transition '{pattern}'. There are {', '.join(TRANSITIONS)}.")
        table |= {name: replace(table[name], delay=delay) for name in names}
    return table


class Reads:
    """Counts how often resources are read, for transitions that last for a number of calls."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def note(self, name: str) -> None:
        """Note that a client has read a resource."""
        self._counts[name] += 1
        if name in self._events:
            self._events.pop(name).set()

    async def wait(self, name: str, calls: int) -> None:
        """Wait until a resource has been read ``calls`` times from now on."""
        goal = self._counts[name] + calls
        while self._counts[name] < goal:
            await self._events[name].wait()
