from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.data.contract.faults import HINTS
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.receipt import receipt
from shared.data.settings import reader
from shared.models.config import ProjectConfig
from shared.models.receipt import Cost, Figures, Histogram, Location, Occurrences, Problem, Receipt, Repairable, Shape
from shared.models.run import Run, Upload
from shared.policy import cost
from tests import receipts
from tests.unit.data.rows import hostile_lines, line, message, upload, valid

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


def build(figures: Figures, cost: Cost | None = None, of: Run | None = None, hold_reason: str | None = None) -> Receipt:
    """The receipt of a run, read as its readers do."""
    of = of or run()
    return receipts.read(receipt.build(figures, of.config, of.upload.path, of, cost, hold_reason).model_dump_json())


def prepared(*lines: bytes) -> Figures:
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    return prepare([UploadFile([upload(*lines)])], ProjectConfig(), sinks)


GOOD = prepared(*valid(1200), *valid(3), b"", b"{oops", b'{"messages": []}')
BAD = prepared(*[b"oops"] * 120)


def figures(**changed: Any) -> Figures:
    counts = dict.fromkeys(("blank", "rejected", "duplicates", "validation_rows", "test_rows", "tokens"), 0)
    return Figures(**counts | {"sha256": "0" * 64, "size": 9, "lines": 20, "accepted": 20, "train_rows": 20} | changed)


def rejected(reasons: dict[str, int], **changed: Any) -> Figures:
    """Figures of an upload with so many lines rejected for each reason, the first of each reported."""
    problems = [
        Problem(line=line, path="$.messages[0]", reason=reason, detail="this", hint=HINTS[reason])
        for line, reason in enumerate(reasons, start=3)
    ]
    count = sum(reasons.values())
    return figures(lines=20 + count, rejected=count, reasons=reasons, problems=problems, **changed)


def page(figures: Figures, **settings: Any) -> str:
    """The page of a file that was checked on its owner's machine."""
    built = receipt.build(figures, ProjectConfig(**settings), "may.jsonl")
    return receipt.markdown(receipts.read(built.model_dump_json()))


def assert_in_order(text: str, landmarks: list[str]) -> None:
    positions = [text.find(landmark) for landmark in landmarks]
    assert -1 not in positions, landmarks[positions.index(-1)]
    assert positions == sorted(positions)


def test_a_receipt_has_the_verdict_then_what_to_repair_then_figures_then_the_cost() -> None:
    landmarks = [
        "# Accepted: `acme/chats/may.jsonl`",
        "1,200 rows can be used. Training is next.",
        "2 of 1,205 lines were rejected and left out.",
        "## What to repair",
        "line 1,205: invalid JSON at column 2",
        "line 1,206: an empty list at `$.messages`",
        "`acme-0123456789.rejected.jsonl`",
        "| usable rows ",
        "  1,200 |",
        "## Estimated cost on Azure",
        "Standard_NC24ads_A100_v4",
        "$88.15 a day (Standard_NC24ads_A100_v4)",
        "Prices as of ",
        "3 epochs of 2,000,000 tokens",
        "check them against Azure's price list",
    ]
    assert_in_order(receipt.markdown(build(GOOD, COST)), landmarks)


def test_mistakes_are_grouped_the_most_frequent_first_with_their_remedy() -> None:
    text = page(rejected({"json.invalid": 28, "role.order": 1200, "role.last": 1}))
    landmarks = [
        f"- **1,200 lines: `role.order`.** {HINTS['role.order']}\n  - line 4: this at `$.messages[0]`",
        f"- **28 lines: `json.invalid`.** {HINTS['json.invalid']}",
        f"- **1 line: `role.last`.** {HINTS['role.last']}",
        "All rejected lines, each with its text and what to do about it, are in `rejected.jsonl`, which",
    ]
    assert_in_order(text, landmarks)


