"""What ``docs/cli.md`` says of each command: the words of its own ``--help``."""

import inspect
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from cli.main import app


def sections() -> str:
    """A section for each command, in the order of ``tunedrop --help``."""
    group: Any = get_command(app)
    return "\n".join(line for name, command in group.commands.items() for line in _section(name, command))


def _section(name: str, command: Any) -> Iterator[str]:
    yield from (f"## tunedrop {name}", "", inspect.cleandoc(command.help), "")
    if rows := [f"| `{_spelled(each)}` | {each.help}{_default(each)} |" for each in command.params]:
        yield from ("| | |", "|---|---|", *rows, "")


def _spelled(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"{parameter.name.upper()}{'…' if parameter.nargs == -1 else ''}"
    return f"{parameter.opts[0]}"


def _default(parameter: Any) -> str:
    return f" (default: {parameter.default})" if parameter.default not in (None, False) else ""
