"""Nothing is created after the start deadline; what exists already is adopted at any time."""

from datetime import timedelta

import pytest

from shared.core.errors import ThrottledError
from tests.contract.ports.test_deployments import to_deploy
from tests.contract.ports.test_endpoints import name_of
from tests.contract.ports.worlds import TAGS, World

SOON = timedelta(minutes=5)


class TestStartDeadline:
    def test_a_job_is_not_submitted_too_late(self, world: World, project: str) -> None:
        job, now = world.job(project), world.ports.clock.now()
        with pytest.raises(ThrottledError):
            world.ports.jobs.submit(job, before=now)
        assert world.ports.jobs.get(job.name) is None
        world.ports.jobs.submit(job, before=now + SOON)
        world.ports.jobs.submit(job, before=now)

    def test_a_model_is_not_registered_too_late(self, world: World, project: str) -> None:
        model, now = world.model(project), world.ports.clock.now()
        with pytest.raises(ThrottledError):
            world.ports.models.register(model, before=now)
        assert world.ports.models.get(model.name, model.version) is None
        world.ports.models.register(model, before=now + SOON)
        world.ports.models.register(model, before=now)

    def test_an_endpoint_is_not_created_too_late(self, world: World, project: str) -> None:
        name, now = name_of(project), world.ports.clock.now()
        with pytest.raises(ThrottledError):
            world.ports.endpoints.create(name, TAGS, before=now)
        assert world.ports.endpoints.get(name) is None
        world.ports.endpoints.create(name, TAGS, before=now + SOON)
        world.ports.endpoints.create(name, TAGS, before=now)

    def test_a_deployment_is_not_created_too_late(self, world: World, project: str) -> None:
        spec, now = to_deploy(world, project), world.ports.clock.now()
        with pytest.raises(ThrottledError):
            world.ports.deployments.create(spec, before=now)
        assert world.ports.deployments.get(spec.endpoint, spec.name) is None
        world.ports.deployments.create(spec, before=now + SOON)
        world.ports.deployments.create(spec, before=now)
