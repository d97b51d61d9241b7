"""host.json and the app settings that override it, as in the real host.

The setting ``AzureFunctionsJobHost__extensions__queues__batchSize`` overrides
``extensions.queues.batchSize``.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from local.functions_host.errors import AppError

_OVERRIDE: Final = "azurefunctionsjobhost__"
_TIMESPAN: Final = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)")
_THIRTY_MINUTES: Final = 1800.0
_LARGEST_BATCH: Final = 32


@dataclass(frozen=True)
class QueueOptions:
    """``extensions.queues`` of host.json; durations in seconds.

    Attributes:
        visibility_timeout: how long a message stays hidden after a failed attempt.
        max_polling_interval: longest pause between two polls of an empty queue.
        base64: whether message bodies are in base64, which is the real host's default.
    """

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 1.0
    base64: bool = True


@dataclass(frozen=True)
class HostConfig:
    """The settings of host.json that this host has.

    Attributes:
        timeout: seconds that a function may run, or None for any time.
    """

    route_prefix: str = "api"
    timeout: float | None = _THIRTY_MINUTES
    queues: QueueOptions = field(default_factory=QueueOptions)

    @classmethod
    def load(cls, folder: Path, environ: Mapping[str, str]) -> "HostConfig":
        """Read ``folder/host.json``.

        Raises:
            AppError: it is missing, is not JSON, or has a wrong value.
        """
        document = _overridden(_read(folder / "host.json"), environ)
        return cls(
            route_prefix=str(_at(document, "extensions", "http").get("routePrefix", "api")).strip("/"),
            timeout=_timeout(document.get("functionTimeout")),
            queues=_queues(_at(document, "extensions", "queues")),
        )


def seconds(text: str, key: str) -> float:
    """Seconds of a .NET time span (``[d.]hh:mm:ss``).

    Raises:
        AppError: ``text``, the value of ``key``, is not a time span.
    """
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        raise AppError(f"host.json: {key} is '{text}'.", "Write a time span such as 00:05:00 (hh:mm:ss).")
    days, hours, minutes, rest = match.groups()
    return (int(days or 0) * 24 + int(hours)) * 3600 + int(minutes) * 60 + float(rest)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise AppError(f"{path} is missing.", "Point --app at the folder that holds host.json.") from None
    except ValueError as error:
        raise AppError(f"{path} is not JSON: {error}.", "Correct the file.") from None
    if not isinstance(document, dict):
        raise AppError(f"{path} must be a JSON object.", 'Begin with {"version": "2.0"}.')
    return document


def _overridden(document: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for name, value in environ.items():
        if name.lower().startswith(_OVERRIDE):
            _put(document, name[len(_OVERRIDE) :].split("__"), value)
    return document


def _put(node: dict[str, Any], path: list[str], value: str) -> None:
    *parents, leaf = path
    for key in parents:
        node = node.setdefault(_existing(node, key), {})
    node[_existing(node, leaf)] = value


def _existing(node: dict[str, Any], key: str) -> str:
    return next((known for known in node if known.lower() == key.lower()), key)


def _at(document: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        document = document.get(key) or {}
    return document


def _timeout(value: Any) -> float | None:
    if value is None:
        return _THIRTY_MINUTES
    return None if str(value) == "-1" else seconds(str(value), "functionTimeout")


def _queues(section: Mapping[str, Any]) -> QueueOptions:
    values = {key.lower(): value for key, value in section.items()}
    batch_size = min(_number(values.get("batchsize", 16), "batchSize"), _LARGEST_BATCH)
    threshold = batch_size * (os.cpu_count() or 1) // 2
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=_number(values.get("newbatchthreshold", threshold), "newBatchThreshold"),
        max_dequeue_count=_number(values.get("maxdequeuecount", 5), "maxDequeueCount"),
        visibility_timeout=seconds(str(values.get("visibilitytimeout", "00:00:00")), "visibilityTimeout"),
        max_polling_interval=seconds(str(values.get("maxpollinginterval", "00:00:01")), "maxPollingInterval"),
        base64=str(values.get("messageencoding", "base64")).lower() != "none",
    )


def _number(value: Any, key: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise AppError(f"host.json: extensions.queues.{key} is '{value}'.", "Write a whole number.") from None
