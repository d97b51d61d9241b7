"""Storage, queues and tables."""

from shared.core import resources
from tests.infra.snapshot import Snapshot

ACCOUNT = "Microsoft.Storage/storageAccounts"


def test_names_are_those_the_code_uses(main: Snapshot) -> None:
    assert main.names(f"{ACCOUNT}/blobServices/containers") == set(resources.CONTAINERS)
    assert main.names(f"{ACCOUNT}/queueServices/queues") == set(resources.QUEUES)
    assert main.names(f"{ACCOUNT}/tableServices/tables") == set(resources.TABLES)


def test_no_account_takes_keys_plain_http_or_anonymous_readers(main: Snapshot) -> None:
    accounts = main.all(ACCOUNT)
    assert len(accounts) == 2
    for account in accounts:
        properties = account["properties"]
        assert properties["allowSharedKeyAccess"] is False
        assert properties["allowBlobPublicAccess"] is False
        assert properties["allowCrossTenantReplication"] is False
        assert properties["supportsHttpsTrafficOnly"] is True
        assert properties["minimumTlsVersion"] == "TLS1_2"


def test_no_container_is_public(main: Snapshot) -> None:
    containers = main.all(f"{ACCOUNT}/blobServices/containers")
    assert {container["properties"]["publicAccess"] for container in containers} == {"None"}


def test_event_grid_gets_through_the_firewall(main: Snapshot) -> None:
    assert {account["properties"]["networkAcls"]["bypass"] for account in main.all(ACCOUNT)} == {"AzureServices"}


def test_overwritten_uploads_stay_readable_for_a_while_and_not_for_ever(main: Snapshot) -> None:
    assert main.one(f"{ACCOUNT}/blobServices")["properties"]["isVersioningEnabled"] is True
    rules = main.one(f"{ACCOUNT}/managementPolicies")["properties"]["policy"]["rules"]
    expiring = [rule["definition"]["actions"].get("version", {}).get("delete") for rule in rules if rule["enabled"]]
    assert {"daysAfterCreationGreaterThan": 30} in expiring


def test_lifecycle_deletes_neither_uploads_nor_receipts(main: Snapshot) -> None:
    rules = main.one(f"{ACCOUNT}/managementPolicies")["properties"]["policy"]["rules"]
    deleting = [
        rule["definition"]["filters"]["prefixMatch"] for rule in rules if "baseBlob" in rule["definition"]["actions"]
    ]
    assert deleting == [[f"{resources.PREPARED}/", "deadletter/"]]
