"""Leases: how long an endpoint may live, and what it cost."""

from datetime import timedelta

import pytest

from shared.models.config import LeaseConfig
from shared.models.project import Lease, Usage
from shared.policy.lease import end_reason, grant, ledger_entry
from tests.doubles.clock import START

SIZE = "Standard_NC24ads_A100_v4"
LONGEST = timedelta(days=7)
HOUR = timedelta(hours=1)


def lease(**config: object) -> Lease:
    return grant("support", "support-abcde-1", LeaseConfig.model_validate(config), START, LONGEST, SIZE)


def used(hours: float) -> Usage:
    return Usage(project="support", instance="one", last_used=START + hours * HOUR)


def test_the_platforms_limit_overrides_the_projects_settings() -> None:
    assert lease(max_age=timedelta(days=30)).expires == START + LONGEST


def test_keep_until_extends_the_lease_but_not_beyond_the_platforms_limit() -> None:
    kept = lease(max_age=HOUR, keep_until=START + 5 * HOUR)
    assert (kept.expires, kept.keep_until) == (START + 5 * HOUR, START + 5 * HOUR)
    assert lease(keep_until=START + timedelta(days=30)).keep_until == START + LONGEST


@pytest.mark.parametrize(
    ("usage", "hours", "ended"),
    [
        ([], 11.9, False),
        ([], 12, True),
        ([used(3)], 12, False),
        ([used(3), used(1)], 14.9, False),
        ([used(3)], 15, True),
        ([used(-20)], 1, False),
    ],
)
def test_the_lease_of_an_idle_endpoint_ends(usage: list[Usage], hours: float, ended: bool) -> None:
    assert (end_reason(lease(), usage, START + hours * HOUR) is not None) is ended


def test_the_lease_of_an_idle_endpoint_lasts_until_keep_until() -> None:
    kept = lease(idle=HOUR, keep_until=START + 5 * HOUR)
    assert end_reason(kept, [], START + 4 * HOUR) is None
    assert end_reason(kept, [], START + 5 * HOUR) == "nobody used it for 1h"


def test_the_lease_of_a_used_endpoint_ends_at_its_greatest_age() -> None:
    assert end_reason(lease(max_age=HOUR), [used(1)], START + HOUR) == "its lease ran out"


def test_the_ledger_entry_has_the_cost_and_what_a_month_without_the_endpoint_saves() -> None:
    entry = ledger_entry(lease(), "support-0123456789", START + 2 * HOUR, "its lease ran out")
    assert entry.hours == 2
    assert entry.cost_usd > 0
    assert entry.saved_usd_per_month == pytest.approx(entry.cost_usd * 365, rel=0.01)
