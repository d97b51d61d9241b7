"""Claims, which keep a second worker off a long step."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.core.durations import CLAIM_LASTS, CLAIM_RENEWED_EVERY
from shared.core.errors import ConflictError, NotFoundError, ThrottledError
from shared.core.resources import UPLOADS
from shared.core.states import Intent, State
from shared.engine.advance import advance
from shared.models.run import Run
from shared.runs.claims import claimed, held, is_claimed
from shared.runs.decisions import ask
from tests.doubles.faults import CrashError
from tests.doubles.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World) -> Run:
    return world.run(world.start_run("support/faq.jsonl"))


def test_only_one_of_two_workers_gets_the_claim(world: World, run: Run) -> None:
    with claimed(run, world.ports), pytest.raises(ConflictError), claimed(run, world.ports):
        raise AssertionError("Both workers got the claim.")


def test_other_workers_leave_a_claimed_run_alone(world: World, run: Run) -> None:
    with claimed(run, world.ports):
        advance("support", run.run_id, world.ports)
        assert world.run(run.run_id).state is State.RECEIVED


def test_a_claimed_run_is_not_due(world: World, run: Run) -> None:
    with claimed(run, world.ports):
        assert list(world.ports.active.due(world.clock.now())) == []


def test_a_claim_still_holds_for_a_worker_whose_clock_is_a_minute_ahead(world: World, run: Run) -> None:
    with claimed(run, world.ports):
        world.clock.advance(CLAIM_RENEWED_EVERY.total_seconds())
        claimed_run = world.run(run.run_id)
        world.clock.advance(59)
        assert is_claimed(claimed_run, world.ports)
        world.clock.advance(-59)


def test_every_claim_has_a_new_owner(world: World, run: Run) -> None:
    owners = []
    for _ in range(3):
        with claimed(world.run(run.run_id), world.ports) as claim:
            owners.append(claim.owner)
            world.clock.advance(CLAIM_LASTS.total_seconds())
    assert len(set(owners)) == 3


def test_the_claim_of_a_dead_worker_expires(world: World, run: Run) -> None:
    with pytest.raises(CrashError), claimed(run, world.ports):
        raise CrashError
    assert is_claimed(world.run(run.run_id), world.ports)
    world.clock.advance(CLAIM_LASTS.total_seconds())
    assert not is_claimed(world.run(run.run_id), world.ports)


def test_a_worker_that_fails_releases_its_claim(world: World, run: Run) -> None:
    with pytest.raises(ValueError, match="no"), claimed(run, world.ports):
        raise ValueError("no")
    assert not is_claimed(world.run(run.run_id), world.ports)


def test_a_renewal_extends_the_claim(world: World, run: Run) -> None:
    with claimed(run, world.ports) as claim:
        world.clock.advance(60)
        claim.renew()
        world.clock.advance(60)
        claim.check()
        stored = world.run(run.run_id).claim
        assert stored is not None
        assert stored.until - world.clock.now() == CLAIM_LASTS - timedelta(seconds=60)


def test_a_worker_notices_that_its_claim_has_expired(world: World, run: Run) -> None:
    with pytest.raises(ConflictError), claimed(run, world.ports) as claim:
        world.clock.advance(CLAIM_LASTS.total_seconds())
        claim.check()


def test_a_claim_survives_a_cancel_request_but_not_the_end_of_the_run(world: World, run: Run) -> None:
    with pytest.raises(ConflictError), claimed(run, world.ports) as claim:
        ask("support", run.run_id, Intent.CANCEL, world.ports)
        claim.renew()
        claim.check()
        advance("support", run.run_id, world.ports)
        assert world.run(run.run_id).state is State.CANCELLED
        claim.renew()
        claim.check()


def test_the_heartbeat_renews_the_claim(world: World, run: Run) -> None:
    renewed = threading.Event()
    replace = world.ports.runs.replace

    def replace_and_report(run: Run, etag: str) -> str:
        renewed.set()
        return replace(run, etag)

    with claimed(run, world.ports, renewed_every=timedelta(seconds=0.01)) as claim:
        world.ports.runs.replace = replace_and_report  # type: ignore[method-assign]
        assert renewed.wait(10)
        assert held(run, claim.owner, world.ports) is not None


def fail_next_read(error: Exception, world: World) -> None:
    """Let the next read of an upload raise an error."""
    read = world.ports.blobs.chunks

    def fail_once(container: str, path: str, etag: str) -> Iterator[bytes]:
        world.ports.blobs.chunks = read  # type: ignore[method-assign]
        raise error

    world.ports.blobs.chunks = fail_once  # type: ignore[method-assign]


def test_a_step_that_is_throttled_under_its_claim_waits_as_long_as_azure_asks(world: World, run: Run) -> None:
    fail_next_read(ThrottledError("Slow down.", retry_after=30), world)
    advance("support", run.run_id, world.ports)
    throttled = world.run(run.run_id)
    assert (throttled.state, (throttled.next_due - world.clock.now()).total_seconds()) == (State.RECEIVED, 30)
    world.until_state(run.run_id, State.SUBMITTED)


def test_a_step_that_fails_under_its_claim_ends_the_run_with_its_reason(world: World, run: Run) -> None:
    fail_next_read(NotFoundError("The container is gone."), world)
    advance("support", run.run_id, world.ports)
    assert world.run(run.run_id).state is State.FAILED
    assert (world.run(run.run_id).results.error or "").startswith("The container is gone.")


def test_a_run_whose_upload_is_deleted_before_it_is_read_is_cancelled(world: World, run: Run) -> None:
    world.ports.blobs.delete(UPLOADS, run.upload.path)
    advance("support", run.run_id, world.ports)
    assert world.run(run.run_id).state is State.CANCELLED
