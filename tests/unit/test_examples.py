"""The demo's data is as its README describes it."""

from collections import Counter
from pathlib import Path

from shared.data.contract import row_digest, validation
from shared.data.contract.faults import Fault
from shared.data.contract.validation import Row
from shared.data.preparing import splits
from shared.data.settings import reader
from shared.models.config import ProjectConfig, SplitConfig

DIGEST = row_digest.digest("normalised")
LUMO = Path(__file__).parents[2] / "examples" / "lumo"


def checked() -> list[Row | Fault]:
    lines = (LUMO / "support-chats.jsonl").read_bytes().splitlines()
    return [validation.check(line) for line in lines]


def chats(rows: list[Row]) -> list[list[dict[str, str]]]:
    return [row.messages for row in rows]


def usable() -> list[Row]:
    return list({DIGEST(row): row for row in checked() if isinstance(row, Row)}.values())


def held_out() -> list[list[dict[str, str]]]:
    rows = [validation.check(line) for line in (LUMO / "held-out.jsonl").read_bytes().splitlines()]
    assert not [row for row in rows if isinstance(row, Fault)]
    return chats([row for row in rows if isinstance(row, Row)])


def questions(conversations: list[list[dict[str, str]]]) -> set[str]:
    return {message["content"].casefold() for chat in conversations for message in chat if message["role"] == "user"}


def test_the_upload_has_enough_chats_a_duplicate_and_a_few_wrong_lines() -> None:
    rows = checked()
    good = [row for row in rows if isinstance(row, Row)]
    wrong = [row.reason for row in rows if isinstance(row, Fault)]
    assert len(usable()) == 112
    assert len(good) == 113
    assert len(wrong) == len(set(wrong)) == 7


def test_the_chats_are_in_two_languages() -> None:
    openings = Counter(chat[-1]["content"].split("!")[0] for chat in chats(usable()))
    assert set(openings) == {"Glow on", "Leuchte"}
    assert min(openings.values()) > 20


def test_every_answer_is_trained_on_at_least_three_times() -> None:
    split = SplitConfig()
    trained = Counter(
        chat[-1]["content"]
        for row, chat in zip(usable(), chats(usable()), strict=True)
        if splits.split_of(DIGEST(row), split) == "train"
    )
    assert trained.keys() == {chat[-1]["content"] for chat in chats(usable())}
    assert len(trained) == 27
    assert min(trained.values()) >= 3


def test_held_out_questions_are_worded_differently_but_have_answers_that_are_trained_on() -> None:
    assert len(held_out()) == 18
    assert not questions(held_out()) & questions(chats(usable()))
    assert {chat[-1]["content"] for chat in held_out()} < {chat[-1]["content"] for chat in chats(usable())}


def test_the_settings_have_no_faults() -> None:
    settings = reader.read((LUMO / "tunedrop.yaml").read_bytes())
    assert isinstance(settings, ProjectConfig)
    assert settings.hyperparameters["num_train_epochs"] == 3
    assert settings.lease.idle.total_seconds() == 15