def test_lines_that_settings_would_make_usable_are_counted_with_the_settings_to_paste() -> None:
    repairable = Repairable(
        rows=1912, by_repair={"merge_turns": 95, "roles": 1912}, settings="repair: [merge_turns]\nroles: {bot: user}\n"
    )
    text = page(rejected({"role.order": 2240}, repairable=repairable))
    landmarks = [
        "These settings would make 1,912 of the 2,240 rejected lines usable:",
        "```yaml\nrepair: [merge_turns]\nroles: {bot: user}\n```",
        "- `roles`: 1,912 lines\n- `merge_turns`: 95 lines",
    ]
    assert_in_order(text, landmarks)
    assert isinstance(reader.read(repairable.settings.encode()), ProjectConfig)


def test_the_command_that_converts_a_file_of_another_kind_comes_first() -> None:
    shape = Shape(name="sharegpt", rows=2000, command="tunedrop convert may.jsonl")
    text = page(rejected({"messages.missing": 2000}, shape=shape, refusal="No row is usable."))
    landmarks = [
        "# Rejected: `may.jsonl`\n\nNo row is usable.\n",
        "2,000 of 2,020 lines are ShareGPT conversations, not chat rows.",
        "```sh\ntunedrop convert may.jsonl\n```",
        "`messages.missing`",
    ]
    assert_in_order(text, landmarks)


def test_a_file_of_a_kind_without_lines_has_a_command_too() -> None:
    shape = Shape(name="parquet", rows=0, command="tunedrop convert may.jsonl")
    text = page(figures(lines=0, accepted=0, shape=shape, refusal="No row is usable."))
    assert "The file is a Parquet file, not chat rows.\n" in text


def test_a_rejected_upload_says_why() -> None:
    built = build(BAD)
    text = receipt.markdown(built)
    assert built.verdict == "rejected"
    assert text.startswith("# Rejected: `acme/chats/may.jsonl`\n\nNo row is usable. At least 12 are needed")
    assert "Repair the file, then upload it again." in text
    assert "Estimated cost" not in text


def test_the_receipt_of_unusable_settings_lists_their_mistakes() -> None:
    problems = reader.read(b"mode: fast\nbudget: 5\n")
    assert isinstance(problems, list)
    built = receipts.read(receipt.build_unread(problems, "acme/may.jsonl", 1000, run()).model_dump_json())
    landmarks = [
        "# Rejected: `acme/may.jsonl`",
        "The upload was not read, because tunedrop.yaml has 2 mistakes.",
        "- **tunedrop.yaml, line 1**: 'mode' cannot be 'fast'. Allowed: train, validate.",
        "- **tunedrop.yaml, line 2**: there is no setting 'budget'. Did you mean 'budget_usd'?",
    ]
    assert_in_order(receipt.markdown(built), landmarks)
    assert "Figures" not in receipt.markdown(built)


def test_sizes_are_drawn_as_aligned_bars() -> None:
    turns = Histogram(edges=[2, 4, 6, 8, 32], counts=[0, 1000, 0, 250, 1])
    text = page(figures(turns=turns))
    bars = [
        "       4-5  1,000  " + "█" * 32,
        "       6-7      0",
        "      8-31    250  " + "█" * 8,
        "32 or more      1  ▏",
    ]
    assert "```\n" + "\n".join(bars) + "\n```" in text


@pytest.mark.parametrize(
    ("policy", "consequence"),
    [("warn", "set `pii: redact`"), ("redact", "Placeholders"), ("reject", "reject uploads with such rows")],
)
def test_personal_data_is_reported_by_kind_and_line_with_what_becomes_of_it(policy: str, consequence: str) -> None:
    pii = {
        "email": Occurrences(rows=212, locations=[Location(line=line) for line in range(1, 21)]),
        "card": Occurrences(rows=1, locations=[Location(file="train.jsonl", line=7)]),
    }
    text = page(figures(pii=pii), pii=policy)
    assert "- `email`: 212 rows, lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …\n" in text
    assert "- `card`: 1 row, train.jsonl line 7\n" in text
    assert consequence in text


