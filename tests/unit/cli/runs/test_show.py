import io

import pytest
from rich.console import Console

from cli.runs import show
from cli.runs.client import Api
from cli.runs.target import Target
from shared.api.runs import RunReport
from shared.core.errors import TunedropError
from shared.core.states import State
from shared.models.run import Results, Run
from tests.contract.ports.samples import run as sample

UNREACHABLE = Target("http://127.0.0.1:1", "")


def test_an_empty_question_is_not_sent() -> None:
    with pytest.raises(TunedropError, match="The question is empty"):
        show.show_answer(Console(file=io.StringIO()), UNREACHABLE, "lumo", "  ", None)


class Failed(Target):
    """An app whose only run has failed."""

    @property
    def api(self) -> Api:
        return OneReport("http://127.0.0.1:1", "")


class OneReport(Api):
    """An API that knows only that run."""

    def runs(self, project: str | None = None) -> list[Run]:
        return []

    def report(self, run_id: str) -> RunReport:
        results = Results(error="No quota. Ask for some.", failure="quota", azure_message="(OutOfQuota) 6 of 6 cores.")
        run = sample("lumo").model_copy(update={"state": State.FAILED, "results": results})
        return RunReport(run=run, timeline=[])


def test_a_failed_run_is_shown_with_its_cause_its_remedy_and_azures_message() -> None:
    output = io.StringIO()
    show.show_status(Console(file=output, width=100), Failed("", ""), sample("lumo").run_id)
    lines = output.getvalue().splitlines()
    assert "No quota. Ask for some." in lines
    assert "quota: (OutOfQuota) 6 of 6 cores." in lines
    assert any("tunedrop retry" in line for line in lines)
