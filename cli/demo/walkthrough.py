"""Drops a file and watches from outside what Tunedrop does with it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli import paths
from cli.demo import base_model
from cli.demo.events import (
    AnswersScored,
    DemoFinished,
    EndpointBilled,
    Event,
    Message,
    QuestionAnswered,
    ReceiptWritten,
    RunEnded,
    ServiceStarted,
    Stage,
    StageStarted,
    Waiting,
)
from cli.demo.questions import Answer, Question, chrf, questions
from cli.runs import artifacts
from cli.runs.client import GENERATION_PARAMETERS, Api
from cli.stack.azureml import AzureMlApi
from cli.stack.eventgrid import Delivery, EventGrid
from cli.stack.services import DESCRIPTIONS
from local.stack import Stack
from shared.api.runs import RunReport
from shared.core.errors import TunedropError
from shared.core.naming import CONFIG_FILE
from shared.core.states import ENDS, State, has_come_to
from shared.models.run import Run
from shared.ports import Ports

_POLL_SECONDS: Final = 1.0
"""Between two looks: each look takes time from the training."""
_LOGS: Final = f"See the services' logs in {paths.DEMO / 'logs'}."


class DemoError(TunedropError):
    """The demo did not end as it should."""


@dataclass(frozen=True)
class Scenario:
    """What the demo drops and asks.

    Args:
        project: whose upload it is.
        data: the file to drop.
        config: the project's tunedrop.yaml.
        held_out: questions that are not in ``data``; ``None``: use the upload's own held-out rows.
        gain: by how many points of chrF the tuned model must be better at least; ``None``: any.
        limit: most questions asked.
        tokens: most that an answer may have; the base model never stops by itself.
    """

    project: str
    data: Path
    config: bytes
    held_out: Path | None
    gain: float | None
    limit: int
    tokens: int


class Walkthrough:
    """``events()`` does everything and yields what happens.

    Args:
        scenario: what is dropped and asked.
        stack: not started yet; the caller stops it.
        ports: returns the app's gateways, once the stack is up.
        installing: returns what set-up still installs in the background, if anything; raises if set-up failed.
    """

    def __init__(
        self, scenario: Scenario, stack: Stack, ports: Callable[[], Ports], installing: Callable[[], str | None]
    ) -> None:
        self._scenario = scenario
        self._stack = stack
        self._make_ports = ports
        self._installing = installing
        self._run_id = ""
        self._entries_shown = 0
        self._report: RunReport
        self._ports: Ports
        self._api: Api
        self._azureml: AzureMlApi
        self._eventgrid: EventGrid

    def events(self) -> Iterator[Event]:
        """All stages, in order.

        Raises:
            DemoError: the demo did not end as it should.
            TunedropError: a call failed, or set-up did.
            ProcessError: a service of the stack did not start, or ended.
        """
        began = time.monotonic()
        yield from self._start_stack()
        yield from self._upload()
        yield from self._read_receipt()
        yield from self._watch_submission()
        yield from self._watch_training()
        yield from self._watch_deployment()
        yield from self._ask_questions()
        yield from self._watch_lease()
        yield DemoFinished(_next_commands(), time.monotonic() - began)

    def _start_stack(self) -> Iterator[Event]:
        yield StageStarted(Stage.STACK)
        for service in self._stack.parts_up():
            yield ServiceStarted(service.name, DESCRIPTIONS[service.name], service.address, service.seconds)
        self._ports = self._make_ports()
        self._api = Api(self._stack.url, self._stack.key)
        self._azureml = AzureMlApi(self._stack)
        self._eventgrid = EventGrid(self._stack)

    def _upload(self) -> Iterator[Event]:
        yield StageStarted(Stage.UPLOAD)
        path = f"{self._scenario.project}/{self._scenario.data.name}"
        content = self._scenario.data.read_bytes()
        artifacts.upload(self._ports, f"{self._scenario.project}/{CONFIG_FILE}", self._scenario.config)
        artifacts.upload(self._ports, path, content)
        yield Message(f"dropped {path}: {len(content):,} bytes")
        yield from self._wait_for_deliveries(path, 1)
        delivery = self._deliveries(path)[0]
        yield Message(f"BlobCreated delivered to on_upload: HTTP {delivery['status']}")
        self._eventgrid.resend(delivery["id"])
        yield from self._wait_for_deliveries(path, 2)
        yield from self._check_one_run()

    def _wait_for_deliveries(self, path: str, count: int) -> Iterator[Event]:
        yield from self._wait(lambda: len(self._deliveries(path)) >= count, "waiting for Event Grid's delivery")

    def _check_one_run(self) -> Iterator[Event]:
        yield from self._wait(lambda: bool(self._api.runs(self._scenario.project)), "waiting for the run's record")
        runs = self._api.runs(self._scenario.project)
        if len(runs) != 1:
            raise DemoError(f"One event, delivered twice, started {len(runs)} runs; it must start one.", _LOGS)
        self._run_id = runs[0].run_id
        yield Message(f"the same event, delivered again on purpose, changed nothing: there is one run, {self._run_id}")

    def _deliveries(self, path: str) -> list[Delivery]:
        deliveries = self._eventgrid.deliveries("uploads", f"/{path}")
        return [delivery for delivery in deliveries if delivery["outcome"] == "delivered"]

    def _read_receipt(self) -> Iterator[Event]:
        yield StageStarted(Stage.RECEIPT)
        yield from self._until(lambda run: run.results.receipt is not None, lambda: Waiting("reading every line"))
        receipt = artifacts.receipt(self._ports, self._run)
        yield ReceiptWritten(receipt)
        if receipt.verdict == "rejected":
            raise DemoError(f"The upload was rejected: {receipt.why}", "Correct what the receipt lists.")

    def _watch_submission(self) -> Iterator[Event]:
        yield StageStarted(Stage.JOB)
        yield from self._until(_reached(State.SUBMITTED), lambda: Waiting("checking compute and hyperparameters"))
        job = self._azureml.job(str(self._run.results.job))
        yield Message(f"submitted by azure-ai-ml as {self._run.results.job} in experiment {job.experiment}")
        yield Message(f"display name: {job.display_name}")

    def _watch_training(self) -> Iterator[Event]:
        yield StageStarted(Stage.TRAINING)
        yield from self._until(_reached(State.TRAINED), self._training_progress)

    def _training_progress(self) -> Event:
        installing = self._installing()
        if installing is not None:
            return Waiting(f"the job waits for its node: {installing}")
        return self._azureml.training(str(self._run.results.job))

    def _watch_deployment(self) -> Iterator[Event]:
        yield StageStarted(Stage.ENDPOINT)
        yield from self._until(self._endpoint_is_up, lambda: Waiting("creating the endpoint"))
        base_model.deploy(self._run)
        yield Message(f"endpoint {self._run.results.endpoint}; the base model is deployed beside it, for comparison")
        yield from self._until(_reached(State.LIVE), lambda: Waiting(f"{self._run.state}: deployment, smoke test"))
        name = str(self._run.results.endpoint)
        yield from self._wait(lambda: self._base_is_up(name), "waiting for the base model's deployment")

    def _endpoint_is_up(self, run: Run) -> bool:
        endpoint = self._ports.endpoints.get(run.results.endpoint) if run.results.endpoint else None
        return endpoint is not None and endpoint.provisioning == "succeeded"

    def _base_is_up(self, endpoint: str) -> bool:
        deployment = self._ports.deployments.get(endpoint, base_model.NAME)
        if deployment is not None and deployment.provisioning == "failed":
            raise DemoError(f"The base model's deployment failed: {deployment.error}", _LOGS)
        return deployment is not None and deployment.provisioning == "succeeded"

    def _ask_questions(self) -> Iterator[Event]:
        yield StageStarted(Stage.QUESTIONS)
        held_out = self._scenario.held_out
        lines = held_out.read_bytes() if held_out else artifacts.held_out(self._ports, self._run)
        chosen, answers = questions(lines, self._scenario.limit), list[Answer]()
        for number, question in enumerate(chosen, 1):
            answers.append(self._ask_both(question))
            yield QuestionAnswered(answers[-1], number, len(chosen))
        references = [answer.reference for answer in answers]
        before = chrf([answer.before for answer in answers], references)
        after = chrf([answer.after for answer in answers], references)
        yield AnswersScored(answers, before, after)
        gain = self._scenario.gain
        if gain is not None and after - before < gain:
            raise DemoError(
                f"The tuned model must be {gain:g} points of chrF better than its base; it is {after - before:.1f}.",
                _LOGS,
            )

    def _ask_both(self, question: Question) -> Answer:
        """Both models at once: each is a process of its own."""
        with ThreadPoolExecutor(2) as threads:
            before, after = threads.map(lambda name: self._ask(question, name), (base_model.NAME, None))
        return Answer(question.text, before, after, question.reference)

    def _ask(self, question: Question, deployment: str | None) -> str:
        parameters = {**GENERATION_PARAMETERS, "max_new_tokens": self._scenario.tokens}
        answer = self._api.ask(self._scenario.project, question.messages, parameters, deployment)
        return " ".join(answer.split())

    def _watch_lease(self) -> Iterator[Event]:
        yield StageStarted(Stage.LEASE)
        yield from self._until(_reached(State.RETIRED), lambda: Waiting("no more questions: the lease runs out"))
        name = str(self._run.results.endpoint)
        status = self._azureml.endpoint_status(name)
        if status != 404:
            raise DemoError(f"The endpoint {name} must be gone, but a GET of it answers {status}.", _LOGS)
        entry = artifacts.bill(self._ports, self._run)
        if entry is None:
            raise DemoError(f"The ledger has no entry for the endpoint {name}.", _LOGS)
        yield Message(f"the reaper deleted {name} ({entry.reason}): GET answers 404")
        yield EndpointBilled(entry)
        yield RunEnded(self._report)

    @property
    def _run(self) -> Run:
        return self._report.run

    def _until(self, done: Callable[[Run], bool], progress: Callable[[], Event]) -> Iterator[Event]:
        """Follow the run until ``done``; each new entry of its timeline is an event.

        Raises:
            DemoError: the run ended before.
        """
        while True:
            self._report = self._api.report(self._run_id)
            yield from self._new_entries(self._report)
            if done(self._run):
                return
            if self._run.state in ENDS and self._run.state is not State.REJECTED:
                raise DemoError(f"The run ended early, as {self._run.state}: {self._run.results.error}", _LOGS)
            yield progress()
            self._pause()

    def _new_entries(self, report: RunReport) -> Iterator[Event]:
        for entry in report.timeline[self._entries_shown :]:
            yield Message(f"{entry.state}: {entry.note}")
        self._entries_shown = len(report.timeline)

    def _wait(self, done: Callable[[], bool], what: str) -> Iterator[Event]:
        while not done():
            yield Waiting(what)
            self._pause()

    def _pause(self) -> None:
        """Wait until the next look.

        Raises:
            ProcessError: a service of the stack has ended, so that there is nothing to wait for.
        """
        time.sleep(_POLL_SECONDS)
        self._stack.check_alive()


def _reached(state: State) -> Callable[[Run], bool]:
    """Whether a run has come to ``state``, or past it on the path."""
    return lambda run: has_come_to(run.state, state)


def _next_commands() -> list[tuple[str, str]]:
    return [
        ("make demo DATA=mine.jsonl", "the same with your own chat records"),
        ("make up", "start the same stack and keep it running"),
        (".venv/bin/tunedrop drop mine.jsonl --project mine", "then, from another terminal"),
    ]
