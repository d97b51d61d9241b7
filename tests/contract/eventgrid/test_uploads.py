from pathlib import Path
from typing import Any

from tests.contract.eventgrid.conftest import STORAGE_ID, Running, Start, to_topic
from tests.contract.eventgrid.receiver import Receiver
from tests.contract.laptop import until


def events(grid: Running, count: int) -> list[dict[str, Any]]:
    until(lambda: len(grid.receiver.deliveries) >= count and not grid.pending(), f"{count} events")
    assert len(grid.receiver.deliveries) == count
    return [delivery.body[0] for delivery in grid.receiver.deliveries]


def test_new_blob_is_published_as_blob_created(grid: Running) -> None:
    etag = grid.upload("shop/week 1.jsonl", b'{"a": 1}\n')
    [event] = events(grid, 1)
    data = event.pop("data")
    assert event.pop("id")
    assert event.pop("eventTime").endswith("Z")
    assert event == {
        "topic": STORAGE_ID,
        "subject": f"/blobServices/default/containers/{grid.container}/blobs/shop/week 1.jsonl",
        "eventType": "Microsoft.Storage.BlobCreated",
        "dataVersion": "",
        "metadataVersion": "1",
    }
    assert data["eTag"] == etag.strip('"')
    assert data["url"] == f"{grid.laptop.storage.blob_uri}/{grid.container}/shop/week%201.jsonl"
    assert (data["api"], data["blobType"], data["contentLength"]) == ("PutBlob", "BlockBlob", 9)
    assert data["contentType"] == "application/octet-stream"
    assert data["requestId"] != data["clientRequestId"]
    assert data["storageDiagnostics"]["batchId"]


def test_each_version_is_an_event_with_a_higher_sequencer(grid: Running) -> None:
    for count in (1, 2, 3):
        grid.upload("shop/a.jsonl", b"x" * count)
        events(grid, count)
    versions = events(grid, 3)
    sequencers = [event["data"]["sequencer"] for event in versions]
    assert sequencers == sorted(set(sequencers))
    assert len({event["id"] for event in versions}) == 3


def test_blob_is_not_published_again_after_a_crash(start: Start, receiver: Receiver) -> None:
    grid = start(to_topic("uploads", receiver))
    grid.upload("shop/before.jsonl")
    events(grid, 1)
    grid.server.kill()
    grid.upload("shop/while-down.jsonl")
    grid.server.start()
    names = [event["subject"].rpartition("/")[2] for event in events(grid, 2)]
    assert names == ["before.jsonl", "while-down.jsonl"]
    sequencers = [delivery.body[0]["data"]["sequencer"] for delivery in receiver.deliveries]
    assert sequencers == sorted(sequencers)


def test_subject_and_api_filter_what_is_delivered(start: Start, receiver: Receiver) -> None:
    prefix = "/blobServices/default/containers/"
    grid = start(
        to_topic("uploads", receiver, subject_begins_with=prefix, advanced={"data.api": ["PutBlob", "PutBlockList"]}),
        to_topic("uploads", receiver, name="others", advanced={"data.api": ["CopyBlob"]}),
        to_topic("uploads", receiver, name="deletions", included_event_types=["Microsoft.Storage.BlobDeleted"]),
    )
    grid.upload("shop/a.jsonl")
    events(grid, 1)
    assert [line["subscription"] for line in grid.log()] == ["uploads"]


def test_container_that_is_created_later_is_watched_then(start: Start, receiver: Receiver) -> None:
    grid = start(to_topic("uploads", receiver), arguments=("--container", "comes-later"))
    log = Path(grid.server.log)
    until(lambda: "cannot be listed" in log.read_text(), "the container is missed")
    with grid.laptop.blobs() as service, service.create_container("comes-later") as container:
        container.upload_blob("shop/a.jsonl", b"{}")
    events(grid, 1)
