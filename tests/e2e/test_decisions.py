"""People's decisions, and the app's own retry of a failure."""

from shared.core.naming import attempt_name
from shared.core.states import State
from shared.models.run import Run
from tests.e2e.world import OVER_BUDGET, World, rows


def test_held_run_is_approved_and_again_after_it_ran_out_of_memory_and_is_cancelled_with_its_endpoint(
    quick_world: World,
) -> None:
    world = quick_world
    run = world.drop("decided", rows(40, "walnuts"), OVER_BUDGET)
    world.until(lambda: bool(world.read(run).hold_reason), "the run to wait for an approval")
    job = attempt_name(run.run_id, 1)
    world.arm(on="step", path=f"{job}/finetune", message="CUDA out of memory. Tried to allocate 2.00 GiB")
    world.api.decide(run.run_id, "approve", "ann")
    world.until(lambda: world.read(run).attempt == 2, "the next attempt")
    assert world.read(run).hold_reason
    world.api.decide(run.run_id, "approve", "bob")
    live = world.until_state(run, State.LIVE)
    assert (live.attempt, live.hold_reason) == (2, None)
    assert batch_of(live) == {"per_device_train_batch_size": 1, "gradient_accumulation_steps": 2}
    world.api.decide(run.run_id, "cancel", "ann")
    endpoint = str(live.results.endpoint)
    world.until(lambda: world.azureml.endpoint_status(endpoint) == 404, "the endpoint to be gone")
    decided = [(decision.what, decision.by) for decision in world.read(run).decisions]
    assert decided == [("approve", "ann"), ("retry", "tunedrop"), ("approve", "bob"), ("cancel", "ann")]
    assert world.counts(run) == {"jobs": 2, "models": 1, "endpoints": 1, "deployments": 1}


def batch_of(run: Run) -> dict[str, object]:
    assert run.results.plan is not None
    hyperparameters = run.results.plan.hyperparameters
    return {name: hyperparameters[name] for name in ("per_device_train_batch_size", "gradient_accumulation_steps")}
