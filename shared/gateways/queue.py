"""``ports.AdvanceQueue`` on Azure Queue Storage."""

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from shared.core import resources
from shared.core.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.queue import QueueClient

_RETRIES: Final[dict[str, Any]] = {"initial_backoff": 1, "increment_base": 2, "retry_total": 3}
"""Delays in seconds: the SDK's default of 15 would outlast an invocation."""


class AzureAdvanceQueue:
    """Sends messages ``{"project", "run_id"}``, in base64 as the Functions host expects."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._uri = settings.queue_uri
        self._credential = credential

    def send(self, project: str, run_id: str) -> None:
        """Request ``advance(run)``; the message is delivered at least once."""
        self._client.send_message(json.dumps({"project": project, "run_id": run_id}))

    @cached_property
    def _client(self) -> "QueueClient":
        from azure.storage.queue import QueueClient, TextBase64EncodePolicy

        return QueueClient(
            self._uri,
            resources.ADVANCE_QUEUE,
            credential=self._credential,
            message_encode_policy=TextBase64EncodePolicy(),
            **_RETRIES,
        )
