"""The requests that Event Grid sends to a webhook: validation handshakes and notifications."""

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from local.eventgrid.events import Event, as_cloud_event, is_cloud_event
from local.eventgrid.subscriptions import Subscription

ORIGIN: Final = "eventgrid.azure.net"
NO_ANSWER: Final = 0
_TIMEOUT: Final = ClientTimeout(total=30)


class Webhook:
    """The endpoint of a subscription."""

    def __init__(self, session: ClientSession, subscription: Subscription) -> None:
        self._session = session
        self._subscription = subscription

    async def validate(self) -> bool:
        """Whether the endpoint completes the validation handshake."""
        try:
            if self._subscription.delivery_schema == "cloudevents":
                return await self._validate_origin()
            return await self._validate_code()
        except (ClientError, TimeoutError, ValueError):
            return False

    async def deliver(self, event: Event, count: int) -> int:
        """Deliver one event.

        Args:
            count: number of earlier attempts.

        Returns:
            HTTP status of the response; ``NO_ANSWER`` if there was none within 30 s.
        """
        cloud = self._subscription.delivery_schema == "cloudevents" or is_cloud_event(event)
        headers = self._headers("Notification") | {
            "aeg-delivery-count": str(count),
            "aeg-data-version": str(event.get("dataVersion") or ""),
            "aeg-metadata-version": str(event.get("metadataVersion") or ""),
        }
        try:
            if cloud:
                return await self._post(as_cloud_event(event), headers, "application/cloudevents+json")
            return await self._post([event], headers, "application/json")
        except (ClientError, TimeoutError):
            return NO_ANSWER

    async def _post(self, body: Any, headers: dict[str, str], content_type: str) -> int:
        headers = {"Content-Type": f"{content_type}; charset=utf-8", **headers}
        request = self._session.post(
            self._subscription.endpoint, json=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
        )
        async with request as response:
            return response.status

    async def _validate_code(self) -> bool:
        code = str(uuid.uuid4()).upper()
        event = _validation_event(code)
        headers = self._headers("SubscriptionValidation")
        async with self._session.post(
            self._subscription.endpoint, json=[event], headers=headers, timeout=_TIMEOUT
        ) as response:
            answer: Any = await response.json(content_type=None) if response.status == 200 else {}
        return isinstance(answer, dict) and answer.get("validationResponse") == code

    async def _validate_origin(self) -> bool:
        headers = {"WebHook-Request-Origin": ORIGIN}
        async with self._session.options(self._subscription.endpoint, headers=headers, timeout=_TIMEOUT) as response:
            return response.status == 200 and response.headers.get("WebHook-Allowed-Origin") in (ORIGIN, "*")

    def _headers(self, kind: str) -> dict[str, str]:
        return {"aeg-event-type": kind, "aeg-subscription-name": self._subscription.name}


def _validation_event(code: str) -> Event:
    return {
        "id": str(uuid.uuid4()),
        "topic": "",
        "subject": "",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"validationCode": code},
        "dataVersion": "1",
        "metadataVersion": "1",
    }
