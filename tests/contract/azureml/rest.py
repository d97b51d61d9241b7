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
from tests.contract.laptop import Answer

ARM = "https://management.azure.com"
AZURE_ML = "https://ml.azure.com"


@dataclass(frozen=True)
class Rest:
    """``call`` with a token for the right audience, or any."""

    ready: Mapping[str, Any]

    @property
    def workspace(self) -> str:
        found = self.ready
        return (
            f"/subscriptions/{found['subscription_id']}/resourceGroups/{found['resource_group']}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{found['workspace']}"
        )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        audience: str | None = ARM,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; ``path`` may be a whole URL; no token is sent where ``audience`` is None."""
        url = path if path.startswith("https:") else self.ready["url"] + path
        sent = {"Content-Type": "application/json"} | dict(headers or {})
        if audience is not None:
            sent.setdefault("Authorization", f"Bearer {identity.token(audience)}")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, sent, method=method)
        context = ssl.create_default_context(cafile=self.ready["ca"])
        try:
            with urllib.request.urlopen(request, context=context, timeout=60) as response:
                return Answer(response.status, _lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read())

    def requests(self, **wanted: str) -> list[dict[str, Any]]:
        """The request log, filtered."""
        query = "&".join(f"{key}={value}" for key, value in wanted.items())
        found: list[dict[str, Any]] = self.call("GET", f"/_standin/requests?{query}").json["value"]
        return found

    def arm_fault(self, **fault: Any) -> None:
        assert self.call("POST", "/_standin/faults", fault).status == 201


def _lower(headers: Message) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}
