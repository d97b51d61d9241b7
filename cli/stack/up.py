"""``tunedrop up``: start the local stack and keep it running until Ctrl-C."""

import time
from typing import Final

from rich.console import Console

from cli import paths
from cli.setup.steps import LIGHT, TRAINING
from cli.setup.view import set_up
from cli.stack.services import DESCRIPTIONS
from local.stack import Options, Stack, running
from shared.core.errors import TunedropError

_USAGE: Final = """
The stack is running. From another terminal:
  .venv/bin/tunedrop drop examples/lumo/support-chats.jsonl --project lumo
  .venv/bin/tunedrop status lumo
  .venv/bin/tunedrop score lumo "What does Lumo cost?"
Ctrl-C stops it. Its data stays in {state}.
"""


def keep_up(console: Console) -> None:
    """Set up, start the stack, print where everything is, and wait.

    Raises:
        TunedropError: a stack is running already.
        SetupError: a step of set-up failed.
        ProcessError: a service did not start, or ended.
    """
    if (other := running(paths.STACK)) is not None:
        raise TunedropError(
            f"A stack is running already at {other['url']} (process {other['pid']}).",
            "Use it, or stop it with Ctrl-C in its terminal.",
        )
    set_up((*LIGHT, *TRAINING), console)
    stack = Stack(Options(paths.STACK, paths.PYTHON_ML, paths.BASE_MODEL))
    try:
        for service in stack.parts_up():
            description = DESCRIPTIONS[service.name]
            console.print(f"{service.name:10} {service.address}  {description}", highlight=False, soft_wrap=True)
        console.print(_USAGE.format(state=paths.STACK), highlight=False, soft_wrap=True)
        while True:
            time.sleep(1)
            stack.check_alive()
    finally:
        stack.stop()
