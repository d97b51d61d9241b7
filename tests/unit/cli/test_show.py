import io

import pytest
from rich.console import Console

from cli import show
from cli.target import Target
from shared.errors import TunedropError

NOBODY = Target("http://127.0.0.1:1", "")


def test_an_empty_question_is_not_sent() -> None:
    with pytest.raises(TunedropError, match="no question"):
        show.answer(Console(file=io.StringIO()), NOBODY, "lumo", "  ", None)
