"""Runs that exceed the deadline of their state."""

import pytest

from shared.core.states import State
from shared.runs.decisions import decide
from tests.doubles.world import World

DAY = 24 * 3600.0


@pytest.fixture
def world() -> World:
    return World()


def test_an_overdue_run_is_closed_as_failed(world: World) -> None:
    world.ports.jobs.lasts = 30 * 24 * 3600
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.clock.advance(7 * 24 * 3600 + 60)
    run = world.until_state(run_id, State.FAILED)
    assert "7 days" in (run.results.error or "")


def test_a_held_run_that_nobody_approves_fails_and_says_so() -> None:
    world = World(budget_per_run_usd=0.01)
    run_id = world.start_run("support/faq.jsonl")
    reason = world.until_state(run_id, State.PREPARED).hold_reason
    world.clock.advance(8 * DAY)
    error = world.until_state(run_id, State.FAILED).results.error
    assert error == f"{reason} Nobody approved it within 7 days and 1 hour. Retry the run, then approve it."


def test_a_run_that_gets_no_slot_fails_and_says_so() -> None:
    world = World(most_jobs=1)
    world.ports.jobs.lasts = 30 * DAY
    first, second = world.start_run("support/faq.jsonl"), world.start_run("sales/faq.jsonl")
    world.until_state(first, State.SUBMITTED)
    world.clock.advance(7 * DAY + 2 * 3600)
    run = world.until_state(second, State.FAILED, State.SUBMITTED)
    assert "The run waited 7 days and 1 hour for a job slot and did not get it." in (run.results.error or "")


def test_a_job_that_does_not_stop_is_reported_each_day_and_its_run_ends_once_it_has_stopped(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.stops_in = 60 * DAY
    decide("support", run_id, "cancel", "ada@example.com", world.ports)
    world.until_state(run_id, State.CLOSING)
    for days in (1, 2):
        world.clock.advance(DAY + 60)
        world.round()
        notices = [notice for notice in world.ports.notices.published if notice.type == "tunedrop.trouble"]
        assert (world.run(run_id).state, len(notices)) == (State.CLOSING, days)
    assert "still exists after 1 day" in notices[-1].detail
    world.clock.advance(60 * DAY)
    world.until_state(run_id, State.CANCELLED)
