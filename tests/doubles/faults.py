"""Doubles that die: a crash before or after any one call of any port."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Literal, TypeVar

from shared.ports import Ports

P = TypeVar("P", bound=Ports)
Moment = Literal["before", "after"]


class CrashError(BaseException):
    """The process died: not an ``Exception``, so that nothing may handle it."""


class Faults:
    """Numbers every call of the ports, and crashes at those that the plan names."""

    def __init__(self, plan: Mapping[int, Moment] | None = None) -> None:
        self.calls: list[str] = []
        self._plan = dict(plan or {})

    def around(self, ports: P) -> P:
        """The same world, seen through calls that may crash."""
        wrapped: dict[str, Any] = {
            field.name: _Port(getattr(ports, field.name), field.name, self)
            for field in fields(ports)
            if field.name not in ("settings", "clock")
        }
        return replace(ports, **wrapped)

    def call(self, name: str, effect: Callable[[], Any]) -> Any:
        moment = self._plan.get(len(self.calls))
        self.calls.append(name)
        if moment == "before":
            raise CrashError(name)
        answer = effect()
        if moment == "after":
            raise CrashError(name)
        return answer


class _Port:
    def __init__(self, port: Any, name: str, faults: Faults) -> None:
        self._port = port
        self._name = name
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        if not callable(target):
            return target
        return lambda *args, **named: self._faults.call(f"{self._name}.{method}", lambda: target(*args, **named))
