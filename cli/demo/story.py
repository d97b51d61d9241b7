"""The demo's story: a file is dropped, and everything that Tunedrop does with it is watched from outside."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.demo import base_model, sources
from cli.demo.facts import (
    Answered,
    Billed,
    Compared,
    Entered,
    Fact,
    Finished,
    PartUp,
    ReceiptRead,
    Said,
    Station,
    Told,
    Waiting,
)
from cli.demo.questions import PARAMETERS, Answer, Question, chrf, questions
from cli.demo.sources import AzureMlApi, EventGrid
from cli.runs.client import Api, Report
from local.stack import Stack
from shared.core.errors import TunedropError
from shared.core.naming import CONFIG_FILE
from shared.core.states import ENDS, State, has_come_to
from shared.models.run import Run
from shared.ports import Ports

_EVERY: Final = 1.0
"""Seconds between two looks: each costs the training some of its time."""
ROLES: Final = {
    "azurite": "Azurite, Microsoft's storage emulator: real storage SDKs talk to it",
    "azureml": "Azure ML: a stand-in for its REST API, which the real azure-ai-ml talks to; training is real",
    "functions": "Functions host: a stand-in, which runs the app's real code",
    "eventgrid": "Event Grid: a stand-in, which delivers over real webhooks",
}


class DemoError(TunedropError):
    """The story did not end as it should."""


@dataclass(frozen=True)
class Plan:
    """What the story is about.

    Args:
        project: whose upload it is.
        data: the file to drop.
        config: the project's tunedrop.yaml.
        held_out: questions that nobody trains on; ``None``: the upload's own held-out rows.
        gain: least points of chrF by which the tuned model must be better; ``None``: any.
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


