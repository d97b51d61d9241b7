"""Notices while their topic is down: they wait, and the runs continue."""

import pytest

from shared.core.errors import NoticeError
from shared.core.states import State
from shared.models.run import Notice, Run
from shared.runs.decisions import decide
from tests.doubles.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_topic_that_refuses_notices_delays_no_run(world: World) -> None:
    publish = world.ports.notices.publish
    world.ports.notices.publish = refuse  # type: ignore[method-assign]
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    decide("support", run_id, "cancel", "ada@example.com", world.ports)
    run = world.until_state(run_id, State.CANCELLED)
    assert len(world.ports.runs.timeline(run_id, "support")) == run.seq
    assert len(world.ports.active.rows) == 1
    world.ports.notices.publish = publish  # type: ignore[method-assign]
    world.until(lambda: not world.ports.active.rows)
    assert [notice.id for notice in world.ports.notices.published] == [f"{run_id}:{n + 1}" for n in range(run.seq)]


def test_a_refused_notice_is_sent_within_a_minute_even_if_its_run_waits_for_longer(world: World) -> None:
    publish = world.ports.notices.publish
    world.ports.notices.publish = refuse  # type: ignore[method-assign]
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    world.until(lambda: not world.run(run.run_id).outbox)
    world.ports.notices.publish = publish  # type: ignore[method-assign]
    world.clock.advance(60)
    world.round()
    assert world.ports.notices.published[-1].state is State.LIVE


def refuse(run: Run, notices: list[Notice]) -> None:
    raise NoticeError("The topic is down.")
