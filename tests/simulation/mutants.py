"""Mutants: the app with a design bug, which the simulator must catch. The bugs are in ``mutants.yaml``."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from inspect import getsource, unwrap
from pathlib import Path
from pkgutil import resolve_name
from types import CodeType, FunctionType
from typing import Any, Final

import yaml
from pydantic import BaseModel

_WRITE_IT_AGAIN: Final = "In tests/simulation/mutants.yaml, write the same bug for the current code."
_BUGS: Final = Path(__file__).with_name("mutants.yaml")


class Mutant(BaseModel, frozen=True):
    """The app with one bug, as ``mutants.yaml`` describes it."""

    name: str
    bug: str
    suite: str
    edits: dict[str, str]
    """Removed and added lines, by ``module:function``."""

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Put the bug into the app. Functions keep their identity, so modules that imported them have it too.

        Raises:
            ValueError: the function is gone, or does not have the removed lines.
        """
        with ExitStack() as stack:
            for target, lines in self.edits.items():
                stack.enter_context(_edited(target, lines))
            yield


@cache
def mutants() -> list[Mutant]:
    """Every mutant, in the order of ``mutants.yaml``."""
    bugs: list[dict[str, Any]] = yaml.safe_load(_BUGS.read_text(encoding="utf-8"))
    return [Mutant.model_validate(bug) for bug in bugs]


@contextmanager
def _edited(target: str, lines: str) -> Iterator[None]:
    try:
        function: FunctionType = unwrap(resolve_name(target))
    except AttributeError as gone:
        raise ValueError(f"{target} no longer exists. {_WRITE_IT_AGAIN}") from gone
    sound, changed = function.__code__, _changed(target, function, lines)
    function.__code__ = changed
    try:
        yield
    finally:
        function.__code__ = sound


@cache
def _changed(target: str, function: FunctionType, lines: str) -> CodeType:
    """The code of the function with other lines. The whole module is compiled, so that names mean the same."""
    before, after = (_side(lines, sign) for sign in "-+")
    source, whole = getsource(function), getsource(import_module(function.__module__))
    if source.count(before) != 1:
        raise ValueError(f"{target} no longer has these lines. {_WRITE_IT_AGAIN}\n{before}")
    code = compile(whole.replace(source, source.replace(before, after)), function.__code__.co_filename, "exec")
    return next(inner for inner in _within(code) if inner.co_qualname == function.__qualname__)


def _side(lines: str, sign: str) -> str:
    text = (line[1:] for line in lines.splitlines(keepends=True) if line[0] in (" ", sign))
    return "".join(text)


def _within(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _within(inner)
