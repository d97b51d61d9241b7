"""Every hour: restore what was lost, find what no event announced, and remove what nobody owns.

All parts share one snapshot of the runs. Runs that are made meanwhile are not in it, so each part asks again for a run
before it acts on its absence.
"""

import logging

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.ports import BlobInfo, Ports
from shared.runs.store import RunsById, all_runs
from shared.sweeps.leftovers import forget_unwritten, remove_leftovers
from shared.sweeps.orphans import remove_orphans
from shared.sweeps.rebuild import rebuild
from shared.uploads import intake

log = logging.getLogger(__name__)


def sweep(ports: Ports) -> int:
    """Restore lost rows, take in uploads that have no run, remove what belongs to nobody; how many that were.

    The order matters: the run of a lost row is not a missed upload, and its resources are not orphans.
    """
    runs = all_runs(ports)
    restored = rebuild(runs, ports).total + _take_in(runs, ports)
    return restored + forget_unwritten(ports) + remove_orphans(runs, ports) + remove_leftovers(runs, ports)


def _take_in(runs: RunsById, ports: Ports) -> int:
    missed = [info for info in ports.blobs.within(resources.UPLOADS) if _is_missed(info, runs, ports)]
    for info in missed:
        run_id = intake.accept_blob(info, ports)
        log.warning("An upload had no run, so its event was lost. Its run is %s.", run_id)
    return len(missed)


def _is_missed(info: BlobInfo, runs: RunsById, ports: Ports) -> bool:
    if not naming.is_upload(info.path, info.size):
        return False
    try:
        run_id = naming.run_id(ports.blobs.account, resources.UPLOADS, info.path, info.etag)
    except EventError:
        return False
    return run_id not in runs and ports.runs.get(naming.project_of_run(run_id), run_id) is None
