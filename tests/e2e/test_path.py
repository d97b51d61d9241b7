"""The whole path of one upload, and uploads that lead to no job."""

from dataclasses import dataclass

import pytest

from cli.runs.artifacts import bill, receipt, upload
from local.stack import Stack
from shared.core.naming import CONFIG_FILE
from shared.core.states import State
from shared.models.run import Run
from tests.e2e.world import ONE_OF_EACH, World, joined, rows

PATH = [
    State.PREPARED,
    State.SUBMITTED,
    State.TRAINED,
    State.REGISTERED,
    State.DEPLOYING,
    State.DEPLOYED,
    State.EVALUATED,
    State.LIVE,
    State.CLOSING,
    State.RETIRED,
]


@dataclass(frozen=True)
class Walked:
    """A run that went the whole path, and what its endpoint answered while it was live."""

    run: Run
    answer: object


@pytest.fixture(scope="module")
def walked(stack: Stack) -> Walked:
    """An upload that is trained for real; its endpoint is asked once, then left alone until it is deleted."""
    with joined(stack) as world:
        run = world.drop("path", rows(40, "marbles"), "hyperparameters: {max_steps: 3}\nlease: {idle: 10s}\n")
        world.until_state(run, State.LIVE)
        answer = world.api.ask("path", [{"role": "user", "content": "How many marbles are in box 3?"}])
        return Walked(world.until_state(run, State.RETIRED), answer)


def test_an_upload_becomes_an_endpoint_that_answers_and_is_retired_when_nobody_asks(
    world: World, walked: Walked
) -> None:
    run = walked.run
    assert isinstance(walked.answer, str)
    assert world.states(run) == PATH
    assert world.azureml.endpoint_status(str(run.results.endpoint)) == 404
    assert bill(world.ports, run) is not None
    assert world.counts(run) == ONE_OF_EACH


def test_no_log_contains_what_was_uploaded_or_asked(world: World, walked: Walked) -> None:
    logs = [*(world.stack.options.state / "logs").iterdir(), world.stack.folder("azureml") / "requests.jsonl"]
    assert [log.name for log in logs if walked.run.run_id.encode() in log.read_bytes()]
    assert not [log.name for log in logs if b"marbles" in log.read_bytes()]


def test_a_file_without_a_valid_row_is_rejected_with_a_receipt_and_no_job(world: World) -> None:
    run = world.drop("nothing", b"not json\n" + b'{"messages": []}\n' * 3)
    run = world.until_state(run, State.REJECTED)
    rejection = receipt(world.ports, run)
    assert rejection.verdict == "rejected"
    assert [problem.line for problem in rejection.problems] == [1, 2, 3, 4]
    assert world.counts(run) == dict.fromkeys(ONE_OF_EACH, 0)


def test_a_folder_is_one_run_once_it_is_closed(world: World) -> None:
    upload(world.ports, f"folder/{CONFIG_FILE}", b"mode: validate\n")
    for name, content in {"train": rows(40, "stamps"), "test": rows(5, "coins"), "_READY": b""}.items():
        assert not list(world.ports.runs.all("folder"))
        upload(world.ports, f"folder/may/{name}" + (".jsonl" if content else ""), content)
    world.until(lambda: any(world.ports.runs.all("folder")), "a run of the folder")
    [run] = world.ports.runs.all("folder")
    run = world.until_state(run, State.VALIDATED)
    assert (receipt(world.ports, run).test_rows, run.upload.name) == (5, "folder/may")
    assert world.counts(run) == dict.fromkeys(ONE_OF_EACH, 0)
