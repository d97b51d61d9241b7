"""Status and result of long-running operations."""

from aiohttp import web

from local.azureml.core.addresses import Addresses
from local.azureml.core.dates import iso
from local.azureml.core.errors import not_found
from local.azureml.core.http import Route, answer
from local.azureml.core.store import Document
from local.azureml.services import Services

_PLACE = "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}"
_ASK_AGAIN = {"Retry-After": "1"}


def pending(addresses: Addresses, operation: str) -> dict[str, str]:
    """Headers of an answer whose operation goes on."""
    url = addresses.operations("mfeOperationsStatus", operation)
    return {"Azure-AsyncOperation": url, "x-ms-async-operation-timeout": "PT1H", **_ASK_AGAIN}


def last(addresses: Addresses, document: Document) -> dict[str, str]:
    """A property of an endpoint or deployment: where the error of its last operation can be read."""
    name = document.get("operation")
    return {"AzureAsyncOperationUri": addresses.operations("mfeOperationsStatus", name)} if name else {}


def accepted(addresses: Addresses, operation: str | None) -> web.Response:
    """Answer to a deletion: it has begun, or there was nothing to delete."""
    if operation is None:
        return web.Response(status=204)
    location = {"Location": addresses.operations("mfeOperationResults", operation)}
    return web.Response(status=202, headers=pending(addresses, operation) | location)


class Operation:
    def __init__(self, services: Services) -> None:
        self._operations = services.operations
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{_PLACE}/mfeOperationsStatus/{{operation}}", self.status),
            Route("GET", f"{_PLACE}/mfeOperationResults/{{operation}}", self.result),
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
        return answer(document, headers=None if done else _ASK_AGAIN)

    async def result(self, request: web.Request) -> web.Response:
        """Whether a long-running operation is over"""
        name, operation = self._read(request)
        if operation["status"] != "InProgress":
            return web.Response(status=204)
        location = {"Location": self._addresses.operations("mfeOperationResults", name)}
        return web.Response(status=202, headers=location | _ASK_AGAIN)

    def _read(self, request: web.Request) -> tuple[str, Document]:
        name = request.match_info["operation"]
        operation = self._operations.get(name)
        if operation is None:
            raise not_found(f"Operation '{name}'")
        self._operations.note_read(operation["target"])
        return name, operation
