import io

import pytest
from rich.console import Console

from cli.runs.client import Api
from cli.runs.decisions import decide, next_steps
from shared.core.states import State
from shared.models.run import Decided, Run
from tests.contract.ports.samples import run as sample

RUN = sample("lumo")


class OneRun(Api):
    """An API that answers every decision with one run."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "")
        self.decided: list[tuple[str, Decided, str]] = []

    def decide(self, run_id: str, what: Decided, by: str) -> Run:
        self.decided.append((run_id, what, by))
        return RUN


def test_a_decision_is_made_by_the_user_or_by_the_person_who_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    api, output = OneRun(), io.StringIO()
    for by in (None, "bob"):
        decide(Console(file=output), api, RUN.run_id, "retry", by)
    assert api.decided == [(RUN.run_id, "retry", "ann"), (RUN.run_id, "retry", "bob")]
    assert f"{RUN.run_id}: prepared (attempt 1). Follow it: tunedrop status {RUN.run_id}" in output.getvalue()


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, []),
        (
            {"hold_reason": "It costs much."},
            [f"The run waits for approval: It costs much. Approve it: tunedrop approve {RUN.run_id}"],
        ),
        ({"queue": "job"}, ["The run waits for a slot to train."]),
        ({"state": State.FAILED, "hold_reason": "It costs much."}, [f"Try again: tunedrop retry {RUN.run_id}"]),
        ({"state": State.LIVE}, ['Ask its model: tunedrop score lumo "..."']),
        ({"state": State.RETIRED}, []),
    ],
)
def test_the_next_steps_of_a_run_are_named(changes: dict[str, object], steps: list[str]) -> None:
    assert list(next_steps(RUN.model_copy(update=changes))) == steps
