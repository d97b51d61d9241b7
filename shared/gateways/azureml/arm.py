"""Plain calls for one workspace: of the resource manager, of run history and of MLflow tracking."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from shared.core.errors import NotFoundError
from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.azureml.throttle_gate import ThrottleGate
from shared.gateways.error_translation import translate_errors
from shared.gateways.http import JsonClient

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_API_VERSION: Final = "2023-04-01"
"""The latest stable version whose request bodies equal the SDK's."""

Json = dict[str, Any]
"""A JSON object of Azure's, as it was decoded."""


class Arm:
    """Calls below the workspace in the resource manager (ARM), and calls of the workspace's own services.

    Every method raises the errors of ``error_translation.translate_errors``, and azure-core's ``AzureError`` where
    those have no translation.
    """

    def __init__(self, settings: Settings, credential: "TokenCredential", throttle_gate: ThrottleGate) -> None:
        self._id = settings.workspace_id
        self._address = cloud.resource_manager(settings) + settings.workspace_id
        self._http = JsonClient(credential, cloud.arm_scope(settings), hooks=throttle_gate.hooks)

    def get(self, path: str) -> Json | None:
        """A resource of the workspace; ``None`` if absent."""
        try:
            return self.call("GET", path)
        except NotFoundError:
            return None

    def list(self, path: str) -> Iterator[Json]:
        """All resources of a collection, read page by page."""
        page = self.call("GET", path)
        while True:
            yield from page.get("value", [])
            next_page = page.get("nextLink")
            if not next_page:
                return
            page = self.request("GET", next_page)

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """The resource manager's decoded answer for a path below the workspace.

        Raises:
            NotFoundError: the resource does not exist.
            ConflictError: the resource is in use, or another operation on it has not ended.
            ThrottledError: Azure asked to wait, or the start deadline has passed.
            QuotaError: there is no quota or capacity.
            TunedropError: Azure rejected the request.
        """
        return self.request(method, f"{self._address}/{path}".rstrip("/"), {"api-version": _API_VERSION}, body)

    def history(self, path: str) -> Json:
        """The decoded answer of the workspace's run history service to a GET.

        Raises:
            NotFoundError: the run does not exist.
        """
        return self.request("GET", f"{self._history}/{path}")

    def mlflow(self, method: str, path: str, query: dict[str, str] | None = None, body: Json | None = None) -> Json:
        """The decoded answer of the workspace's MLflow tracking service.

        Raises:
            NotFoundError: the run or experiment does not exist.
        """
        return self.request(method, f"{self._tracking}/{path}", query, body)

    def request(self, method: str, url: str, query: dict[str, str] | None = None, body: Json | None = None) -> Json:
        """The decoded answer of any URL; ``{}`` if it is empty.

        Raises:
            TunedropError: see ``call``.
        """
        with translate_errors(f"{method} {urlsplit(url).path.removeprefix(self._id)}"):
            answer = self._http.send(method, url, query, body)
            answer.raise_for_status()
        return dict(answer.json() or {}) if answer.content else {}

    @property
    def location(self) -> str:
        """The workspace's region."""
        return str(self._workspace["location"])

    @cached_property
    def _workspace(self) -> Json:
        return self.call("GET", "")

    @cached_property
    def _history(self) -> str:
        services = self.request("GET", self._workspace["properties"]["discoveryUrl"])
        return f"{services['history'].rstrip('/')}/history/v1.0{self._id}"

    @cached_property
    def _tracking(self) -> str:
        host = urlsplit(self._workspace["properties"]["mlFlowTrackingUri"]).netloc
        return f"https://{host}/mlflow/v2.0{self._id}/api/2.0/mlflow"
