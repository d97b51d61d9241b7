"""How a command ends: 0 done, 1 usage or system error, 2 data rejected, 130 stopped."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from shared.core.errors import TunedropError

errors = Console(stderr=True)


class Commands(TyperGroup):
    """Wrong usage exits with 1: a 2 says that data was rejected."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        with _usage_errors_exit_with_1():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:
        with _usage_errors_exit_with_1():
            return super().invoke(ctx)


@contextmanager
def _usage_errors_exit_with_1() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        error.exit_code = 1
        raise


@contextmanager
def explained() -> Iterator[None]:
    """Errors of ours are told in a sentence or two; SIGTERM ends as Ctrl-C does, so that everything is stopped."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except TunedropError as error:
        _fail(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename}." if error.filename else f"{error.strerror or error}.")
    except KeyboardInterrupt:
        errors.print("Stopped.", style="yellow")
        sys.exit(130)


def _fail(why: str) -> NoReturn:
    errors.print(f"Failed: {why}", style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
