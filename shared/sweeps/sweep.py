"""Every hour: find what events did not tell, and what nobody owns."""

import logging

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.ports import BlobInfo, Ports
from shared.sweeps.leftovers import forget_unwritten, remove_leftovers
from shared.sweeps.orphans import remove_orphans
from shared.sweeps.rebuild import rebuild
from shared.uploads import intake

log = logging.getLogger(__name__)


def sweep(ports: Ports) -> int:
    """Restore lost rows, take in uploads that have no run, remove what belongs to nobody; how many that were.

    In this order: what a lost row stands for is neither a missed upload nor an orphan.
    """
    restored = rebuild(ports).total + _take_in(ports)
    return restored + forget_unwritten(ports) + remove_orphans(ports) + remove_leftovers(ports)


def _take_in(ports: Ports) -> int:
    known = {run.run_id for run in ports.runs.all()}
    missed = [info for info in ports.blobs.within(resources.UPLOADS) if _is_missed(info, known, ports)]
    for info in missed:
        log.warning("An upload had no run: its event was lost. Its run is %s.", intake.found(info, ports))
    return len(missed)


def _is_missed(info: BlobInfo, known: set[str], ports: Ports) -> bool:
    if not naming.is_upload(info.path, info.size):
        return False
    try:
        return naming.run_id(ports.blobs.account, resources.UPLOADS, info.path, info.etag) not in known
    except EventError:
        return False
