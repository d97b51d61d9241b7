"""Topics and subscriptions."""

from typing import Any

import pytest

from local.stack_settings import subscriptions
from shared.core import resources
from tests.infra.snapshot import Snapshot, noun

SUBSCRIPTION = "Microsoft.EventGrid/systemTopics/eventSubscriptions"
FUNCTION = {"uploads": resources.FUNCTIONS["onUpload"], "runs": resources.FUNCTIONS["onJobEvent"]}


def _filter(events: Snapshot, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = events.one(SUBSCRIPTION, f"/{name}")["properties"]["filter"]
    return properties


@pytest.mark.parametrize("name", FUNCTION)
def test_events_go_to_the_function_itself_one_at_a_time(events: Snapshot, main: Snapshot, name: str) -> None:
    destination = events.one(SUBSCRIPTION, f"/{name}")["properties"]["destination"]
    assert destination["endpointType"] == "AzureFunction"
    assert (
        destination["properties"]["resourceId"] == f"{main.one('Microsoft.Web/sites')['id']}/functions/{FUNCTION[name]}"
    )
    assert destination["properties"]["maxEventsPerBatch"] == 1


@pytest.mark.parametrize("name", FUNCTION)
def test_subscriptions_are_of_the_topics_that_exist(events: Snapshot, main: Snapshot, name: str) -> None:
    subscription = events.one(SUBSCRIPTION, f"/{name}")["id"]
    topics = {topic["id"] for topic in main.all("Microsoft.EventGrid/systemTopics")}
    assert subscription.removesuffix(f"/eventSubscriptions/{name}") in topics
    assert noun(subscription) == f"{name} topic"


def test_uploads_are_whole_blobs_of_the_uploads_container(events: Snapshot) -> None:
    assert _filter(events, "uploads") == {
        "includedEventTypes": ["Microsoft.Storage.BlobCreated"],
        "subjectBeginsWith": "/blobServices/default/containers/uploads/",
        "advancedFilters": [
            {
                "operatorType": "StringIn",
                "key": "data.api",
                "values": ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"],
            }
        ],
    }


def test_runs_are_completions_and_changes_of_status(events: Snapshot) -> None:
    assert _filter(events, "runs") == {
        "includedEventTypes": [
            "Microsoft.MachineLearningServices.RunCompleted",
            "Microsoft.MachineLearningServices.RunStatusChanged",
        ]
    }


@pytest.mark.parametrize("name", FUNCTION)
def test_the_laptop_filters_as_azure_does(events: Snapshot, name: str) -> None:
    (laptop,) = (sub for sub in subscriptions("http://127.0.0.1", "key") if sub["name"] == name)
    azure = _filter(events, name)
    assert laptop["included_event_types"] == sorted(azure["includedEventTypes"])
    assert laptop["subject_begins_with"] == azure.get("subjectBeginsWith", "")
    assert laptop["advanced"] == {rule["key"]: sorted(rule["values"]) for rule in azure.get("advancedFilters", [])}


@pytest.mark.parametrize("name", FUNCTION)
def test_events_are_retried_for_a_day_and_then_dead_lettered(events: Snapshot, main: Snapshot, name: str) -> None:
    properties = events.one(SUBSCRIPTION, f"/{name}")["properties"]
    assert properties["retryPolicy"] == {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440}
    dead_letters = properties["deadLetterWithResourceIdentity"]
    assert dead_letters["identity"] == {"type": "SystemAssigned"}
    destination = dead_letters["deadLetterDestination"]["properties"]
    container = f"{destination['resourceId']}/blobServices/default/containers/{destination['blobContainerName']}"
    containers = main.all("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert container in [existing["id"] for existing in containers]


def test_topics_are_of_the_storage_account_and_the_workspace(main: Snapshot) -> None:
    sources = {
        noun(topic["id"]): (noun(topic["properties"]["source"]), topic["properties"]["topicType"])
        for topic in main.all("Microsoft.EventGrid/systemTopics")
    }
    assert sources == {
        "uploads topic": ("storage", "Microsoft.Storage.StorageAccounts"),
        "runs topic": ("workspace", "Microsoft.MachineLearningServices.Workspaces"),
    }


def test_notices_are_cloud_events_and_take_no_keys(main: Snapshot) -> None:
    properties = main.one("Microsoft.EventGrid/topics")["properties"]
    assert properties["inputSchema"] == "CloudEventSchemaV1_0"
    assert properties["disableLocalAuth"] is True
