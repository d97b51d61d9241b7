from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.settings import Settings
from shared.models.config import LeaseConfig, ProjectConfig
from shared.policy import ceilings
from tests.doubles.memory import SETTINGS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def tightened(config: ProjectConfig, **settings: Any) -> tuple[ProjectConfig, list[str]]:
    return ceilings.tighten(config, Settings(**{**SETTINGS, **settings}), NOON)


def test_settings_within_the_limits_hold_and_nothing_is_told() -> None:
    asked = ProjectConfig(budget_usd=5, budget_tokens=1000, lease=LeaseConfig(keep_until=NOON + timedelta(days=7)))
    assert tightened(asked) == (asked, [])


def test_what_a_project_does_not_limit_the_platform_does() -> None:
    found, told = tightened(ProjectConfig(), budget_per_run_usd=40.0, budget_per_run_tokens=5000)
    assert (found.budget_usd, found.budget_tokens, told) == (40.0, 5000, [])


@pytest.mark.parametrize(
    ("asked", "limit", "told"),
    [
        ({"budget_usd": 500.0}, {"budget_per_run_usd": 40.0}, "`budget_usd` is 40.00, not 500.00"),
        ({"budget_tokens": 9000}, {"budget_per_run_tokens": 5000}, "`budget_tokens` is 5,000, not 9,000"),
        ({}, {"longest_lease_hours": 36.0}, "`lease.max_age` is 36h, not 7d"),
        ({"lease": LeaseConfig(keep_until=NOON + timedelta(days=8))}, {}, "`lease.keep_until` holds for 7d at most"),
    ],
)
def test_a_setting_over_a_limit_is_tightened_and_told(asked: Any, limit: Any, told: str) -> None:
    found, sentences = tightened(ProjectConfig(**asked), **limit)
    assert [sentence.startswith(told) for sentence in sentences] == [True]
    assert tightened(found, **limit)[0] == found
    assert ProjectConfig.model_validate_json(found.model_dump_json()) == found
