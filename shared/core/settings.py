"""App settings: what the operator of the platform decides. They are read on first use, never at import.

The table in ``docs/settings.md`` is generated from this class.
"""

from functools import cache
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.core.errors import SettingsError


class Settings(BaseSettings):
    """Settings of the Functions app. Each is an environment variable with the name of its alias."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    blob_uri: str = Field(
        alias="AzureWebJobsStorage__blobServiceUri", description="Blob service of the storage account"
    )
    queue_uri: str = Field(
        alias="AzureWebJobsStorage__queueServiceUri", description="Queue service of the storage account"
    )
    table_uri: str = Field(
        alias="AzureWebJobsStorage__tableServiceUri", description="Table service of the storage account"
    )
    storage_id: str = Field(
        alias="TUNEDROP_STORAGE_ID",
        description="Resource id of the storage account; upload events from another topic are dropped",
    )

    subscription_id: str = Field(alias="TUNEDROP_SUBSCRIPTION_ID", description="Subscription of the Azure ML workspace")
    resource_group: str = Field(alias="TUNEDROP_RESOURCE_GROUP", description="Resource group of the Azure ML workspace")
    workspace: str = Field(alias="TUNEDROP_WORKSPACE", description="Name of the Azure ML workspace")
    registry: str = Field(
        "azureml", alias="TUNEDROP_REGISTRY", description="Registry with the component and the base model"
    )
    component: str = Field(
        "chat_completion_pipeline", alias="TUNEDROP_COMPONENT", description="Fine-tuning pipeline component"
    )
    base_model: str = Field(
        "Phi-4", alias="TUNEDROP_BASE_MODEL", description="Base model of projects that do not set one"
    )
    compute: str = Field("gpu-cluster", alias="TUNEDROP_COMPUTE", description="Cluster that trains")
    training_identity: str = Field(
        "", alias="TUNEDROP_TRAINING_IDENTITY", description="Client id of the user-assigned identity that jobs run as"
    )
    instance_type: str = Field(
        "Standard_NC24ads_A100_v4", alias="TUNEDROP_INSTANCE_TYPE", description="Size of an endpoint's instances"
    )
    experiment: str = Field("tunedrop", alias="TUNEDROP_EXPERIMENT", description="Azure ML experiment of all jobs")
    cloud_metadata: dict[str, str] | None = Field(
        None,
        alias="TUNEDROP_CLOUD_METADATA",
        description="Endpoints of a sovereign cloud or a stand-in, as JSON; unset: Azure's public cloud",
    )

    budget_per_run_usd: float = Field(
        100.0,
        alias="TUNEDROP_BUDGET_PER_RUN_USD",
        description="Highest cost of training without an approval, for all attempts of a run together",
    )
    budget_per_run_tokens: int = Field(
        1_000_000_000,
        gt=0,
        alias="TUNEDROP_BUDGET_PER_RUN_TOKENS",
        description="Most tokens that one run may train on; an upload with more is rejected",
    )
    most_jobs: int = Field(
        10,
        ge=1,
        le=1000,
        alias="TUNEDROP_MOST_JOBS",
        description="Most jobs in training at once; other runs wait in a queue",
    )
    most_endpoints: int = Field(
        20,
        ge=1,
        le=1000,
        alias="TUNEDROP_MOST_ENDPOINTS",
        description="Most endpoints up at once; other runs wait in a queue",
    )
    longest_lease_hours: float = Field(
        168.0,
        ge=0.01,
        le=8784,
        alias="TUNEDROP_LONGEST_LEASE_HOURS",
        description="Longest time that an endpoint may live",
    )
    notices_endpoint: str = Field(
        "", alias="TUNEDROP_NOTICES_ENDPOINT", description="Event Grid topic for notices; unset: no notices are sent"
    )

    @property
    def workspace_id(self) -> str:
        """ARM id of the workspace."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.workspace}"
        )


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: settings are missing or wrong; the message names all of them.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error.errors()), "Set them as app settings (see docs/settings.md).") from None


def _explain(errors: list[Any]) -> str:
    problems = (f"{error['loc'][0]} ({error['msg'].lower()})" for error in errors)
    return f"App settings are missing or wrong: {', '.join(problems)}."
