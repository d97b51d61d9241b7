"""Runs the demo: set-up, stack, story and view, put together and taken down again."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from cli import paths
from cli.demo.picture import Pictured
from cli.demo.story import Plan, Story
from cli.demo.view import view
from cli.setup.background import Background
from cli.setup.steps import LIGHT, TRAINING
from cli.setup.view import set_up
from local.stack import Options, Stack
from shared.core.errors import TunedropError
from shared.core.naming import is_data_file
from shared.ports import Ports

EXAMPLE: Final = paths.EXAMPLES / "lumo"
_READY: Final = paths.DEMO / "ml-ready"


def demo(console: Console, data: Path | None, picture: Path | None = None) -> None:
    """The whole demo, with the example's data or with one's own; its results drawn to ``picture`` (SVG), if given.

    Raises:
        TunedropError: it failed.
    """
    about = plan(data)
    set_up(LIGHT, console)
    shutil.rmtree(paths.DEMO, ignore_errors=True)
    installing = Background(TRAINING, _READY)
    python = paths.PYTHON_ML if all(step.done for step in TRAINING) else paths.ROOT / "local" / "python-ml"
    os.environ["TUNEDROP_ML_READY"] = str(_READY)
    stack = Stack(Options(paths.DEMO, python, paths.BASE_MODEL, in_memory=True))
    try:
        installing.start()
        story = Story(about, stack, _ports(stack), lambda: installing.status)
        with Pictured(view(console), picture) if picture else view(console) as shown:
            for fact in story.tell():
                shown.show(fact)
    finally:
        stack.stop()
        installing.stop()


def plan(data: Path | None) -> Plan:
    """What the story is about: the example, or one's own file.

    Raises:
        TunedropError: the file would be ignored.
    """
    config = (EXAMPLE / "tunedrop.yaml").read_bytes()
    if data is None:
        return Plan("lumo", EXAMPLE / "support-chats.jsonl", config, EXAMPLE / "held-out.jsonl", 30.0, 12, 24)
    if not is_data_file(data.name):
        raise TunedropError(f"'{data.name}' is no chat data.", "Its name must end in .jsonl or .jsonl.gz.")
    return Plan("mine", data, config, None, None, 10, 64)


def _ports(stack: Stack) -> Callable[[], Ports]:
    """The app's own gateways, in this process, pointed at the stack."""

    def ports() -> Ports:
        os.environ.update(stack.environment)
        from shared.wiring import ports as wired

        return wired()

    return ports
