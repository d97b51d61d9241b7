import pytest

from local.eventgrid.retry import Outcome, RetryPolicy

CLOUD = RetryPolicy(factor=1)
MINUTE, HOUR = 60, 3600


def test_delays_grow_as_event_grids_do() -> None:
    delays = [CLOUD.delay(500, attempt) for attempt in range(1, 13)]
    assert delays[:4] == [10, 30, MINUTE, 5 * MINUTE]
    assert delays[4:9] == [10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR]
    assert delays[9:] == [12 * HOUR] * 3


@pytest.mark.parametrize(("status", "least"), [(404, 5 * MINUTE), (408, 2 * MINUTE), (503, 30)])
def test_some_answers_earn_a_longer_pause(status: int, least: int) -> None:
    assert CLOUD.delay(status, 1) == least
    assert CLOUD.delay(status, 9) == 6 * HOUR


def test_factor_scales_delays_but_not_the_life_of_an_event() -> None:
    assert RetryPolicy(factor=0.01).delay(500, 1) == pytest.approx(0.1)
    assert RetryPolicy(factor=0.01).outcome(500, 1, age=23 * HOUR) is Outcome.RETRYING


@pytest.mark.parametrize(
    ("status", "attempt", "age", "outcome"),
    [
        (200, 1, 0, Outcome.DELIVERED),
        (204, 30, 25 * HOUR, Outcome.DELIVERED),
        (206, 1, 0, Outcome.RETRYING),
        (403, 1, 0, Outcome.DROPPED),
        (0, 29, 0, Outcome.RETRYING),
        (0, 30, 0, Outcome.DEAD_LETTERED),
        (500, 10, 13 * HOUR, Outcome.DEAD_LETTERED),
    ],
)
def test_answer_attempt_and_age_decide_what_follows(status: int, attempt: int, age: float, outcome: Outcome) -> None:
    assert CLOUD.outcome(status, attempt, age) is outcome
