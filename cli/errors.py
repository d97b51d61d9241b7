"""How a command ends: 0 done, 1 wrong usage or an error, 2 data was rejected, 130 stopped by Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from shared.core.errors import TunedropError

stderr = Console(stderr=True)
_OURS: Final = ("cli", "local", "shared")


class CommandGroup(TyperGroup):
    """Exits with 1 after wrong usage, where typer exits with 2: a 2 says that data was rejected."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _usage_errors_exit_with_1():
            return super().make_context(*arguments, **options)

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
def report_errors() -> Iterator[None]:
    """Print an expected error as a sentence or two and exit with 1; an unexpected one keeps its traceback.

    SIGTERM ends a command as Ctrl-C does, so that everything it has started is stopped.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except TunedropError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in _OURS:
            raise
        _fail(f"The module '{error.name}' is not installed. Run `make setup`, or pip install -e '.[laptop]'.")
    except BrokenPipeError:
        raise
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename}." if error.filename else f"{error.strerror or error}.")
    except KeyboardInterrupt:
        stderr.print("Stopped.", style="yellow")
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    stderr.print(f"Error: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
