"""``ports.Notices`` as CloudEvents on an Event Grid topic."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.models.run import Notice, Run
from shared.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.messaging import CloudEvent
    from azure.eventgrid import EventGridPublisherClient


class EventGridNotices:
    """Publishes to the topic of ``TUNEDROP_NOTICES_ENDPOINT``; without one, to nobody."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._endpoint = settings.notices_endpoint
        self._credential = credential

    def publish(self, run: Run, notices: list[Notice]) -> None:
        """Send notices; one sent twice bears the same id."""
        if self._endpoint and notices:
            self._client.send([_event(run, notice) for notice in notices])

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
