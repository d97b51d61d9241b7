"""The catalogue of failures, against messages of Azure's and ours."""

import re

import pytest

from shared.models.config import Scalar
from shared.policy.explain import catalogue, failure, with_half_the_batch

AZURE_MESSAGES = {
    "cuda_out_of_memory": [
        "(UserError) finetune: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 79.15 GiB total capacity)",
        "torch.OutOfMemoryError: CUDA error: out of memory",
    ],
    "preempted": [
        "AzureMLCompute job failed. PreemptionError: Nodes of this job got pre-empted. Check if the run has failed or "
        "restarted. Reason: Received pre-emption warning signal",
    ],
    "throttled": ["(TooManyRequests) The request is being throttled.", "ServerBusy: The server is busy."],
    "quota": [
        "Not enough quota available for Standard_F4s_v2 in SubscriptionId 0. Current usage/limit: 0/6. "
        "Additional needed: 8",
        "(OutOfQuota) The requested cores exceed the quota.",
    ],
    "capacity": ["(OutOfCapacity) The specified VM Size failed to provision due to a lack of Azure capacity."],
    "sku_not_allowed": [
        "The instance type Standard_DS2_v2 is not supported for model Phi-4.",
        "Cluster 'gpu' has size Standard_NC6, which fine-tuning does not support.",
        "Cluster 'gpu' has size Standard_NC6s_v3, which Azure retired on 2025-09-30.",
        "Cluster 'gpu' has size Standard_ND40rs_v2, on which Phi-4 cannot be fine-tuned.",
    ],
    "retired_model": [
        "Model Phi-3-mini-4k-instruct has been retired.",
        "Fine-tuning of Phi-3-mini-4k-instruct ended on 2025-08-30.",
        "The registry has no base model 'Phi-0'.",
    ],
    "out_of_memory": ["The step was OOMKilled.", "DefaultCPUAllocator: out of memory", "Process ended, exit code: 137"],
    "disk_full": ["OSError: [Errno 28] No space left on device"],
    "access_denied": ["AuthorizationPermissionMismatch: This request is not authorized to perform this operation."],
    "bad_data": [
        "preprocess: Conversation roles must alternate user/assistant/user/assistant/...",
        "JSONDecodeError: Expecting value: line 1 column 1",
    ],
    "image_pull": [
        "Failed to pull image from the registry.",
        "(ImageBuildFailure) The build log is available in the workspace blob store.",
        "Deployment failed due to timeout while waiting for Environment Image to become available.",
    ],
    "liveness_probe": [
        "(ResourceNotReady) User container has crashed or terminated: Liveness probe failed: HTTP probe failed with "
        "statuscode: 502",
    ],
    "timed_out": ["The job exceeded the maximum duration.", "The operation timed out."],
    "cluster_unavailable": [
        "Unknown compute target 'gpu-cluster'.",
        "The node became unusable.",
        "Cluster 'gpu' is in state Creating, not Succeeded.",
    ],
    "failed_child": ["The pipeline completed although a step failed: convert: it broke."],
    "azure_fault": ["(InternalServerError) An internal error occurred."],
}


@pytest.mark.parametrize(
    ("kind", "message"), [(kind, message) for kind, messages in AZURE_MESSAGES.items() for message in messages]
)
def test_a_failure_is_recognised_by_azures_message(kind: str, message: str) -> None:
    entry = failure(message)
    assert entry is not None
    assert entry.kind == kind


def test_every_entry_has_a_message_above() -> None:
    assert [entry.kind for entry in catalogue()] == list(AZURE_MESSAGES)


def test_an_unknown_message_is_not_explained() -> None:
    assert failure("Something else.") is None


def test_every_pattern_compiles_and_is_listed_once() -> None:
    patterns = [pattern for entry in catalogue() for pattern in entry.patterns]
    assert len(set(patterns)) == len(patterns)
    assert all(re.compile(pattern, re.IGNORECASE).search("") is None for pattern in patterns)


def test_every_cause_is_one_sentence_and_every_remedy_ends_as_one() -> None:
    for entry in catalogue():
        assert re.fullmatch(r"[A-Z][^.]*\.", entry.cause)
        assert re.fullmatch(r"[A-Z].*\.", entry.remedy)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"per_device_train_batch_size": 8, "gradient_accumulation_steps": 2}, (4, 4)),
        ({"per_device_train_batch_size": 2}, (1, 2)),
    ],
)
def test_half_the_batch_comes_with_twice_the_accumulation(before: dict[str, Scalar], after: tuple[int, int]) -> None:
    halved = with_half_the_batch(before)
    assert halved is not None
    assert (halved["per_device_train_batch_size"], halved["gradient_accumulation_steps"]) == after


def test_a_batch_of_one_row_cannot_be_halved() -> None:
    assert with_half_the_batch({}) is None
