"""trained → registered: the job's output becomes a model version, with tags that say where it came from."""

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.states import State
from shared.models.run import ModelRef, Run
from shared.models.training import RegisteredModel
from shared.ports import Ports
from shared.steps.common import pace, tags
from shared.steps.common.outcome import Close, Forward, Outcome


def register(run: Run, ports: Ports) -> Outcome:
    """Register the attempt's model under the attempt's own version, which is the same at every call.

    Raises:
        ThrottledError: Azure ML asks to wait, or it is too late to register now.
    """
    model = RegisteredModel(
        name=run.project,
        version=naming.model_version(run.run_id, run.attempt),
        path=f"azureml://jobs/{run.results.job}/outputs/trained_model",
        tags=tags.of_attempt(run),
    )
    try:
        ports.models.register(model, before=pace.latest_start(ports))
    except ConflictError as error:
        return Close(State.FAILED, "The model's version is in use for something else.", str(error))
    ref = ModelRef(name=model.name, version=model.version)
    return Forward(State.REGISTERED, f"Model {ref.name}:{ref.version} registered.", {"model": ref})
