"""What must hold between durations. Each test says why."""

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


def test_nothing_appears_after_closing_treats_it_as_never_started() -> None:
    answered = timedelta(seconds=http.CONNECT_SECONDS + http.READ_SECONDS)
    assert durations.START_WITHIN + answered < durations.SETTLED_AFTER


def test_the_last_step_of_an_invocation_begins_before_it_may_start_nothing_more() -> None:
    assert durations.INVOCATION_BUDGET < durations.START_WITHIN


def test_a_job_that_does_not_show_yet_is_not_taken_for_never_started() -> None:
    assert durations.JOB_APPEARS_WITHIN > durations.SETTLED_AFTER
    assert DEADLINES[State.SUBMITTED] > durations.JOB_APPEARS_WITHIN


def test_an_orphan_is_seen_in_two_sweeps_and_long_after_anything_can_still_appear() -> None:
    sweep_every = timedelta(hours=1)
    assert 2 * sweep_every <= durations.ORPHAN_GRACE
    assert durations.ORPHAN_GRACE > durations.JOB_APPEARS_WITHIN


def test_a_leftover_is_older_than_any_worker() -> None:
    hours, minutes, seconds = map(int, HOST["functionTimeout"].split(":"))
    invocation = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert DEADLINES[State.RECEIVED] + invocation < durations.LEFTOVER_GRACE


def test_a_poison_message_comes_again_only_after_the_claim_that_it_may_have_met() -> None:
    assert durations.FAILED_MESSAGE_AGAIN_AFTER > durations.CLAIM_LASTS
    assert durations.FAILED_MESSAGE_LONGEST_WAIT > durations.FAILED_MESSAGE_AGAIN_AFTER


def test_a_run_that_waits_looks_more_often_than_its_deadline_is_extended() -> None:
    assert max(durations.HELD_LOOK_EVERY, durations.QUEUED_LOOK_EVERY) < durations.WAITING_EXTENSION


def test_what_waits_is_polled_more_often_than_any_state_may_last() -> None:
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
def test_a_duration_is_told_as_people_say_it(duration: timedelta, words: str) -> None:
    assert durations.in_words(duration) == words
