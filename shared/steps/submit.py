"""prepared → submitted → trained: plan the job, submit it, follow it."""

from shared.core import naming, resources
from shared.core.durations import JOB_APPEARS_WITHIN, QUEUED_LOOK_EVERY
from shared.core.errors import ConflictError
from shared.core.states import DEADLINES, State
from shared.endpoints import capacity
from shared.models.changes import RunChanges
from shared.models.run import ModelRef, Run
from shared.models.training import Component, Compute, FoundationModel, Job, TrainingJob
from shared.policy import hyperparameters, preflight
from shared.policy.display import display_name
from shared.policy.fingerprint import fingerprint
from shared.ports import Ports
from shared.steps.common import pace, tags
from shared.steps.common.failure import failed
from shared.steps.common.outcome import AT_ONCE, Close, Forward, Outcome, Wait


def submit(run: Run, ports: Ports) -> Outcome:
    """With a slot for a job: write the plan down, then submit what is written. Later edits of settings change nothing.

    Raises:
        ThrottledError: Azure ML asks to wait, or it is too late to submit now.
        PreflightError: the job cannot be submitted as asked.
        ConflictError: another worker changed the record or the slots.
    """
    before = pace.latest_start(ports)
    if not capacity.acquire("job", run, ports):
        return Wait(QUEUED_LOOK_EVERY, record={"queue": "job"})
    plan = run.results.plan
    if plan is None:
        return _decide(run, ports)
    try:
        ports.jobs.submit(plan, before=before)
    except ConflictError as error:
        return Close(State.FAILED, "The job's name is in use for something else.", str(error))
    return Forward(State.SUBMITTED, f"Job {plan.name} submitted: {plan.display_name}.", {"job": plan.name})


def follow(run: Run, ports: Ports) -> Outcome:
    """Look at the job until it has ended."""
    job = ports.jobs.get(naming.attempt_name(run.run_id, run.attempt))
    if job is None:
        return _absent(run, ports)
    if job.status == "completed":
        return Forward(State.TRAINED, "Training completed.", {"metrics": ports.jobs.metrics(job.name)})
    return Wait(pace.poll(run, ports)) if job.status == "running" else _ended_badly(run, job)


def _absent(run: Run, ports: Ports) -> Outcome:
    if pace.time_in_state(run, ports) < JOB_APPEARS_WITHIN:
        return Wait(pace.poll(run, ports))
    return Close(State.FAILED, "The job is gone.", "The job no longer exists in Azure ML. Retry the run.")


def _ended_badly(run: Run, job: Job) -> Close:
    if job.status == "cancelled":
        note = "The job was cancelled in Azure ML."
        return Close(State.CANCELLED, note, f"Job {job.name} was cancelled in Azure ML. To train again, retry the run.")
    return failed(run, "Training failed.", job.error or f"Job {job.name} failed; Azure ML gives no reason.")


def _decide(run: Run, ports: Ports) -> Wait:
    now = ports.clock.now()
    name = run.config.base_model or ports.settings.base_model
    model = preflight.base_model(name, ports.catalog.foundation_model(name), now)
    compute = preflight.compute(ports.settings.compute, ports.catalog.computes(), model, now)
    plan = _job(run, ports, model, compute, ports.catalog.component())
    record: RunChanges = {"fingerprint": plan.fingerprint}
    if run.queue:
        record |= {"queue": None, "deadline": now + DEADLINES[run.state]}
    base_model = ModelRef(name=model.name, version=model.version)
    return Wait(AT_ONCE, {"plan": plan, "base_model": base_model}, record)


def _job(run: Run, ports: Ports, model: FoundationModel, compute: Compute, component: Component) -> TrainingJob:
    values = hyperparameters.resolve({**run.config.hyperparameters, **run.adjustments}, model, component)
    splits = run.results.splits
    if splits is None:
        raise ValueError(f"{run.run_id} is prepared, but its record names no splits.")
    return TrainingJob(
        name=naming.attempt_name(run.run_id, run.attempt),
        display_name=display_name(model.name, run.upload.name, compute.gpus, values, component),
        experiment=ports.settings.experiment,
        component=component.id,
        base_model=model.id,
        compute=compute.name,
        gpus=compute.gpus,
        train=_on_datastore(splits.train),
        validation=_on_datastore(splits.validation),
        test=_on_datastore(splits.test),
        hyperparameters=values,
        fingerprint=fingerprint(splits.digest, values, component.id, model.id),
        tags=tags.of_attempt(run),
    )


def _on_datastore(path: str) -> str:
    return f"azureml://datastores/{resources.PREPARED_DATASTORE}/paths/{path}"
