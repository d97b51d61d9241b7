"""Why an endpoint may live: a lease that ages, and ends early when nobody asks the endpoint anything."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.models.config import LeaseConfig
from shared.models.project import Lease, LedgerEntry, Usage
from shared.policy import cost


def grant(
    project: str, endpoint: str, config: LeaseConfig, since: datetime, longest: timedelta, instance_type: str
) -> Lease:
    """The lease of an endpoint whose champion went live at ``since``: what its project asks, at most ``longest``."""
    latest = since + longest
    kept = min(config.keep_until, latest) if config.keep_until else None
    aged = min(since + config.max_age, latest)
    return Lease(
        project=project,
        endpoint=endpoint,
        started=since,
        renewed=since,
        expires=max(aged, kept) if kept else aged,
        keep_until=kept,
        idle_seconds=int(config.idle.total_seconds()),
        instance_type=instance_type,
    )


def end_reason(lease: Lease, usage: Iterable[Usage], now: datetime) -> str | None:
    """Why the lease is over, in words; ``None`` while it runs."""
    if now >= lease.expires:
        return "its lease ran out"
    if lease.keep_until and now < lease.keep_until:
        return None
    awake = [lease.renewed or lease.started, *(one.last_used for one in usage)]
    if now - max(awake) >= timedelta(seconds=lease.idle_seconds):
        return f"nobody used it for {timedelta(seconds=lease.idle_seconds)}"
    return None


def ledger_entry(lease: Lease, run_id: str | None, ended: datetime, reason: str) -> LedgerEntry:
    """What the endpoint cost, and what a month without it saves."""
    hours = (ended - lease.started).total_seconds() / 3600
    return LedgerEntry(
        project=lease.project,
        endpoint=lease.endpoint,
        run_id=run_id,
        instance_type=lease.instance_type,
        started=lease.started,
        ended=ended,
        hours=round(hours, 4),
        cost_usd=cost.endpoint_usd(hours, lease.instance_type, lease.instances),
        saved_usd_per_month=cost.endpoint_usd(cost.HOURS_PER_MONTH, lease.instance_type, lease.instances),
        reason=reason,
    )
