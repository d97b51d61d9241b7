"""``tunedrop rebuild``: recreate lost table rows."""

from rich.console import Console

from shared.ports import Ports
from shared.runs.store import all_runs
from shared.sweeps.rebuild import rebuild


def rebuild_tables(console: Console, ports: Ports) -> None:
    """Write the rows that are missing, and say how many of each kind were."""
    restored = rebuild(all_runs(ports), ports)
    if not restored.total:
        console.print("No rows are missing.")
        return
    console.print(
        f"Restored {_count(restored.runs, 'run')}, {_count(restored.projects, 'project')} and"
        f" {_count(restored.bills, 'ledger entry', 'ledger entries')}."
        " Runs that have not ended continue within a minute.",
        highlight=False,
        soft_wrap=True,
    )


def _count(count: int, singular: str, plural: str = "") -> str:
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
