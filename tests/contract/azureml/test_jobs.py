"""Pipeline jobs: submitted, run step after step, refused, cancelled, measured."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.contract.azureml.rest import AZURE_ML, Rest
from tests.contract.azureml.sdk import Sdk, fresh
from tests.contract.laptop import Laptop, Server, journal, until


@pytest.fixture
def data(tmp_path: Path) -> str:
    file = tmp_path / "chat.jsonl"
    file.write_text('{"messages": []}\n' * 12)
    return str(file)


def children(rest: Rest, job: str) -> dict[str, dict[str, Any]]:
    answer = rest.call("GET", f"/history/v1.0{rest.workspace}/runs/{job}/children", audience=AZURE_ML)
    return {child["name"]: child for child in answer.json["value"]}


def details(rest: Rest, run: str) -> dict[str, Any]:
    document: dict[str, Any] = rest.call("GET", f"/history/v1.0{rest.workspace}/runs/{run}/details").json
    return document


def json_body(error: HttpResponseError) -> dict[str, Any]:
    assert error.response is not None
    body: dict[str, Any] = json.loads(error.response.text())["error"]
    return body


def test_job_runs_four_steps_in_order_and_outputs_the_model(
    sdk: Sdk, rest: Rest, data: str, tmp_path: Path, standin: Server
) -> None:
    name = fresh("job")
    sdk.submit(name, data, learning_rate=1e-3, num_train_epochs=2)
    assert sdk.until_status(name, "Completed", "Failed") == "Completed"

    runs = children(rest, name)
    assert list(runs) == ["model_import", "preprocess", "finetune", "convert"]
    assert {run["status"] for run in runs.values()} == {"Completed"}
    assert {run["runType"] for run in runs.values()} == {"azureml.StepRun"}
    assert {run["tags"]["azureml.pipelinerunid"] for run in runs.values()} == {name}
    sdk.workspace.jobs.download(name, download_path=tmp_path, output_name="trained_model")
    assert (tmp_path / "named-outputs" / "trained_model" / "MLmodel").exists()


def test_steps_get_what_the_ones_before_them_made_and_typed_hyperparameters(
    sdk: Sdk, rest: Rest, data: str, tmp_path: Path
) -> None:
    from azure.ai.ml import dsl
    from azure.ai.ml.entities import ManagedIdentityConfiguration

    name, component = fresh("job"), sdk.component

    def create() -> dict[str, Any]:
        from azure.ai.ml import Input

        file = Input(type="uri_file", path=data)
        node = component(
            mlflow_model_path="azureml://registries/azureml/models/Phi-4/versions/8",
            train_file_path=file,
            num_train_epochs=3,
            lora_alpha=32,
        )
        return {"tuned": node.outputs.pytorch_model_folder}

    job: Any = dsl.pipeline(name="both")(create)()
    job.name, job.experiment_name = name, "contract"
    job.identity = ManagedIdentityConfiguration(client_id="00000000-0000-0000-0000-00000000c11e")
    sdk.workspace.jobs.create_or_update(job)
    assert sdk.until_status(name, "Completed", "Failed") == "Completed"

    sdk.workspace.jobs.download(name, download_path=tmp_path, output_name="tuned")
    made = json.loads((tmp_path / "named-outputs" / "tuned" / "made-by.json").read_text())
    assert made["step"] == "finetune"
    assert made["inputs"]["num_train_epochs"] == 3
    assert made["inputs"]["learning_rate"] == 2e-5
    assert made["inputs"]["apply_lora"] == "false"
    assert Path(made["inputs"]["model_dir"]).name == "model_dir"
    assert Path(made["inputs"]["preprocess_dir"]).name == "preprocess_dir"


def test_data_is_read_from_the_apps_own_storage_account(sdk: Sdk, laptop: Laptop, rest: Rest) -> None:
    name, path = fresh("job"), "runs/one/train.jsonl"
    with laptop.blobs() as blobs:
        container = blobs.get_container_client("prepared")
        if not container.exists():
            container.create_container()
        container.upload_blob(path, b'{"messages": []}\n', overwrite=True)

    sdk.submit(name, f"azureml://datastores/prepared/paths/{path}")

    assert sdk.until_status(name, "Completed", "Failed") == "Completed"


def test_data_that_does_not_exist_fails_the_job_with_a_message(sdk: Sdk, rest: Rest) -> None:
    name = fresh("job")
    sdk.submit(name, "azureml://datastores/prepared/paths/no/such.jsonl")

    assert sdk.until_status(name, "Completed", "Failed") == "Failed"
    assert "no/such.jsonl" in details(rest, name)["error"]["error"]["message"]


def test_stream_prints_the_log_until_the_job_ends(
    sdk: Sdk, data: str, capsys: pytest.CaptureFixture[str], hold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = fresh("job")
    gate = hold / f"{name}.finetune"
    gate.touch()
    sdk.submit(name, data)
    until(lambda: "Submitting run" in log_of(sdk, name), "the log grows")
    gate.unlink()

    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.02)))  # it waits 2 s between two looks
    sdk.workspace.jobs.stream(name)

    assert f"RunId: {name}" in capsys.readouterr().out


def log_of(sdk: Sdk, name: str) -> str:
    from azure.ai.ml._artifacts._artifact_utilities import get_datastore_info, get_storage_client

    client = get_storage_client(**get_datastore_info(sdk.workspace.datastores, "workspaceartifactstore"))
    blob = client.container_client.get_blob_client(f"ExperimentRun/dcid.{name}/logs/azureml/executionlogs.txt")
    return blob.download_blob().readall().decode() if blob.exists() else ""


def test_log_of_a_step_is_listed_and_readable(sdk: Sdk, rest: Rest, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    sdk.until_status(name, "Completed")

    step = children(rest, name)["finetune"]["runId"]
    url = details(rest, step)["logFiles"]["user_logs/std_log.txt"]
    assert rest.call("GET", url, audience="https://storage.azure.com").body.decode() == "step finetune starts\n"


def test_metrics_are_read_through_mlflows_calls(sdk: Sdk, rest: Rest, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    sdk.until_status(name, "Completed")
    api = f"/mlflow/v2.0{rest.workspace}/api/2.0/mlflow"

    experiment = rest.call("GET", f"{api}/experiments/get-by-name?experiment_name=contract").json["experiment"]
    search = {"experiment_ids": [experiment["experiment_id"]], "filter": f"tags.mlflow.parentRunId = '{name}'"}
    steps = rest.call("POST", f"{api}/runs/search", search).json["runs"]
    parent = rest.call("GET", f"{api}/runs/get?run_id={name}").json["run"]
    history = rest.call("GET", f"{api}/metrics/get-history?run_id={name}&metric_key=loss").json["metrics"]

    assert len(steps) == 4
    last = [{metric["key"]: metric["value"] for metric in run["data"]["metrics"]} for run in (*steps, parent)]
    assert last.count({"loss": 1.0, "progress": 1.0}) == 2, "the trainer's and the pipeline's"
    assert [(point["step"], point["value"]) for point in history] == [(0, 3.0), (1, 2.0), (2, 1.0)]


def test_filter_that_is_not_understood_is_refused(rest: Rest) -> None:
    path = f"/mlflow/v2.0{rest.workspace}/api/2.0/mlflow/runs/search"
    assert rest.call("POST", path, {"filter": "metrics.loss < 3"}).status == 400


def test_same_job_again_is_the_same_job(sdk: Sdk, rest: Rest, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    sdk.submit(name, data)

    answers = [entry["status"] for entry in rest.requests(route="job.put", path=name)]
    assert answers == [201, 200]


def test_another_job_under_the_same_name_is_refused_as_immutable(sdk: Sdk, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)

    with pytest.raises(HttpResponseError) as refusal:
        sdk.submit(name, data, learning_rate=3e-5)
    assert refusal.value.status_code == 400
    error = json_body(refusal.value)
    assert error["code"] == "UserError"
    assert "already exists" in error["message"]
    assert {"code": "Immutable", "innerError": {"code": "JobPropertyImmutable", "innerError": None}} in [
        each["info"]["value"] for each in error["additionalInfo"]
    ]


def test_job_without_an_identity_is_refused(sdk: Sdk, data: str) -> None:
    with pytest.raises(HttpResponseError, match="has no identity") as refusal:
        sdk.submit(fresh("job"), data, identity=False)
    assert refusal.value.status_code == 400


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"lr_scheduler_type": "foo"}, "lr_scheduler_type"),
        ({"num_train_epochs": 0}, "at least 1"),
        ({"compute_finetune": "no-such-cluster"}, "Unknown compute"),
    ],
)
def test_input_that_is_not_as_declared_is_refused(sdk: Sdk, data: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(HttpResponseError, match=message):
        sdk.submit(fresh("job"), data, **inputs)


def test_unknown_input_is_refused(sdk: Sdk, rest: Rest, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    body = {"properties": rest.requests(route="job.put", path=name)[0]["body"]["properties"]}
    node = next(iter(body["properties"]["jobs"].values()))
    node["inputs"]["learning_rate_min"] = {"job_input_type": "literal", "value": "5e-7"}

    answer = rest.call("PUT", f"{rest.workspace}/jobs/{fresh('job')}", body)

    assert answer.status == 400
    assert "learning_rate_min" in answer.json["error"]["message"]


def test_other_types_of_jobs_are_not_covered(rest: Rest) -> None:
    answer = rest.call("PUT", f"{rest.workspace}/jobs/{fresh('job')}", {"properties": {"jobType": "Command"}})

    assert answer.status == 501
    assert answer.json["error"]["code"] == "NotCoveredByStandIn"


def test_cancelled_job_ends_its_steps_process(sdk: Sdk, rest: Rest, data: str, hold: Path) -> None:
    name = fresh("job")
    gate = hold / f"{name}.finetune"
    gate.touch()
    sdk.submit(name, data)
    until(lambda: children(rest, name).get("finetune", {}).get("status") == "Running", "the trainer runs")
    until(lambda: alive(gate), "its process is there")

    sdk.workspace.jobs.begin_cancel(name)

    assert sdk.until_status(name, "Canceled", "Completed", "Failed") == "Canceled"
    assert children(rest, name)["finetune"]["status"] == "Canceled"
    assert "convert" not in children(rest, name)
    assert not alive(gate)


def alive(gate: Path) -> bool:
    """Whether the step that waits for a gate has a process."""
    note = gate.with_name(f"{gate.name}.pid")
    if not (note.exists() and note.read_text()):
        return False
    try:
        os.kill(int(note.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def test_cancelling_a_job_that_has_ended_changes_nothing(sdk: Sdk, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    sdk.until_status(name, "Completed")
    sdk.workspace.jobs.begin_cancel(name)

    assert sdk.status(name) == "Completed"


def test_failed_step_fails_the_job_and_the_rest_never_runs(sdk: Sdk, rest: Rest, tmp_path: Path) -> None:
    name, file = fresh("job"), tmp_path / "bad.jsonl"
    file.write_text("FAIL\n")
    sdk.submit(name, str(file))

    assert sdk.until_status(name, "Completed", "Failed") == "Failed"
    runs = children(rest, name)
    assert list(runs) == ["model_import", "preprocess"]
    assert runs["preprocess"]["error"]["error"] == {
        "code": "UserError",
        "message": "preprocess: The data says FAIL.",
        "details": [],
    }
    assert "The data says FAIL." in details(rest, name)["error"]["error"]["message"]


def test_step_fails_on_request(sdk: Sdk, rest: Rest, data: str) -> None:
    name = fresh("job")
    rest.arm_fault(on="step", path=f"{name}/finetune", message="CUDA out of memory.")
    sdk.submit(name, data)

    assert sdk.until_status(name, "Completed", "Failed") == "Failed"
    assert "CUDA out of memory." in details(rest, name)["error"]["error"]["message"]


def test_every_change_of_status_of_parent_and_children_is_an_event(
    sdk: Sdk, rest: Rest, data: str, standin: Server
) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    sdk.until_status(name, "Completed")
    ours = {name, *(run["runId"] for run in children(rest, name).values())}

    events = [event for event in journal(standin.state / "events.jsonl") if event["data"]["runId"] in ours]
    statuses = [
        event["data"]["runStatus"]
        for event in events
        if event["data"]["runId"] == name and "runStatus" in event["data"]
    ]
    completed = [event for event in events if event["eventType"].endswith("RunCompleted")]

    assert statuses == ["NotStarted", "Preparing", "Running", "Finalizing", "Completed"]
    assert {event["data"]["runId"] for event in completed} == ours
    assert len({event["id"] for event in events}) == len(events)
    parent = next(event for event in events if event["data"]["runId"] == name)
    assert parent["topic"] == rest.workspace
    assert parent["subject"] == f"experiments/{parent['data']['experimentId']}/runs/{name}"
    assert parent["data"]["runType"] == "azureml.PipelineRun"


def test_tags_and_name_of_a_job_can_be_changed(sdk: Sdk, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)
    job = sdk.workspace.jobs.get(name)
    job.tags["reviewed"] = "yes"
    job.display_name = "better"

    sdk.workspace.jobs.create_or_update(job)

    changed = sdk.workspace.jobs.get(name)
    assert changed.tags == {"managed-by": "tests", "reviewed": "yes"}
    assert changed.display_name == "better"


def test_jobs_are_listed_and_an_unknown_one_is_not_found(sdk: Sdk, data: str) -> None:
    name = fresh("job")
    sdk.submit(name, data)

    assert name in [job.name for job in sdk.workspace.jobs.list()]
    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.jobs.get("no-such-job")
