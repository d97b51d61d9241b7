"""The handler of scoring: authenticates, picks a deployment by traffic, limits the load, and calls its server."""

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
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")
_DEFAULT_TIMEOUT = "PT5S"


class Scoring:
    def __init__(self, services: Services) -> None:
        self._endpoints = services.endpoints
        self._servers = services.servers
        self._in_flight: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        return [Route("POST", "/scoring/{endpoint}/score", self.score, Plane.SCORING)]

    async def score(self, request: web.Request) -> web.Response:
        """Score with the deployment that a header names, or with one picked by traffic"""
        name = request.match_info["endpoint"]
        endpoint = self._endpoints.endpoint(name)
        _authenticate(request.headers.get("Authorization", ""), endpoint)
        chosen = request.headers.get(_DEPLOYMENT) or _pick(endpoint)
        deployment = self._ready_deployment(name, chosen)
        key = f"{name}/{chosen}"
        self._check_load(key, deployment)
        self._in_flight[key] += 1
        try:
            return await self._forward(key, chosen, deployment, await request.read())
        finally:
            self._in_flight[key] -= 1

    def _ready_deployment(self, endpoint: str, name: str) -> Document:
        deployment = self._endpoints.deployment(endpoint, name)
        if deployment["state"] in ("Creating", "Failed"):
            raise ApiError(404, "NotFound", f"Deployment '{name}' is not ready.")
        return deployment

    def _check_load(self, key: str, deployment: Document) -> None:
        """Check that no more requests go on than twice the number that all instances handle at once."""
        most = 2 * int(_setting(deployment, "maxConcurrentRequestsPerInstance", 1)) * deployment["instances"]
        if self._in_flight[key] >= most:
            raise ApiError(429, "TooManyRequests", "Too many concurrent requests.", headers={"Retry-After": "1"})

    async def _forward(self, key: str, chosen: str, deployment: Document, body: bytes) -> web.Response:
        seconds = _duration(str(_setting(deployment, "requestTimeout", _DEFAULT_TIMEOUT)))
        try:
            async with asyncio.timeout(seconds):
                url = await self._server_url(key, seconds)
                async with self._servers.client.post(
                    f"{url}/score", data=body, headers={"Content-Type": "application/json"}
                ) as response:
                    body = await response.read()
                    return _response(response.status, body, response.content_type, chosen)
        except TimeoutError as error:
            raise ApiError(408, "RequestTimeout", f"The model did not respond within {seconds:g} s.") from error
        except aiohttp.ClientError as error:
            raise ApiError(503, "ServiceUnavailable", f"The connection to the model's server broke: {error}") from error

    async def _server_url(self, key: str, seconds: float) -> str:
        """URL of the server; waits while it is starting again."""
        try:
            return await self._servers.ready(key, seconds)
        except ApiError as error:
            raise ApiError(503, "ServiceUnavailable", error.message) from error


def _response(status: int, body: bytes, content_type: str, chosen: str) -> web.Response:
    """The model's response; its error becomes 424 (failed dependency)."""
    headers = {_DEPLOYMENT: chosen}
    if status >= 400:
        headers |= {"ms-azureml-model-error-statuscode": str(status), "ms-azureml-model-error-reason": "model_error"}
    return web.Response(body=body, status=424 if status >= 400 else status, content_type=content_type, headers=headers)


def _authenticate(authorization: str, endpoint: Document) -> None:
    """Check the caller's key, or its token if the endpoint takes tokens.

    Raises:
        ApiError: 401.
    """
    if str(endpoint["properties"].get("authMode")).lower() != "key":
        tokens.check_token(authorization, (MACHINE_LEARNING,))
        return
    key_sent = authorization.removeprefix("Bearer ").encode()
    if not any(hmac.compare_digest(key_sent, key.encode()) for key in endpoint["keys"]):
        raise unauthorized("key_auth_access_denied", "KeyAuthAccessDenied")


def _pick(endpoint: Document) -> str:
    """A deployment, picked at random by its share of the traffic.

    Raises:
        ApiError: 404, no deployment has traffic.
    """
    traffic = {name: share for name, share in (endpoint["properties"].get("traffic") or {}).items() if share}
    if not traffic:
        raise ApiError(404, "NotFound", "No deployment has traffic.")
    (picked,) = random.choices(list(traffic), list(traffic.values()))  # noqa: S311 - traffic, no secret
    return str(picked)


def _setting(deployment: Document, name: str, default: Any) -> Any:
    return (deployment["properties"].get("requestSettings") or {}).get(name) or default


def _duration(text: str) -> float:
    """Seconds of an ISO 8601 duration of hours, minutes and seconds.

    Raises:
        ApiError: 400, it is not such a duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ApiError(400, "BadRequest", f"A timeout must be an ISO 8601 duration such as PT5S; it was '{text}'.")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
