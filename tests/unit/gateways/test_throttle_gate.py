from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from shared.core.errors import ThrottledError
from shared.gateways.azureml.throttle_gate import ThrottleGate


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle_gate(clock: Clock) -> ThrottleGate:
    return ThrottleGate(clock)


def send(throttle_gate: ThrottleGate, method: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    """As azure-core does it."""
    request: Any = SimpleNamespace(http_request=SimpleNamespace(method=method))
    throttle_gate.hooks["raw_request_hook"](request)
    answer = SimpleNamespace(status_code=status, headers=headers or {})
    throttle_gate.hooks["raw_response_hook"](SimpleNamespace(http_request=request.http_request, http_response=answer))


def test_nothing_is_sent_until_the_time_that_a_429_asks_for_is_over(throttle_gate: ThrottleGate, clock: Clock) -> None:
    send(throttle_gate, "PUT", 429, {"Retry-After": "17"})
    clock.seconds += 16
    with pytest.raises(ThrottledError, match="PUT was refused a moment ago") as held:
        send(throttle_gate, "PUT")
    assert held.value.retry_after == pytest.approx(1)
    clock.seconds += 1
    send(throttle_gate, "PUT")


def test_of_two_answers_the_longer_time_counts(throttle_gate: ThrottleGate, clock: Clock) -> None:
    for asked in ("17", "1"):  # both were on their way already
        refused = SimpleNamespace(status_code=429, headers={"Retry-After": asked})
        request = SimpleNamespace(method="PUT")
        throttle_gate.hooks["raw_response_hook"](SimpleNamespace(http_request=request, http_response=refused))
    clock.seconds += 16
    with pytest.raises(ThrottledError):
        send(throttle_gate, "PUT")


def test_other_methods_are_not_held(throttle_gate: ThrottleGate) -> None:
    send(throttle_gate, "PUT", 429)
    send(throttle_gate, "GET")


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_no_other_answer_holds_anything(throttle_gate: ThrottleGate, status: int) -> None:
    send(throttle_gate, "GET", status, {"Retry-After": "17"})
    send(throttle_gate, "GET")
