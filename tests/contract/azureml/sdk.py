"""The lesson's calls, made with the real azure-ai-ml."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.pipeline.transport import RequestsTransport

from local.azurite.provision import LaptopCredential
from tests.contract.laptop import until

CLOUD = "TunedropContractTests"
BASE_MODEL = "azureml://registries/azureml/models/Phi-4/versions/8"
TRAINER_IDENTITY = "00000000-0000-0000-0000-00000000c11e"
_MOMENT = 0.02
_numbers = itertools.count(1)


class ImpatientTransport(RequestsTransport):  # type: ignore[misc]  # azure-core names it lazily
    """Waits for a moment only, and notes how long it should have waited: between polls, and after a 429."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def sleep(self, duration: float) -> None:
        self.waits.append(duration)
        time.sleep(_MOMENT)


@dataclass
class Sdk:
    """Clients of a stand-in's workspace and registry."""

    workspace: Any
    registry: Any
    transport: ImpatientTransport
    _component: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, ready: Mapping[str, Any], cloud: str = CLOUD) -> "Sdk":
        from azure.ai.ml import MLClient

        url = f"{ready['url']}/"
        metadata = {
            "azure_portal": url,
            "resource_manager": url,
            "active_directory": url,
            "aml_resource_id": "https://ml.azure.com/",
            "storage_endpoint": "localhost",
            "registry_discovery_endpoint": url,
        }
        transport = ImpatientTransport()
        options: dict[str, Any] = {"cloud": cloud, "enable_telemetry": False, "show_progress": False}
        options |= {"transport": transport}
        credential = LaptopCredential()
        names = (ready["subscription_id"], ready["resource_group"], ready["workspace"])
        workspace = MLClient(credential, *names, cloud_metadata=metadata, **options)
        return cls(workspace, MLClient(credential, registry_name="azureml", **options), transport)

    @property
    def component(self) -> Any:
        if self._component is None:
            self._component = self.registry.components.get("chat_completion_pipeline", label="latest")
        return self._component

    def job(self, name: str, data: str, identity: bool = True, **inputs: Any) -> Any:
        """The lesson's pipeline, not submitted."""
        from azure.ai.ml import Input, dsl
        from azure.ai.ml.entities import ManagedIdentityConfiguration

        component = self.component

        def create() -> dict[str, Any]:
            files = {f"{part}_file_path": Input(type="uri_file", path=data) for part in ("train", "validation", "test")}
            clusters = dict.fromkeys(("compute_model_import", "compute_preprocess", "compute_finetune"), "gpu-cluster")
            node = component(**{"mlflow_model_path": BASE_MODEL, **clusters, **files, **inputs})
            return {"trained_model": node.outputs.mlflow_model_folder}

        job: Any = dsl.pipeline(name="finetune")(create)()
        job.name, job.display_name, job.experiment_name = name, f"finetune {name}", "contract"
        job.tags = {"managed-by": "tests"}
        job.settings.force_rerun = True
        job.settings.continue_on_step_failure = False
        if identity:
            job.identity = ManagedIdentityConfiguration(client_id=TRAINER_IDENTITY)
        return job

    def submit(self, name: str, data: str, **more: Any) -> Any:
        return self.workspace.jobs.create_or_update(self.job(name, data, **more))

    def status(self, name: str) -> str:
        status = self.workspace.jobs.get(name).status
        return str(getattr(status, "value", status))

    def until_status(self, name: str, *wanted: str) -> str:
        return until(lambda: (status := self.status(name)) in wanted and status, f"job {name} is {wanted}") or ""

    def trained_model(self, name: str, data: str) -> Any:
        """Run a job and register its output as a model."""
        from azure.ai.ml.entities import Model

        self.submit(name, data)
        self.until_status(name, "Completed")
        path = f"azureml://jobs/{name}/outputs/trained_model"
        return self.workspace.models.create_or_update(Model(name=name, version="1", type="mlflow_model", path=path))

    def endpoint(self, name: str, auth_mode: str = "key") -> Any:
        """Create an endpoint and wait for it."""
        from azure.ai.ml.entities import ManagedOnlineEndpoint

        entity = ManagedOnlineEndpoint(name=name, auth_mode=auth_mode, tags={"managed-by": "tests"})
        return self.workspace.online_endpoints.begin_create_or_update(entity).result()

    def deploy(self, endpoint: str, name: str, model: str = BASE_MODEL, size: str = "", **more: Any) -> Any:
        """Begin a deployment with the lesson's settings; return the poller."""
        from azure.ai.ml.entities import ManagedOnlineDeployment, OnlineRequestSettings, ProbeSettings

        settings = OnlineRequestSettings(request_timeout_ms=60_000, max_concurrent_requests_per_instance=1)
        entity = ManagedOnlineDeployment(
            name=name,
            endpoint_name=endpoint,
            model=model,
            instance_type=size or "Standard_NC24ads_A100_v4",
            instance_count=1,
            liveness_probe=ProbeSettings(initial_delay=600),
            request_settings=settings,
            **more,
        )
        return self.workspace.online_deployments.begin_create_or_update(entity)

    def traffic(self, endpoint: str, traffic: dict[str, int]) -> Any:
        """Set an endpoint's traffic and wait for it."""
        entity = self.workspace.online_endpoints.get(endpoint)
        entity.traffic = traffic
        return self.workspace.online_endpoints.begin_create_or_update(entity).result()

    def ask(self, endpoint: str, question: Any, folder: Path, deployment: str | None = None) -> str:
        """An answer, as text."""
        file = folder / "question.json"
        file.write_text(json.dumps({"input_data": {"input_string": question, "parameters": {}}}))
        endpoints = self.workspace.online_endpoints
        return str(endpoints.invoke(endpoint, request_file=str(file), deployment_name=deployment))


def fresh(prefix: str) -> str:
    """A name that no other test of this run has."""
    return f"{prefix}-{next(_numbers)}"
