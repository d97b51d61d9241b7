"""What a run would cost, before anything is started, and what an endpoint costs while it lives."""

from typing import Final

from shared.models.receipt import Cost
from shared.policy import prices

HOURS_PER_MONTH: Final = 730.0


def estimate(tokens: int, epochs: float, training_size: str, endpoint_size: str) -> Cost | None:
    """List-price estimate of training on ``tokens`` for ``epochs`` and of an endpoint's hour.

    Assumes ``prices.STARTUP_HOURS`` before training and ``prices.TOKENS_PER_SECOND`` on each GPU.
    ``None`` if one of the sizes has no price.
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
            f"{epochs:g} epochs of {tokens:,} tokens at {prices.TOKENS_PER_SECOND:,.0f} tokens a second on each GPU, "
            f"after {prices.STARTUP_HOURS:g} h of start-up. {prices.SOURCE}"
        ),
    )


def endpoint_usd(hours: float, size: str, instances: int = 1) -> float:
    """What ``hours`` of an endpoint cost, in US dollars; 0 if its size has no price."""
    return round(hours * instances * (prices.usd_per_hour(size) or 0.0), 2)


def over_budget(cost: Cost | None, budget_usd: float | None, times: int = 1) -> str | None:
    """Why a run must wait for an approval; ``None``: it need not. An unknown cost is over any budget.

    Args:
        cost: of training once.
        budget_usd: as the platform has tightened it; ``None``: there is none.
        times: how often the run would then have been trained; a job that failed counts whole.
    """
    if budget_usd is None:
        return None
    if cost is None:
        return f"No price is known for these sizes, so it cannot be held against the budget of ${budget_usd:,.2f}."
    usd = cost.training_usd * times
    if usd <= budget_usd:
        return None
    what = "Training" if times == 1 else f"Training it {times} times"
    return f"{what} would cost about ${usd:,.2f}, over the budget of ${budget_usd:,.2f} a run."
