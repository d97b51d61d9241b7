"""Azure ML."""

from typing import Any

import pytest

from shared.core import resources
from tests.infra.snapshot import Snapshot, noun

WORKSPACE = "Microsoft.MachineLearningServices/workspaces"


@pytest.fixture(scope="module")
def cluster(main: Snapshot) -> dict[str, Any]:
    return main.one(f"{WORKSPACE}/computes")


def test_the_workspace_needs_no_keys_to_its_storage(main: Snapshot) -> None:
    workspace = main.one(WORKSPACE)
    assert workspace["properties"]["systemDatastoresAuthMode"] == "Identity"
    assert noun(workspace["properties"]["storageAccount"]) == "workspace storage"
    assert workspace["identity"] == {"type": "SystemAssigned"}


def test_the_prepared_datastore_holds_no_credentials(main: Snapshot) -> None:
    datastore = main.one(f"{WORKSPACE}/datastores")
    properties = datastore["properties"]
    assert datastore["name"].endswith(f"/{resources.PREPARED_DATASTORE}")
    assert properties["credentials"] == {"credentialsType": "None"}
    assert properties["containerName"] == resources.PREPARED
    storage_id = f"/{properties['accountName']}/blobServices/default/containers/{resources.PREPARED}"
    containers = main.all("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert any(storage_id in container["id"] for container in containers)


def test_jobs_on_the_cluster_are_the_training_identity(cluster: dict[str, Any]) -> None:
    assert cluster["identity"]["type"] == "UserAssigned"
    assert [noun(identity) for identity in cluster["identity"]["userAssignedIdentities"]] == ["training"]


def test_gpus_cost_nothing_while_nothing_trains(cluster: dict[str, Any]) -> None:
    scale = cluster["properties"]["properties"]["scaleSettings"]
    assert scale["minNodeCount"] == 0
    assert scale["nodeIdleTimeBeforeScaleDown"] == "PT10M"


def test_nobody_logs_in_to_the_cluster(cluster: dict[str, Any]) -> None:
    assert cluster["properties"]["disableLocalAuth"] is True
    assert cluster["properties"]["properties"]["remoteLoginPortPublicAccess"] == "Disabled"


def test_the_vault_goes_by_roles(main: Snapshot) -> None:
    assert main.one("Microsoft.KeyVault/vaults")["properties"]["enableRbacAuthorization"] is True


def test_the_registry_has_no_admin_user(main: Snapshot) -> None:
    properties = main.one("Microsoft.ContainerRegistry/registries")["properties"]
    assert (properties["adminUserEnabled"], properties["anonymousPullEnabled"]) == (False, False)
