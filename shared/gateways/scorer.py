"""``ports.Scorer``, and its asynchronous twin for the API. Neither ever loads azure-ai-ml."""

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
"""A little more than a deployment's own limit of 90 s, so that it is the deployment that says so."""
_TOKEN_MARGIN: Final = 300
"""Seconds before its end at which a token is renewed."""
_REASONS: Final = {
    401: "the app's identity may not score",
    403: "the app's identity may not score",
    404: "no deployment of that name takes traffic",
    408: "the model took too long",
    424: "the model failed",
    429: "it has too many requests at once",
    503: "it could not be reached",
    504: "it did not answer in time",
}


class AzureMLScorer:
    """Asks a deployment; for the engine, which is synchronous."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._http = JsonClient(credential, cloud.scoring_scope(settings), _ANSWER_SECONDS)

    def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """Answer of a deployment (by traffic, or the one named), decoded.

        Raises:
            ScoringError: it answered with an error, or not at all.
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
    """Asks a deployment without blocking; for the API. One for the process: it keeps its connections."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._scope = cloud.scoring_scope(settings)
        self._credential = credential
        self._token: AccessToken | None = None
        self._session: ClientSession | None = None

    async def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """As ``ports.Scorer``."""
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
        """Give the connections back."""
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
            # The same authorities as for every other client of the process, which go by this variable.
            context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
            connector = TCPConnector(ssl=context, limit=0)
            self._session = ClientSession(connector=connector, timeout=ClientTimeout(total=_ANSWER_SECONDS))
        return self._session


def _headers(deployment: str | None) -> dict[str, str]:
    return {"azureml-model-deployment": deployment} if deployment else {}


def _decoded(status: int, content: bytes) -> Any:
    """The answer. An error's text is left out: it may repeat what was asked."""
    if status >= 400:
        raise _failed(status)
    try:
        return json.loads(content)
    except ValueError:
        raise ScoringError("The deployment answered with something other than JSON.", 502) from None


def _failed(status: int) -> ScoringError:
    reason = _REASONS.get(status)
    return ScoringError(f"The deployment answered {status}" + (f": {reason}." if reason else "."), status)
