"""Where the story's facts come from: the same APIs and files that anyone could read."""

import json
from pathlib import Path
from typing import Any, Final

from cli.demo.facts import Training
from cli.runs.client import call
from local import identity
from local.stack import Stack
from shared.core import resources
from shared.core.errors import TunedropError
from shared.models.project import LedgerEntry
from shared.models.receipt import Receipt
from shared.models.run import Run
from shared.ports import Ports

_ARM_VERSION: Final = "2024-01-01-preview"


def upload(ports: Ports, path: str, content: bytes) -> None:
    """Put a file into the uploads container."""
    ports.blobs.write(resources.UPLOADS, path, [content], "application/octet-stream")


def receipt(ports: Ports, run: Run) -> Receipt:
    """A run's receipt, from its container."""
    return Receipt.model_validate_json(_blob(ports, resources.RECEIPTS, f"{run.results.receipt}.json"))


def held_out(ports: Ports, run: Run) -> bytes:
    """The rows of the run's upload that it was not trained on."""
    assert run.results.splits is not None
    return _blob(ports, resources.PREPARED, run.results.splits.test)


def bill(ports: Ports, run: Run) -> LedgerEntry | None:
    """What was written down when the run's endpoint was deleted."""
    entries = (entry for entry in ports.ledger.entries(run.project) if entry.endpoint == run.results.endpoint)
    return next(entries, None)


class EventGrid:
    """Event Grid's log of deliveries, and its request to deliver again."""

    def __init__(self, stack: Stack) -> None:
        self._log = stack.folder("eventgrid") / "deliveries.jsonl"
        self._url = stack.eventgrid_url

    def log(self) -> list[dict[str, Any]]:
        """All deliveries so far, in order."""
        return _json_lines(self._log)

    def deliveries(self, subscription: str, subject_end: str) -> list[dict[str, Any]]:
        """Deliveries of one subscription whose subject ends like this, in order."""
        ours = (entry for entry in self.log() if entry["subscription"] == subscription)
        return [entry for entry in ours if entry["subject"].endswith(subject_end)]

    def resend(self, delivery: str) -> None:
        """Deliver an event once more, as Event Grid may at any time."""
        call(f"{self._url}/deliveries/{delivery}", {}, {})


class AzureMlApi:
    """The workspace's REST API: the calls that Azure ML has for jobs, metrics and endpoints."""

    def __init__(self, stack: Stack) -> None:
        self._azureml = stack.azureml
        self._folder = stack.folder("azureml")

    def job(self, name: str) -> dict[str, Any]:
        """Properties of a job."""
        properties: dict[str, Any] = self._arm(f"jobs/{name}")["properties"]
        return properties

    def endpoint_status(self, name: str) -> int:
        """HTTP status of a GET of an endpoint."""
        from cli.runs.client import HttpError

        try:
            self._arm(f"onlineEndpoints/{name}")
        except HttpError as error:
            return error.status
        return 200

    def requests(self) -> list[dict[str, Any]]:
        """All requests that it has answered so far, in order."""
        return _json_lines(self._folder / "requests.jsonl")

    def events(self) -> list[dict[str, Any]]:
        """All run events that it has raised so far, in order."""
        return _json_lines(self._folder / "events.jsonl")

    def training(self, job: str) -> Training:
        """Progress and losses of a job, by Azure ML's MLflow API."""
        steps = self._mlflow("runs/search", {"filter": f"tags.mlflow.parentRunId='{job}'"})["runs"]
        running = next((step["info"]["run_name"] for step in steps if step["info"]["status"] == "RUNNING"), "next step")
        losses = [(point["step"], point["value"]) for point in self._history(job, "loss")]
        fraction, seconds_left = remaining(
            [(point["timestamp"] / 1000, point["value"]) for point in self._history(job, "progress")]
        )
        return Training(running, losses, fraction, seconds_left)

    def _history(self, run: str, metric: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._mlflow(f"metrics/get-history?run_id={run}&metric_key={metric}")["metrics"]
        return found

    def _arm(self, path: str) -> Any:
        url = f"{self._azureml.url}{self._workspace}/{path}?api-version={_ARM_VERSION}"
        return call(url, self._headers("https://management.azure.com/"), ca=self._azureml.ca)

    def _mlflow(self, path: str, body: Any = None) -> Any:
        url = f"{self._azureml.url}/mlflow/v2.0{self._workspace}/api/2.0/mlflow/{path}"
        return call(url, self._headers("https://ml.azure.com/"), body, ca=self._azureml.ca)

    @property
    def _workspace(self) -> str:
        stack = self._azureml
        group = f"/subscriptions/{stack.subscription_id}/resourceGroups/{stack.resource_group}"
        return f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{stack.workspace}"

    def _headers(self, resource: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {identity.token(resource)}"}


def remaining(progress: list[tuple[float, float]]) -> tuple[float, float | None]:
    """Fraction done, and the seconds that the rest takes at the pace so far, from (time, fraction) points."""
    if not progress:
        return 0.0, None
    (began, first), (now, done) = progress[0], progress[-1]
    if done <= first:
        return done, None
    return done, (now - began) * (1 - done) / (done - first)


def _blob(ports: Ports, container: str, path: str) -> bytes:
    content = ports.blobs.read(container, path)
    if content is None:
        raise TunedropError(f"There is no '{path}' in the container '{container}'.")
    return content


def _json_lines(path: Path) -> list[dict[str, Any]]:
    """What a growing log holds; a line that is still being written is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]
