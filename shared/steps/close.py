"""closing → an end, or the next attempt: cancel and delete what the attempt owns until it is confirmed gone."""

from shared.core import naming
from shared.core.durations import GONE_AFTER, JOB_APPEARS_WITHIN, SETTLED_AFTER
from shared.core.states import Intent, State, rank
from shared.endpoints import serving
from shared.models.project import Serving
from shared.models.run import Run
from shared.policy.ceilings import tighten
from shared.policy.cost import over_budget
from shared.ports import Ports
from shared.runs.record import start_of_next
from shared.steps.common import pace
from shared.steps.common.outcome import Forward, NextAttempt, Outcome, Wait


def close(run: Run, ports: Ports) -> Outcome | NextAttempt:
    """End the run, or begin its next attempt, when nothing of it that costs money is left.

    Raises:
        ConflictError: another worker changed the serving row.
        ThrottledError: Azure ML asks to wait.
    """
    if _job_runs(run, ports) or _serves(run, ports) or _deployment_exists(run, ports) or _may_still_start(run, ports):
        return Wait(pace.poll(run, ports), {"gone": None})
    if not _stays_gone(run, ports):
        return Wait(pace.poll(run, ports), {"gone": run.results.gone or ports.clock.now()})
    row = _release_deploy_lock(run, ports)
    if run.results.automatic_retry and run.intent is Intent.PROCEED:
        return NextAttempt(run.results.automatic_retry.note, _over_budget(run, ports))
    end, error = run.results.end or State.FAILED, run.results.error
    if error and end is State.FAILED and row and row.champion and row.phase == "up":
        error = f"{error} Deployment {row.champion} serves as before."
    return Forward(end, error or "The run has nothing left in Azure.", {"error": error})


def _job_runs(run: Run, ports: Ports) -> bool:
    """Whether the attempt's job runs. One that was submitted may run though a read does not show it."""
    name = naming.attempt_name(run.run_id, run.attempt)
    job = ports.jobs.get(name)
    if job is None:
        return run.results.job == name and pace.time_in_state(run, ports) < JOB_APPEARS_WITHIN
    if job.status != "running":
        return False
    ports.jobs.cancel(name)
    return True


def _serves(run: Run, ports: Ports) -> bool:
    """Whether the run's deployment serves. A champion takes its endpoint with it, with two exceptions.

    A run that holds the deploy lock may be about to take over. And a run that was promoted and never went live leaves
    the endpoint to the previous champion.
    """
    stored = ports.projects.serving(run.project)
    if stored is not None and stored.value.previous_champion_run == run.run_id:
        serving.forget_previous_champion(stored, ports)
        return True
    if stored is None or stored.value.champion_run != run.run_id:
        return False
    if stored.value.phase == "deleting":
        serving.finish_deleting(stored, ports)
    elif not _went_live(run, ports) and serving.can_roll_back(stored.value, ports):
        serving.roll_back(stored, ports)
    elif stored.value.deploy_lock in (None, run.run_id) or serving.deploy_lock_is_abandoned(stored.value, ports):
        serving.begin_deleting(stored, ports)
    return True


def _went_live(run: Run, ports: Ports) -> bool:
    timeline = ports.runs.timeline(run.run_id, run.project)
    return any(entry.state is State.LIVE and entry.attempt == run.attempt for entry in timeline)


def _deployment_exists(run: Run, ports: Ports) -> bool:
    """Whether the attempt's deployment exists. Azure refuses to delete one that takes traffic: then we wait."""
    if run.results.endpoint is None or run.results.deployment is None:
        return False
    deployment = ports.deployments.get(run.results.endpoint, run.results.deployment)
    if deployment is None:
        return False
    endpoint = ports.endpoints.get(deployment.endpoint)
    takes_traffic = endpoint is not None and endpoint.traffic.get(deployment.name, 0) > 0
    if deployment.provisioning != "deleting" and not takes_traffic:
        ports.deployments.delete(deployment.endpoint, deployment.name)
    return True


def _stays_gone(run: Run, ports: Ports) -> bool:
    """Whether the deployment has been out of sight for a while: a single read may be stale."""
    since = run.results.gone
    return run.results.deployment is None or (since is not None and ports.clock.now() - since >= GONE_AFTER)


def _may_still_start(run: Run, ports: Ports) -> bool:
    """Whether a worker that has not noticed the end may still start something; for a retired run no worker can."""
    if run.results.end is State.RETIRED or pace.time_in_state(run, ports) >= SETTLED_AFTER:
        return False
    job = ports.jobs.get(run.results.plan.name) if run.results.plan else None
    may_train = run.results.plan is not None and (job is None or job.status == "running")
    return may_train or run.results.deployment is not None


def _over_budget(run: Run, ports: Ports) -> str | None:
    """Why another training must wait for an approval; ``None``: it need not.

    All trainings of a run count against its budget. A person who retries a run approves its cost by that.
    """
    if rank(start_of_next(run)) > rank(State.PREPARED):
        return None
    config, _ = tighten(run.config, ports.settings, run.created)
    trained = sum(entry.state is State.SUBMITTED for entry in ports.runs.timeline(run.run_id, run.project))
    return over_budget(run.cost, config.budget_usd, trained + 1)


def _release_deploy_lock(run: Run, ports: Ports) -> Serving | None:
    """Release the deploy lock if the run holds it; the serving row as it was before."""
    stored = ports.projects.serving(run.project)
    if stored is not None and stored.value.deploy_lock == run.run_id:
        serving.release_deploy_lock(stored, ports)
    return stored.value if stored else None
