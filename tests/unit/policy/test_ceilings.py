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


def test_settings_within_the_limits_are_unchanged_and_not_explained() -> None:
    config = ProjectConfig(budget_usd=5, budget_tokens=1000, lease=LeaseConfig(keep_until=NOON + timedelta(days=7)))
    assert tightened(config) == (config, [])


def test_a_limit_that_a_project_does_not_set_is_the_platforms() -> None:
    config, explanations = tightened(ProjectConfig(), budget_per_run_usd=40.0, budget_per_run_tokens=5000)
    assert (config.budget_usd, config.budget_tokens, explanations) == (40.0, 5000, [])


@pytest.mark.parametrize(
    ("wanted", "limit", "explanation"),
    [
        ({"budget_usd": 500.0}, {"budget_per_run_usd": 40.0}, "`budget_usd` is 40.00, not 500.00"),
        ({"budget_tokens": 9000}, {"budget_per_run_tokens": 5000}, "`budget_tokens` is 5,000, not 9,000"),
        ({}, {"longest_lease_hours": 36.0}, "`lease.max_age` is 36h, not 7d"),
        (
            {"lease": LeaseConfig(keep_until=NOON + timedelta(days=8))},
            {},
            "`lease.keep_until` is shortened: the platform keeps an endpoint for 7d at most.",
        ),
    ],
)
def test_a_setting_over_a_limit_is_tightened_and_explained(wanted: Any, limit: Any, explanation: str) -> None:
    config, explanations = tightened(ProjectConfig(**wanted), **limit)
    assert [each.startswith(explanation) for each in explanations] == [True]
    assert tightened(config, **limit)[0] == config
    assert ProjectConfig.model_validate_json(config.model_dump_json()) == config
