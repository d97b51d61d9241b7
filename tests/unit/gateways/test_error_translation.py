import json
from collections.abc import Mapping
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from shared.core.errors import ConflictError, NotFoundError, QuotaError, ThrottledError, TunedropError
from shared.gateways.error_translation import translate_errors, translated

NO_CORES = (
    "The request is invalid. InferencingClientCreateDeploymentFailed "
    '{"errors":{"VmSize":["Not enough quota available for Standard_X in SubscriptionId s."]},"status":400}'
)


class _Response:
    """The part of a response that the error reads."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.reason = ""
        self.headers = headers
        self._text = json.dumps({"error": {"code": "Code", "message": message}})

    def text(self, encoding: str | None = None) -> str:
        return self._text


def azure_error(
    status: int, message: str = "It failed.", headers: Mapping[str, str] | None = None
) -> HttpResponseError:
    response: Any = _Response(status, message, headers or {})
    return HttpResponseError(response=response)


@pytest.mark.parametrize(
    ("status", "message", "ours"),
    [
        (404, "Not here.", NotFoundError),
        (409, "Busy.", ConflictError),
        (412, "Changed.", ConflictError),
        (429, "Slow down.", ThrottledError),
        (400, NO_CORES, QuotaError),
        (400, "Job property is Immutable.", ConflictError),
        (400, "A job with this name already exists.", ConflictError),
        (400, "Deployment 'blue' has live traffic.", ConflictError),
        (400, "Unknown input.", TunedropError),
    ],
)
def test_an_error_of_azures_becomes_one_of_ours(status: int, message: str, ours: type[TunedropError]) -> None:
    with pytest.raises(TunedropError) as raised, translate_errors("thing"):
        raise azure_error(status, message)
    assert type(raised.value) is ours
    assert raised.value.message.startswith("thing: ")
    assert isinstance(raised.value.__cause__, HttpResponseError)


@pytest.mark.parametrize("status", [401, 403, 500, 502, 503])
def test_an_error_that_another_attempt_may_solve_passes_unchanged(status: int) -> None:
    with pytest.raises(HttpResponseError), translate_errors("thing"):
        raise azure_error(status)


def test_throttling_keeps_the_time_to_wait() -> None:
    error = translated(azure_error(429, headers={"Retry-After": "7"}), "thing")
    assert isinstance(error, ThrottledError)
    assert error.retry_after == 7


def test_throttling_with_a_date_or_without_a_time_waits_ten_seconds() -> None:
    for headers in ({"Retry-After": "Tue, 24 Nov 2026 00:00:00 GMT"}, {}):
        error = translated(azure_error(429, headers=headers), "thing")
        assert isinstance(error, ThrottledError)
        assert error.retry_after == 10


def test_a_long_message_is_cut() -> None:
    error = translated(azure_error(400, "x" * 5000), "thing")
    assert error is not None
    assert len(error.message) == 4000