def test_rows_that_are_too_long_are_reported_with_what_becomes_of_them() -> None:
    too_long = Occurrences(rows=2, locations=[Location(line=3), Location(line=1400)])
    text = page(figures(too_long=too_long, max_seq_length=2048))
    assert "2 rows have more than 2,048 tokens: lines 3, 1,400. Training cuts such rows at that length." in text


def test_duplicates_repaired_rows_and_limits_are_reported() -> None:
    changed = figures(duplicates=3, repaired={"merge_turns": 5, "roles": 2, "rows": 6})
    built = receipt.build(changed, ProjectConfig(), "may.jsonl", ceilings=["`budget_usd` is 40.00, not 500.00."])
    landmarks = [
        "A duplicate has the same messages as an earlier row; case, spaces and Unicode form do not count.",
        "6 of the usable rows were repaired, as `tunedrop.yaml` allows: `merge_turns` 5, `roles` 2.",
        "## Settings that the platform limits\n\n- `budget_usd` is 40.00, not 500.00.",
    ]
    assert_in_order(receipt.markdown(built), landmarks)


def test_the_receipt_of_a_local_file_has_no_run() -> None:
    built = receipts.read(receipt.build(GOOD, ProjectConfig(), "may.jsonl").model_dump_json())
    assert (built.project, built.run_id, built.why) == (None, None, "1,200 rows can be used.")


def test_the_receipt_of_a_run_on_hold_says_so() -> None:
    assert build(GOOD, COST, hold_reason=HOLD).why.endswith(f"Training waits for an approval: {HOLD}")


def test_a_validated_upload_says_that_nothing_is_trained() -> None:
    assert "Nothing is trained" in build(GOOD, COST, run("validate")).why


def test_the_same_input_gives_the_same_receipt() -> None:
    first, second = (build(GOOD, COST) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert receipt.markdown(first) == receipt.markdown(second)


def test_the_path_of_a_receipt_begins_with_its_upload() -> None:
    assert receipt.stem(run()) == "acme/chats/may.jsonl/acme-0123456789"
    assert receipt.latest(run()) == "acme/chats/may.jsonl/latest"


def test_an_odd_name_cannot_break_the_page() -> None:
    text = receipt.markdown(build(GOOD, None, run(path="acme/`*x*`.jsonl")))
    assert text.startswith("# Accepted: `acme/'*x*'.jsonl`\n")


def test_no_text_of_a_line_is_quoted() -> None:
    secret = "hunter2"
    good = [message("user", secret), message("assistant", secret)]
    bad: list[Any] = [
        secret,
        {secret: secret},
        {"messages": {secret: secret}},
        {"messages": [secret]},
        {"messages": [{secret: secret}]},
        {"messages": [message(secret, secret)]},
        {"messages": [message("user", {secret: secret})]},
        {"messages": [*good, message("user", secret)]},
        {"messages": [message("user", secret, weight=secret), message("assistant", secret)]},
        {"messages": [message("user", secret, tool_calls=[secret]), message("assistant", secret)]},
        {"conversations": [{"from": "human", "value": secret}]},
    ]
    broken = [
        secret.encode(),
        b'{"%b": NaN}' % secret.encode(),
        b'{"a": {"%b": 1, "%b": 2}}' % ((secret.encode(),) * 2),
    ]
    built = build(prepared(*map(line, bad), *broken))
    assert built.rejected == len(bad) + len(broken)
    assert secret not in built.model_dump_json()
    assert secret not in receipt.markdown(built)


@settings(max_examples=30)
@given(st.lists(hostile_lines, max_size=30))
def test_any_upload_has_a_receipt_that_matches_its_schema(lines: list[bytes]) -> None:
    built = build(prepared(*lines))
    assert built.lines == built.accepted + built.rejected + built.duplicates + built.sampled_out
    assert receipt.markdown(built).startswith(f"# {built.verdict.capitalize()}: ")
