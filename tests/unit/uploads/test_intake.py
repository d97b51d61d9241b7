"""Upload events and job events: which start or wake a run, and which are dropped."""

import socket
from typing import Any

import pytest

from shared.core.resources import UPLOADS
from shared.core.states import Intent, State
from shared.models.run import Run
from shared.sweeps.sweep import sweep
from tests.doubles.world import Event, World, chat


@pytest.fixture
def world() -> World:
    return World()


def runs(world: World) -> list[Run]:
    return list(world.ports.runs.all())


def changed(event: Event, **fields: Any) -> Event:
    """The event with other fields. A field of ``data`` has its own name; ``None`` removes it."""
    whole = {**event, **{name: value for name, value in fields.items() if name in event}}
    data = {**event["data"], **{name: value for name, value in fields.items() if name not in event}}
    return {**whole, "data": {name: value for name, value in data.items() if value is not None}}


def test_a_redelivered_upload_event_makes_one_run(world: World) -> None:
    event = world.upload("support/faq.jsonl")
    assert world.deliver(event) == world.deliver(event)
    assert len(runs(world)) == 1


def test_a_quoted_etag_is_the_same_version(world: World) -> None:
    event = world.upload("support/faq.jsonl")
    assert world.deliver(event) == world.deliver(changed(event, eTag=f'"{event["data"]["eTag"]}"'))


def test_an_event_without_a_url_or_without_a_subject_is_understood(world: World) -> None:
    event = world.upload("support/faq.jsonl")
    assert world.deliver(event) == world.deliver(changed(event, url=None)) == world.deliver(changed(event, subject=""))


def test_path_style_and_escaped_urls_are_understood(world: World) -> None:
    event = world.upload("support/faq für alle.jsonl")
    url = f"https://127.0.0.1:10000/devstoreaccount1/{UPLOADS}/support/faq%20f%C3%BCr%20alle.jsonl"
    assert world.deliver(event) == world.deliver(changed(event, url=url, subject=""))
    assert world.deliver(changed(event, url=url)) == runs(world)[0].run_id


def test_the_case_of_a_topic_does_not_matter(world: World) -> None:
    event = world.upload("support/faq.jsonl")
    assert world.deliver(changed(event, topic=event["topic"].upper()))


def test_the_app_looks_up_the_size_that_an_sftp_event_lacks(world: World) -> None:
    event = changed(world.upload("support/faq.jsonl"), api="SftpCommit", contentLength=0)
    assert world.deliver(event)
    assert runs(world)[0].upload.size > 0


@pytest.mark.parametrize(
    "fields",
    [
        {"topic": "/subscriptions/other"},
        {"eventType": "Microsoft.Storage.BlobDeleted"},
        {"api": "CreateFile"},
        {"subject": "/blobServices/default/containers/prepared/blobs/support/faq.jsonl", "url": None},
        {"subject": "/blobServices/default/containers/uploads/blobs/other/faq.jsonl"},
        {"subject": "/something/else"},
        {"subject": "", "url": None},
        {"eTag": None},
        {"eventTime": "yesterday"},
        {"contentLength": "12"},
        {"contentLength": -1},
        {"api": ["PutBlob"]},
        {"eTag": 7},
        {"sequencer": 7},
        {"url": {"host": "x"}},
        {"subject": ["x"]},
        {"topic": None},
        {"eventType": []},
        {"url": "https://tunedropmemory.blob.core.windows.net/uploads/other/faq.jsonl"},
        {"url": "https://tunedropmemory.blob.core.windows.net/prepared/support/faq.jsonl"},
        {"url": "https://tunedropmemory.blob.core.windows.net/uploads/uploads/support/faq.jsonl"},
        {"url": "https://tunedropmemory.blob.core.windows.net/other/uploads/uploads/support/faq.jsonl"},
        {"url": "https://tunedropmemory.blob.core.windows.net/uploads/support/faq.jsonl/../../other/faq.jsonl"},
        {"data": "text"},
    ],
)
def test_a_foreign_or_malformed_upload_event_is_dropped(world: World, fields: dict[str, Any]) -> None:
    event = world.upload("support/faq.jsonl")
    foreign = {**event, "data": "text"} if fields == {"data": "text"} else changed(event, **fields)
    assert world.deliver(foreign) is None
    assert runs(world) == []
    assert world.ports.queue.messages == []


