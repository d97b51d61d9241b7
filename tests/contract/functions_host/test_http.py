from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.functions_host.conftest import Running, Start
from tests.contract.laptop import Response


def get(host: Running, path: str) -> Response:
    return host.server.call("GET", path)


@pytest.mark.parametrize(
    ("path", "function", "params"),
    [
        ("/api/items/all", "all_items", {}),
        ("/api/items/12", "numbered", {"n": "12"}),
        ("/api/items/12a", "named", {"name": "12a"}),
        ("/API/Items/ALL", "all_items", {}),
        ("/api/items/a%20b%2Fc", "named", {"name": "a b/c"}),
        ("/api/maybe", "maybe", {}),
        ("/api/maybe/7", "maybe", {"id": "7"}),
        ("/api/files/a/b/c.txt", "files", {"rest": "a/b/c.txt"}),
    ],
)
def test_most_specific_route_answers_with_its_parameters(
    host: Running, path: str, function: str, params: dict[str, str]
) -> None:
    answer = get(host, path)
    assert (answer.status, answer.headers["x-seen"]) == (200, function)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["params"] == params


@pytest.mark.parametrize("path", ["/api/nowhere", "/items/all", "/api/items", "/api/maybe/1/2"])
def test_unknown_path_is_not_found(host: Running, path: str) -> None:
    assert get(host, path).status == 404


def test_method_that_a_function_does_not_take_is_not_found(host: Running) -> None:
    assert host.server.call("PUT", "/api/items/x").status == 200
    assert host.server.call("DELETE", "/api/items/x").status == 404


def test_function_sees_address_and_query(host: Running) -> None:
    seen = get(host, "/api/maybe/7?a=1&b=x%20y").json
    assert seen["url"] == f"{host.server.ready['url']}/api/maybe/7?a=1&b=x%20y"
    assert seen["query"] == {"a": "1", "b": "x y"}


def test_function_key_opens_by_header_or_query(host: Running) -> None:
    keys = host.server.ready["keys"]
    for key in (keys["function"], keys["master"]):
        by_header = host.server.call("POST", "/api/guarded", b"body", {"x-functions-key": key})
        by_query = host.server.call("POST", f"/api/guarded?code={key}", b"body")
        assert [(a.status, a.body) for a in (by_header, by_query)] == [(201, b"body")] * 2


def test_without_the_right_key_a_function_is_closed(host: Running) -> None:
    assert host.server.call("POST", "/api/guarded", b"").status == 401
    code = host.server.ready["keys"]["eventgrid_extension"]
    assert host.server.call("POST", f"/api/guarded?code={code}", b"").status == 401


def test_key_in_the_header_beats_the_one_in_the_address(host: Running) -> None:
    path = f"/api/guarded?code={host.server.ready['keys']['function']}"
    assert host.server.call("POST", path, b"", {"x-functions-key": "wrong"}).status == 401


def test_admin_function_wants_the_master_key(host: Running) -> None:
    keys = host.server.ready["keys"]
    assert get(host, f"/api/masters?code={keys['function']}").status == 401
    answer = get(host, f"/api/masters?code={keys['master']}")
    assert (answer.status, answer.body) == (200, b"open")


def test_exception_is_answered_with_500_and_nothing_else(host: Running) -> None:
    answer = get(host, "/api/fails")
    assert (answer.status, answer.body.count(b"on purpose")) == (500, 0)


def test_function_that_returns_nothing_is_answered_with_204(host: Running) -> None:
    assert get(host, "/api/silent").status == 204


def test_asgi_application_sees_the_whole_path(host: Running) -> None:
    answer = host.server.call("POST", "/api/asgi/deep/er", b"hello")
    assert answer.status == 203
    assert answer.json == {"path": "/api/asgi/deep/er", "method": "POST", "body": "hello"}


def test_synchronous_functions_run_beside_each_other_in_threads(host: Running) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: get(host, "/api/pair"), range(2)))
    assert [answer.status for answer in answers] == [200, 200]
    names = {answer.body.decode() for answer in answers}
    assert len(names) == 2
    assert "MainThread" not in names


def test_function_that_takes_too_long_fails(start: Start) -> None:
    host = start(AzureFunctionsJobHost__functionTimeout="00:00:01")
    assert get(host, "/api/endless").status == 500
    assert "TimeoutError" in host.server.log.read_text()


def test_host_stops_on_sigterm_and_takes_its_ready_file_along(start: Start) -> None:
    host = start()
    assert host.server.stop() == 0
    assert not (host.server.state / "ready.json").exists()


def test_keys_survive_a_restart_and_differ_between_stacks(start: Start) -> None:
    first, second = start(), start()
    keys: dict[str, Any] = first.server.ready["keys"]
    assert len({*keys.values(), *second.server.ready["keys"].values()}) == 6
    first.server.kill()
    assert first.server.start("--port", first.server.port).ready["keys"] == keys
