from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from shared.core.errors import ThrottledError
from shared.gateways.azureml.patience import Patience


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(clock)


def send(patience: Patience, method: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    """As azure-core does it."""
    request: Any = SimpleNamespace(http_request=SimpleNamespace(method=method))
    patience.hooks["raw_request_hook"](request)
    answer = SimpleNamespace(status_code=status, headers=headers or {})
    patience.hooks["raw_response_hook"](SimpleNamespace(http_request=request.http_request, http_response=answer))


def test_nothing_is_sent_until_the_time_that_a_429_asks_for_is_over(patience: Patience, clock: Clock) -> None:
    send(patience, "PUT", 429, {"Retry-After": "17"})
    clock.seconds += 16
    with pytest.raises(ThrottledError, match="PUT was refused a moment ago") as held:
        send(patience, "PUT")
    assert held.value.retry_after == pytest.approx(1)
    clock.seconds += 1
    send(patience, "PUT")


def test_of_two_answers_the_longer_time_counts(patience: Patience, clock: Clock) -> None:
    for asked in ("17", "1"):  # both were on their way already
        refused = SimpleNamespace(status_code=429, headers={"Retry-After": asked})
        request = SimpleNamespace(method="PUT")
        patience.hooks["raw_response_hook"](SimpleNamespace(http_request=request, http_response=refused))
    clock.seconds += 16
    with pytest.raises(ThrottledError):
        send(patience, "PUT")


def test_other_methods_are_not_held(patience: Patience) -> None:
    send(patience, "PUT", 429)
    send(patience, "GET")


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_no_other_answer_holds_anything(patience: Patience, status: int) -> None:
    send(patience, "GET", status, {"Retry-After": "17"})
    send(patience, "GET")
