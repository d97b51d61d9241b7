import pytest

from shared.policy import cost, prices

A100 = "Standard_NC24ads_A100_v4"
FOUR = "Standard_NC96ads_A100_v4"


def test_without_tokens_only_the_start_up_costs() -> None:
    estimate = cost.estimate(0, 1, A100, A100)
    assert estimate is not None
    assert estimate.training_usd == pytest.approx(prices.STARTUP_HOURS * 3.673, abs=0.01)
    assert estimate.priced_on == prices.PRICED_ON


def test_training_time_grows_with_tokens_and_epochs_and_shrinks_with_gpus() -> None:
    hour = int(prices.TOKENS_PER_SECOND * 3600)
    hours = {
        args: estimate.training_hours - prices.STARTUP_HOURS
        for args in [(hour, 1, A100), (hour, 3, A100), (hour * 2, 2, FOUR)]
        if (estimate := cost.estimate(*args, A100))
    }
    assert list(hours.values()) == [1.0, 3.0, 1.0]


def test_a_sizes_price_is_found_in_any_case_and_an_unknown_size_has_none() -> None:
    assert prices.usd_per_hour(A100.upper()) == prices.usd_per_hour(A100)
    assert prices.usd_per_hour("Standard_Unknown") is None
    assert cost.estimate(1, 1, "Standard_Unknown", A100) is None


def test_the_reason_to_hold_a_run_has_its_cost_and_its_budget() -> None:
    estimate = cost.estimate(10**9, 3, A100, A100)
    assert estimate is not None
    assert cost.over_budget(estimate, estimate.training_usd) is None
    assert f"${estimate.training_usd:,.2f}" in (cost.over_budget(estimate, 100.0) or "")
    assert "$100.00" in (cost.over_budget(estimate, 100.0) or "")


def test_an_unknown_price_waits_for_approval() -> None:
    assert cost.over_budget(None, 1e9)


def test_an_endpoint_costs_its_hours_times_its_instances() -> None:
    assert cost.endpoint_usd(10, A100, 2) == 73.46
    assert cost.endpoint_usd(10, "Standard_Unknown") == 0.0
