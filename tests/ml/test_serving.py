"""The model server: what it answers and what it refuses."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ml.conftest import Chain
from tests.ml.processes import Server, serving

CHAT = [{"role": "user", "content": "Which colour has red?"}]
GREEDY = {"max_new_tokens": 12, "do_sample": False}
SAMPLED = {"max_new_tokens": 12, "do_sample": True, "temperature": 0.6, "top_p": 0.9}

ALONE = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow.pyfunc
chat = [{"role": "user", "content": "Which colour has red?"}]
model = mlflow.pyfunc.load_model(sys.argv[1])
print(model.predict({"input_string": chat, "parameters": {"max_new_tokens": 12}})["output"])
"""


def test_server_is_alive(server: Server) -> None:
    assert server.get("/") == {"status": "healthy"}


def test_tuned_model_answers_in_the_style_it_was_taught(server: Server) -> None:
    status, answer = server.score({"input_data": {"input_string": CHAT, "parameters": GREEDY}})
    assert status == 200
    assert answer["output"].startswith("Ahoy!")


def test_chat_may_come_flat_or_nested(server: Server) -> None:
    flat = server.score({"input_data": {"input_string": CHAT, "parameters": GREEDY}})
    assert server.score({"input_data": {"input_string": [CHAT], "parameters": GREEDY}}) == flat


def test_several_chats_get_several_answers(server: Server) -> None:
    status, answer = server.score({"input_data": {"input_string": [CHAT, CHAT], "parameters": GREEDY}})
    assert status == 200
    assert len(answer["output"]) == 2


def test_sampling_options_of_the_lesson_are_taken(server: Server) -> None:
    assert server.score({"input_data": {"input_string": [CHAT], "parameters": SAMPLED}})[0] == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"nonsense", "The body must be JSON"),
        ([], "The body must be JSON"),
        ({}, "The body must be JSON"),
        ({"input_data": {}}, '"input_string" must be a list'),
        ({"input_data": "hello"}, '"input_string" must be a list'),
        ({"input_data": {"input_string": [[]]}}, "A chat must have at least one message."),
        ({"input_data": {"input_string": ["hello"]}}, "A message must be"),
        ({"input_data": {"input_string": [{"role": "bot", "content": "hi"}]}}, "it was 'bot'"),
        (
            {"input_data": {"input_string": CHAT, "parameters": {"max_new_tokens": 0}}},
            "max_new_tokens must be a number from 1 to 1024; it was 0",
        ),
        ({"input_data": {"input_string": CHAT, "parameters": ["max_new_tokens"]}}, '"parameters" must be an object'),
    ],
)
def test_wrong_bodies_are_refused_with_the_reason(server: Server, body: object, words: str) -> None:
    status, answer = server.score(body)
    assert status == 400
    assert words in answer["error"]["message"]


def test_plain_folder_is_served_too_until_the_server_is_terminated(tiny: Path, tmp_path: Path) -> None:
    with serving(tiny, tmp_path) as server:
        status, answer = server.score({"input_data": {"input_string": CHAT, "parameters": GREEDY}})
        server.process.terminate()
        assert server.process.wait(timeout=10) is not None
    assert status == 200
    assert not answer["output"].startswith("Ahoy!")


def test_packaged_model_needs_nothing_of_ours(chain: Chain, server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE, str(chain.packaged)]
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    answer = server.score({"input_data": {"input_string": CHAT, "parameters": {"max_new_tokens": 12}}})[1]
    assert alone.stdout.strip() == answer["output"]
