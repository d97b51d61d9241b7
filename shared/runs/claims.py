"""Claims: one worker at a time does a long step, and it notices when it no longer may.

    with claimed(run, ports) as claim:      the record says who works on it, and until when
        ... claim.check() ...               raises ConflictError once the claim is lost
        return Forward(..., claim_owner=claim.owner)

A claim is a conditional write, so two workers cannot both win. Its owner is a number that only rises: files under
``{run_id}/{owner}/`` never belong to another claim. If a worker dies, its claim runs out; if its step fails, it gives
the claim back. The engine's write that ends the step clears it.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from shared.core.durations import CLAIM_LASTS, CLAIM_RENEWED_EVERY
from shared.core.errors import ConflictError
from shared.models.run import Claim, Run
from shared.ports import Ports, Stored
from shared.runs import store

log = logging.getLogger(__name__)


def is_claimed(run: Run, ports: Ports) -> bool:
    """Whether a worker's claim on the run is still valid."""
    return run.claim is not None and run.claim.until > ports.clock.now()


class HeldClaim:
    """This worker's claim on a run."""

    def __init__(self, run: Run, owner: str, ports: Ports, lasts: timedelta) -> None:
        self.owner = owner
        self.run = run
        self._ports = ports
        self._lasts = lasts
        self._until = ports.clock.now() + lasts

    def check(self) -> None:
        """Call this now and then during the step.

        Raises:
            ConflictError: the claim is lost: it ran out, or somebody cancelled the run or took it over.
        """
        if self._ports.clock.now() >= self._until:
            raise ConflictError(f"Claim {self.owner} on {self.run.run_id} is lost.")

    def renew(self) -> None:
        """Move the claim's end forward, or find out that it is lost."""
        self._write(self._ports.clock.now() + self._lasts)

    def give_back(self) -> None:
        """Let others claim the run now."""
        self._write(self._ports.clock.now())

    def _write(self, until: datetime) -> None:
        stored = held(self.run, self.owner, self._ports)
        if stored is not None:
            _save(stored, Claim(owner=self.owner, until=until), self._ports)
        self._until = until if stored is not None else self._ports.clock.now()


@contextmanager
def claimed(
    run: Run, ports: Ports, lasts: timedelta = CLAIM_LASTS, renewed_every: timedelta = CLAIM_RENEWED_EVERY
) -> Iterator[HeldClaim]:
    """Claim ``run`` for as long as the block lasts, with a heartbeat that renews the claim.

    Raises:
        ConflictError: another worker holds the run, or its record has changed since it was read.
    """
    stored = ports.runs.get(run.project, run.run_id)
    if stored is None or stored.value != run or is_claimed(run, ports):
        raise ConflictError(f"Another worker has claimed {run.run_id}.")
    owner = str(int(run.claim.owner) + 1 if run.claim else 1)
    claim = HeldClaim(run, owner, ports, lasts)
    _save(stored, Claim(owner=owner, until=ports.clock.now() + lasts), ports)
    try:
        with _heartbeat(claim, renewed_every.total_seconds()):
            yield claim
    except Exception:
        _try(claim.give_back, run)
        raise


def held(run: Run, owner: str, ports: Ports) -> Stored[Run] | None:
    """The record as it is now, if the run is still at the same step under ``owner``'s claim."""
    stored = _at_same_step(run, ports)
    return stored if stored and stored.value.claim and stored.value.claim.owner == owner else None


def free(run: Run, ports: Ports) -> Stored[Run] | None:
    """The record as it is now, if the run is still at the same step and nobody has a claim on it."""
    stored = _at_same_step(run, ports)
    return stored if stored and not is_claimed(stored.value, ports) else None


def _at_same_step(run: Run, ports: Ports) -> Stored[Run] | None:
    stored = ports.runs.get(run.project, run.run_id)
    same = stored is not None and (stored.value.attempt, stored.value.state) == (run.attempt, run.state)
    return stored if same else None


def _save(stored: Stored[Run], claim: Claim, ports: Ports) -> None:
    """Write the claim. The run need not be looked at before the claim ends."""
    store.save(stored, stored.value.model_copy(update={"claim": claim, "next_due": claim.until}), ports)


@contextmanager
def _heartbeat(claim: HeldClaim, every: float) -> Iterator[None]:
    done = threading.Event()

    def beat() -> None:
        while not done.wait(every):
            _try(claim.renew, claim.run)

    thread = threading.Thread(target=beat, name=f"claim {claim.owner}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _try(write: Callable[[], None], run: Run) -> None:
    """Write the claim. If that fails, the next beat tries again, or the claim runs out."""
    try:
        write()
    except Exception as error:
        log.warning("%s: its claim could not be written: %s", run.run_id, error)
