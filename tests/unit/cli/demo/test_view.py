import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from cli.demo.events import (
    AnswersScored,
    DemoFinished,
    EndpointBilled,
    Event,
    Message,
    QuestionAnswered,
    ReceiptWritten,
    RunEnded,
    ServiceStarted,
    Stage,
    StageStarted,
    Waiting,
)
from cli.demo.questions import Answer
from cli.demo.view import plain_lines, view
from cli.stack.azureml import TrainingProgress
from shared.api.runs import RunReport
from shared.core.states import State
from shared.models.project import LedgerEntry
from shared.models.receipt import Problem, Receipt
from shared.models.run import Run, TimelineEntry, Upload

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECEIPT = Receipt(
    project="lumo",
    run_id="lumo-0123456789",
    upload="lumo/chats.jsonl",
    sha256="0" * 64,
    size=1,
    verdict="accepted",
    why="Most of it can be used.",
    lines=10,
    accepted=8,
    rejected=1,
    duplicates=1,
    blank=0,
    train_rows=6,
    validation_rows=1,
    test_rows=1,
    tokens=300,
    problems=[Problem(line=7, path="$.messages[0].role", reason="role.unknown", detail="string", hint="Use user.")],
)
ANSWER = Answer("How deep?", "I like turtles.", "Two metres.", "Lumo dives two metres.")
LEDGER = LedgerEntry(
    project="lumo",
    endpoint="lumo-abcde-1",
    run_id="lumo-0123456789",
    instance_type="Standard_NC24ads_A100_v4",
    started=NOON,
    ended=NOON + timedelta(seconds=36),
    hours=0.01,
    cost_usd=0.04,
    saved_usd_per_month=2681.0,
    reason="idle",
)
RUN = Run(
    project="lumo",
    run_id="lumo-0123456789",
    upload=Upload(path="lumo/chats.jsonl", etag="0x1", size=100),
    deadline=NOON,
    next_due=NOON,
    created=NOON - timedelta(seconds=2),
    updated=NOON,
)
REPORT = RunReport(
    run=RUN, timeline=[TimelineEntry(seq=1, time=NOON, state=State.PREPARED, attempt=1, note="8 rows [of 10]")]
)
EVENTS: list[Event] = [
    StageStarted(Stage.STACK),
    ServiceStarted("azurite", "Microsoft's emulator", "https://127.0.0.1:1", 0.5),
    Message("dropped"),
    Waiting("for the event"),
    TrainingProgress("finetune", [(1, 4.0), (2, 2.0)], 0.5, 20.0),
    ReceiptWritten(RECEIPT),
    QuestionAnswered(ANSWER, 1, 12),
    AnswersScored([ANSWER], 12.0, 88.0),
    RunEnded(REPORT),
    EndpointBilled(LEDGER),
    DemoFinished([("make up", "keep it running")], 150.0),
]


def shown(*events: Event, terminal: bool = False) -> str:
    output = io.StringIO()
    with view(Console(file=output, width=160, force_terminal=terminal)) as opened:
        for event in events:
            opened.show(event)
    return output.getvalue()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_has_plain_lines(event: Event) -> None:
    assert all(line.strip() for line in plain_lines(event))


@pytest.mark.parametrize("terminal", [False, True])
def test_the_whole_demo_shows_the_bad_line_both_answers_and_the_bill(terminal: bool) -> None:
    text = shown(*EVENTS, terminal=terminal)
    for part in (
        "role.unknown",
        "I like turtles.",
        "Two metres.",
        "+76.0 points",
        "received",
        "8 rows [of 10]",
        "$2,681",
        "make up",
    ):
        assert part in text


def test_progress_is_not_repeated_at_once_in_plain_lines() -> None:
    assert shown(Message("x"), *[Waiting("for it")] * 20).count("for it") == 0


def test_the_bill_names_the_size_and_its_cost() -> None:
    assert plain_lines(EndpointBilled(LEDGER)) == [
        "The endpoint was up for 36 s; on Azure that would have cost $0.04 (Standard_NC24ads_A100_v4)."
        " Left running, it would cost $2,681 a month."
    ]


def test_a_terminal_shows_all_stages_and_the_curve_while_it_trains() -> None:
    text = shown(
        StageStarted(Stage.TRAINING), TrainingProgress("finetune", [(1, 4.0), (2, 2.0)], 0.5, 20.0), terminal=True
    )
    assert all(stage.value in text for stage in Stage)
    assert "training loss · finetune: 50%, loss 2.00 at step 2, about 20 s left" in text
    assert "4.00 █" in text
