from datetime import UTC, datetime, timedelta

import pytest

from shared.core.errors import PreflightError
from shared.models.training import Compute, FoundationModel
from shared.policy import preflight

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MODEL = FoundationModel(
    id="m",
    name="Phi-4",
    version="8",
    finetune_skus=["Standard_NC24ads_A100_v4", "Standard_NC6s_v3", "Standard_ND96asr_v4"],
    defaults={},
)
ANY_SIZE = MODEL.model_copy(update={"finetune_skus": []})


def cluster(size: str, name: str = "gpu-cluster", gpus: int = 1, state: str = "Succeeded") -> Compute:
    return Compute(name=name, size=size, gpus=gpus, provisioning_state=state)


GOOD = cluster("STANDARD_NC24ADS_A100_V4", "other")


def test_a_suitable_cluster_is_returned_whatever_the_case_of_its_size() -> None:
    assert preflight.compute("other", [GOOD], MODEL, NOW) is GOOD


@pytest.mark.parametrize(
    ("bad", "model", "expected"),
    [
        (cluster("Standard_NC24ads_A100_v4", state="Failed"), MODEL, "in state Failed"),
        (cluster("Standard_NC24"), ANY_SIZE, "which fine-tuning does not support"),
        (cluster("Standard_NC6s_v3"), MODEL, "which Azure retired on 2025-09-30"),
        (cluster("Standard_ND40rs_v2", gpus=8), MODEL, "on which Phi-4 cannot be fine-tuned"),
        (cluster("Standard_D4s_v5", gpus=0), ANY_SIZE, "which has no GPU"),
    ],
)
def test_an_unsuitable_cluster_is_refused_with_a_reason_and_an_alternative(
    bad: Compute, model: FoundationModel, expected: str
) -> None:
    with pytest.raises(PreflightError) as refusal:
        preflight.compute("gpu-cluster", [bad, GOOD], model, NOW)
    assert expected in refusal.value.message
    assert "'other' (STANDARD_NC24ADS_A100_V4)" in refusal.value.remedy


def test_an_absent_cluster_is_refused_with_the_suitable_ones() -> None:
    with pytest.raises(PreflightError, match=r"'gone' is not in the workspace.*'other'"):
        preflight.compute("gone", [GOOD], MODEL, NOW)


def test_without_a_suitable_cluster_the_sizes_that_are_not_retired_are_named() -> None:
    with pytest.raises(PreflightError) as refusal:
        preflight.compute("gone", [], MODEL, NOW)
    assert "Standard_NC24ads_A100_v4 or Standard_ND96asr_v4" in refusal.value.remedy
    assert "Standard_NC6s_v3" not in refusal.value.remedy


def test_a_size_is_usable_until_the_day_it_retires() -> None:
    old = cluster("Standard_NC6s_v3")
    assert preflight.compute_problem(old, MODEL, datetime(2025, 9, 30, 12, tzinfo=UTC)) is None
    assert preflight.compute_problem(old, MODEL, datetime(2025, 10, 1, tzinfo=UTC)) is not None


def test_a_model_whose_fine_tuning_has_ended_is_refused() -> None:
    retiring = MODEL.model_copy(update={"finetune_retires": NOW})
    with pytest.raises(PreflightError, match="Fine-tuning of Phi-4 ended on 2026-11-24"):
        preflight.base_model("Phi-4", retiring, NOW)
    assert preflight.base_model("Phi-4", retiring, NOW - timedelta(seconds=1)) is retiring


def test_a_model_that_is_not_in_the_registry_is_refused() -> None:
    with pytest.raises(PreflightError, match="no base model 'Phi-9'"):
        preflight.base_model("Phi-9", None, NOW)
