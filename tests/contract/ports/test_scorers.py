"""Both scorers against one server; ``test_scorer.py`` uses deployments."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from shared.core.errors import ScoringError
from shared.core.settings import Settings
from shared.gateways.credential import credential
from shared.gateways.scorer import AsyncScorer, AzureMLScorer
from tests.contract.laptop import Laptop
from tests.contract.ports.https import Https

Ask = Callable[[str, Mapping[str, Any], str | None], Any]
BODY = {"input_data": {"input_string": [{"role": "user", "content": "CANARY"}], "parameters": {}}}


def settings() -> Settings:
    names = ("blob_uri", "queue_uri", "table_uri", "storage_id", "subscription_id", "resource_group", "workspace")
    empty: dict[str, Any] = dict.fromkeys(names, "")
    return Settings(**empty)


@pytest.fixture
def server(identified: Laptop) -> Iterator[Https]:
    with Https(identified.certificates) as https:
        yield https


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, identified: Laptop) -> Ask:
    """``score`` of the synchronous and of the asynchronous scorer."""
    if request.param == "sync":
        return AzureMLScorer(settings(), credential()).score

    def asynchronously(scoring_uri: str, body: Mapping[str, Any], deployment: str | None) -> Any:
        async def once() -> Any:
            scorer = AsyncScorer(settings(), credential())
            try:
                return await scorer.score(scoring_uri, body, deployment)
            finally:
                await scorer.close()

        return asyncio.run(once())

    return asynchronously


class TestScorers:
    def test_the_body_is_sent_unchanged_and_the_answer_is_decoded(self, ask: Ask, server: Https) -> None:
        server.content = b'{"output": "Gr\xc3\xbc\xc3\x9fe"}'
        assert ask(f"{server.url}/score", BODY, None) == {"output": "Grüße"}
        [request] = server.requests
        assert request.path == "/score"
        assert request.body == BODY
        assert request.headers["content-type"] == "application/json"
        assert request.headers["authorization"].startswith("Bearer ")
        assert "azureml-model-deployment" not in request.headers

    def test_a_header_names_the_deployment(self, ask: Ask, server: Https) -> None:
        ask(f"{server.url}/score", BODY, "acme-0123456789-1")
        assert server.requests[0].headers["azureml-model-deployment"] == "acme-0123456789-1"

    @pytest.mark.parametrize("status", [401, 404, 408, 424, 429, 500, 502])
    def test_an_error_keeps_its_status_and_repeats_no_content(self, ask: Ask, server: Https, status: int) -> None:
        server.status, server.content = status, b'{"message": "CANARY"}'
        with pytest.raises(ScoringError, match=str(status)) as raised:
            ask(f"{server.url}/score", BODY, None)
        assert raised.value.status == status
        assert "CANARY" not in str(raised.value)
        assert len(server.requests) == 1

    def test_an_answer_that_is_not_json_is_an_error(self, ask: Ask, server: Https) -> None:
        server.content = b"<html>CANARY"
        with pytest.raises(ScoringError, match="was not JSON") as raised:
            ask(f"{server.url}/score", BODY, None)
        assert raised.value.status == 502
        assert "CANARY" not in str(raised.value)

    def test_an_unreachable_server_is_an_error(self, ask: Ask, identified: Laptop) -> None:
        with Https(identified.certificates) as gone:
            address = gone.url
        with pytest.raises(ScoringError, match="could not be reached") as raised:
            ask(f"{address}/score", BODY, None)
        assert raised.value.status == 503
