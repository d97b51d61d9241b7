import io
from pathlib import Path

import pytest
from rich.console import Console

from cli import show
from cli.target import Target
from shared.errors import TunedropError

NOBODY = Target("http://127.0.0.1:1", "")


@pytest.mark.parametrize(("name", "project"), [("rows.csv", "lumo"), ("rows.jsonl", "No Project")])
def test_what_would_not_become_a_run_is_refused_before_it_is_uploaded(name: str, project: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text("{}")
    with pytest.raises(TunedropError, match="is no"):
        show.dropped(Console(file=io.StringIO()), NOBODY, file, project)


def test_an_empty_question_is_not_sent() -> None:
    with pytest.raises(TunedropError, match="no question"):
        show.answer(Console(file=io.StringIO()), NOBODY, "lumo", "  ", None)
