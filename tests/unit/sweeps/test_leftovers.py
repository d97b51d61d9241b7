"""Prepared files of claims that lost, and index rows without a run."""

from datetime import timedelta

from shared.core.durations import LEFTOVER_GRACE
from shared.core.naming import evaluation_rows_path, prepared_path
from shared.core.resources import PREPARED
from shared.core.states import State
from shared.runs.decisions import decide
from shared.runs.store import all_runs
from shared.sweeps.leftovers import forget_unwritten, index_again, remove_leftovers
from tests.doubles.world import World


def prepared(world: World) -> set[str]:
    return {info.path for info in world.ports.blobs.within(PREPARED)}


def write_split(world: World, run_id: str, claim: str) -> str:
    """Write a prepared file of a claim; its path."""
    path = prepared_path(run_id, claim, "train")
    world.ports.blobs.write(PREPARED, path, [b"{}\n"], "application/jsonl")
    return path


def test_only_the_prepared_files_that_a_run_names_are_kept() -> None:
    world = World()
    run = world.until_state(world.start_run("support/faq.jsonl"), State.SUBMITTED)
    assert run.results.splits is not None
    before = prepared(world)
    dead = {write_split(world, run.run_id, claim) for claim in ("8", "9")}
    world.clock.advance(LEFTOVER_GRACE / timedelta(seconds=1) + 1)
    assert remove_leftovers(all_runs(world.ports), world.ports) == len(dead)
    assert prepared(world) == before
    assert evaluation_rows_path("support") in before


def test_the_files_of_a_claim_that_may_still_win_are_kept() -> None:
    world = World()
    run_id = world.start_run("support/faq.jsonl")
    path = write_split(world, run_id, "1")
    assert remove_leftovers(all_runs(world.ports), world.ports) == 0
    world.clock.advance(LEFTOVER_GRACE / timedelta(seconds=1) + 1)
    assert remove_leftovers(all_runs(world.ports), world.ports) == 1
    assert path not in prepared(world)


def test_the_files_of_an_unknown_run_are_kept_because_its_row_may_be_lost() -> None:
    world = World()
    path = write_split(world, "support-0123456789", "1")
    world.clock.advance(2 * LEFTOVER_GRACE / timedelta(seconds=1))
    assert remove_leftovers(all_runs(world.ports), world.ports) == 0
    assert prepared(world) == {path}


def test_an_index_row_that_never_became_a_run_is_removed() -> None:
    world = World()
    run_id = world.start_run("support/faq.jsonl")
    world.ports.active.put("support", "support-0123456789", world.clock.now())
    assert forget_unwritten(world.ports) == 0
    world.clock.advance(LEFTOVER_GRACE / timedelta(seconds=1) + 1)
    assert forget_unwritten(world.ports) == 1
    assert set(world.ports.active.rows) == {("support", run_id)}


def test_a_run_under_way_that_is_missing_from_the_index_is_put_back() -> None:
    world = World()
    run = world.until_state(world.start_run("support/faq.jsonl"), State.SUBMITTED)
    assert index_again(all_runs(world.ports), world.ports) == 0
    world.ports.active.remove("support", run.run_id)
    assert index_again(all_runs(world.ports), world.ports) == 1
    world.until_state(run.run_id, State.LIVE)


def test_a_row_of_the_index_that_is_due_too_late_is_brought_forward() -> None:
    world = World()
    run = world.until_state(world.start_run("support/faq.jsonl"), State.SUBMITTED)
    world.ports.active.put("support", run.run_id, run.next_due + timedelta(hours=6))
    assert index_again(all_runs(world.ports), world.ports) == 1
    assert world.ports.active.rows[("support", run.run_id)].next_due == world.clock.now()


def test_the_index_follows_the_present_record_not_an_old_snapshot() -> None:
    world = World(most_jobs=1)
    world.start_run("support/faq.jsonl")
    waiting = world.start_run("support/chats.jsonl")
    world.until(lambda: world.run(waiting).queue == "job")
    snapshot = all_runs(world.ports)
    decide("support", waiting, "cancel", "ada", world.ports)
    world.until_state(waiting, State.CANCELLED)
    world.round()
    assert index_again(snapshot, world.ports) == 0
    assert world.ports.active.waiting("job") == []


def test_an_ended_run_stays_out_of_the_index() -> None:
    world = World()
    world.until_state(world.start_run("support/faq.jsonl", b"no json"), State.REJECTED)
    world.round()
    assert index_again(all_runs(world.ports), world.ports) == 0
    assert world.ports.active.rows == {}
