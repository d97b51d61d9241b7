"""The smoke test."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.core.errors import ScoringError
from shared.core.resources import PREPARED
from shared.core.states import State
from shared.models.run import Run, SmokeTest
from shared.steps.evaluate import TRIES, answer_of
from tests.doubles.world import World


@pytest.fixture
def world() -> World:
    return World()


def smoke_test(run: Run) -> SmokeTest:
    assert run.results.evaluation is not None
    assert run.results.evaluation.smoke is not None
    return run.results.evaluation.smoke


def test_the_smoke_test_asks_a_held_out_question_without_its_answer(world: World) -> None:
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    deployment, body = world.ports.scorer.requests[0]
    assert deployment == f"{run.run_id}-1"
    [messages] = body["input_data"]["input_string"]
    assert [message["role"] for message in messages] == ["user"]
    assert run.results.splits is not None
    held_out = world.ports.blobs.read(PREPARED, run.results.splits.test) or b""
    assert messages[0]["content"].encode() in held_out


def test_the_smoke_test_detects_a_model_that_takes_flat_input(world: World) -> None:
    def flat(body: Mapping[str, Any]) -> Any:
        if isinstance(body["input_data"]["input_string"][0], list):
            raise ScoringError("The model failed.", 424)
        return {"output": "Yes."}

    world.ports.scorer.answer = flat
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    assert smoke_test(run) == SmokeTest(shape="flat", answered_characters=4)


def test_a_deployment_that_does_not_answer_at_once_is_asked_again(world: World) -> None:
    answers = iter([ScoringError("Starting.", 503)] * (TRIES - 1))

    def slow(body: Mapping[str, Any]) -> Any:
        if error := next(answers, None):
            raise error
        return {"output": "Yes."}

    world.ports.scorer.answer = slow
    assert smoke_test(world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)).shape == "nested"


def test_a_deployment_that_never_answers_fails_the_run(world: World) -> None:
    def broken(body: Mapping[str, Any]) -> Any:
        raise ScoringError("The model failed.", 500)

    world.ports.scorer.answer = broken
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert run.results.error == "The deployment failed its smoke test: The model failed."
    assert len(world.ports.scorer.requests) == TRIES


@pytest.mark.parametrize(
    ("decoded", "answer"),
    [
        ({"output": "Yes."}, "Yes."),
        ({"output": ["Yes."]}, "Yes."),
        (["Yes."], "Yes."),
        ([{"output": "Yes."}], "Yes."),
        ("Yes.", "Yes."),
        ({"output": []}, ""),
        ({"error": "no"}, ""),
        ({}, ""),
        (None, ""),
        (3, ""),
    ],
)
def test_the_answer_is_found_in_every_known_shape_of_response(decoded: Any, answer: str) -> None:
    assert answer_of(decoded) == answer
