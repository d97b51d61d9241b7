import pytest

from shared.core.errors import ScoringError
from tests.contract.ports.test_deployments import to_deploy
from tests.contract.ports.worlds import World

BODY = {"input_data": {"input_string": [{"role": "user", "content": "Hello?"}], "parameters": {}}}


class TestScorer:
    def test_a_deployment_answers_if_it_is_named_or_has_the_traffic(self, world: World, project: str) -> None:
        spec = to_deploy(world, project)
        world.deploy(spec)
        uri = world.settled(spec.endpoint)
        assert world.ports.scorer.score(uri, BODY, spec.name) == {"output": "An answer."}
        with pytest.raises(ScoringError) as raised:
            world.ports.scorer.score(uri, BODY)
        assert raised.value.status == 404
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100})
        world.settled(spec.endpoint)
        assert world.ports.scorer.score(uri, BODY) == {"output": "An answer."}

    def test_an_absent_deployment_does_not_answer(self, world: World, project: str) -> None:
        uri = world.endpoint(f"{project}-abcde-1")
        with pytest.raises(ScoringError) as raised:
            world.ports.scorer.score(uri, BODY, "no-such-deployment")
        assert raised.value.status == 404


class TestAzureMLScorer:
    def test_a_model_that_fails_is_status_424(self, workspace: World, project: str) -> None:
        spec = to_deploy(workspace, project)
        workspace.deploy(spec)
        body = {"input_data": {**BODY["input_data"], "parameters": {"fail": True}}}
        with pytest.raises(ScoringError, match="the model failed") as raised:
            workspace.ports.scorer.score(workspace.settled(spec.endpoint), body, spec.name)
        assert raised.value.status == 424
