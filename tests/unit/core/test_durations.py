"""The relations that must hold between durations. The name of each test says why."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.core import durations
from shared.core.states import DEADLINES, State
from shared.gateways import http

HOST = json.loads((Path(__file__).parents[3] / "host.json").read_text())


def test_a_claim_survives_one_failed_renewal_and_clocks_a_minute_apart() -> None:
    assert durations.CLAIM_LASTS >= 2 * durations.CLAIM_RENEWED_EVERY
    assert timedelta(minutes=1) <= durations.CLAIM_LASTS - durations.CLAIM_RENEWED_EVERY


def test_closing_waits_longer_than_a_late_start_can_take_to_appear() -> None:
    longest_request = timedelta(seconds=http.CONNECT_SECONDS + http.READ_SECONDS)
    assert durations.START_WITHIN + longest_request < durations.SETTLED_AFTER


def test_the_last_step_of_an_invocation_begins_while_it_may_still_start_something() -> None:
    assert durations.INVOCATION_BUDGET < durations.START_WITHIN


def test_a_submitted_job_gets_more_time_to_appear_than_an_unconfirmed_one_but_less_than_its_deadline() -> None:
    assert durations.JOB_APPEARS_WITHIN > durations.SETTLED_AFTER
    assert DEADLINES[State.SUBMITTED] > durations.JOB_APPEARS_WITHIN


def test_the_orphan_grace_period_spans_two_sweeps_and_is_longer_than_a_job_takes_to_appear() -> None:
    sweep_every = timedelta(hours=1)
    assert 2 * sweep_every <= durations.ORPHAN_GRACE
    assert durations.ORPHAN_GRACE > durations.JOB_APPEARS_WITHIN


def test_a_leftover_file_is_older_than_any_worker_that_could_still_use_it() -> None:
    hours, minutes, seconds = map(int, HOST["functionTimeout"].split(":"))
    invocation = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert DEADLINES[State.RECEIVED] + invocation < durations.LEFTOVER_GRACE


def test_a_run_whose_message_failed_is_retried_only_after_its_claim_has_expired() -> None:
    assert durations.FAILED_MESSAGE_AGAIN_AFTER > durations.CLAIM_LASTS
    assert durations.FAILED_MESSAGE_LONGEST_WAIT > durations.FAILED_MESSAGE_AGAIN_AFTER


def test_a_waiting_run_is_checked_at_least_once_before_its_extended_deadline() -> None:
    assert max(durations.HELD_LOOK_EVERY, durations.QUEUED_LOOK_EVERY) < durations.WAITING_EXTENSION


def test_polling_is_faster_than_the_shortest_deadline() -> None:
    assert durations.POLL_SOONEST <= durations.POLL_LATEST < min(DEADLINES.values())


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(hours=12), "12 hours"),
        (timedelta(days=7, hours=1), "7 days and 1 hour"),
        (timedelta(days=1, minutes=2, seconds=3.4), "1 day, 2 minutes and 3 seconds"),
    ],
)
def test_durations_are_written_as_people_say_them(duration: timedelta, words: str) -> None:
    assert durations.in_words(duration) == words
