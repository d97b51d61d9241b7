"""The base model as a second deployment on the project's endpoint, to compare with."""

from typing import Final

from shared.models.run import Run
from shared.settings import Settings

NAME: Final = "base"


def deploy(settings: Settings, run: Run) -> None:
    """Begin to create it, from the registry, as anyone would with azure-ai-ml."""
    from azure.ai.ml.entities import ManagedOnlineDeployment

    from shared.gateways.azureml.client import AzureML
    from shared.gateways.credential import credential

    base, endpoint = run.results.base_model, run.results.endpoint
    assert base is not None and endpoint is not None
    AzureML(settings, credential()).workspace.online_deployments.begin_create_or_update(
        ManagedOnlineDeployment(
            name=NAME,
            endpoint_name=endpoint,
            model=f"azureml://registries/{settings.registry}/models/{base.name}/versions/{base.version}",
            instance_type=settings.instance_type,
            instance_count=1,
        )
    )
