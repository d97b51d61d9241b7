"""``tunedrop demo``: puts set-up, stack, walkthrough and view together, and takes them down again."""

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from cli import paths
from cli.demo.picture import PictureView
from cli.demo.view import view
from cli.demo.walkthrough import Scenario, Walkthrough
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
    """The whole demo.

    Args:
        data: JSONL to drop; ``None``: the example's.
        picture: SVG file to draw the results to.

    Raises:
        TunedropError: ``data`` is not chat data, or a step of the demo failed.
        ProcessError: a service of the stack did not start, or ended.
    """
    about = scenario(data)
    set_up(LIGHT, console)
    shutil.rmtree(paths.DEMO, ignore_errors=True)
    installing = Background(TRAINING, _READY)
    python = paths.PYTHON_ML if all(step.done for step in TRAINING) else paths.ROOT / "local" / "python-ml"
    os.environ["TUNEDROP_ML_READY"] = str(_READY)
    stack = Stack(Options(paths.DEMO, python, paths.BASE_MODEL, in_memory=True))
    try:
        installing.start()
        walkthrough = Walkthrough(about, stack, _ports(stack), lambda: installing.status)
        with PictureView(view(console), picture) if picture else view(console) as shown:
            for event in walkthrough.events():
                shown.show(event)
    finally:
        stack.stop()
        installing.stop()


def scenario(data: Path | None) -> Scenario:
    """What the demo drops and asks: the example, or one's own file.

    Raises:
        TunedropError: the app would ignore the file.
    """
    config = (EXAMPLE / "tunedrop.yaml").read_bytes()
    if data is None:
        return Scenario("lumo", EXAMPLE / "support-chats.jsonl", config, EXAMPLE / "held-out.jsonl", 30.0, 12, 24)
    if not is_data_file(data.name):
        raise TunedropError(
            f"'{data.name}' is not chat data: its name must end in .jsonl or .jsonl.gz.",
            f"Convert it: .venv/bin/tunedrop convert {shlex.quote(str(data))}",
        )
    return Scenario("mine", data, config, None, None, 10, 64)


def _ports(stack: Stack) -> Callable[[], Ports]:
    """The app's own gateways, in this process, pointed at the stack."""

    def ports() -> Ports:
        os.environ.update(stack.environment)
        from shared.wiring import ports as wired

        return wired()

    return ports
