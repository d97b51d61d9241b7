"""The local Azure ML: the REST calls that Azure ML has for jobs, metrics and endpoints, and the stand-in's own logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from cli.runs.http import HttpError, request
from cli.stack.logs import read_json_lines
from local import identity
from local.stack import Stack

_ARM_VERSION: Final = "2024-01-01-preview"


@dataclass(frozen=True)
class Job:
    """What Azure ML shows of a job."""

    experiment: str
    display_name: str


@dataclass(frozen=True)
class TrainingProgress:
    """How far the fine-tuning is."""

    step: str
    """The pipeline step that runs now."""
    losses: Sequence[tuple[float, float]]
    """(optimizer step, training loss), oldest first."""
    fraction: float
    """Of the work that is done, 0 to 1."""
    seconds_left: float | None
    """``None``: not known yet."""


class LoggedRequest(TypedDict):
    """One request that the stand-in answered: a line of ``requests.jsonl``."""

    t: float
    """Seconds since 1970 at which it arrived."""
    method: str
    path: str
    query: dict[str, str]
    status: int
    """HTTP status of the answer."""
    route: str
    body: Any
    """The request's JSON."""


class RunEvent(TypedDict):
    """One event that Azure ML raised, in Event Grid's schema: a line of ``events.jsonl``."""

    id: str
    eventType: str
    eventTime: str
    """ISO 8601."""
    subject: str
    data: dict[str, Any]
    """As Azure ML documents it: ``runId``, ``runStatus``, ``runTags``, …"""


class _MetricPoint(TypedDict):
    """One value of a metric, as MLflow has it."""

    timestamp: int
    """Milliseconds since 1970."""
    step: int
    value: float


class AzureMlApi:
    """Azure ML of one stack."""

    def __init__(self, stack: Stack) -> None:
        self._azureml = stack.azureml
        self._folder = stack.folder("azureml")

    def job(self, name: str) -> Job:
        """One job.

        Raises:
            HttpError: there is no such job, or Azure ML does not answer.
        """
        properties = self._arm(f"jobs/{name}")["properties"]
        return Job(properties["experimentName"], properties["displayName"])

    def endpoint_status(self, name: str) -> int:
        """HTTP status of a GET of an endpoint: 200, or 404 when it is gone."""
        try:
            self._arm(f"onlineEndpoints/{name}")
        except HttpError as error:
            return error.status
        return 200

    def requests(self) -> list[LoggedRequest]:
        """All requests that it has answered so far, in order."""
        return read_json_lines(self._folder / "requests.jsonl")

    def events(self) -> list[RunEvent]:
        """All run events that it has raised so far, in order."""
        return read_json_lines(self._folder / "events.jsonl")

    def training(self, job: str) -> TrainingProgress:
        """Progress and losses of a job, from Azure ML's MLflow API.

        Raises:
            HttpError: there is no such job, or Azure ML does not answer.
        """
        steps = self._mlflow("runs/search", {"filter": f"tags.mlflow.parentRunId='{job}'"})["runs"]
        running = next((step["info"]["run_name"] for step in steps if step["info"]["status"] == "RUNNING"), "next step")
        losses = [(point["step"], point["value"]) for point in self._history(job, "loss")]
        fraction, seconds_left = remaining(
            [(point["timestamp"] / 1000, point["value"]) for point in self._history(job, "progress")]
        )
        return TrainingProgress(running, losses, fraction, seconds_left)

    def _history(self, run: str, metric: str) -> list[_MetricPoint]:
        points: list[_MetricPoint] = self._mlflow(f"metrics/get-history?run_id={run}&metric_key={metric}")["metrics"]
        return points

    def _arm(self, path: str) -> Any:
        url = f"{self._azureml.url}{self._workspace}/{path}?api-version={_ARM_VERSION}"
        return json.loads(request(url, self._headers("https://management.azure.com/"), ca=self._azureml.ca))

    def _mlflow(self, path: str, body: dict[str, str] | None = None) -> Any:
        url = f"{self._azureml.url}/mlflow/v2.0{self._workspace}/api/2.0/mlflow/{path}"
        return json.loads(request(url, self._headers("https://ml.azure.com/"), body, ca=self._azureml.ca))

    @property
    def _workspace(self) -> str:
        azureml = self._azureml
        group = f"/subscriptions/{azureml.subscription_id}/resourceGroups/{azureml.resource_group}"
        return f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{azureml.workspace}"

    def _headers(self, resource: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {identity.token(resource)}"}


def remaining(progress: Sequence[tuple[float, float]]) -> tuple[float, float | None]:
    """Fraction done, and the seconds that the rest takes at the pace so far; ``None`` while there is no pace yet.

    Args:
        progress: (seconds since 1970, fraction done), oldest first.
    """
    if not progress:
        return 0.0, None
    (first_time, first), (last_time, last) = progress[0], progress[-1]
    if last <= first:
        return last, None
    return last, (last_time - first_time) * (1 - last) / (last - first)
