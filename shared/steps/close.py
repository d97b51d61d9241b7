"""closing → an end, or the next attempt: cancel and delete what the attempt owns until it is confirmed gone."""

from typing import Final

from shared.core import naming
from shared.core.states import Intent, State, rank
from shared.endpoints import serving
from shared.models.project import Serving
from shared.models.run import Run
from shared.policy.ceilings import tighten
from shared.policy.cost import over_budget
from shared.ports import Ports
from shared.runs.record import start_of_next
from shared.steps.common import pace
from shared.steps.common.outcome import Again, Forward, Outcome, Wait
from shared.steps.submit import APPEARS_WITHIN

SETTLES_IN: Final = 60.0
"""Seconds after which nothing can still appear of a step that began before the run was to end: 25 until it has asked
(``pace.latest_start``), 30 until Azure has answered or is given up (``gateways.http``), 5 for clocks that differ."""


def close(run: Run, ports: Ports) -> Outcome | Again:
    """End the run, or begin its next attempt, once nothing of it is left that costs money."""
    if _job_runs(run, ports) or _serves(run, ports) or _deployment_exists(run, ports) or _unsettled(run, ports):
        return Wait(pace.poll(run, ports), {"gone": None})
    if not _stays_gone(run, ports):
        return Wait(pace.poll(run, ports), {"gone": run.results.gone or ports.clock.now()})
    row = _release_deploy_lock(run, ports)
    if run.results.automatic_retry and run.intent is Intent.PROCEED:
        return Again(run.results.automatic_retry.note, _over_budget(run, ports))
    end, error = run.results.end or State.FAILED, run.results.error
    if error and end is State.FAILED and row and row.champion and row.phase == "up":
        error = f"{error} Deployment {row.champion} serves as before."
    return Forward(end, error or "Nothing of it is left in Azure.", {"error": error})


def _job_runs(run: Run, ports: Ports) -> bool:
    """What was submitted and is not to be seen may run all the same: reads may be stale."""
    name = naming.attempt_name(run.run_id, run.attempt)
    job = ports.jobs.get(name)
    if job is None:
        return run.results.job == name and pace.seconds_in_state(run, ports) < APPEARS_WITHIN
    if job.status != "running":
        return False
    ports.jobs.cancel(name)
    return True


def _serves(run: Run, ports: Ports) -> bool:
    """A champion takes its endpoint with it, unless a run that holds the deploy lock is about to take over.

    One that was crowned and never went live, as a worker did not notice that it was to end, leaves the endpoint to the
    champion before it.
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
    """Azure refuses to delete a deployment that takes traffic: wait until the new champion has it."""
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
    """Whether its deployment has been out of sight for a while: a single read may be stale."""
    since = run.results.gone
    return run.results.deployment is None or (since is not None and ports.clock.now() - since >= serving.GONE_FOR)


def _unsettled(run: Run, ports: Ports) -> bool:
    """Whether a worker that has not noticed may still start something, or just has; of what was live, none does."""
    if run.results.end is State.RETIRED or pace.seconds_in_state(run, ports) >= SETTLES_IN:
        return False
    job = ports.jobs.get(run.results.plan.name) if run.results.plan else None
    may_start = run.results.plan is not None and (job is None or job.status == "running")
    return may_start or run.results.deployment is not None


def _over_budget(run: Run, ports: Ports) -> str | None:
    """What another attempt trains counts against the run's budget as the first did; a person who retries approves."""
    if rank(start_of_next(run)) > rank(State.PREPARED):
        return None
    config, _ = tighten(run.config, ports.settings, run.created)
    trained = sum(entry.state is State.SUBMITTED for entry in ports.runs.timeline(run.run_id, run.project))
    return over_budget(run.cost, config.budget_usd, trained + 1)


def _release_deploy_lock(run: Run, ports: Ports) -> Serving | None:
    """The serving row as it was before."""
    stored = ports.projects.serving(run.project)
    if stored is not None and stored.value.deploy_lock == run.run_id:
        serving.release_deploy_lock(stored, ports)
    return stored.value if stored else None
