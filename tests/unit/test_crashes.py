"""The process dies once, before or after any one call of the app: the upload still gets exactly its own."""

from functools import cache

import pytest

from shared.states import State
from tests.doubles.faults import Faults, Moment
from tests.doubles.world import World


def lived_and_retired(faults: Faults) -> tuple[World, str]:
    """One upload, its event twice, from arrival until its endpoint is reaped."""
    world = World(faults)
    world.ports.jobs.lasts = world.ports.endpoints.hosting.deployment_seconds = 15
    event = world.upload("support/faq.jsonl")
    run_id = world.deliver(event) or ""
    world.deliver(event)
    world.until_state(run_id, State.LIVE)
    world.clock.advance(24 * 3600)
    world.until_reaped(run_id)
    world.until(lambda: not world.ports.active.rows)
    return world, run_id


@cache
def calls() -> list[str]:
    faults = Faults()
    lived_and_retired(faults)
    return faults.calls


def violations(world: World, run_id: str) -> list[str]:
    ports = world.ports
    effects = {
        "jobs": len(ports.jobs.submitted),
        "model versions": len(ports.models.registered),
        "endpoints": len(ports.endpoints.created),
        "deployments": len(ports.deployments.created),
        "ledger entries": len(ports.ledger.entries()),
    }
    found = [f"{number} {what}" for what, number in effects.items() if number != 1]
    found += [f"{endpoint.name} is left" for endpoint in ports.endpoints.ours()]
    if [entry.seq for entry in ports.runs.timeline(run_id, "support")] != list(range(1, world.run(run_id).seq + 1)):
        found.append("the timeline has a gap")
    if {notice.id for notice in ports.notices.published} != {f"{run_id}:{seq}" for seq in range(1, 11)}:
        found.append("a notice is missing")
    if len(ports.notices.published) > 11:
        found.append("more than one notice was repeated")
    return found


@pytest.mark.parametrize("moment", ["before", "after"])
def test_crash_around_any_call_changes_nothing(moment: Moment) -> None:
    assert len(calls()) > 150
    found = []
    for index, name in enumerate(calls()):
        wrong = violations(*lived_and_retired(Faults({index: moment})))
        found += [f"crash {moment} call {index}, {name}: {', '.join(wrong)}"] if wrong else []
    assert found == []
