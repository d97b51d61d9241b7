"""Values that the tests write through the ports and read back."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.core.states import State
from shared.models.config import ProjectConfig
from shared.models.project import Lease, LedgerEntry, Usage
from shared.models.run import Notice, Results, Run, Splits, TimelineEntry, Upload, UploadPart

NOW: Final = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)


def run(project: str, number: int = 1) -> Run:
    """A run with a value in every kind of field."""
    run_id = f"{project}-{number:010x}"
    return Run(
        project=project,
        run_id=run_id,
        upload=Upload(
            path=f"{project}/chat ü 😀/_READY",
            etag="0x8DC",
            size=7,
            parts=[UploadPart(path=f"{project}/chat ü 😀/train.jsonl", etag="0x8DB", size=7)],
        ),
        state=State.PREPARED,
        config=ProjectConfig(hyperparameters={"learning_rate": 2e-5, "apply_lora": "true", "num_train_epochs": 3}),
        deadline=NOW + timedelta(days=1),
        next_due=NOW,
        outbox=[
            Notice(id=f"{run_id}:1", type="tunedrop.run.prepared", time=NOW, state=State.PREPARED, detail='"quoted"\n')
        ],
        results=Results(splits=Splits(train="a/train.jsonl", validation="a/v.jsonl", test="a/t.jsonl")),
        created=NOW,
        updated=NOW,
    )


def entry(seq: int, note: str = "Happened.") -> TimelineEntry:
    """A timeline entry."""
    return TimelineEntry(seq=seq, time=NOW + timedelta(seconds=seq), state=State.PREPARED, attempt=1, note=note)


def lease(project: str) -> Lease:
    """A lease of one day."""
    return Lease(
        project=project,
        endpoint=f"{project}-abcde-1",
        started=NOW,
        expires=NOW + timedelta(days=1),
        idle_seconds=3600,
        instance_type="Standard_X",
    )


def usage(project: str, instance: str) -> Usage:
    """Usage of an instance that has just scored."""
    return Usage(project=project, instance=instance, last_used=NOW, requests=3)


def ledger_entry(project: str, generation: int = 1) -> LedgerEntry:
    """The ledger entry of an endpoint."""
    return LedgerEntry(
        project=project,
        endpoint=f"{project}-abcde-{generation}",
        run_id=f"{project}-0123456789",
        instance_type="Standard_X",
        started=NOW - timedelta(hours=2),
        ended=NOW,
        hours=2.0,
        cost_usd=7.34,
        saved_usd_per_month=2679.1,
        reason="its lease ran out",
    )
