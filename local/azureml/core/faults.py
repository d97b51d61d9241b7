"""Faults that tests inject: error responses, and endpoints, deployments and steps that fail."""

import re
import uuid
from typing import Any

from local.azureml.core.errors import ApiError
from local.azureml.core.store import Document, Store

_KIND = "faults"


class Faults:
    """The armed faults, on disk.

    A fault is one of
    - ``{"on": "request", "method", "path", "status", "code", "message", "headers"}``: the request fails;
    - ``{"on": "deployment", "path": "{endpoint}/{deployment}", "message"}``: the deployment never becomes healthy;
    - ``{"on": "endpoint", "path": "{endpoint}", "code", "message", "details"}``: the endpoint's operation fails
      (``code`` and ``details`` may be in a deployment's fault too);
    - ``{"on": "step", "path": "{job}/{step}", "message", "tolerated"}``: the step fails; if that is tolerated, the
      pipeline goes on.

    ``path`` is a regular expression, searched for anywhere in the path. ``times`` says how often the fault strikes
    (default: once).
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Document) -> str:
        """Arm a fault; return its id."""
        name = uuid.uuid4().hex
        self._store.put(_KIND, name, {"on": "request", "times": 1} | fault)
        return name

    def armed(self) -> list[dict[str, Any]]:
        """All armed faults, with their ids."""
        return [{"id": name} | fault for name, fault in self._store.all(_KIND)]

    def clear(self) -> None:
        """Disarm all faults."""
        for name in self._store.names(_KIND):
            self._store.delete(_KIND, name)

    def check(self, method: str, path: str) -> None:
        """Let a request through if no fault is armed for it.

        Raises:
            ApiError: the armed fault; without a status of its own, 429 with ``Retry-After: 1``.
        """
        fault = self._take("request", path, method)
        if fault is None:
            return
        status = int(fault.get("status", 429))
        headers = {"Retry-After": "1"} if status == 429 else {}
        headers |= fault.get("headers", {})
        code = fault.get("code", "TooManyRequests" if status == 429 else "InternalServerError")
        raise ApiError(status, code, fault.get("message", "An injected fault."), headers=headers)

    def take(self, on: str, path: str) -> Document | None:
        """The fault armed for an endpoint, a deployment or a step; taking it uses it up once."""
        fault = self._take(on, path)
        return None if fault is None else {"message": "An injected fault.", "tolerated": False} | fault

    def _take(self, on: str, path: str, method: str = "") -> Document | None:
        for name, fault in self._store.all(_KIND):
            if fault["on"] == on and fault.get("method", method) == method and re.search(fault.get("path", ""), path):
                self._use(name, fault)
                return fault
        return None

    def _use(self, name: str, fault: Document) -> None:
        if fault["times"] <= 1:
            self._store.delete(_KIND, name)
        else:
            self._store.put(_KIND, name, fault | {"times": fault["times"] - 1})
