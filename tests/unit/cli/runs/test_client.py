import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cli.runs.client import GENERATION_PARAMETERS, Api
from cli.runs.http import HttpError
from shared.core.errors import TunedropError


class Handler(BaseHTTPRequestHandler):
    """Answers what the test has set, and remembers the requests."""

    status = 200
    answer: Any = {}
    requests: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Handler.requests.append(
            {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": json.loads(body or b"null"),
            }
        )
        content = json.dumps(Handler.answer).encode() if Handler.answer is not None else b"<html>"
        self.send_response(Handler.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def api() -> Iterator[Api]:
    Handler.status, Handler.answer, Handler.requests = 200, {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Api(f"http://127.0.0.1:{server.server_port}", "secret")
        server.shutdown()
        thread.join()


def test_every_request_carries_the_function_key(api: Api) -> None:
    Handler.answer = {"runs": []}
    assert api.runs("lumo") == []
    assert Handler.requests[0]["path"] == "/api/runs?project=lumo"
    assert Handler.requests[0]["headers"]["x-functions-key"] == "secret"


def test_a_question_is_sent_in_the_body_of_the_lesson(api: Api) -> None:
    Handler.answer = {"output": "Two metres."}
    messages = [{"role": "user", "content": "How deep?"}]
    assert api.ask("lumo", messages, {"max_new_tokens": 9}) == "Two metres."
    assert Handler.requests[0]["path"] == "/api/score/lumo"
    assert Handler.requests[0]["body"] == {
        "input_data": {"input_string": [messages], "parameters": {"max_new_tokens": 9}}
    }
    assert "azureml-model-deployment" not in Handler.requests[0]["headers"]


def test_one_deployment_can_be_asked_by_name(api: Api) -> None:
    Handler.answer = {"output": ["Two metres."]}
    assert api.ask("lumo", [{"role": "user", "content": "?"}], deployment="base") == "Two metres."
    assert Handler.requests[0]["body"]["input_data"]["parameters"] == GENERATION_PARAMETERS
    assert Handler.requests[0]["headers"]["azureml-model-deployment"] == "base"


def test_a_decision_is_posted_with_who_made_it(api: Api) -> None:
    now = "2026-11-24T09:00:00Z"
    run = {"project": "lumo", "run_id": "lumo-0123456789", "upload": {"path": "lumo/x.jsonl", "etag": "0x1", "size": 1}}
    Handler.answer = run | {"deadline": now, "next_due": now, "created": now, "updated": now}
    assert api.decide("lumo-0123456789", "cancel", "ann").run_id == "lumo-0123456789"
    assert Handler.requests[0]["path"] == "/api/runs/lumo-0123456789/cancel"
    assert Handler.requests[0]["body"] == {"by": "ann"}


def test_an_error_of_the_app_keeps_its_message_and_remedy(api: Api) -> None:
    Handler.status, Handler.answer = 404, {"error": {"message": "No run 'x'.", "remedy": "List them."}}
    with pytest.raises(HttpError, match=r"No run 'x'\. List them\.") as caught:
        api.report("x")
    assert caught.value.status == 404


def test_an_error_that_is_not_json_is_reported_with_its_status_and_a_remedy(api: Api) -> None:
    Handler.status, Handler.answer = 502, None
    with pytest.raises(HttpError, match=r"/api/runs answered 502\. Try again"):
        api.runs()


def test_an_app_that_does_not_answer_is_reported_with_what_to_do() -> None:
    with pytest.raises(HttpError, match=r"http://127.0.0.1:1 does not answer: .*refused\. Start .* `make up`"):
        Api("http://127.0.0.1:1", "secret").runs()


def test_an_answer_of_another_version_is_reported_with_what_to_do(api: Api) -> None:
    Handler.answer = {"runs": [{"unknown": 1}]}
    with pytest.raises(TunedropError, match="Use the version of tunedrop that the app was deployed from"):
        api.runs()


def test_a_wrong_key_is_reported_with_the_variable_that_holds_it(api: Api) -> None:
    Handler.status, Handler.answer = 401, None
    with pytest.raises(HttpError, match=r"answered 401\. Check TUNEDROP_KEY"):
        api.runs()
