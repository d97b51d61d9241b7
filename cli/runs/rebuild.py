"""``tunedrop rebuild``: recreate what the tables have lost."""

from rich.console import Console

from shared.ports import Ports
from shared.runs.store import all_runs
from shared.sweeps.rebuild import rebuild


def rebuilt(console: Console, ports: Ports) -> None:
    """Write the rows that are missing, and say how many those were."""
    found = rebuild(all_runs(ports), ports)
    if not found.total:
        console.print("Nothing is missing.")
        return
    console.print(
        f"Restored: {found.runs} runs, the serving of {found.projects} projects, {found.bills} entries of the ledger. "
        "Runs that have not ended go on within a minute.",
        highlight=False,
        soft_wrap=True,
    )
