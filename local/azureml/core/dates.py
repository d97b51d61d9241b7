"""Times in Azure's format."""

from datetime import UTC, datetime
from typing import Any


def iso(seconds: float | None) -> str | None:
    """A Unix time in seconds as ``2026-11-24T03:34:00.000000Z``."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def system_data(created: float) -> dict[str, Any]:
    """The ``systemData`` of a resource: who created it, and when (Unix time)."""
    when = iso(created)
    who = {"createdBy": "tunedrop", "createdByType": "Application", "createdAt": when}
    return who | {"lastModifiedBy": "tunedrop", "lastModifiedByType": "Application", "lastModifiedAt": when}
