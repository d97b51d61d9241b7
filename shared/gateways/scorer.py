"""``ports.Scorer``, and its asynchronous counterpart for the API. Neither loads azure-ai-ml."""

import asyncio
import json
import os
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.core.errors import ScoringError
from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.http import JsonClient

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from azure.core.credentials import AccessToken, TokenCredential

_ANSWER_SECONDS: Final = 100
"""Longer than a deployment's own limit of 90 s, so that the deployment reports the time-out."""
_TOKEN_MARGIN: Final = 300
"""Seconds before a token expires at which it is renewed."""
_REASONS: Final = {
    401: "the app's identity may not score",
    403: "the app's identity may not score",
    404: "the deployment does not exist or takes no traffic",
    408: "the model took too long",
    424: "the model failed",
    429: "the deployment has too many requests at once",
    503: "the deployment could not be reached",
    504: "the deployment did not answer in time",
}


class AzureMLScorer:
    """Scores with a deployment; for the engine, which is synchronous."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._http = JsonClient(credential, cloud.scoring_scope(settings), _ANSWER_SECONDS)

    def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """The decoded answer of the named deployment, or of the one that takes the traffic.

        Raises:
            ScoringError: the deployment answered with an error, or not at all.
        """
        from azure.core.exceptions import ServiceRequestError, ServiceResponseError

        try:
            answer = self._http.send("POST", scoring_uri, body=dict(body), headers=_headers(deployment))
        except ServiceRequestError as error:
            raise _failed(503) from error
        except ServiceResponseError as error:
            raise _failed(504) from error
        return _decoded(answer.status_code, answer.content)


class AsyncScorer:
    """Scores without blocking; for the API. A process has one, because it keeps its connections."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._scope = cloud.scoring_scope(settings)
        self._credential = credential
        self._token: AccessToken | None = None
        self._session: ClientSession | None = None

    async def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """As ``ports.Scorer``.

        Raises:
            ScoringError: the deployment answered with an error, or not at all.
        """
        from aiohttp import ClientError

        headers = {"Authorization": f"Bearer {await self._bearer()}", **_headers(deployment)}
        try:
            async with self._http().post(scoring_uri, json=dict(body), headers=headers) as answer:
                return _decoded(answer.status, await answer.read())
        except TimeoutError as error:
            raise _failed(504) from error
        except ClientError as error:
            raise _failed(503) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _bearer(self) -> str:
        if self._token is None or self._token.expires_on < time.time() + _TOKEN_MARGIN:
            self._token = await asyncio.to_thread(self._credential.get_token, self._scope)
        return self._token.token

    def _http(self) -> "ClientSession":
        from aiohttp import ClientSession, ClientTimeout, TCPConnector

        if self._session is None or self._session.closed:
            # The other clients of the process read their certificate authorities from this variable; aiohttp doesn't.
            context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
            connector = TCPConnector(ssl=context, limit=0)
            self._session = ClientSession(connector=connector, timeout=ClientTimeout(total=_ANSWER_SECONDS))
        return self._session


def _headers(deployment: str | None) -> dict[str, str]:
    return {"azureml-model-deployment": deployment} if deployment else {}


def _decoded(status: int, content: bytes) -> Any:
    """The answer. The text of an error is left out, because it may repeat the question."""
    if status >= 400:
        raise _failed(status)
    try:
        return json.loads(content)
    except ValueError:
        raise ScoringError("The deployment's answer was not JSON.", 502) from None


def _failed(status: int) -> ScoringError:
    reason = _REASONS.get(status)
    return ScoringError(f"Scoring failed with status {status}" + (f": {reason}." if reason else "."), status)
