from datetime import UTC, datetime
from io import BytesIO

from shared.data import receipt, splits
from shared.data.prepare import REJECTED, Part, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Cost, Figures, Receipt
from shared.models.run import Run, Upload
from shared.policy import cost
from tests.unit.data.rows import upload, valid

NOW = datetime(2026, 11, 24, tzinfo=UTC)
COST = cost.estimate(2_000_000, 3, "Standard_NC24ads_A100_v4", "Standard_NC24ads_A100_v4")
HOLD = "Training would cost about $150.00, over the budget of $100.00 a run."


def run(mode: str = "train", path: str = "acme/chats/may.jsonl") -> Run:
    return Run(
        project="acme",
        run_id="acme-0123456789",
        upload=Upload(path=path, etag="0x1", size=1),
        deadline=NOW,
        next_due=NOW,
        created=NOW,
        updated=NOW,
        config=ProjectConfig.model_validate({"mode": mode}),
    )


def of(figures: Figures, cost: Cost | None = None, of: Run | None = None, hold: str | None = None) -> Receipt:
    of = of or run()
    return receipt.receipt(figures, of.config, of.upload.path, of, cost, hold)


def prepared(*lines: bytes) -> Figures:
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    return prepare([Part([upload(*lines)])], ProjectConfig(), sinks)


GOOD = prepared(*valid(1200), *valid(3), b"", b"{oops", b'{"messages": []}')
BAD = prepared(*[b"oops"] * 120)


def test_a_receipt_says_the_verdict_then_what_to_mend_then_figures_then_the_cost() -> None:
    text = receipt.markdown(of(GOOD, COST))
    landmarks = [
        "# Accepted: `acme/chats/may.jsonl`",
        "1,200 rows can be used. Training follows.",
        "- **line 1205** `json.invalid`: no JSON at column 2. Write one complete JSON object on each line.",
        "- **line 1206** `messages.empty`: an empty list at `$.messages`.",
        "`acme-0123456789.rejected.jsonl`",
        "| usable rows | 1,200 |",
        "| duplicates | 3 |",
        "## Cost on Azure, estimated",
        "Standard_NC24ads_A100_v4",
        "$88.15 a day",
        "Prices as of ",
        "3 epochs of 2,000,000 tokens",
        "verify them",
    ]
    found = [text.find(landmark) for landmark in landmarks]
    assert -1 not in found, landmarks[found.index(-1)]
    assert found == sorted(found)


def test_a_rejected_upload_says_why_and_how_many_more_bad_lines_there_are() -> None:
    found = of(BAD, None)
    text = receipt.markdown(found)
    assert found.verdict == "rejected"
    assert text.startswith("# Rejected: `acme/chats/may.jsonl`\n\nNo row is usable; at least 12 are needed")
    assert "- and 20 more" in text
    assert "Cost" not in text


def test_a_run_on_hold_says_so() -> None:
    assert of(GOOD, COST, hold=HOLD).why.endswith(f"Training waits for an approval: {HOLD}")


def test_a_validated_upload_says_that_nothing_is_trained() -> None:
    assert "Nothing is trained" in of(GOOD, COST, run("validate")).why


def test_the_same_input_gives_the_same_receipt() -> None:
    first, second = (of(GOOD, COST) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert receipt.markdown(first) == receipt.markdown(second)
    assert Receipt.model_validate_json(first.model_dump_json()) == first


def test_a_receipt_lies_under_its_upload() -> None:
    assert receipt.stem(run()) == "acme/chats/may.jsonl/acme-0123456789"
    assert receipt.latest(run()) == "acme/chats/may.jsonl/latest"


def test_an_odd_name_cannot_break_the_page() -> None:
    text = receipt.markdown(of(GOOD, None, run(path="acme/`*x*`.jsonl")))
    assert text.startswith("# Accepted: `acme/'*x*'.jsonl`\n")
