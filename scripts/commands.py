"""What ``docs/cli.md`` says about each command: the words of its own ``--help``."""

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
    if rows := [_row(parameter) for parameter in command.params]:
        yield from ("| | |", "|---|---|", *rows, "")


def _row(parameter: Any) -> str:
    return f"| `{_name(parameter)}` | {parameter.help}{_default(parameter)} |"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"{parameter.name.upper()}{'…' if parameter.nargs == -1 else ''}"
    return str(parameter.opts[0])


def _default(parameter: Any) -> str:
    if isinstance(parameter.show_default, str):
        return f" Default: {parameter.show_default}."
    return f" Default: {parameter.default}." if parameter.default not in (None, False) else ""
