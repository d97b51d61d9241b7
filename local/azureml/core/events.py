"""Events of runs, in Event Grid's schema: one JSON object a line, in a file that ``local.eventgrid`` tails."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from local.azureml.core.addresses import Addresses
from local.azureml.core.store import Document

_STATUS_CHANGED: Final = "Microsoft.MachineLearningServices.RunStatusChanged"
_COMPLETED: Final = "Microsoft.MachineLearningServices.RunCompleted"


class Events:
    """Appends events to one file. An event's id depends only on run, type and status, so that duplicates are seen."""

    def __init__(self, path: Path, addresses: Addresses) -> None:
        self._path = path
        self._addresses = addresses

    def status_changed(self, run: Document) -> None:
        """Append the event that a run (parent or child) has a new status, and that it completed if it did."""
        self._append(_STATUS_CHANGED, run, {"runStatus": run["status"]})
        if run["status"] == "Completed":
            self._append(_COMPLETED, run, {})

    def _append(self, kind: str, run: Document, more: dict[str, str]) -> None:
        experiment = experiment_id(self._addresses, run["experiment"])
        data = {
            "experimentId": experiment,
            "experimentName": run["experiment"],
            "runId": run["id"],
            "runType": run["kind"],
            "runTags": run["tags"],
            "runProperties": run["properties"],
        }
        event = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((run["id"], kind, run["status"])))),
            "topic": self._addresses.workspace_id,
            "subject": f"experiments/{experiment}/runs/{run['id']}",
            "eventType": kind,
            "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "data": data | more,
            "dataVersion": "2",
            "metadataVersion": "1",
        }
        with self._path.open("a") as file:
            file.write(json.dumps(event) + "\n")


def experiment_id(addresses: Addresses, name: str) -> str:
    """Id of an experiment of the workspace."""
    return str(uuid.uuid5(uuid.UUID(addresses.workspace_guid), name))
