"""The process dies, Azure throttles, fails or keeps its reply: at every call of a life, and at every two of one."""

from tests.doubles.faults import KINDS
from tests.simulation import crashes
from tests.simulation.conftest import Share, Violations


def test_any_call_may_fail_in_any_way(violations: Violations, share: Share) -> None:
    assert violations(share(crashes.once())) == []


def test_every_call_of_one_upload_is_let_fail_and_every_port_that_other_lives_need() -> None:
    calls = crashes.calls_of("one upload")
    schedules = [schedule for schedule in crashes.once() if isinstance(schedule, crashes.Failing)]
    of_one = [schedule for schedule in schedules if schedule.life == "one upload"]
    assert len(of_one) == len(calls) * len(KINDS)
    failing = {crashes.calls_of(one.life)[call] for one in schedules for call, _ in one.plan}
    assert failing > {
        "jobs.cancel",
        "deployments.delete",
        "endpoints.delete",
        "jobs.ours",
        "deployments.of",
        "runs.all",
    }


def test_process_may_die_at_any_two_calls(violations: Violations, share: Share) -> None:
    assert violations(share(crashes.crashing_twice())) == []
