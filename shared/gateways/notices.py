"""``ports.Notices`` as CloudEvents on an Event Grid topic."""

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from shared.core.errors import NoticeError
from shared.core.settings import Settings
from shared.models.run import Notice, Run

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.messaging import CloudEvent
    from azure.eventgrid import EventGridPublisherClient

_OPTIONS: Final[dict[str, Any]] = {"connection_timeout": 5, "read_timeout": 10, "retry_total": 0}
"""Short, so that a topic that does not answer delays no run. Passed with each call: the client's constructor drops
them."""
_PAUSE_AFTER_FAILURE: Final = 60.0
"""Seconds during which a topic that failed is not called."""


class EventGridNotices:
    """Publishes to the topic of ``TUNEDROP_NOTICES_ENDPOINT``; does nothing if that is unset."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._endpoint = settings.notices_endpoint
        self._credential = credential
        self._not_before = 0.0

    def publish(self, run: Run, notices: list[Notice]) -> None:
        """Send notices. A notice that is sent twice has the same id.

        Raises:
            NoticeError: the topic did not accept all of them.
        """
        from azure.core.exceptions import AzureError

        if not self._endpoint or not notices:
            return
        if time.monotonic() < self._not_before:
            raise NoticeError("The topic of TUNEDROP_NOTICES_ENDPOINT failed less than a minute ago.")
        try:
            self._client.send([_event(run, notice) for notice in notices], **_OPTIONS)
        except AzureError as error:
            self._not_before = time.monotonic() + _PAUSE_AFTER_FAILURE
            raise NoticeError(f"The topic of TUNEDROP_NOTICES_ENDPOINT did not accept notices: {error}") from error

    @cached_property
    def _client(self) -> "EventGridPublisherClient":
        from azure.eventgrid import EventGridPublisherClient

        return EventGridPublisherClient(self._endpoint, self._credential)


def _event(run: Run, notice: Notice) -> "CloudEvent[dict[str, str]]":
    from azure.core.messaging import CloudEvent

    data = {"project": run.project, "run_id": run.run_id, "state": str(notice.state), "detail": notice.detail}
    return CloudEvent(
        source=f"/tunedrop/{run.project}",
        type=notice.type,
        id=notice.id,
        time=notice.time,
        subject=f"runs/{run.run_id}",
        data=data,
    )
