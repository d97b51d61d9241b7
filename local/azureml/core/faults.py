"""Faults that a test asks for: answers other than the usual one, deployments and steps that fail."""

import re
import uuid
from typing import Any

from local.azureml.core.errors import ApiError
from local.azureml.core.store import Document, Store

_KIND = "faults"


class Faults:
    """What is to go wrong, on disk, each a number of times.

    A fault is ``{"on": "request", "method", "path", "status", "code", "message", "headers", "times"}``,
    ``{"on": "deployment", "path": "{endpoint}/{deployment}", "message"}`` (it never becomes healthy),
    ``{"on": "endpoint", "path": "{endpoint}", "code", "message", "details"}`` (it fails; so may a deployment) or
    ``{"on": "step", "path": "{job}/{step}", "message", "tolerated"}`` (a pipeline goes on after a step that
    failed tolerably). ``path`` is a regular expression found anywhere; ``times`` is 1 unless told.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Document) -> str:
        """Arm a fault; its id."""
        name = uuid.uuid4().hex
        self._store.put(_KIND, name, {"on": "request", "times": 1} | fault)
        return name

    def armed(self) -> list[dict[str, Any]]:
        return [{"id": name} | fault for name, fault in self._store.all(_KIND)]

    def clear(self) -> None:
        for name in self._store.names(_KIND):
            self._store.delete(_KIND, name)

    def strike(self, method: str, path: str) -> None:
        """Answer a request with the fault armed for it, if any.

        Raises:
            ApiError: as the fault says; 429 with ``Retry-After`` where it doesn't.
        """
        fault = self._take("request", path, method)
        if fault is None:
            return
        status = int(fault.get("status", 429))
        headers = {"Retry-After": "1"} if status == 429 else {}
        headers |= fault.get("headers", {})
        code = fault.get("code", "TooManyRequests" if status == 429 else "InternalServerError")
        raise ApiError(status, code, fault.get("message", "A fault that was asked for."), headers=headers)

    def take(self, on: str, path: str) -> Document | None:
        """The fault armed for an endpoint, a deployment or a step, with a message; it is used up."""
        fault = self._take(on, path)
        return None if fault is None else {"message": "A fault that was asked for.", "tolerated": False} | fault

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
