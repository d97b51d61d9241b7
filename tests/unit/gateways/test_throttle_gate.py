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
    """Call the hooks as azure-core does."""
    request: Any = SimpleNamespace(http_request=SimpleNamespace(method=method))
    throttle_gate.hooks["raw_request_hook"](request)
    response = SimpleNamespace(status_code=status, headers=headers or {})
    throttle_gate.hooks["raw_response_hook"](SimpleNamespace(http_request=request.http_request, http_response=response))


def test_nothing_is_sent_until_the_wait_that_a_429_asked_for_is_over(throttle_gate: ThrottleGate, clock: Clock) -> None:
    send(throttle_gate, "PUT", 429, {"Retry-After": "17"})
    clock.seconds += 16
    with pytest.raises(ThrottledError, match="Azure throttled a PUT request") as rejected:
        send(throttle_gate, "PUT")
    assert rejected.value.retry_after == pytest.approx(1)
    clock.seconds += 1
    send(throttle_gate, "PUT")


def test_of_two_429s_the_longer_wait_counts(throttle_gate: ThrottleGate, clock: Clock) -> None:
    for retry_after in ("17", "1"):  # both requests were already on their way
        response = SimpleNamespace(status_code=429, headers={"Retry-After": retry_after})
        request = SimpleNamespace(method="PUT")
        throttle_gate.hooks["raw_response_hook"](SimpleNamespace(http_request=request, http_response=response))
    clock.seconds += 16
    with pytest.raises(ThrottledError):
        send(throttle_gate, "PUT")


def test_other_methods_are_sent(throttle_gate: ThrottleGate) -> None:
    send(throttle_gate, "PUT", 429)
    send(throttle_gate, "GET")


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_no_other_status_holds_requests_back(throttle_gate: ThrottleGate, status: int) -> None:
    send(throttle_gate, "GET", status, {"Retry-After": "17"})
    send(throttle_gate, "GET")
