"""Poison messages: messages that failed too often."""

import json
from datetime import timedelta

import pytest

from shared.core.states import State
from shared.engine.advance import advance
from shared.engine.poison import record_failure
from shared.models.run import Notice, Run
from shared.sweeps.reconcile import reconcile
from tests.doubles.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def submitted(world: World) -> str:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    return run_id


def message(run_id: str) -> str:
    return json.dumps({"project": "support", "run_id": run_id})


def test_a_poison_message_is_recorded_in_the_timeline_and_a_notice_and_the_run_continues(
    world: World, submitted: str
) -> None:
    before = world.run(submitted).seq
    assert record_failure(message(submitted), world.ports) == submitted
    world.until_state(submitted, State.LIVE)
    recorded = {entry.seq: entry for entry in world.ports.runs.timeline(submitted, "support")}[before + 1]
    assert (recorded.state, "failed five times" in recorded.note) == (State.SUBMITTED, True)
    published = world.ports.notices.published
    assert [notice.type for notice in published if notice.id == f"{submitted}:{before + 1}"] == ["tunedrop.trouble"]


def test_a_poison_message_is_announced_at_once_although_its_run_waits(world: World, submitted: str) -> None:
    record_failure(message(submitted), world.ports)
    assert world.ports.notices.published[-1].type == "tunedrop.trouble"
    assert "failed five times" in world.ports.runs.timeline(submitted, "support")[-1].note
    assert world.run(submitted).outbox == []


def test_a_worker_that_moves_the_run_meanwhile_is_not_put_off(world: World, submitted: str) -> None:
    world.clock.advance(3600)
    publish = world.ports.notices.publish

    def move_the_run_first(run: Run, notices: list[Notice]) -> None:
        world.ports.notices.publish = publish  # type: ignore[method-assign]
        advance("support", submitted, world.ports)
        publish(run, notices)

    world.ports.notices.publish = move_the_run_first  # type: ignore[method-assign]
    record_failure(message(submitted), world.ports)
    row, run = world.ports.active.rows[("support", submitted)], world.run(submitted)
    assert run.state is not State.SUBMITTED
    assert row.next_due <= run.next_due


def test_a_run_waits_longer_after_each_poison_message(world: World, submitted: str) -> None:
    waits = []
    for _ in range(4):
        record_failure(message(submitted), world.ports)
        wait = world.run(submitted).next_due - world.clock.now()
        assert reconcile(world.ports) == 0
        world.clock.advance(wait.total_seconds())
        assert reconcile(world.ports) == 1
        waits.append(wait)
    assert waits[0] == timedelta(minutes=10)
    assert waits[-1] > 2 * waits[-2] - timedelta(minutes=10)


def test_a_run_that_waits_for_a_slot_keeps_its_queue_position_after_a_poison_message() -> None:
    world = World(most_jobs=1)
    world.start_run("support/faq.jsonl")
    waiting = world.start_run("support/chats.jsonl")
    world.until(lambda: world.run(waiting).queue == "job")
    record_failure(message(waiting), world.ports)
    assert [row.run_id for row in world.ports.active.waiting("job")] == [waiting]


def test_a_poison_message_about_an_ended_run_changes_nothing(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl", b"no chat\n")
    ended = world.until_state(run_id, State.REJECTED)
    assert record_failure(message(run_id), world.ports) is None
    assert world.run(run_id).seq == ended.seq


@pytest.mark.parametrize("text", ["", "text", "[]", '{"project": 1}', message("support-0000000000")])
def test_a_poison_message_that_names_no_run_is_dropped(world: World, text: str) -> None:
    assert record_failure(text, world.ports) is None
    assert world.ports.active.rows == {}
