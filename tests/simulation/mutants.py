"""The app with a design bug: what the simulator must notice. The bugs are in ``mutants.yaml``."""

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

_SAY_IT_AGAIN: Final = "In tests/simulation/mutants.yaml, say the same bug in the code as it is now."
_BUGS: Final = Path(__file__).with_name("mutants.yaml")


class Mutant(BaseModel, frozen=True):
    """The app with one bug, as ``mutants.yaml`` describes it."""

    name: str
    bug: str
    suite: str
    edits: dict[str, str]
    """Lines that go and that come, by ``module:function``."""

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """The app has the bug. Functions keep their identity: whoever has imported them has it too.

        Raises:
            ValueError: the lines that go are not in the function.
        """
        with ExitStack() as stack:
            for place, lines in self.edits.items():
                stack.enter_context(_edited(place, lines))
            yield


@cache
def mutants() -> list[Mutant]:
    """All of them."""
    found: list[dict[str, Any]] = yaml.safe_load(_BUGS.read_text(encoding="utf-8"))
    return [Mutant.model_validate(one) for one in found]


@contextmanager
def _edited(place: str, lines: str) -> Iterator[None]:
    try:
        function: FunctionType = unwrap(resolve_name(place))
    except AttributeError as gone:
        raise ValueError(f"There is no {place} any more. {_SAY_IT_AGAIN}") from gone
    sound, changed = function.__code__, _changed(place, function, lines)
    function.__code__ = changed
    try:
        yield
    finally:
        function.__code__ = sound


@cache
def _changed(place: str, function: FunctionType, lines: str) -> CodeType:
    """The function's code with other lines: that of its whole module is compiled, so that it means the same."""
    before, after = (_side(lines, sign) for sign in "-+")
    source, whole = getsource(function), getsource(import_module(function.__module__))
    if source.count(before) != 1:
        raise ValueError(f"{place} no longer has these lines. {_SAY_IT_AGAIN}\n{before}")
    code = compile(whole.replace(source, source.replace(before, after)), function.__code__.co_filename, "exec")
    return next(found for found in _within(code) if found.co_qualname == function.__qualname__)


def _side(lines: str, sign: str) -> str:
    kept = (line[1:] for line in lines.splitlines(keepends=True) if line[0] in (" ", sign))
    return "".join(kept)


def _within(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _within(inner)
