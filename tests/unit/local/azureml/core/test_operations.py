import asyncio
from pathlib import Path

from local.azureml.core.errors import invalid
from local.azureml.core.operations import Operations
from local.azureml.core.store import Document, Store
from local.azureml.core.transitions import Delay, adjusted


async def _ended(operations: Operations, name: str) -> Document:
    while (operation := operations.get(name)) and operation["status"] == "InProgress":
        await asyncio.sleep(0.005)
    assert operation is not None
    return operation


def test_failure_of_the_work_is_the_operations_error(tmp_path: Path) -> None:
    async def fail(target: str) -> None:
        raise invalid(f"{target} won't do.")

    async def scenario() -> Document:
        operations = Operations(Store(tmp_path), adjusted(1000))
        operations.on("endpoints.create", fail)
        return await _ended(operations, operations.begin("endpoints.create", "e"))

    ended = asyncio.run(scenario())
    assert ended["status"] == "Failed"
    assert ended["error"]["message"] == "e won't do."


def test_bug_in_the_work_does_not_leave_the_operation_open(tmp_path: Path) -> None:
    async def break_down(target: str) -> None:
        raise KeyError(target)

    async def scenario() -> Document:
        operations = Operations(Store(tmp_path), adjusted(1000))
        operations.on("endpoints.create", break_down)
        return await _ended(operations, operations.begin("endpoints.create", "e"))

    assert asyncio.run(scenario())["error"]["code"] == "StandInBug"


def test_what_a_process_left_is_ended_by_the_next(tmp_path: Path) -> None:
    done: list[str] = []

    async def note(target: str) -> None:
        done.append(target)

    async def first() -> str:
        operations = Operations(Store(tmp_path), adjusted(delays=[("endpoints.create", Delay(60))]))
        operations.on("endpoints.create", note)
        name = operations.begin("endpoints.create", "e")
        assert operations.under_way("e") == "endpoints.create"
        await operations.stop()
        return name

    async def second(name: str) -> Document:
        store = Store(tmp_path)
        left = store.get("operations", name)
        assert left is not None
        store.put("operations", name, left | {"due": 0})
        operations = Operations(store, adjusted())
        operations.on("endpoints.create", note)
        operations.resume()
        return await _ended(operations, name)

    name = asyncio.run(first())
    assert done == []
    assert asyncio.run(second(name))["status"] == "Succeeded"
    assert done == ["e"]


def test_operation_that_lasts_for_calls_ends_once_its_resource_was_read_so_often(tmp_path: Path) -> None:
    done: list[str] = []

    async def note(target: str) -> None:
        done.append(target)

    async def scenario() -> Document:
        operations = Operations(Store(tmp_path), adjusted(delays=[("endpoints.*", Delay(calls=2))]))
        operations.on("endpoints.create", note)
        name = operations.begin("endpoints.create", "e")
        for _ in range(2):
            await asyncio.sleep(0.01)
            assert done == []
            operations.note_read("e")
        return await _ended(operations, name)

    assert asyncio.run(scenario())["status"] == "Succeeded"
    assert done == ["e"]
