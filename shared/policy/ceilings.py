"""Applies the platform's limits to a project's settings."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.core.settings import Settings
from shared.models.config import LeaseConfig, ProjectConfig
from shared.models.fields import format_duration


def tighten(config: ProjectConfig, settings: Settings, received: datetime) -> tuple[ProjectConfig, list[str]]:
    """The settings within the platform's limits, and a sentence for each setting that was tightened.

    Args:
        received: when the upload was received; ``keep_until`` may be this long after it at most.
    """
    usd, tokens = settings.budget_per_run_usd, settings.budget_per_run_tokens
    longest = timedelta(hours=settings.longest_lease_hours)
    allowed = {
        "budget_usd": min(config.budget_usd or usd, usd),
        "budget_tokens": min(config.budget_tokens or tokens, tokens),
        "lease": config.lease.model_copy(update={"max_age": min(config.lease.max_age, longest)}),
    }
    explanations = [*_budgets(config, settings), *_lease(config.lease, longest, received)]
    return config.model_copy(update=allowed), explanations


def _budgets(config: ProjectConfig, settings: Settings) -> Iterator[str]:
    usd, tokens = settings.budget_per_run_usd, settings.budget_per_run_tokens
    if config.budget_usd is not None and config.budget_usd > usd:
        yield f"`budget_usd` is {usd:,.2f}, not {config.budget_usd:,.2f}: the platform limits the cost of a run."
    if config.budget_tokens is not None and config.budget_tokens > tokens:
        yield f"`budget_tokens` is {tokens:,}, not {config.budget_tokens:,}: the platform limits the tokens of a run."


def _lease(lease: LeaseConfig, longest: timedelta, received: datetime) -> Iterator[str]:
    if lease.max_age > longest:
        limit, wanted = format_duration(longest), format_duration(lease.max_age)
        yield f"`lease.max_age` is {limit}, not {wanted}: the platform limits the life of an endpoint."
    if lease.keep_until is not None and lease.keep_until > received + longest:
        yield f"`lease.keep_until` is shortened: the platform keeps an endpoint for {format_duration(longest)} at most."
