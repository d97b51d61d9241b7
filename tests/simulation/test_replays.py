"""Every schedule that a suite may print can be replayed."""

import json
from itertools import islice

import pytest

from tests.simulation import hunt, replays
from tests.simulation.simulation import Single


@pytest.mark.parametrize("suite", hunt.SUITES)
def test_a_printed_schedule_can_be_read_back(suite: str) -> None:
    for batch in islice(hunt.SUITES[suite](), 20):
        schedule = batch if isinstance(batch, Single) else next(batch.runs())[0]
        assert replays.read(json.loads(json.dumps(replays.written(schedule)))) == schedule
