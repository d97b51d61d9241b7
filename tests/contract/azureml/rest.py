"""Plain requests to the stand-in, for what the SDK hides."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from local import identity
from tests.contract.laptop import Response

ARM = "https://management.azure.com"
AZURE_ML = "https://ml.azure.com"


@dataclass(frozen=True)
class Rest:
    """Requests to a stand-in, with a token for the right audience or another."""

    ready: Mapping[str, Any]

    @property
    def workspace(self) -> str:
        ready = self.ready
        return (
            f"/subscriptions/{ready['subscription_id']}/resourceGroups/{ready['resource_group']}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{ready['workspace']}"
        )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        audience: str | None = ARM,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request. ``path`` may be a whole URL. If ``audience`` is None, no token is sent."""
        url = path if path.startswith("https:") else self.ready["url"] + path
        all_headers = {"Content-Type": "application/json"} | dict(headers or {})
        if audience is not None:
            all_headers.setdefault("Authorization", f"Bearer {identity.token(audience)}")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, all_headers, method=method)
        context = ssl.create_default_context(cafile=self.ready["ca"])
        try:
            with urllib.request.urlopen(request, context=context, timeout=60) as response:
                return Response(response.status, _lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, _lower(error.headers), error.read())

    def requests(self, **filters: str) -> list[dict[str, Any]]:
        """The request log, filtered."""
        query = "&".join(f"{key}={value}" for key, value in filters.items())
        requests: list[dict[str, Any]] = self.call("GET", f"/_standin/requests?{query}").json["value"]
        return requests

    def arm_fault(self, **fault: Any) -> None:
        assert self.call("POST", "/_standin/faults", fault).status == 201


def _lower(headers: Message) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}
