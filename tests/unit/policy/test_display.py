"""Display names of jobs."""

from shared.models.config import Scalar
from shared.policy.display import display_name
from tests.doubles.training import COMPONENT


def test_a_display_name_has_the_lessons_parts() -> None:
    values: dict[str, Scalar] = {
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 2,
        "lr_scheduler_type": "cosine",
        "apply_deepspeed": "true",
        "deepspeed_stage": "3",
        "apply_lora": "true",
        "save_total_limit": 1,
        "max_seq_length": 2048,
    }
    name = display_name("Phi-4", "support/faq.v2.jsonl.gz", 2, values, COMPONENT)
    assert name == "Phi-4-faq-bs16-cosine-ds3-lora-save_limit1-seqlen2048"


def test_a_display_name_has_the_components_defaults_for_what_is_not_set() -> None:
    assert display_name("Phi-4", "support/faq.jsonl", 1, {}, COMPONENT) == (
        "Phi-4-faq-bs1-linear-nods-lora-save_limit-1-seqlen-1"
    )
