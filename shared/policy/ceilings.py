"""What the platform's limits leave of a project's settings: whoever pays has the last word, and it is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.core.settings import Settings
from shared.models.config import LeaseConfig, ProjectConfig
from shared.models.fields import format_duration


def tighten(config: ProjectConfig, settings: Settings, received: datetime) -> tuple[ProjectConfig, list[str]]:
    """The settings that hold, and a sentence for each that the platform has tightened.

    Args:
        received: when the upload was; ``keep_until`` is held against it.
    """
    usd, tokens = settings.budget_per_run_usd, settings.budget_per_run_tokens
    longest = timedelta(hours=settings.longest_lease_hours)
    allowed = {
        "budget_usd": min(config.budget_usd or usd, usd),
        "budget_tokens": min(config.budget_tokens or tokens, tokens),
        "lease": config.lease.model_copy(update={"max_age": min(config.lease.max_age, longest)}),
    }
    told = [*_budgets(config, settings), *_lease(config.lease, longest, received)]
    return config.model_copy(update=allowed), told


def _budgets(config: ProjectConfig, settings: Settings) -> Iterator[str]:
    usd, tokens = settings.budget_per_run_usd, settings.budget_per_run_tokens
    if config.budget_usd is not None and config.budget_usd > usd:
        yield f"`budget_usd` is {usd:,.2f}, not {config.budget_usd:,.2f}: one run may not cost more here."
    if config.budget_tokens is not None and config.budget_tokens > tokens:
        yield f"`budget_tokens` is {tokens:,}, not {config.budget_tokens:,}: one run may not train on more here."


def _lease(lease: LeaseConfig, longest: timedelta, received: datetime) -> Iterator[str]:
    if lease.max_age > longest:
        asked = format_duration(lease.max_age)
        yield f"`lease.max_age` is {format_duration(longest)}, not {asked}: endpoints may not live longer here."
    if lease.keep_until is not None and lease.keep_until > received + longest:
        yield f"`lease.keep_until` holds for {format_duration(longest)} at most: endpoints may not live longer here."
