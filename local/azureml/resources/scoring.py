"""The front of all scoring: authentication, traffic, limits; then the deployment's server."""

import asyncio
import hmac
import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web

from local.azureml.core import tokens
from local.azureml.core.errors import ApiError, unauthorized
from local.azureml.core.http import Route
from local.azureml.core.store import Document
from local.azureml.core.tokens import MACHINE_LEARNING, Plane
from local.azureml.services import Services

_DEPLOYMENT = "azureml-model-deployment"
_SECONDS = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")
_DEFAULT_TIMEOUT = "PT5S"


class Scoring:
    def __init__(self, services: Services) -> None:
        self._hosting = services.hosting
        self._servers = services.servers
        self._in_flight: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        return [Route("POST", "/scoring/{endpoint}/score", self.score, Plane.SCORING)]

    async def score(self, request: web.Request) -> web.Response:
        """Ask a model: the deployment named by a header, or one by traffic"""
        name = request.match_info["endpoint"]
        endpoint = self._hosting.endpoint(name)
        _authenticate(request.headers.get("Authorization", ""), endpoint)
        chosen = _choose(endpoint, request.headers.get(_DEPLOYMENT))
        deployment = self._serving(name, chosen)
        key = f"{name}/{chosen}"
        self._check_load(key, deployment)
        self._in_flight[key] += 1
        try:
            return await self._ask(key, chosen, deployment, await request.read())
        finally:
            self._in_flight[key] -= 1

    def _serving(self, endpoint: str, name: str) -> Document:
        deployment = self._hosting.deployment(endpoint, name)
        if deployment["state"] in ("Creating", "Failed"):
            raise ApiError(404, "NotFound", f"Deployment '{name}' is not ready.")
        return deployment

    def _check_load(self, key: str, deployment: Document) -> None:
        """Twice what all instances take at once is the most that the service lets in."""
        most = 2 * int(_setting(deployment, "maxConcurrentRequestsPerInstance", 1)) * deployment["instances"]
        if self._in_flight[key] >= most:
            raise ApiError(429, "TooManyRequests", "Too many concurrent requests.", headers={"Retry-After": "1"})

    async def _ask(self, key: str, chosen: str, deployment: Document, body: bytes) -> web.Response:
        seconds = _duration(str(_setting(deployment, "requestTimeout", _DEFAULT_TIMEOUT)))
        try:
            async with asyncio.timeout(seconds):
                url = await self._ready(key, seconds)
                async with self._servers.client.post(
                    f"{url}/score", data=body, headers={"Content-Type": "application/json"}
                ) as said:
                    text = await said.read()
                    return _answered(said.status, text, said.content_type, chosen)
        except TimeoutError as error:
            raise ApiError(408, "RequestTimeout", f"No answer within {seconds:g} s.") from error
        except aiohttp.ClientError as error:
            raise ApiError(503, "ServiceUnavailable", f"The server went away: {error}") from error

    async def _ready(self, key: str, seconds: float) -> str:
        """URL of the server, which may be starting again."""
        try:
            return await self._servers.ready(key, seconds)
        except ApiError as error:
            raise ApiError(503, "ServiceUnavailable", error.message) from error


def _answered(status: int, text: bytes, content_type: str, chosen: str) -> web.Response:
    """A model's error is a failed dependency of the service."""
    headers = {_DEPLOYMENT: chosen}
    if status >= 400:
        headers |= {"ms-azureml-model-error-statuscode": str(status), "ms-azureml-model-error-reason": "model_error"}
    return web.Response(body=text, status=424 if status >= 400 else status, content_type=content_type, headers=headers)


def _authenticate(authorization: str, endpoint: Document) -> None:
    """Check the key of an endpoint with keys, the token of others.

    Raises:
        ApiError: 401.
    """
    if str(endpoint["properties"].get("authMode")).lower() != "key":
        tokens.check_token(authorization, (MACHINE_LEARNING,))
        return
    given = authorization.removeprefix("Bearer ").encode()
    if not any(hmac.compare_digest(given, key.encode()) for key in endpoint["keys"]):
        raise unauthorized("key_auth_access_denied", "KeyAuthAccessDenied")


def _choose(endpoint: Document, asked: str | None) -> str:
    """The deployment that is to answer.

    Raises:
        ApiError: 404, none has traffic.
    """
    if asked:
        return asked
    traffic = {name: share for name, share in (endpoint["properties"].get("traffic") or {}).items() if share}
    if not traffic:
        raise ApiError(404, "NotFound", "No deployment has traffic.")
    (chosen,) = random.choices(list(traffic), list(traffic.values()))  # noqa: S311 - traffic, no secret
    return str(chosen)


def _setting(deployment: Document, name: str, default: Any) -> Any:
    return (deployment["properties"].get("requestSettings") or {}).get(name) or default


def _duration(text: str) -> float:
    """Seconds of an ISO 8601 duration of hours, minutes and seconds."""
    found = _SECONDS.fullmatch(text)
    if found is None:
        raise ApiError(400, "BadRequest", f"'{text}' is no duration.")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
