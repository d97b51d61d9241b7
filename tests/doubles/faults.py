"""Doubles that fail: any call of any port may crash, be throttled, fail, or lose its reply."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, Final, Literal, TypeVar, get_args

from shared.core.errors import NoticeError, ScoringError, ThrottledError, TunedropError
from shared.ports import Ports

P = TypeVar("P", bound=Ports)
Crash = Literal["crash before", "crash after"]
Kind = Literal[Crash, "throttled", "failed", "timed out", "stalled"]
CRASHES: Final[tuple[Kind, ...]] = get_args(Crash)
"""The process dies before the call, or after its effect."""
KINDS: Final[tuple[Kind, ...]] = (*CRASHES, "throttled", "failed", "timed out")
"""Everything that may happen to a call: a crash, 429, 500, or an effect whose reply is lost. A worker may also be
stalled while it works on files, for longer than its claim lasts."""
_AZURE_ML: Final = frozenset({"catalog", "jobs", "models", "endpoints", "deployments"})
_RETRY_AFTER: Final = 20.0


class CrashError(BaseException):
    """The process died. It is not an ``Exception``, so that the app cannot handle it."""


class OutageError(Exception):
    """What the SDKs raise for a passing error: a 5xx, no answer, or storage that throttles."""


FAILURES: Final = (CrashError, OutageError, TunedropError)
"""What may end an invocation. Its caller then tries again."""


class Faults:
    """Numbers every call of the ports; the calls that the plan names fail."""

    def __init__(self, plan: Mapping[int, Kind] | None = None) -> None:
        self.calls: list[str] = []
        self.before: Callable[[str], None] | None = None
        """Called before each call, with its name."""
        self.after: Callable[[str, tuple[Any, ...], Any], None] | None = None
        """Called after the effect of each call, with its name, its arguments and its result."""
        self.alter: Callable[[str, tuple[Any, ...], Any], Any] | None = None
        """Changes the result that the app gets of a call, given its name, its arguments and its result."""
        self.stall: Callable[[], None] = lambda: None
        """Moves the clock by the time for which a worker is stalled."""
        self.first_calls: list[int] = []
        """The number of the first call of each invocation."""
        self.plan = dict(plan or {})

    def around(self, ports: P) -> P:
        """The same ports, whose calls may fail."""
        wrapped: dict[str, Any] = {
            field.name: _Port(getattr(ports, field.name), field.name, self)
            for field in fields(ports)
            if field.name not in ("settings", "clock")
        }
        return replace(ports, **wrapped)

    def call(self, name: str, target: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        if self.before:
            self.before(name)
        kind = self.plan.get(len(self.calls))
        self.calls.append(name)
        if kind in ("crash before", "throttled", "failed"):
            raise _error(kind, name)
        if kind == "stalled" and name.startswith("blobs."):
            self.stall()
        result = target(*args, **named)
        if self.after:
            self.after(name, args, result)
        if kind in ("crash after", "timed out"):
            raise _error(kind, name)
        return self.alter(name, args, result) if self.alter else result


class _Port:
    def __init__(self, port: Any, name: str, faults: Faults) -> None:
        self._port = port
        self._name = name
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        if not callable(target):
            return target
        wrapped = partial(self._faults.call, f"{self._name}.{method}", target)
        setattr(self, method, wrapped)
        return wrapped


def _error(kind: Kind, name: str) -> BaseException:
    """The error that the gateway raises: one of the app's own for the scorer, notices and throttling by Azure ML."""
    port = name.partition(".")[0]
    if kind in CRASHES:
        return CrashError(f"{kind} {name}")
    if port == "scorer":
        return ScoringError(f"{kind}: {name}", {"throttled": 429, "failed": 500}.get(kind, 504))
    if port == "notices":
        return NoticeError(f"{kind}: {name}")
    if kind == "throttled" and port in _AZURE_ML:
        return ThrottledError(f"{kind}: {name}", _RETRY_AFTER)
    return OutageError(f"{kind}: {name}")
