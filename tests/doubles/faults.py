"""Doubles that fail: what may happen to any one call of any port."""

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
"""The process dies before the call, or when the effect is there."""
KINDS: Final[tuple[Kind, ...]] = (*CRASHES, "throttled", "failed", "timed out")
"""All that may happen to a call: the crashes, 429, 500, and the effect without its reply. Beside these, a worker may
be stalled while it works on files, which takes longer than its claim lasts."""
_AZURE_ML: Final = frozenset({"catalog", "jobs", "models", "endpoints", "deployments"})
_RETRY_AFTER: Final = 20.0


class CrashError(BaseException):
    """The process died: not an ``Exception``, so that nothing may handle it."""


class OutageError(Exception):
    """What the SDKs raise where only time helps: a 5xx, no answer, or storage that throttles."""


FAILURES: Final = (CrashError, OutageError, TunedropError)
"""What may end an invocation; whoever started it tries again."""


class Faults:
    """Numbers every call of the ports, and lets those fail that the plan names."""

    def __init__(self, plan: Mapping[int, Kind] | None = None) -> None:
        self.calls: list[str] = []
        self.before: Callable[[str], None] | None = None
        """Told of every call before it is made."""
        self.after: Callable[[str, tuple[Any, ...], Any], None] | None = None
        """Told of every call, with its arguments and its answer, once its effect is there."""
        self.seen: Callable[[str, tuple[Any, ...], Any], Any] | None = None
        """What the app gets to see of an answer."""
        self.stall: Callable[[], None] = lambda: None
        """Lets the time pass for which a worker is stalled."""
        self.begun: list[int] = []
        """The call with which each invocation began."""
        self.plan = dict(plan or {})

    def around(self, ports: P) -> P:
        """The same world, seen through calls that may fail."""
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
        answer = target(*args, **named)
        if self.after:
            self.after(name, args, answer)
        if kind in ("crash after", "timed out"):
            raise _error(kind, name)
        return self.seen(name, args, answer) if self.seen else answer


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
    """As the gateways raise it: Azure ML's throttling, the scorer's errors and those of notices are ours."""
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
