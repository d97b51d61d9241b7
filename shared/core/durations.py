"""How long things last, and how they depend on each other. ``states.DEADLINES`` adds how long a state may last.

A step reads its run's record, then asks Azure ML to create something. Meanwhile the run may be cancelled. ``closing``
must know when nothing that such a step has started can still appear:

    0 s                           25 s                              55 s            60 s
    ├── the step may start it ─────┼── Azure answers or is given up ──┼── clocks differ ┤
    the record was read            START_WITHIN                                        SETTLED_AFTER

If nothing exists 60 s after ``closing`` began, we treat it as never started. A claim works in the same way:

    0 s             30 s            60 s            90 s
    ├── renewed ─────┼── renewed ─────┼───────────────┤
    the claim begins                                 CLAIM_LASTS: the next worker may claim the run

``tests/unit/core/test_durations.py`` checks what must hold between these values.
"""

from datetime import timedelta
from typing import Final

AZURE_CONNECT: Final = timedelta(seconds=10)
"""Longest wait for a connection to Azure."""
AZURE_READ: Final = timedelta(seconds=20)
"""Longest wait for a server's next bytes."""
CLOCK_DIFFERENCE: Final = timedelta(seconds=5)
"""How far apart the clocks of two instances may be while one of them closes a run."""

START_WITHIN: Final = timedelta(seconds=25)
"""How long after its beginning a step may still create something that its run then owns."""
SETTLED_AFTER: Final = START_WITHIN + AZURE_CONNECT + AZURE_READ + CLOCK_DIFFERENCE
"""If nothing of a run exists this long after ``closing`` began, nothing was ever started."""
JOB_APPEARS_WITHIN: Final = timedelta(minutes=10)
"""How long a submitted job may be missing from Azure ML's answers."""
ENDPOINT_APPEARS_WITHIN: Final = timedelta(minutes=1)
"""How long a created endpoint may be missing from Azure ML's answers."""
GONE_AFTER: Final = timedelta(seconds=5)
"""How long a deleted resource must stay out of sight before we treat it as gone: a single read may be stale."""

CLAIM_LASTS: Final = timedelta(seconds=90)
"""How long a claim lasts without renewal."""
CLAIM_RENEWED_EVERY: Final = timedelta(seconds=30)

INVOCATION_BUDGET: Final = timedelta(seconds=20)
"""One invocation of ``advance`` begins no further step after this."""
REQUESTED_AGAIN_AFTER: Final = CLAIM_LASTS
"""An advance that has had no effect for this long is requested again: another worker's claim may have blocked it, and
that claim is over now."""

POLL_SOONEST: Final = timedelta(seconds=2)
POLL_LATEST: Final = timedelta(minutes=1)
SMOKE_TEST_AGAIN_AFTER: Final = timedelta(seconds=5)
ERROR_AGAIN_AFTER: Final = timedelta(seconds=30)
"""How soon a failed step is tried again, if its failure must not end the run."""
NOTICE_AGAIN_AFTER: Final = timedelta(minutes=1)
"""How soon a notice that the topic did not accept is sent again."""
LIVE_LOOK_EVERY: Final = timedelta(minutes=10)
"""How often a live run looks at its endpoint. A change of the endpoint wakes the run at once."""
HELD_LOOK_EVERY: Final = timedelta(hours=1)
"""How often a run that waits for an approval is looked at. An approval wakes it at once."""
QUEUED_LOOK_EVERY: Final = timedelta(hours=1)
"""How often a run that waits for a slot is looked at. The timer wakes it when it gets a slot."""
WAITING_EXTENSION: Final = timedelta(days=7)
"""How much later a run's deadline is while it waits for an approval or for a slot."""

FAILED_MESSAGE_AGAIN_AFTER: Final = timedelta(minutes=10)
"""First wait of a run whose message failed too often; each further wait is twice as long."""
FAILED_MESSAGE_LONGEST_WAIT: Final = timedelta(hours=6)

ORPHAN_GRACE: Final = timedelta(hours=2)
"""How long after its first sighting an orphan is removed."""
LEFTOVER_GRACE: Final = timedelta(days=1)
"""Age at which a prepared file that no record names is a leftover: no worker can still be about to name it."""
EVER: Final = timedelta(days=3650)
"""Nothing is due later than this from now."""

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def in_words(duration: timedelta) -> str:
    """A duration as people say it, in whole seconds: ``12 hours``, ``7 days and 1 hour``."""
    left = round(duration.total_seconds())
    parts = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    *first, last = parts or ["0 seconds"]
    return f"{', '.join(first)} and {last}" if first else last
