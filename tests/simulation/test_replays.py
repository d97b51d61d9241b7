"""Every schedule that a suite may print can be had again."""

import json
from itertools import islice

import pytest

from tests.simulation import hunt, replays
from tests.simulation.simulation import Single


@pytest.mark.parametrize("suite", hunt.SUITES)
def test_schedule_that_is_printed_is_read_again(suite: str) -> None:
    for batch in islice(hunt.SUITES[suite](), 20):
        schedule = batch if isinstance(batch, Single) else next(batch.runs())[0]
        assert replays.read(json.loads(json.dumps(replays.written(schedule)))) == schedule
