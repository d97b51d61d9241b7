"""Runs pipeline jobs, step by step; resumes them after a kill, and cancels them on request."""

import asyncio
import logging
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.azureml.core.errors import ApiError
from local.azureml.core.store import Document, Store
from local.azureml.core.transitions import Reads, Transition
from local.azureml.storage.datastores import BLOB_STORE
from local.azureml.training import pipeline
from local.azureml.training.pipeline import Plan
from local.azureml.training.run_history import ENDED, PIPELINE_RUN, STEP_RUN, Runs
from local.azureml.training.steps import PRODUCED, STEPS, Attempt, Step, StepFailedError, StepRunner

JOBS: Final = "jobs"
_SHUTDOWN: Final = "shutdown"
_log = logging.getLogger(__name__)


class Jobs:
    """All jobs; each job that has not ended has a task."""

    def __init__(self, store: Store, runs: Runs, runner: StepRunner, transitions: Mapping[str, Transition]) -> None:
        self._store = store
        self._runs = runs
        self._runner = runner
        self._transitions = transitions
        self._scratch = runs.folder / "jobs"
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reads = Reads()

    def submit(self, name: str, properties: Document) -> None:
        """Start a job that was checked."""
        self._store.put(JOBS, name, {"properties": properties, "created": time.time()})
        self._create_run(name, properties)
        self._start(name)

    def cancel(self, name: str) -> None:
        """Cancel a job, and end its step's process. A job that has ended stays as it is.

        Raises:
            ApiError: 404, the job does not exist.
        """
        if self._runs.require(name)["status"] in ENDED | {"CancelRequested"}:
            return
        self._runs.update(name, status="CancelRequested")
        task = self._tasks.get(name)
        if task is None:
            self._start(name)
        else:
            task.cancel()

    def note_read(self, name: str) -> None:
        """Note that a client has read the status of a job, or of one of its steps."""
        self._reads.note(name)

    def resume(self) -> None:
        """Go on with the jobs that the last process left; a step that was running runs again."""
        for name, job in self._store.all(JOBS):
            run = self._runs.get(name) or self._create_run(name, job["properties"])
            if run["status"] not in ENDED:
                self._start(name)

    async def stop(self) -> None:
        """End all child processes; the next process goes on with the jobs."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel(_SHUTDOWN)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, name: str) -> None:
        task = asyncio.create_task(self._run(name))
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _run(self, name: str) -> None:
        try:
            if self._runs.require(name)["status"] != "CancelRequested":
                await self._advance(name)
        except asyncio.CancelledError as error:
            if error.args == (_SHUTDOWN,):
                raise
        if self._runs.require(name)["status"] == "CancelRequested":
            await self._end_cancelled(name)
        shutil.rmtree(self._scratch / name, ignore_errors=True)

    async def _advance(self, name: str) -> None:
        try:
            await self._transition("jobs.start", name)
            await self._transition("jobs.prepare", name)
            if self._runs.require(name)["status"] == "Running":
                await self._run_steps(name)
                self._runs.update(name, status="Finalizing")
            await self._place_outputs(name)
            await self._transition("jobs.finalize", name)
        except Exception as error:
            failure = _failure(error)
            message = f"Pipeline has some failed steps. {failure['message']}"
            self._runs.log(name, message)
            self._runs.update(name, status="Failed", error=failure | {"message": message})

    async def _transition(self, transition: str, run_id: str) -> None:
        """Go through a declared transition, if the run is in its first state."""
        declared = self._transitions[transition]
        run = self._runs.require(run_id)
        if run["status"] == declared.during:
            await asyncio.sleep(declared.delay.seconds)
            await self._reads.wait(run["root"], declared.delay.calls)
            self._runs.update(run_id, status=declared.then)

    async def _run_steps(self, name: str) -> None:
        plan = self._plan(name)
        earlier: dict[str, str] = {}
        for step in STEPS:
            child = self._child_run(name, plan, step)
            if child["status"] == "Failed" and not child["tolerated"]:
                raise StepFailedError(step.name, child["error"]["code"], child["error"]["message"])
            if child["status"] not in ENDED:
                child = await self._run_step(name, plan, step, earlier)
            earlier |= child["outputs"]

    async def _run_step(self, job: str, plan: Plan, step: Step, earlier: Mapping[str, str]) -> Document:
        child = _child_id(job, step)
        await self._transition("steps.queue", child)
        number = self._runs.require(child)["attempt"] + 1
        attempt = Attempt(
            job=job,
            step=step,
            plan=plan,
            folder=self._scratch / job / step.name / str(number),
            earlier=earlier,
            metrics=self._runs.metrics_file(child, number),
            log=self._runs.log_path(child, "user_logs/std_log.txt"),
        )
        self._runs.update(child, attempt=number, outputs=attempt.outputs)
        self._runs.log(job, f"Submitting run {child} ({step.component})")
        try:
            await self._runner.run(attempt)
        except Exception as error:
            tolerated = isinstance(error, StepFailedError) and error.tolerated
            failed = self._runs.update(child, status="Failed", error=_failure(error), tolerated=tolerated)
            if tolerated:
                return failed
            raise
        self._runs.log(job, f"Completing processing run id {child}.")
        return self._runs.update(child, status="Completed")

    async def _place_outputs(self, name: str) -> None:
        """Move the pipeline's outputs to the workspace's blob store."""
        outputs = {child["name"]: child["outputs"] for child in self._runs.children(name)}
        for output, source in self._plan(name).outputs.items():
            step, key = PRODUCED[source]
            target = self._runs.datastores.path(BLOB_STORE, f"azureml/{name}/{output}")
            await asyncio.to_thread(_move, Path(outputs[step][key]), target)

    async def _end_cancelled(self, name: str) -> None:
        for child in self._runs.children(name):
            if child["status"] not in ENDED:
                self._runs.update(child["id"], status="Canceled")
        await self._transition("jobs.cancel", name)

    def _plan(self, name: str) -> Plan:
        job = self._store.get(JOBS, name)
        return pipeline.read((job or {})["properties"])

    def _create_run(self, name: str, properties: Document) -> Document:
        own = {"azureml.runsource": PIPELINE_RUN, "runSource": "MFE", "runType": "HTTP", "azureml.parameters": "{}"}
        return self._runs.create(
            {
                "id": name,
                "parent": None,
                "root": name,
                "name": name,
                "kind": PIPELINE_RUN,
                "display_name": properties.get("displayName") or name,
                "experiment": properties.get("experimentName") or "Default",
                "status": "NotStarted",
                "tags": {"azureml.pipelineComponent": "pipelinerun"} | (properties.get("tags") or {}),
                "properties": own | (properties.get("properties") or {}),
            }
        )

    def _child_run(self, job: str, plan: Plan, step: Step) -> Document:
        child = _child_id(job, step)
        own = {"azureml.runsource": STEP_RUN, "azureml.nodeid": child[:8], "azureml.moduleName": step.component}
        target = {"stepType": "PythonScriptStep", "computeTargetType": "AmlCompute"}
        return self._runs.create(
            {
                "id": child,
                "parent": job,
                "root": job,
                "name": step.name,
                "kind": STEP_RUN,
                "display_name": step.component,
                "experiment": self._runs.require(job)["experiment"],
                "status": "Queued",
                "attempt": 0,
                "outputs": {},
                "target": str(plan.literals[step.compute]),
                "tags": {"azureml.pipeline": job, "azureml.pipelinerunid": job, "azureml.nodeid": child[:8]},
                "properties": own | target,
            }
        )


def _child_id(job: str, step: Step) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{job}/{step.name}"))


def _move(source: Path, target: Path) -> None:
    """Move a folder, idempotently: if it is gone, an earlier call has moved it."""
    if not source.exists():
        return
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _failure(error: Exception) -> dict[str, str]:
    if isinstance(error, StepFailedError | ApiError):
        return {"code": error.code, "message": str(error)}
    _log.error("A job failed.", exc_info=error)
    return {"code": "SystemError", "message": repr(error)}
