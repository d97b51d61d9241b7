"""The HTTP API over the doubles."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from shared.api.app import create_app
from shared.api.decisions import UNNAMED
from shared.api.score import SERVING_TTL
from shared.core.errors import ScoringError, SettingsError
from shared.core.states import State
from shared.models.project import Serving
from shared.models.run import Run, TimelineEntry, Upload
from shared.ports import Ports
from tests.doubles import MemoryPorts, memory_ports

BODY: dict[str, Any] = {"input_data": {"input_string": [{"role": "user", "content": "canary-7731"}], "parameters": {}}}
RUN_ID = "acme-0123456789"


class Scorer:
    """Answers with the input that it was sent, or fails with ``failure``."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str | None]] = []
        self.failure: ScoringError | None = None

    async def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        self.requests.append((scoring_uri, deployment))
        if self.failure:
            raise self.failure
        return {"output": body["input_data"]["input_string"]}


@pytest.fixture
def ports() -> MemoryPorts:
    return memory_ports()


@pytest.fixture
def scorer() -> Scorer:
    return Scorer()


@pytest.fixture
def client(ports: MemoryPorts, scorer: Scorer) -> TestClient:
    return TestClient(create_app(lambda: ports, lambda: scorer))


@pytest.fixture
def served(ports: MemoryPorts) -> Serving:
    serving = Serving(project="acme", champion="acme-0-1", champion_run=RUN_ID, scoring_uri="https://127.0.0.1/score")
    ports.projects.create_serving(serving)
    return serving


@pytest.fixture
def run(ports: MemoryPorts) -> Run:
    now = ports.clock.now()
    upload = Upload(path="acme/x.jsonl", etag="0x1", size=1)
    run = Run(project="acme", run_id=RUN_ID, upload=upload, deadline=now, next_due=now, created=now, updated=now)
    ports.runs.create(run)
    ports.runs.append(run, TimelineEntry(seq=1, time=now, state=State.RECEIVED, attempt=1, note="Received."))
    return run


def test_a_question_goes_to_the_projects_champion(client: TestClient, scorer: Scorer, served: Serving) -> None:
    answer = client.post("/api/score/acme", json=BODY)
    assert (answer.status_code, answer.json()) == (200, {"output": BODY["input_data"]["input_string"]})
    assert scorer.requests == [(served.scoring_uri, None)]


def test_several_conversations_can_be_scored_in_one_request(client: TestClient, served: Serving) -> None:
    nested = [BODY["input_data"]["input_string"]] * 2
    assert client.post("/api/score/acme", json={"input_data": {"input_string": nested}}).json() == {"output": nested}


def test_a_header_can_name_the_deployment(client: TestClient, scorer: Scorer, served: Serving) -> None:
    client.post("/api/score/acme", json=BODY, headers={"azureml-model-deployment": "base"})
    assert scorer.requests[0][1] == "base"


def test_scoring_without_an_endpoint_is_404_with_a_remedy(client: TestClient) -> None:
    answer = client.post("/api/score/acme", json=BODY)
    assert answer.status_code == 404
    assert answer.json()["error"]["remedy"]


def test_the_error_says_that_a_deleted_endpoints_lease_ran_out(
    client: TestClient, ports: MemoryPorts, served: Serving
) -> None:
    stored = ports.projects.serving("acme")
    assert stored
    ports.projects.replace_serving(stored.value.model_copy(update={"phase": "deleting"}), stored.etag)
    assert "lease" in client.post("/api/score/acme", json=BODY).json()["error"]["message"]


def test_the_serving_row_is_read_again_after_a_few_seconds(
    client: TestClient, ports: MemoryPorts, served: Serving
) -> None:
    client.post("/api/score/acme", json=BODY)
    stored = ports.projects.serving("acme")
    assert stored
    ports.projects.replace_serving(stored.value.model_copy(update={"phase": "deleting"}), stored.etag)
    assert client.post("/api/score/acme", json=BODY).status_code == 200
    ports.clock.advance(SERVING_TTL.total_seconds() + 1)
    assert client.post("/api/score/acme", json=BODY).status_code == 404


