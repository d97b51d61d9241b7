import pytest

from local.azureml.core.errors import ApiError
from local.azureml.core.throttle import LIMITS, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def passed(throttle: Throttle, method: str) -> int:
    """How many requests get through at once."""
    for count in range(10_000):
        try:
            throttle.check(method)
        except ApiError as error:
            assert (error.status, error.headers) == (429, {"Retry-After": "1"})
            return count
    raise AssertionError("Nothing is throttled.")


@pytest.mark.parametrize(("method", "kind"), [("GET", "reads"), ("PUT", "writes"), ("DELETE", "deletes")])
def test_a_bucket_empties_and_refills_as_documented(method: str, kind: str) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    size, rate = LIMITS[kind]
    assert passed(throttle, method) == size
    clock.now += 3
    assert passed(throttle, method) == 3 * rate
    clock.now += 10_000
    assert passed(throttle, method) == size


def test_reads_do_not_use_up_what_writes_may() -> None:
    throttle = Throttle(Clock())
    passed(throttle, "GET")
    assert passed(throttle, "POST") == LIMITS["writes"][0]
