"""The whole path of one upload, and of one that is not worth a run."""

from cli.runs.artifacts import bill, receipt, upload
from shared.core.naming import CONFIG_FILE
from shared.core.states import State
from tests.e2e.world import ONE_OF_EACH, World, rows

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


def test_an_upload_becomes_an_endpoint_that_answers_and_is_retired_when_nobody_asks(world: World) -> None:
    run = world.drop("path", rows(40, "marbles"), "hyperparameters: {max_steps: 3}\nlease: {idle: 15s}\n")
    world.until_state(run, State.LIVE)
    question = [{"role": "user", "content": "How many marbles are in box 3?"}]
    assert isinstance(world.api.ask("path", question), str)
    run = world.until_state(run, State.RETIRED)
    assert world.states(run) == PATH
    assert world.azureml.endpoint_status(str(run.results.endpoint)) == 404
    assert bill(world.ports, run) is not None
    assert world.counts(run) == ONE_OF_EACH


def test_a_file_without_a_valid_row_is_rejected_with_a_receipt_and_no_job(world: World) -> None:
    run = world.drop("nothing", b"not json\n" + b'{"messages": []}\n' * 3)
    run = world.until_state(run, State.REJECTED)
    found = receipt(world.ports, run)
    assert found.verdict == "rejected"
    assert [problem.line for problem in found.problems] == [1, 2, 3, 4]
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


def test_no_log_holds_what_was_said(world: World) -> None:
    run = world.until_state(world.drop("quiet", rows(40, "canaries")), State.LIVE)
    world.api.ask("quiet", [{"role": "user", "content": "How many canaries are in box 3?"}])
    logs = [*(world.stack.options.state / "logs").iterdir(), world.stack.folder("azureml") / "requests.jsonl"]
    assert [log.name for log in logs if run.run_id.encode() in log.read_bytes()]
    assert not [log.name for log in logs if b"canaries" in log.read_bytes()]
