"""The process dies, or Azure throttles, fails or loses its reply, at every call of a life and at every two calls."""

from tests.doubles.faults import KINDS
from tests.simulation import crashes
from tests.simulation.conftest import Share, Verdict


def test_any_call_may_fail_in_any_way(verdict: Verdict, share: Share) -> None:
    assert verdict(share(crashes.once())) == []


def test_every_call_of_one_upload_fails_in_some_schedule_and_so_do_the_calls_of_other_lives() -> None:
    calls = crashes.calls_of("one upload")
    schedules = [schedule for schedule in crashes.once() if isinstance(schedule, crashes.Failing)]
    one_upload = [schedule for schedule in schedules if schedule.life == "one upload"]
    assert len(one_upload) == len(calls) * len(KINDS)
    failing = {crashes.calls_of(schedule.life)[call] for schedule in schedules for call, _ in schedule.plan}
    assert failing > {
        "jobs.cancel",
        "deployments.delete",
        "endpoints.delete",
        "jobs.tagged",
        "deployments.of",
        "runs.all",
    }


def test_the_process_may_die_at_any_two_calls(verdict: Verdict, share: Share) -> None:
    assert verdict(share(crashes.crashing_twice())) == []
