import io

import pytest
from rich.console import Console

from cli.runs import show
from cli.runs.client import Api, Report
from cli.runs.target import Target
from shared.core.errors import TunedropError
from shared.core.states import State
from shared.models.run import Results, Run
from tests.contract.ports.samples import run as sample

NOBODY = Target("http://127.0.0.1:1", "")


def test_an_empty_question_is_not_sent() -> None:
    with pytest.raises(TunedropError, match="no question"):
        show.answer(Console(file=io.StringIO()), NOBODY, "lumo", "  ", None)


class Failed(Target):
    """An app whose only run has failed."""

    @property
    def api(self) -> Api:
        return OneReport("http://127.0.0.1:1", "")


class OneReport(Api):
    """An API that knows of that run alone."""

    def runs(self, project: str | None = None) -> list[Run]:
        return []

    def report(self, run_id: str) -> Report:
        results = Results(error="No quota. Ask for some.", failure="quota", azure_message="(OutOfQuota) 6 of 6 cores.")
        run = sample("lumo").model_copy(update={"state": State.FAILED, "results": results})
        return Report(run=run, timeline=[])


def test_what_failed_says_why_what_to_do_and_what_azure_said() -> None:
    said = io.StringIO()
    show.status(Console(file=said, width=100), Failed("", ""), sample("lumo").run_id)
    lines = said.getvalue().splitlines()
    assert "No quota. Ask for some." in lines
    assert "quota: (OutOfQuota) 6 of 6 cores." in lines
    assert any("tunedrop retry" in line for line in lines)
