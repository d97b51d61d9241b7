"""The four steps, each as a child process, on a tiny Phi-3."""

import json
import signal
from pathlib import Path

import pytest

from tests.ml.conftest import LESSON, Chain
from tests.ml.processes import Runs, Server, read_until, serving

SAFE = {".json", ".jinja", ".safetensors", ".py", ".yaml", ".txt", ""}
QUESTION = {"input_string": [{"role": "user", "content": "Which colour has red?"}], "parameters": {"max_new_tokens": 8}}


def test_training_lowers_the_loss_on_chats_it_trains_on_and_on_others(chain: Chain) -> None:
    finetune = chain.ended["finetune"]
    losses, validation = finetune.values("loss"), finetune.values("eval_loss")
    assert losses[-1] < losses[0] / 2
    assert validation[-1] < validation[0]


def test_training_tells_what_a_person_watches_while_it_runs(chain: Chain) -> None:
    finetune = chain.ended["finetune"]
    progress, left = finetune.values("progress"), finetune.values("seconds_left")
    assert progress == sorted(progress) and progress[-1] == 1.0 and len(progress) > 10
    assert left[-1] == 0.0 and left[0] > 0.0
    assert finetune.values("learning_rate") and finetune.values("epoch")


def test_training_says_which_rate_was_requested_and_which_was_used(chain: Chain) -> None:
    finetune = chain.ended["finetune"]
    assert finetune.values("requested_learning_rate") == [5e-6]
    assert finetune.values("local_learning_rate")[0] > 5e-6
    assert "Learning rate: requested 5e-06, used" in finetune.output


def test_log_says_that_another_model_stands_in_for_the_registry_s(chain: Chain) -> None:
    assert "Phi-4/versions/8 is not on this laptop: tiny-phi3 stands in for it." in chain.ended["model_import"].output


def test_counts_of_the_data_are_metrics(chain: Chain) -> None:
    counts = json.loads((chain.preprocessed / "counts.json").read_text())
    assert [counts[split]["rows"] for split in ("train", "validation", "test")] == [20, 4, 2]
    assert chain.ended["preprocess"].values("train_tokens") == [counts["train"]["tokens"]]


def test_long_chats_are_cut_at_the_requested_length(
    runs: Runs, chain: Chain, files: dict[str, Path], tmp_path: Path
) -> None:
    inputs = {"model_dir": chain.model, "max_seq_length": 28, **files}
    end = runs.run("preprocess", inputs, {"preprocess_dir": tmp_path})
    assert end.values("train_truncated") == [20]
    rows = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    assert {len(row["input_ids"]) for row in rows} == {28}


def test_model_holds_nothing_that_runs_code_when_it_is_read(chain: Chain) -> None:
    files = [file for file in chain.packaged.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} <= SAFE
    assert [file.name for file in files if file.suffix == ".safetensors"] == ["model.safetensors"]


@pytest.mark.thorough
def test_unmerged_adapter_travels_beside_the_base_model(
    runs: Runs, chain: Chain, server: Server, tmp_path: Path
) -> None:
    inputs = {"model_dir": chain.model, "preprocess_dir": chain.preprocessed, **LESSON, "merge_lora_weights": "false"}
    assert runs.run("finetune", inputs, {"finetuned_dir": tmp_path / "tuned"}).status == 0
    with serving(tmp_path / "tuned", tmp_path) as unmerged:
        assert unmerged.score({"input_data": QUESTION}) == server.score({"input_data": QUESTION})


@pytest.mark.thorough
def test_all_weights_are_trained_where_lora_is_not_requested(runs: Runs, chain: Chain, tmp_path: Path) -> None:
    inputs = {"model_dir": chain.model, "preprocess_dir": chain.preprocessed, "apply_lora": "false"}
    end = runs.run("finetune", inputs, {"finetuned_dir": tmp_path})
    assert end.values("trainable_parameters")[0] > chain.ended["finetune"].values("trainable_parameters")[0]
    assert end.values("loss")[-1] < end.values("loss")[0] / 2


def test_step_that_is_terminated_stops_with_an_error_of_its_own(runs: Runs, chain: Chain, tmp_path: Path) -> None:
    inputs = {"model_dir": chain.model, "preprocess_dir": chain.preprocessed, "max_steps": 1_000_000}
    process, _ = runs.start("finetune", inputs, {"finetuned_dir": tmp_path})
    with process:
        assert process.stdout is not None and process.stderr is not None
        read_until(process.stdout, "step 1 of 1000000")
        process.send_signal(signal.SIGTERM)
        errors = process.stderr.read()
    assert process.returncode == 1
    assert json.loads(errors.splitlines()[-1])["error"]["code"] == "Canceled"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"learning_rate": "fast", "lora_r": "0"}, ["learning_rate = 'fast'", "lora_r = '0'"]),
        ({"lr_scheduler_type": "foo"}, ["lr_scheduler_type = 'foo'", "'cosine'"]),
        ({"apply_lora": "perhaps"}, ["apply_lora = 'perhaps'"]),
    ],
)
def test_wrong_hyperparameters_are_all_named(
    runs: Runs, chain: Chain, tmp_path: Path, wrong: dict[str, str], words: list[str]
) -> None:
    inputs = {"model_dir": chain.model, "preprocess_dir": chain.preprocessed, **wrong}
    end = runs.run("finetune", inputs, {"finetuned_dir": tmp_path})
    assert (end.status, end.error["code"]) == (1, "BadHyperparameter")
    assert all(word in end.error["message"] for word in words)


def test_pickled_weights_are_refused(runs: Runs, tiny: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((tiny / name).read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"anything")
    end = runs.run("model_import", {"mlflow_model_path": tmp_path}, {"model_dir": tmp_path / "out"})
    assert (end.status, end.error["code"]) == (1, "UnsafeWeights")


def test_missing_input_is_named(runs: Runs, chain: Chain, tmp_path: Path) -> None:
    end = runs.run("finetune", {"model_dir": chain.model}, {"finetuned_dir": tmp_path})
    assert end.error == {"code": "MissingInput", "message": "The input preprocess_dir is missing."}


def test_line_without_messages_is_named(runs: Runs, chain: Chain, files: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(files["train_file_path"].read_text() + '{"prompt": "Hello"}\n')
    inputs = {"model_dir": chain.model, **files, "train_file_path": broken}
    end = runs.run("preprocess", inputs, {"preprocess_dir": tmp_path / "out"})
    assert end.error["message"] == "Line 21 of broken.jsonl has no messages with role and content."
