"""What becomes of an upload that was read: rejected, only checked, unchanged, held, or trained on."""

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from shared.core.states import State
from shared.data.receipt import receipt as receipts
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures, Receipt
from shared.models.run import Run
from shared.models.training import FoundationModel
from shared.policy import cost as costs
from shared.policy import limits
from shared.policy.ceilings import tighten
from shared.ports import Ports

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """The settings that apply to a run, and what it would train with."""

    config: ProjectConfig
    """Its settings, within the platform's ceilings."""
    ceilings: list[str]
    """A sentence for each setting that the platform's limits have tightened."""
    model: FoundationModel | None
    size: str
    """VM size of the cluster that trains; empty: not known."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of an upload."""

    receipt: Receipt
    end: State | None = None
    """``None``: it is trained on."""
    hold_reason: str | None = None
    """Why the training waits for an approval; ``None``: it does not."""

    def with_evaluation_rows(self, rows: int) -> Self:
        """The verdict on the upload whose test rows become the project's evaluation rows."""
        return replace(self, receipt=self.receipt.model_copy(update={"evaluation_rows": rows}))


def terms(run: Run, ports: Ports) -> Terms:
    """The run's terms. They are asked for before the upload is read: if Azure ML cannot answer, no work is lost.

    An upload that is only checked needs no base model: then its receipt has no cost and no limits of that model.

    Raises:
        Exception: Azure ML did not answer, and the upload is to be trained on.
    """
    config, ceilings = tighten(run.config, ports.settings, run.created)
    try:
        model = ports.catalog.foundation_model(config.base_model or ports.settings.base_model)
        cluster = ports.catalog.compute(ports.settings.compute)
    except Exception as error:
        if config.mode != "validate":
            raise
        log.warning("%s: checked without its base model: %s", run.run_id, error)
        return Terms(config, ceilings, model=None, size="")
    return Terms(config, ceilings, model, cluster.size if cluster else ports.settings.instance_type)


def judge(run: Run, figures: Figures, digest: str, terms: Terms, before: Run | None, ports: Ports) -> Verdict:
    """The verdict on a run's upload.

    Args:
        digest: of the prepared rows.
        before: the run of the version before, if that has the same content and settings.
    """
    receipt = partial(receipts.build, config=terms.config, upload=run.upload.name, run=run, ceilings=terms.ceilings)
    refusal = figures.refusal or limits.context_window_problem(terms.config, terms.model)
    if refusal:
        return Verdict(receipt(figures.model_copy(update={"refusal": refusal})), State.REJECTED)
    epochs = limits.epochs(terms.config, terms.model)
    cost = costs.estimate(figures.tokens, epochs, terms.size, ports.settings.instance_type)
    if terms.config.mode == "validate":
        return Verdict(receipt(figures, cost=cost), State.VALIDATED)
    if unchanged := _unchanged(run, digest, before, ports):
        return Verdict(receipt(figures, unchanged=unchanged), State.UNCHANGED)
    hold_reason = costs.over_budget(cost, terms.config.budget_usd)
    return Verdict(receipt(figures, cost=cost, hold_reason=hold_reason), hold_reason=hold_reason)


def _unchanged(run: Run, digest: str, before: Run | None, ports: Ports) -> str | None:
    """Why nothing need be trained, as the end of a sentence."""
    if _serves(run, digest, ports):
        return "the model that serves was trained on these rows with these settings."
    return f"only the upload's metadata has changed since {before.run_id}." if before else None


def _serves(run: Run, digest: str, ports: Ports) -> bool:
    """Whether the model that serves was trained on the same rows with the same settings."""
    serving = ports.projects.serving(run.project)
    if serving is None or serving.value.phase != "up" or serving.value.champion_run is None:
        return False
    stored = ports.runs.get(run.project, serving.value.champion_run)
    return stored is not None and stored.value.state is State.LIVE and _is_alike(run, digest, stored.value, ports)


def _is_alike(run: Run, digest: str, champion: Run, ports: Ports) -> bool:
    splits, base_model = champion.results.splits, champion.results.base_model
    return (
        splits is not None
        and base_model is not None
        and splits.digest == digest
        and base_model.name == (run.config.base_model or ports.settings.base_model)
        and champion.config.hyperparameters == run.config.hyperparameters
    )
