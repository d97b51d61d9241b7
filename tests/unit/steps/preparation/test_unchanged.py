"""An upload with the champion's rows and settings is not trained on again."""

import json

import pytest

from shared.core.resources import PREPARED, RECEIPTS
from shared.core.states import State
from shared.models.receipt import Receipt
from tests.doubles.world import World, chat

PATH = "support/faq.jsonl"


@pytest.fixture
def world() -> World:
    """A world whose project has a live model."""
    world = World()
    world.until_state(world.start_run(PATH), State.LIVE)
    return world


def reformatted(data: bytes) -> bytes:
    """The same rows in reverse order, with other spaces and an extra key."""
    rows = [json.loads(line) for line in data.splitlines()]
    return "".join(f"{json.dumps({'id': 1, **row}, indent=None)} \r\n" for row in reversed(rows)).encode()


@pytest.mark.parametrize("data", [chat(), reformatted(chat()), chat() + chat(3)])
def test_the_same_rows_are_not_trained_on_again(world: World, data: bytes) -> None:
    run = world.until_state(world.start_run(PATH, data), State.UNCHANGED)
    assert len(world.ports.jobs.submitted) == 1
    assert run.results.error is None
    assert not list(world.ports.blobs.within(PREPARED, run.run_id))
    receipt = Receipt.model_validate_json(world.ports.blobs.read(RECEIPTS, f"{run.results.receipt}.json") or b"")
    assert (receipt.verdict, receipt.cost) == ("accepted", None)
    assert "Nothing is trained" in receipt.why


def test_the_same_rows_in_another_file_are_not_trained_on_again(world: World) -> None:
    world.until_state(world.start_run("support/copy.jsonl"), State.UNCHANGED)


def test_a_setting_that_does_not_shape_the_model_changes_nothing(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"lease: {idle: 1h}\n")
    world.until_state(world.start_run(PATH), State.UNCHANGED)


@pytest.mark.parametrize(
    ("settings", "data"),
    [
        (b"hyperparameters: {num_train_epochs: 7}\n", chat()),
        (b"base_model: Phi-4-mini-instruct\n", chat()),
        (b"split: {test: 40}\n", chat()),
        (b"", chat(41)),
        (b"", chat(39)),
        (b"", chat().replace(b"Answer 7 about", b"Answer 7 ABOUT")),
    ],
)
def test_other_rows_or_settings_are_trained_on(world: World, settings: bytes, data: bytes) -> None:
    world.ports.catalog.base_models["Phi-4-mini-instruct"] = world.ports.catalog.base_models["Phi-4"].model_copy(
        update={"name": "Phi-4-mini-instruct"}
    )
    world.upload("support/tunedrop.yaml", settings)
    world.until_state(world.start_run(PATH, data), State.LIVE)
    assert len(world.ports.jobs.submitted) == 2


def test_an_unchanged_upload_in_mode_validate_ends_validated(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"mode: validate\n")
    world.until_state(world.start_run(PATH), State.VALIDATED)


def test_a_model_whose_endpoint_is_gone_is_trained_again(world: World) -> None:
    world.clock.advance(24 * 3600)
    world.until_no_endpoint()
    world.until_state(world.start_run(PATH), State.LIVE)
    assert len(world.ports.jobs.submitted) == 2


def test_another_project_trains_on_the_same_rows(world: World) -> None:
    world.until_state(world.start_run("sales/faq.jsonl"), State.LIVE)
