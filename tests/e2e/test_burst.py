"""Many uploads at once, each event delivered three times, with a resource manager that throttles as documented."""

import pytest

from tests.e2e.burst import MOST_JOBS, burst, early_retries, most_jobs_at_once
from tests.e2e.kills import lost_or_doubled
from tests.e2e.world import World

UPLOADS = 16


@pytest.mark.thorough
def test_a_burst_of_uploads_loses_and_doubles_nothing_and_respects_all_limits(quick_world: World) -> None:
    runs = burst(quick_world, UPLOADS, projects=UPLOADS)
    assert len(runs) == UPLOADS
    assert lost_or_doubled(runs, quick_world) == []
    assert most_jobs_at_once(quick_world) <= MOST_JOBS
    assert early_retries(quick_world) == []