class Story:
    """``tell()`` does everything and yields what happens.

    Args:
        plan: what it is about.
        stack: not yet started; the caller stops it.
        ports: gives the app's gateways, once the stack is up.
        installing: what set-up still does in the background, if anything; raises if it failed.
    """

    def __init__(
        self, plan: Plan, stack: Stack, ports: Callable[[], Ports], installing: Callable[[], str | None]
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._make_ports = ports
        self._installing = installing
        self._run_id = ""
        self._seen = 0

    def tell(self) -> Iterator[Fact]:
        """All of it, in order.

        Raises:
            DemoError: it did not end as it should.
            TunedropError: something failed on the way.
        """
        began = time.monotonic()
        yield from self._start()
        yield from self._upload()
        yield from self._receipt()
        yield from self._job()
        yield from self._training()
        yield from self._endpoint()
        yield from self._questions()
        yield from self._lease()
        yield Finished(self._next(), time.monotonic() - began)

    def _start(self) -> Iterator[Fact]:
        yield Entered(Station.STACK)
        for part in self._stack.parts_up():
            yield PartUp(part.name, ROLES[part.name], part.address, part.seconds)
        self._ports = self._make_ports()
        self._api = Api(self._stack.url, self._stack.key)
        self._azureml = AzureMlApi(self._stack)
        self._eventgrid = EventGrid(self._stack)

    def _upload(self) -> Iterator[Fact]:
        yield Entered(Station.UPLOAD)
        path = f"{self._plan.project}/{self._plan.data.name}"
        content = self._plan.data.read_bytes()
        sources.upload(self._ports, f"{self._plan.project}/{CONFIG_FILE}", self._plan.config)
        sources.upload(self._ports, path, content)
        yield Said(f"dropped {path}: {len(content):,} bytes")
        yield from self._delivered(path, 1)
        delivery = self._deliveries(path)[0]
        yield Said(f"BlobCreated delivered to on_upload: HTTP {delivery['status']}")
        self._eventgrid.resend(delivery["id"])
        yield from self._delivered(path, 2)
        yield from self._one_run()

    def _delivered(self, path: str, times: int) -> Iterator[Fact]:
        yield from self._wait(lambda: len(self._deliveries(path)) >= times, "for Event Grid to deliver")

    def _one_run(self) -> Iterator[Fact]:
        yield from self._wait(lambda: bool(self._api.runs(self._plan.project)), "for the run to be recorded")
        runs = self._api.runs(self._plan.project)
        if len(runs) != 1:
            raise DemoError(f"The same event, delivered twice, made {len(runs)} runs.")
        self._run_id = runs[0].run_id
        yield Said(f"the same event, delivered again on purpose, changed nothing: one run, {self._run_id}")

    def _deliveries(self, path: str) -> list[dict[str, Any]]:
        return [each for each in self._eventgrid.deliveries("uploads", f"/{path}") if each["outcome"] == "delivered"]

    def _receipt(self) -> Iterator[Fact]:
        yield Entered(Station.RECEIPT)
        yield from self._until(lambda run: run.results.receipt is not None, lambda: Waiting("reading every line"))
        receipt = sources.receipt(self._ports, self._run)
        yield ReceiptRead(receipt)
        if receipt.verdict == "rejected":
            raise DemoError(f"The upload was rejected: {receipt.why}", "Repair the lines that the receipt names.")

    def _job(self) -> Iterator[Fact]:
        yield Entered(Station.JOB)
        yield from self._until(_reached(State.SUBMITTED), lambda: Waiting("checking compute and hyperparameters"))
        job = self._azureml.job(str(self._run.results.job))
        yield Said(f"submitted by azure-ai-ml as {self._run.results.job} in experiment {job['experimentName']}")
        yield Said(f"display name: {job['displayName']}")

    def _training(self) -> Iterator[Fact]:
        yield Entered(Station.TRAINING)
        yield from self._until(_reached(State.TRAINED), self._progress)

    def _progress(self) -> Fact:
        installing = self._installing()
        if installing is not None:
            return Waiting(f"the job waits for its node: {installing}")
        return self._azureml.training(str(self._run.results.job))

    def _endpoint(self) -> Iterator[Fact]:
        yield Entered(Station.ENDPOINT)
        yield from self._until(self._endpoint_is_up, lambda: Waiting("endpoint: creating"))
        base_model.deploy(self._run)
        yield Said(f"endpoint {self._run.results.endpoint}; the base model is deployed beside, to compare")
        yield from self._until(_reached(State.LIVE), lambda: Waiting(f"{self._run.state}: deployment, smoke test"))
        name = str(self._run.results.endpoint)
        yield from self._wait(lambda: self._base_is_up(name), "for the base model's deployment")

    def _endpoint_is_up(self, run: Run) -> bool:
        endpoint = self._ports.endpoints.get(run.results.endpoint) if run.results.endpoint else None
        return endpoint is not None and endpoint.provisioning == "succeeded"

    def _base_is_up(self, endpoint: str) -> bool:
        found = self._ports.deployments.get(endpoint, base_model.NAME)
        if found is not None and found.provisioning == "failed":
            raise DemoError(f"The base model could not be deployed: {found.error}")
        return found is not None and found.provisioning == "succeeded"

    def _questions(self) -> Iterator[Fact]:
        yield Entered(Station.QUESTIONS)
        held_out = self._plan.held_out
        lines = held_out.read_bytes() if held_out else sources.held_out(self._ports, self._run)
        asked, answers = questions(lines, self._plan.limit), list[Answer]()
        for number, question in enumerate(asked, 1):
            answers.append(self._ask(question))
            yield Answered(answers[-1], number, len(asked))
        compared = Compared(
            answers,
            chrf([answer.before for answer in answers], [answer.reference for answer in answers]),
            chrf([answer.after for answer in answers], [answer.reference for answer in answers]),
        )
        yield compared
        if self._plan.gain is not None and compared.after - compared.before < self._plan.gain:
            raise DemoError(f"The tuned model is less than {self._plan.gain:g} points of chrF better than its base.")

    def _ask(self, question: Question) -> Answer:
        """Both models at once: each is a process of its own."""
        with ThreadPoolExecutor(2) as threads:
            before, after = threads.map(lambda name: self._answer(question, name), (base_model.NAME, None))
        return Answer(question.text, before, after, question.reference)

    def _answer(self, question: Question, deployment: str | None) -> str:
        parameters = PARAMETERS | {"max_new_tokens": self._plan.tokens}
        said = self._api.ask(self._plan.project, question.messages, parameters, deployment)
        return " ".join(said.split())

    def _lease(self) -> Iterator[Fact]:
        yield Entered(Station.LEASE)
        yield from self._until(_reached(State.RETIRED), lambda: Waiting("nobody asks any more: the lease runs out"))
        name = str(self._run.results.endpoint)
        status = self._azureml.endpoint_status(name)
        if status != 404:
            raise DemoError(f"The endpoint {name} still answers {status}.")
        entry = sources.bill(self._ports, self._run)
        if entry is None:
            raise DemoError("The ledger does not know what the endpoint cost.")
        yield Said(f"the reaper deleted {name} because {entry.reason}: GET answers 404")
        yield Billed(entry)
        yield Told(self._run, self._report.timeline)

    def _next(self) -> list[tuple[str, str]]:
        return [
            ("make demo DATA=mine.jsonl", "the same with your own chat records"),
            ("make up", "the same stack, kept up"),
            (".venv/bin/tunedrop drop mine.jsonl --project mine", "then, from another terminal"),
        ]

    @property
    def _run(self) -> Run:
        return self._report.run

    def _until(self, done: Callable[[Run], bool], meanwhile: Callable[[], Fact]) -> Iterator[Fact]:
        """Follow the run until ``done``; each new entry of its timeline is told.

        Raises:
            DemoError: the run ended before.
        """
        while True:
            self._report = self._api.report(self._run_id)
            yield from self._news(self._report)
            if done(self._run):
                return
            if self._run.state in ENDS and self._run.state is not State.REJECTED:
                raise DemoError(f"The run ended as {self._run.state}: {self._run.results.error}")
            yield meanwhile()
            self._pause()

    def _news(self, report: Report) -> Iterator[Fact]:
        for entry in report.timeline[self._seen :]:
            yield Said(f"{entry.state}: {entry.note}")
        self._seen = len(report.timeline)

    def _wait(self, done: Callable[[], bool], what: str) -> Iterator[Fact]:
        while not done():
            yield Waiting(what)
            self._pause()

    def _pause(self) -> None:
        """Until the next look; a part that has died will not be waited for.

        Raises:
            ProcessError: a part of the stack has ended.
        """
        time.sleep(_EVERY)
        self._stack.check_alive()


def _reached(state: State) -> Callable[[Run], bool]:
    """Whether a run has come to ``state``, or past it on the path."""
    return lambda run: has_come_to(run.state, state)
