"""After a SIGKILL, jobs and operations go on at the same URL, and no process is left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.azureml.conftest import WHEN_READ, stand_in, trusting
from tests.contract.azureml.rest import AZURE_ML, Rest
from tests.contract.azureml.sdk import BASE_MODEL, CLOUD, Sdk, fresh
from tests.contract.azureml.test_jobs import alive, children
from tests.contract.laptop import Laptop, Server, journal, until


@pytest.fixture(scope="module")
def server(laptop: Laptop, hold: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with stand_in(tmp_path_factory.mktemp("restart") / "state", laptop, hold, *WHEN_READ) as running:
        yield running


@pytest.fixture
def own(server: Server) -> Iterator[Sdk]:
    name = fresh(CLOUD).replace("-", "")
    with trusting(server, name):
        yield Sdk.of(server.ready, name)


@pytest.fixture
def data(tmp_path: Path) -> str:
    file = tmp_path / "chat.jsonl"
    file.write_text('{"messages": []}\n' * 12)
    return str(file)


def restart(server: Server) -> None:
    before = server.ready["url"]
    server.kill()
    server.start()
    assert server.ready["url"] == before


def test_interrupted_step_runs_again_and_the_job_completes(own: Sdk, server: Server, data: str, hold: Path) -> None:
    name, rest = fresh("job"), Rest(server.ready)
    gate = hold / f"{name}.finetune"
    gate.touch()
    own.submit(name, data)
    until(lambda: children(rest, name).get("finetune", {}).get("status") == "Running", "the trainer runs")
    until(lambda: alive(gate), "its process is there")
    before = children(rest, name)

    server.kill()
    until(lambda: not alive(gate), "the step's process ends with its parent")
    server.start()
    gate.unlink()

    assert own.until_status(name, "Completed", "Failed") == "Completed"
    after = children(rest, name)
    assert after["model_import"]["endTimeUtc"] == before["model_import"]["endTimeUtc"], (
        "what was done is not done again"
    )
    statuses = [
        event["data"]["runStatus"]
        for event in journal(server.state / "events.jsonl")
        if event["data"]["runId"] == name and "runStatus" in event["data"]
    ]
    assert statuses == ["NotStarted", "Preparing", "Running", "Finalizing", "Completed"]


def test_cancellation_goes_on_after_a_restart(own: Sdk, server: Server, data: str, hold: Path) -> None:
    name, rest = fresh("job"), Rest(server.ready)
    gate = hold / f"{name}.finetune"
    gate.touch()
    own.submit(name, data)
    until(lambda: children(rest, name).get("finetune", {}).get("status") == "Running", "the trainer runs")
    own.workspace.jobs.begin_cancel(name)
    restart(server)

    assert own.until_status(name, "Completed", "Failed", "Canceled") == "Canceled"


def test_deployments_answer_again_and_operations_end(own: Sdk, server: Server, tmp_path: Path) -> None:
    endpoint, rest = fresh("endpoint"), Rest(server.ready)
    own.endpoint(endpoint, auth_mode="aad_token")
    own.deploy(endpoint, "blue").result()
    own.traffic(endpoint, {"blue": 100})
    green = f"{rest.workspace}/onlineEndpoints/{endpoint}/deployments/green"
    properties = {"model": BASE_MODEL, "instanceType": "Standard_NC24ads_A100_v4"}
    assert rest.call("PUT", green, {"properties": properties}).status == 201
    restart(server)

    question = {"input_data": {"input_string": ["still there?"]}}
    answer = rest.call("POST", f"/scoring/{endpoint}/score", question, audience=AZURE_ML)
    assert (answer.status, answer.json["output"]) == (200, ["still there?"])
    until(lambda: "Succeeded" in rest.call("GET", green).body.decode(), "the second deployment ends")

    path = f"{rest.workspace}/onlineEndpoints/{endpoint}"
    assert rest.call("DELETE", path).status == 202
    restart(server)
    until(lambda: rest.call("GET", path).status == 404, "the deletion ends")


def test_stop_removes_the_ready_file(laptop: Laptop, hold: Path, tmp_path: Path) -> None:
    server = stand_in(tmp_path / "state", laptop, hold).start()

    assert server.stop() == 0
    assert not (server.state / "ready.json").exists()
