"""Estimates the cost of a run before anything starts, and the cost of an endpoint while it lives."""

from typing import Final

from shared.models.receipt import Cost
from shared.policy import prices

HOURS_PER_MONTH: Final = 730.0


def estimate(tokens: int, epochs: float, training_size: str, endpoint_size: str) -> Cost | None:
    """Estimate, at list prices, of training on ``tokens`` for ``epochs`` and of an hour of the endpoint.

    It assumes ``prices.STARTUP_HOURS`` before training and ``prices.TOKENS_PER_SECOND`` on each GPU.

    Args:
        training_size: VM size of the cluster.
        endpoint_size: VM size of the endpoint's instances.

    Returns:
        ``None`` if one of the sizes has no known price.
    """
    training, endpoint = prices.size(training_size), prices.size(endpoint_size)
    if training is None or endpoint is None:
        return None
    hours = prices.STARTUP_HOURS + tokens * epochs / (prices.TOKENS_PER_SECOND * training.gpus) / 3600
    return Cost(
        training_usd=round(hours * training.usd_per_hour, 2),
        training_hours=round(hours, 2),
        training_sku=training.name,
        endpoint_usd_per_hour=endpoint.usd_per_hour,
        endpoint_sku=endpoint.name,
        priced_on=prices.PRICED_ON,
        assumes=(
            f"{epochs:g} epochs of {tokens:,} tokens at {prices.TOKENS_PER_SECOND:,.0f} tokens per second on each GPU, "
            f"after {prices.STARTUP_HOURS:g} h of start-up. {prices.SOURCE}"
        ),
    )


def endpoint_usd(hours: float, size: str, instances: int = 1) -> float:
    """Cost of ``hours`` of an endpoint, in US dollars; 0 if its VM size has no known price."""
    return round(hours * instances * (prices.usd_per_hour(size) or 0.0), 2)


def over_budget(cost: Cost | None, budget_usd: float | None, times: int = 1) -> str | None:
    """Why a run must wait for an approval; ``None``: it need not. An unknown cost exceeds any budget.

    Args:
        cost: of training once.
        budget_usd: after the platform's limits; ``None``: there is no budget.
        times: how often the run would then have been trained; a failed job counts as a whole one.
    """
    if budget_usd is None:
        return None
    if cost is None:
        return f"The VM sizes have no known price, so the cost may exceed the budget of ${budget_usd:,.2f} for a run."
    usd = cost.training_usd * times
    if usd <= budget_usd:
        return None
    training = "Training" if times == 1 else f"Training {times} times"
    return f"{training} would cost about ${usd:,.2f}, more than the budget of ${budget_usd:,.2f} for a run."
