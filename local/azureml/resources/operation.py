"""Handlers of long-running operations: their status and result."""

from aiohttp import web

from local.azureml.core.addresses import Addresses
from local.azureml.core.dates import iso
from local.azureml.core.errors import not_found
from local.azureml.core.http import Route, json_response
from local.azureml.core.store import Document
from local.azureml.services import Services

_LOCATION = "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}"
_RETRY_AFTER = {"Retry-After": "1"}


def pending(addresses: Addresses, operation: str) -> dict[str, str]:
    """Headers of a response whose operation goes on."""
    url = addresses.operation("mfeOperationsStatus", operation)
    return {"Azure-AsyncOperation": url, "x-ms-async-operation-timeout": "PT1H", **_RETRY_AFTER}


def last_operation(addresses: Addresses, document: Document) -> dict[str, str]:
    """The property of an endpoint or deployment that names its last operation, whose status has the error, if any."""
    name = document.get("operation")
    return {"AzureAsyncOperationUri": addresses.operation("mfeOperationsStatus", name)} if name else {}


def accepted(addresses: Addresses, operation: str | None) -> web.Response:
    """Response to a deletion: it has begun (202), or there was nothing to delete (204)."""
    if operation is None:
        return web.Response(status=204)
    location = {"Location": addresses.operation("mfeOperationResults", operation)}
    return web.Response(status=202, headers=pending(addresses, operation) | location)


class Operation:
    def __init__(self, services: Services) -> None:
        self._operations = services.operations
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{_LOCATION}/mfeOperationsStatus/{{operation}}", self.status),
            Route("GET", f"{_LOCATION}/mfeOperationResults/{{operation}}", self.result),
        ]

    async def status(self, request: web.Request) -> web.Response:
        """Status of a long-running operation, with its error"""
        name, operation = self._read(request)
        done = operation["status"] != "InProgress"
        document = {
            "id": request.path,
            "name": name,
            "status": operation["status"],
            "startTime": iso(operation["started"]),
            "endTime": iso(operation.get("ended")),
            "percentComplete": 100 if done else 0,
        }
        if operation.get("error"):
            document["error"] = operation["error"]
        return json_response(document, headers=None if done else _RETRY_AFTER)

    async def result(self, request: web.Request) -> web.Response:
        """Whether a long-running operation has ended"""
        name, operation = self._read(request)
        if operation["status"] != "InProgress":
            return web.Response(status=204)
        location = {"Location": self._addresses.operation("mfeOperationResults", name)}
        return web.Response(status=202, headers=location | _RETRY_AFTER)

    def _read(self, request: web.Request) -> tuple[str, Document]:
        name = request.match_info["operation"]
        operation = self._operations.get(name)
        if operation is None:
            raise not_found(f"Operation '{name}'")
        self._operations.note_read(operation["target"])
        return name, operation
