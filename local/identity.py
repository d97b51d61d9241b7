"""The laptop's managed identity: an identity endpoint such as Azure Functions has.

``DefaultAzureCredential`` finds it through ``IDENTITY_ENDPOINT`` and ``IDENTITY_HEADER``. Its tokens are unsigned;
Azurite (``--oauth basic``) and the Azure ML stand-in check their issuer, audience and expiry.
"""

import base64
import json
import time
from typing import Any, Final

from aiohttp import web

HEADER: Final = "tunedrop-local"
TENANT: Final = "00000000-0000-0000-0000-00000000d0d0"
LIFETIME: Final = 24 * 3600
ROUTE: Final = "/msi/token"


def token(resource: str) -> str:
    """An unsigned access token (JWT) for ``resource``, which expires after ``LIFETIME`` seconds."""
    now = int(time.time())
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "tid": TENANT,
        "oid": "00000000-0000-0000-0000-00000000a99a",
        "iat": now - 300,
        "nbf": now - 300,
        "exp": now + LIFETIME,
    }
    return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "c2ln"))


def routes() -> web.RouteTableDef:
    """The endpoint's route, for an aiohttp application on plain HTTP (as inside Functions)."""
    table = web.RouteTableDef()

    @table.get(ROUTE)
    async def issue(request: web.Request) -> web.Response:
        if request.headers.get("X-IDENTITY-HEADER") != HEADER:
            return web.json_response(
                {"statusCode": 401, "message": "The header X-IDENTITY-HEADER is wrong."}, status=401
            )
        resource = request.query.get("resource", "")
        expires = str(int(time.time()) + LIFETIME)
        body = {"access_token": token(resource), "expires_on": expires, "resource": resource, "token_type": "Bearer"}
        return web.json_response(body)

    return table


def _part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
