"""After a 429, holds back requests of the whole process: the resource manager counts calls by identity, not by run."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from shared.core.errors import ThrottledError
from shared.gateways.azureml import start_deadline
from shared.gateways.error_translation import retry_after_seconds

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse

_THROTTLED: Final = 429


class ThrottleGate:
    """Rejects requests of a method until the time is over that a 429 to the same method asked to wait.

    Azure would throttle those requests too, and would count them. It counts reads and writes separately.

    Args:
        clock: seconds that only increase.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    @property
    def hooks(self) -> dict[str, Any]:
        """Arguments of the SDK's clients and of azure-core's ``CustomHookPolicy``."""
        return {"raw_request_hook": self._check, "raw_response_hook": self._note}

    def _check(self, request: "PipelineRequest[Any]") -> None:
        method = request.http_request.method
        start_deadline.check(method)
        remaining = self._until.get(method, 0) - self._clock()
        if remaining > 0:
            raise ThrottledError(
                f"Azure throttled a {method} request. The next one may be sent in {remaining:.0f} s.", remaining
            )

    def _note(self, response: "PipelineResponse[Any, Any]") -> None:
        http_response = response.http_response
        if http_response.status_code == _THROTTLED:
            method, until = response.http_request.method, self._clock() + retry_after_seconds(http_response.headers)
            self._until[method] = max(until, self._until.get(method, 0))
