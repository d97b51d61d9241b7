"""Names of containers, queues, tables, functions and event types.

Source: ``resources.json``, which ``infra/*.bicep`` reads too (``loadJsonContent``), so that code and
infrastructure cannot drift apart.
"""

import json
from pathlib import Path
from typing import Any, Final

_ALL: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "resources.json").read_text())

UPLOADS: Final[str] = _ALL["containers"]["uploads"]
PREPARED: Final[str] = _ALL["containers"]["prepared"]
RECEIPTS: Final[str] = _ALL["containers"]["receipts"]
RECORDS: Final[str] = _ALL["containers"]["records"]
CONTAINERS: Final[tuple[str, ...]] = tuple(_ALL["containers"].values())

ADVANCE_QUEUE: Final[str] = _ALL["queues"]["advance"]
POISON_QUEUE: Final[str] = _ALL["queues"]["poison"]
QUEUES: Final[tuple[str, ...]] = tuple(_ALL["queues"].values())

RUNS_TABLE: Final[str] = _ALL["tables"]["runs"]
ACTIVE_TABLE: Final[str] = _ALL["tables"]["active"]
PROJECTS_TABLE: Final[str] = _ALL["tables"]["projects"]
LEDGER_TABLE: Final[str] = _ALL["tables"]["ledger"]
TABLES: Final[tuple[str, ...]] = tuple(_ALL["tables"].values())

PREPARED_DATASTORE: Final[str] = _ALL["datastores"]["prepared"]

FUNCTIONS: Final[dict[str, str]] = _ALL["functions"]

UPLOAD_EVENT_TYPES: Final[frozenset[str]] = frozenset(_ALL["events"]["uploads"]["types"])
UPLOAD_EVENT_APIS: Final[frozenset[str]] = frozenset(_ALL["events"]["uploads"]["apis"])
RUN_EVENT_TYPES: Final[frozenset[str]] = frozenset(_ALL["events"]["runs"]["types"])
