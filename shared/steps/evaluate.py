"""deployed → evaluated: ask the deployment a real question before it may take traffic.

The published samples disagree on how ``input_string`` is nested, and the model has no signature. The smoke test finds
out which shape this deployment takes.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from shared.core import resources
from shared.core.durations import SMOKE_TEST_AGAIN_AFTER
from shared.core.errors import NotFoundError, ScoringError
from shared.core.states import State
from shared.models.run import Evaluation, Run, SmokeTest
from shared.ports import Ports
from shared.steps.common.outcome import Close, Forward, Outcome, Wait

TRIES: Final = 5
_PARAMETERS: Final = {"temperature": 0.0, "do_sample": False, "max_new_tokens": 200}
_NOT_THIS_SHAPE: Final = frozenset({400, 422, 424})
"""Statuses with which a deployment refuses a body that its model cannot take."""

Shape = Literal["nested", "flat"]
Message = dict[str, str]


def evaluate(run: Run, ports: Ports) -> Outcome:
    """Ask the deployment by its name. After ``TRIES`` errors or empty answers the run fails.

    Raises:
        NotFoundError: the prepared files are gone.
    """
    endpoint = ports.endpoints.get(run.results.endpoint or "")
    if endpoint is None or endpoint.scoring_uri is None:
        return _try_again(run, "The endpoint has no scoring address.")
    question = _question(run, ports)
    try:
        shape, answer = _ask(question, endpoint.scoring_uri, run, ports)
    except ScoringError as error:
        return _try_again(run, str(error))
    if not answer.strip():
        return _try_again(run, "The answer was empty.")
    evaluation = Evaluation(smoke=SmokeTest(shape=shape, answered_characters=len(answer)))
    return Forward(State.EVALUATED, "The smoke test was answered.", {"evaluation": evaluation})


def _try_again(run: Run, why: str) -> Outcome:
    tries = (run.results.evaluation or Evaluation()).tries + 1
    if tries >= TRIES:
        return Close(State.FAILED, "The smoke test failed.", f"The deployment failed its smoke test: {why}")
    return Wait(SMOKE_TEST_AGAIN_AFTER, {"evaluation": Evaluation(tries=tries)})


def _ask(question: list[Message], uri: str, run: Run, ports: Ports) -> tuple[Shape, str]:
    """(shape of ``input_string``, answer)."""
    try:
        return "nested", _score([question], uri, run, ports)
    except ScoringError as error:
        if error.status not in _NOT_THIS_SHAPE:
            raise
        return "flat", _score(question, uri, run, ports)


def _score(input_string: list[Message] | list[list[Message]], uri: str, run: Run, ports: Ports) -> str:
    body = {"input_data": {"input_string": input_string, "parameters": dict(_PARAMETERS)}}
    return answer_of(ports.scorer.score(uri, body, run.results.deployment))


def answer_of(decoded: Any) -> str:
    """The text of a scoring response: ``{"output": …}``, a text, or a list of one of these; empty: there is none."""
    while isinstance(decoded, dict | list) and decoded:
        decoded = decoded[0] if isinstance(decoded, list) else decoded.get("output")
    return decoded if isinstance(decoded, str) else ""


def _question(run: Run, ports: Ports) -> list[Message]:
    """A held-out row without its last answer; a training row where nothing is held out."""
    splits = run.results.splits
    paths = (splits.test, splits.validation, splits.train) if splits else ()
    row = next((row for path in paths if (row := _first_line(path, ports))), None)
    if row is None:
        raise NotFoundError(f"The prepared files of {run.run_id} are gone.", "Upload the file again.")
    messages: list[Message] = json.loads(row)["messages"]
    return messages[:-1]


def _first_line(path: str, ports: Ports) -> bytes:
    info = ports.blobs.info(resources.PREPARED, path)
    chunks = ports.blobs.chunks(resources.PREPARED, path, info.etag) if info and info.size else iter(())
    return _up_to_newline(chunks)


def _up_to_newline(chunks: Iterator[bytes]) -> bytes:
    line = b""
    for chunk in chunks:
        head, newline, _ = chunk.partition(b"\n")
        line += head
        if newline:
            break
    return line
