from datetime import UTC, datetime

import pytest

from shared.core.errors import TunedropError
from shared.core.states import State
from shared.gateways.entities import from_entity, to_entity
from shared.models.config import ProjectConfig
from shared.models.run import Evaluation, Notice, Results, Run, Upload

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)
RUN = Run(
    project="acme",
    run_id="acme-0123456789",
    upload=Upload(path="acme/ü 😀.jsonl", etag="0x1", size=5),
    config=ProjectConfig(hyperparameters={"learning_rate": 2e-5, "apply_lora": "true", "seed": 42}),
    deadline=NOW,
    next_due=NOW,
    outbox=[Notice(id="acme-0123456789:1", type="t", time=NOW, state=State.RECEIVED, detail="")],
    results=Results(metrics={"loss": 0.1}, evaluation=Evaluation(tries=1)),
    created=NOW,
    updated=NOW,
)


def test_a_record_that_is_written_and_read_is_the_same() -> None:
    assert from_entity(Run, to_entity("acme", "run:x", RUN)) == RUN


def test_keys_and_system_properties_of_a_row_are_not_fields() -> None:
    row = {**to_entity("acme", "run:x", RUN), "Timestamp": "2026", "odata.etag": "1"}
    assert from_entity(Run, row) == RUN


def test_a_field_that_is_missing_in_a_row_takes_its_default() -> None:
    row = to_entity("acme", "run:x", RUN)
    del row["fingerprint"], row["attempt"]
    assert from_entity(Run, row) == RUN


@pytest.mark.parametrize("character", ["a", "ü", "😀"])
def test_a_fields_size_is_measured_in_utf_16_as_the_table_does(character: str) -> None:
    units = len(character.encode("utf-16-le")) // 2
    largest = RUN.model_copy(update={"hold_reason": character * ((32 * 1024 - 2) // units)})
    to_entity("acme", "run:x", largest)
    with pytest.raises(TunedropError, match="'hold_reason' takes"):
        to_entity("acme", "run:x", largest.model_copy(update={"hold_reason": f"{largest.hold_reason}{character}"}))
