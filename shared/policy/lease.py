"""Leases: an endpoint may live until its lease ends, which it does early if nobody uses the endpoint."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.models.config import LeaseConfig
from shared.models.fields import format_duration
from shared.models.project import Lease, LedgerEntry, Usage
from shared.policy import cost


def grant(
    project: str, endpoint: str, config: LeaseConfig, since: datetime, longest: timedelta, instance_type: str
) -> Lease:
    """The lease of an endpoint whose champion went live at ``since``: as its project wants, ``longest`` at most."""
    latest = since + longest
    keep_until = min(config.keep_until, latest) if config.keep_until else None
    expires = min(since + config.max_age, latest)
    return Lease(
        project=project,
        endpoint=endpoint,
        started=since,
        renewed=since,
        expires=max(expires, keep_until) if keep_until else expires,
        keep_until=keep_until,
        idle_seconds=int(config.idle.total_seconds()),
        instance_type=instance_type,
    )


def end_reason(lease: Lease, usage: Iterable[Usage], now: datetime) -> str | None:
    """Why the lease has ended, as a clause; ``None``: it has not."""
    if now >= lease.expires:
        return "its lease ran out"
    if lease.keep_until and now < lease.keep_until:
        return None
    idle = timedelta(seconds=lease.idle_seconds)
    last_used = max([lease.renewed or lease.started, *(row.last_used for row in usage)])
    if now - last_used >= idle:
        return f"nobody used it for {format_duration(idle)}"
    return None


def ledger_entry(lease: Lease, run_id: str | None, ended: datetime, reason: str) -> LedgerEntry:
    """The ledger entry of an endpoint: what it cost, and what a month without it saves."""
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
