"""``tunedrop up``: the stack, kept up until it is told to stop."""

import time
from typing import Final

from rich.console import Console

from cli import paths
from cli.demo.story import ROLES
from cli.setup.steps import LIGHT, TRAINING
from cli.setup.view import set_up
from local.stack import Options, Stack, running
from shared.core.errors import TunedropError

_HOW: Final = """
Everything is up. From another terminal:
  .venv/bin/tunedrop drop examples/lumo/support-chats.jsonl --project lumo
  .venv/bin/tunedrop status lumo
  .venv/bin/tunedrop score lumo "What does Lumo cost?"
Ctrl-C stops it; what it knows is kept in {state}.
"""


def keep_up(console: Console) -> None:
    """Set up, start, say where everything is, and wait.

    Raises:
        TunedropError: a stack is up already.
        ProcessError: a part did not start, or ended.
    """
    if (found := running(paths.STACK)) is not None:
        raise TunedropError(f"A stack is up already: {found['url']} (process {found['pid']}).")
    set_up((*LIGHT, *TRAINING), console)
    stack = Stack(Options(paths.STACK, paths.PYTHON_ML, paths.BASE_MODEL))
    try:
        for each in stack.parts_up():
            console.print(f"{each.name:10} {each.address}  {ROLES[each.name]}", highlight=False, soft_wrap=True)
        console.print(_HOW.format(state=paths.STACK), highlight=False, soft_wrap=True)
        while True:
            time.sleep(1)
            stack.check_alive()
    finally:
        stack.stop()
