"""The receipt's sections of figures: what becomes of the upload, how long its rows are, and what occurs in them."""

from collections.abc import Iterator, Mapping
from typing import Final

from shared.data.receipt.markdown import bars, code, fenced, locations, rows, table
from shared.models.receipt import Cost, Receipt

_HOURS_A_DAY: Final = 24
_TOKENS: Final[Mapping[str, str]] = {
    "estimated": "estimated",
    "calibrated": "estimated from a sample",
    "exact": "counted",
}
_DUPLICATES: Final[Mapping[str, str]] = {
    "normalised": "A duplicate has the same messages as an earlier row; case, spaces and Unicode form do not count.",
    "exact": "A duplicate has exactly the same messages as an earlier row.",
}
_TOO_LONG: Final[Mapping[str, str]] = {
    "truncate": "Training cuts such rows at that length. To leave them out instead, set `too_long: drop`.",
    "drop": "They are left out.",
    "reject": "The project's settings reject uploads with such rows.",
}
_PII: Final[Mapping[str, str]] = {
    "warn": (
        "The model is trained on these rows, and it may repeat what they contain. To replace personal data and secrets"
        " with placeholders, set `pii: redact` in `tunedrop.yaml`. To reject such uploads, set `pii: reject`."
    ),
    "redact": "Placeholders such as `[email]` have replaced what was found.",
    "reject": "The project's settings reject uploads with such rows.",
}


def sections(receipt: Receipt) -> Iterator[str]:
    """Lines of Markdown; only limits and cost if nothing was read."""
    if receipt.sha256 is not None:
        yield from _figures(receipt)
        yield from _sizes(receipt)
        yield from _too_long(receipt)
        yield from _pii(receipt)
    yield from _ceilings(receipt)
    yield from _cost(receipt.cost)


def _figures(receipt: Receipt) -> Iterator[str]:
    yield "## Figures"
    yield ""
    always = {
        "lines": receipt.lines,
        "usable rows": receipt.accepted,
        "rejected lines": receipt.rejected,
        "duplicates, left out": receipt.duplicates,
    }
    if_any = {
        "left out by sampling": receipt.sampled_out,
        "blank lines, not counted above": receipt.blank,
        "training rows": receipt.train_rows,
        "validation rows": receipt.validation_rows,
        "test rows": receipt.test_rows,
        "… of these, evaluation rows of the project": receipt.evaluation_rows,
        "rows from earlier uploads, in all splits": receipt.earlier_rows,
        f"training tokens, {_TOKENS[receipt.tokens_are]}": receipt.tokens,
    }
    yield from table(always | {name: figure for name, figure in if_any.items() if figure})
    yield from _notes(receipt)


def _notes(receipt: Receipt) -> Iterator[str]:
    if receipt.duplicates and receipt.settings:
        yield _DUPLICATES[receipt.settings.duplicates]
        yield ""
    if repaired := receipt.repaired.get("rows"):
        repairs = ", ".join(f"{code(name)} {count:,}" for name, count in receipt.repaired.items() if name != "rows")
        were = "was" if repaired == 1 else "were"
        yield f"{repaired:,} of the usable rows {were} repaired, as `tunedrop.yaml` allows: {repairs}."
        yield ""
    yield f"The upload has {receipt.size:,} bytes; its SHA-256 is {code(str(receipt.sha256))}."
    yield ""


def _sizes(receipt: Receipt) -> Iterator[str]:
    charts = {"turns": receipt.turns, "tokens": receipt.row_tokens}
    if not any(sum(histogram.counts) for histogram in charts.values()):
        return
    yield "## How long the rows are"
    yield ""
    for unit, histogram in charts.items():
        yield f"Usable rows by their number of {unit}:"
        yield ""
        yield from fenced(bars(histogram))


def _too_long(receipt: Receipt) -> Iterator[str]:
    too_long = receipt.too_long
    if not too_long.rows or receipt.max_seq_length is None:
        return
    yield "## Rows that are too long"
    yield ""
    have = "has" if too_long.rows == 1 else "have"
    fact = f"{rows(too_long.rows)} {have} more than {receipt.max_seq_length:,} tokens: {locations(too_long)}."
    yield f"{fact} {_TOO_LONG[receipt.settings.too_long] if receipt.settings else ''}".rstrip()
    yield ""


def _pii(receipt: Receipt) -> Iterator[str]:
    if not receipt.pii:
        return
    yield "## Personal data and secrets"
    yield ""
    yield from (f"- {code(kind)}: {rows(where.rows)}, {locations(where)}" for kind, where in receipt.pii.items())
    yield ""
    if receipt.settings:
        yield _PII.get(receipt.settings.pii, "")
        yield ""


def _ceilings(receipt: Receipt) -> Iterator[str]:
    if not receipt.ceilings:
        return
    yield "## Settings that the platform limits"
    yield ""
    yield from (f"- {sentence}" for sentence in receipt.ceilings)
    yield ""


def _cost(cost: Cost | None) -> Iterator[str]:
    if cost is None:
        return
    yield "## Estimated cost on Azure"
    yield ""
    yield f"- training: ${cost.training_usd:,.2f} ({cost.training_hours:g} h of {cost.training_sku})"
    day = cost.endpoint_usd_per_hour * _HOURS_A_DAY
    yield f"- endpoint: ${cost.endpoint_usd_per_hour:,.2f} an hour, ${day:,.2f} a day ({cost.endpoint_sku})"
    yield ""
    yield f"Prices as of {cost.priced_on}. {cost.assumes}".rstrip()
    yield ""
