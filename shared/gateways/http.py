"""JSON calls of Azure's REST APIs, with short time-outs; a throttled call returns to the caller at once."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from shared.core.durations import AZURE_CONNECT, AZURE_READ

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.credentials import TokenCredential
    from azure.core.rest import HttpRequest, HttpResponse

CONNECT_SECONDS: Final = AZURE_CONNECT.total_seconds()
READ_SECONDS: Final = AZURE_READ.total_seconds()
"""Longest wait for a server's next bytes."""


class JsonClient:
    """Sends requests with a bearer token of one scope.

    It retries only failed connections. It returns every answer, even 429, because a function must not spend its
    time asleep.

    Args:
        scope: scope of the token.
        read_seconds: longest wait for the server's next bytes.
        hooks: arguments of azure-core's ``CustomHookPolicy``.
    """

    def __init__(
        self,
        credential: "TokenCredential",
        scope: str,
        read_seconds: float = READ_SECONDS,
        hooks: Mapping[str, Any] | None = None,
    ) -> None:
        self._credential = credential
        self._scope = scope
        self._read_seconds = read_seconds
        self._hooks = dict(hooks or {})

    def send(
        self,
        method: str,
        url: str,
        query: dict[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> "HttpResponse":
        """The response, whatever its status.

        Raises:
            ServiceRequestError: the server could not be reached (azure-core's error).
            ServiceResponseError: the server did not answer in time, or broke off (azure-core's error).
        """
        from azure.core.rest import HttpRequest

        return self._client.send_request(HttpRequest(method, url, params=query, json=body, headers=headers))

    @cached_property
    def _client(self) -> "PipelineClient[HttpRequest, HttpResponse]":
        from azure.core import PipelineClient
        from azure.core.pipeline import policies
        from azure.core.pipeline.transport import RequestsTransport

        return PipelineClient(
            base_url="",
            policies=[
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy("tunedrop"),
                policies.RetryPolicy(retry_connect=2, retry_read=1, retry_status=0, retry_backoff_factor=0.2),
                policies.BearerTokenCredentialPolicy(self._credential, self._scope),
                policies.CustomHookPolicy(**self._hooks),
            ],
            transport=RequestsTransport(connection_timeout=CONNECT_SECONDS, read_timeout=self._read_seconds),
        )