def test_scoring_is_recorded_as_usage(client: TestClient, ports: MemoryPorts, served: Serving) -> None:
    client.post("/api/score/acme", json=BODY)
    assert [usage.last_used for usage in ports.projects.usage("acme")] == [ports.clock.now()]


@pytest.mark.parametrize(("deployment_status", "api_status"), [(424, 424), (429, 429), (401, 502), (500, 502)])
def test_a_deployments_error_becomes_the_apis(
    client: TestClient, scorer: Scorer, served: Serving, deployment_status: int, api_status: int
) -> None:
    scorer.failure = ScoringError("The deployment failed.", deployment_status)
    assert client.post("/api/score/acme", json=BODY).status_code == api_status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input_data": {}},
        {"input_data": {"input_string": []}},
        {"input_data": {"input_string": "canary-7731"}},
        {"input_data": {"input_string": [{"role": "wizard", "content": "canary-7731"}]}},
    ],
)
def test_an_invalid_body_is_refused_without_repeating_it(client: TestClient, served: Serving, body: Any) -> None:
    answer = client.post("/api/score/acme", json=body)
    assert answer.status_code == 400
    assert "input_data" in answer.json()["error"]["message"]
    assert "canary" not in answer.text


def test_a_run_is_shown_with_its_timeline(client: TestClient, run: Run) -> None:
    shown = client.get(f"/api/runs/{RUN_ID}").json()
    assert shown["run"]["state"] == "received"
    assert [entry["note"] for entry in shown["timeline"]] == ["Received."]


def test_runs_are_listed_by_project(client: TestClient, run: Run) -> None:
    assert [item["run_id"] for item in client.get("/api/runs?project=acme").json()["runs"]] == [RUN_ID]
    assert client.get("/api/runs?project=other").json() == {"runs": []}


def test_an_unknown_run_is_404_with_a_remedy(client: TestClient) -> None:
    answer = client.get("/api/runs/acme-ffffffffff")
    assert answer.status_code == 404
    assert answer.json()["error"]["remedy"]


def test_a_decision_records_who_made_it(client: TestClient, run: Run) -> None:
    answer = client.post(f"/api/runs/{RUN_ID}/cancel", json={"by": "ann"})
    assert answer.status_code == 200
    assert [decision["by"] for decision in answer.json()["decisions"]] == ["ann"]
    assert answer.json()["intent"] == "cancel"


def test_the_person_who_signed_in_overrides_the_one_in_the_body(client: TestClient, run: Run) -> None:
    signed_in = {"x-ms-client-principal-name": "ann@example.org"}
    answer = client.post(f"/api/runs/{RUN_ID}/cancel", json={"by": "bob"}, headers=signed_in)
    assert answer.json()["decisions"][0]["by"] == "ann@example.org"


def test_a_decision_needs_no_body(client: TestClient, run: Run) -> None:
    assert client.post(f"/api/runs/{RUN_ID}/cancel").json()["decisions"][0]["by"] == UNNAMED


@pytest.mark.parametrize(
    ("decision", "run_id", "status"), [("explode", RUN_ID, 400), ("retry", "acme-ffffffffff", 404)]
)
def test_an_unknown_decision_or_run_is_refused(
    client: TestClient, run: Run, decision: str, run_id: str, status: int
) -> None:
    assert client.post(f"/api/runs/{run_id}/{decision}").status_code == status


def test_a_retired_run_cannot_be_retried(client: TestClient, ports: MemoryPorts, run: Run) -> None:
    stored = ports.runs.get("acme", RUN_ID)
    assert stored
    ports.runs.replace(run.model_copy(update={"state": State.RETIRED}), stored.etag)
    answer = client.post(f"/api/runs/{RUN_ID}/retry")
    assert answer.status_code == 409
    assert answer.json()["error"]["remedy"]


def test_health_is_ok_with_all_settings(client: TestClient) -> None:
    assert client.get("/api/health").json()["status"] == "ok"


def test_health_names_the_missing_settings(scorer: Scorer) -> None:
    def broken() -> Ports:
        raise SettingsError("App settings are missing or wrong: TUNEDROP_WORKSPACE (field required).")

    answer = TestClient(create_app(broken, lambda: scorer)).get("/api/health")
    assert answer.status_code == 503
    assert "TUNEDROP_WORKSPACE" in answer.json()["error"]["message"]
