"""Authentication: Entra tokens for the right audience (unsigned, from ``local.identity``), account keys, signatures."""

import base64
import json
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from local.azureml.core.errors import unauthorized

MACHINE_LEARNING: Final = "https://ml.azure.com"
STORAGE: Final = "https://storage.azure.com"
_MANAGEMENT: Final = ("https://management.azure.com", "https://management.core.windows.net")


class Plane(StrEnum):
    """A part of the API, by how its callers authenticate."""

    OPEN = "none"
    ARM = "management token"
    DATA = "management or Azure ML token"
    STORAGE = "account key, signature or storage token"
    SCORING = "endpoint key or Azure ML token"


def check(plane: Plane, headers: Mapping[str, str], query: Mapping[str, str], base: str) -> None:
    """Check a request's authentication (``SCORING`` is checked later, when the endpoint is known).

    Raises:
        ApiError: 401, it has no token, key or signature of the right kind.
    """
    if plane in (Plane.OPEN, Plane.SCORING):
        return
    authorization = headers.get("Authorization", "")
    if plane is Plane.STORAGE and ("sig" in query or authorization.startswith("SharedKey ")):
        return
    check_token(authorization, _audiences(plane, base))


def check_token(authorization: str, audiences: tuple[str, ...]) -> None:
    """Check that a bearer token is for one of ``audiences`` and has not expired.

    Raises:
        ApiError: 401, it is not.
    """
    kind, _, token = authorization.partition(" ")
    if kind != "Bearer":
        raise unauthorized("Authentication failed. The 'Authorization' header is missing.", "AuthenticationFailed")
    claims = _claims(token)
    if str(claims.get("aud", "")).rstrip("/") not in audiences:
        raise unauthorized(
            f"The access token has been obtained for wrong audience or resource '{claims.get('aud')}'. "
            f"It should exactly match one of the allowed audiences: {', '.join(audiences)}.",
            "InvalidAuthenticationTokenAudience",
        )
    if float(claims.get("exp", 0)) < time.time():
        raise unauthorized("The access token expiry is in the past.", "ExpiredAuthenticationToken")


def _audiences(plane: Plane, base: str) -> tuple[str, ...]:
    if plane is Plane.STORAGE:
        return (STORAGE,)
    management = (base, *_MANAGEMENT)
    return management if plane is Plane.ARM else (*management, MACHINE_LEARNING)


def _claims(token: str) -> dict[str, Any]:
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError) as error:
        raise unauthorized("The access token is invalid: it must be a JWT.") from error
    return claims if isinstance(claims, dict) else {}
