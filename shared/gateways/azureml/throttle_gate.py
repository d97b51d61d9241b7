"""What a 429 asks of the whole process: the resource manager counts a principal's calls, not those of one run."""

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
    """Sends nothing of a method for as long as a 429 to one of its requests asks: reads and writes count apart.

    Whoever would send it gets what they would have got from Azure, sooner and without adding to what is counted.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    @property
    def hooks(self) -> dict[str, Any]:
        """Arguments of the SDK's clients, and of ``CustomHookPolicy``."""
        return {"raw_request_hook": self._check, "raw_response_hook": self._note}

    def _check(self, request: "PipelineRequest[Any]") -> None:
        method = request.http_request.method
        start_deadline.check(method)
        left = self._until.get(method, 0) - self._clock()
        if left > 0:
            raise ThrottledError(f"{method} was refused a moment ago: Azure asks to wait for {left:.0f} s.", left)

    def _note(self, response: "PipelineResponse[Any, Any]") -> None:
        answer = response.http_response
        if answer.status_code == _THROTTLED:
            method, until = response.http_request.method, self._clock() + retry_after_seconds(answer.headers)
            self._until[method] = max(until, self._until.get(method, 0))