def test_an_app_without_a_storage_id_drops_every_event(world: World) -> None:
    open_world = World(storage_id="")
    assert open_world.deliver(open_world.upload("support/faq.jsonl")) is None
    assert open_world.deliver(changed(open_world.upload("support/faq.jsonl"), topic="/subscriptions/x")) is None


@pytest.mark.parametrize("host", ["169.254.169.254", "127.0.0.1:1", "evil.example", "[::1]"])
def test_the_app_never_connects_to_an_address_in_an_event(
    world: World, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError(f"The app connects to {args}.")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    event = world.upload("support/faq.jsonl")
    assert world.deliver(changed(event, url=f"http://{host}/{UPLOADS}/support/faq.jsonl"))
    assert world.deliver(changed(event, url=f"http://{host}/admin")) is None
    assert len(runs(world)) == 1


@pytest.mark.parametrize("path", ["faq.jsonl", "Support/faq.jsonl", "a/faq.jsonl", "support/notes.txt"])
def test_a_blob_that_is_not_an_upload_of_a_project_is_ignored(world: World, path: str) -> None:
    assert world.deliver(world.upload(path)) is None
    assert runs(world) == []


def test_an_empty_file_is_ignored(world: World) -> None:
    assert world.deliver(world.upload("support/_READY.jsonl", b"")) is None
    assert runs(world) == []


def test_a_run_has_the_settings_of_the_moment_of_its_upload(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"mode: validate\n")
    run_id = world.start_run("support/faq.jsonl")
    assert world.run(run_id).config.mode == "validate"


def test_an_older_version_whose_event_comes_late_is_superseded(world: World) -> None:
    first = world.upload("support/faq.jsonl")
    second = world.upload("support/faq.jsonl")
    newer, older = world.deliver(second) or "", world.deliver(first) or ""
    assert world.run(newer).intent is Intent.PROCEED
    assert world.run(older).intent is Intent.SUPERSEDE


def test_a_late_event_of_an_older_version_does_not_supersede_the_version_that_the_sweep_found(world: World) -> None:
    late = world.upload("support/faq.jsonl")
    world.upload("support/faq.jsonl", chat(topic="quux"))
    sweep(world.ports)
    [newer] = runs(world)
    older = world.deliver(late) or ""
    world.until_state(older, State.SUPERSEDED)
    world.until_state(newer.run_id, State.LIVE)


def test_the_run_of_an_overwritten_upload_ends_only_after_its_job_has_stopped(world: World) -> None:
    older = world.start_run("support/faq.jsonl")
    world.until_state(older, State.SUBMITTED)
    newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
    statuses: list[str] = []

    def has_ended() -> bool:
        job = world.ports.jobs.get(f"{older}-1")
        statuses.append(job.status if job else "")
        return world.run(older).state is State.SUPERSEDED

    world.until(has_ended)
    assert statuses[0] == "running"
    assert statuses[-1] == "cancelled"
    world.until_state(newer, State.LIVE)


def test_the_run_of_an_upload_that_is_deleted_unread_is_cancelled_and_the_next_upload_goes_live(world: World) -> None:
    deleted = world.start_run("support/faq.jsonl")
    world.ports.blobs.delete(UPLOADS, "support/faq.jsonl")
    assert world.until_state(deleted, State.CANCELLED).results.job is None
    world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)


def test_other_uploads_of_a_project_are_not_superseded(world: World) -> None:
    first, second = world.start_run("support/a.jsonl"), world.start_run("support/b.jsonl")
    assert {world.run(first).intent, world.run(second).intent} == {Intent.PROCEED}


@pytest.fixture
def submitted(world: World) -> str:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    assert world.ports.queue.messages == []
    return run_id


def test_an_event_of_a_runs_job_wakes_the_run(world: World, submitted: str) -> None:
    assert world.deliver(world.job_event(f"{submitted}-1")) == submitted
    assert world.ports.queue.messages == [("support", submitted)]


@pytest.mark.parametrize("name", ["{}-2", "{}", "{}-1-child", "7f0c9f6e-0000-0000-0000-000000000000", "support-1", ""])
def test_an_event_of_another_job_wakes_no_run(world: World, submitted: str, name: str) -> None:
    assert world.deliver(world.job_event(name.format(submitted))) is None
    assert world.ports.queue.messages == []


def test_an_event_of_another_workspace_wakes_no_run(world: World, submitted: str) -> None:
    assert world.deliver({**world.job_event(f"{submitted}-1"), "topic": "/subscriptions/other"}) is None
    assert world.ports.queue.messages == []
