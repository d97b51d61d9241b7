"""The ``context`` argument of functions."""

import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import azure.functions as func


@dataclass(frozen=True)
class Trace:
    """The W3C trace context of an invocation."""

    trace_parent: str
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Retry:
    """The retries of an invocation; this host makes none (see ``docs/local-functions-host.md``)."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


class Context(func.Context):  # type: ignore[misc]  # azure.functions is untyped here
    """The context of one invocation.

    Args:
        trace: the caller's ``traceparent``; None begins a new trace.
    """

    def __init__(self, name: str, folder: Path, trace: str | None = None) -> None:
        self._name = name
        self._folder = folder
        self._id = str(uuid.uuid4())
        self._local = threading.local()
        self._trace = Trace(trace or f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00")

    @property
    def invocation_id(self) -> str:
        """Unique id of the invocation."""
        return self._id

    @property
    def function_name(self) -> str:
        """Name of the function."""
        return self._name

    @property
    def function_directory(self) -> str:
        """Folder of the app."""
        return str(self._folder)

    @property
    def thread_local_storage(self) -> Any:
        """Thread-local storage for the function."""
        return self._local

    @property
    def trace_context(self) -> Trace:
        """The invocation's place in a distributed trace."""
        return self._trace

    @property
    def retry_context(self) -> Retry:
        """The retries so far: always none."""
        return Retry()
