"""The receipt's sections of figures: what the upload becomes, how long its rows are, what was seen in them."""

from collections.abc import Iterator, Mapping
from typing import Final

from shared.data.receipt.markdown import bars, code, fenced, places, rows, table
from shared.models.receipt import Cost, Receipt

_HOURS_A_DAY: Final = 24
_TOKENS: Final[Mapping[str, str]] = {
    "estimated": "estimated",
    "calibrated": "estimated from a sample",
    "exact": "counted",
}
_SAME: Final[Mapping[str, str]] = {
    "normalised": ", but for case, spaces and Unicode form",
    "exact": " to the letter",
}
_LONG: Final[Mapping[str, str]] = {
    "truncate": "They are cut there when they are trained on; with `too_long: drop` they are left out.",
    "drop": "They are left out.",
    "reject": "The settings refuse an upload with such rows.",
}
_PII: Final[Mapping[str, str]] = {
    "warn": (
        "They are in the rows that are trained on, and a model may repeat them. With `pii: redact` in"
        " `tunedrop.yaml` placeholders take their place; with `pii: reject` the upload is refused."
    ),
    "redact": "Placeholders such as `[email]` have taken their place.",
    "reject": "The settings refuse an upload with such rows.",
}


def sections(found: Receipt) -> Iterator[str]:
    """Lines of Markdown; none where nothing was read."""
    if found.sha256 is not None:
        yield from _figures(found)
        yield from _sizes(found)
        yield from _too_long(found)
        yield from _pii(found)
    yield from _ceilings(found)
    yield from _cost(found.cost)


def _figures(found: Receipt) -> Iterator[str]:
    yield "## Figures"
    yield ""
    always = {
        "lines": found.lines,
        "usable rows": found.accepted,
        "bad lines, left out": found.rejected,
        "duplicates, left out": found.duplicates,
    }
    others = {
        "left out by sampling": found.sampled_out,
        "blank lines beside them": found.blank,
        "rows to train on": found.train_rows,
        "… of them from earlier uploads": found.earlier_rows,
        "rows to validate with": found.validation_rows,
        "rows to test with": found.test_rows,
        "… of them the project's evaluation rows": found.evaluation_rows,
        f"tokens to train on, {_TOKENS[found.tokens_are]}": found.tokens,
    }
    yield from table(always | {name: figure for name, figure in others.items() if figure})
    yield from _notes(found)


def _notes(found: Receipt) -> Iterator[str]:
    if found.duplicates and found.settings:
        yield f"A duplicate equals an earlier row{_SAME[found.settings.duplicates]}."
        yield ""
    if repaired := found.repaired.get("rows"):
        by = ", ".join(f"{code(name)} {count:,}" for name, count in found.repaired.items() if name != "rows")
        yield f"Of the usable rows, {repaired:,} are repaired as `tunedrop.yaml` asks: {by}."
        yield ""
    yield f"Read: {found.size:,} bytes, SHA-256 {code(str(found.sha256))}."
    yield ""


def _sizes(found: Receipt) -> Iterator[str]:
    charts = {"Turns of a row": found.turns, "Tokens of a row": found.row_tokens}
    if not any(sum(histogram.counts) for histogram in charts.values()):
        return
    yield "## How long the rows are"
    yield ""
    for name, histogram in charts.items():
        yield f"{name}, and how many usable rows have as many:"
        yield ""
        yield from fenced(bars(histogram))


def _too_long(found: Receipt) -> Iterator[str]:
    if not found.too_long.rows or found.max_seq_length is None:
        return
    yield "## Rows that are too long"
    yield ""
    longer = f"{rows(found.too_long.rows)} longer than {found.max_seq_length:,} tokens: {places(found.too_long)}."
    yield f"{longer} {_LONG[found.settings.too_long] if found.settings else ''}".rstrip()
    yield ""


def _pii(found: Receipt) -> Iterator[str]:
    if not found.pii:
        return
    yield "## Personal data and secrets"
    yield ""
    yield from (f"- {code(kind)}: {rows(seen.rows)}, {places(seen)}" for kind, seen in found.pii.items())
    yield ""
    if found.settings:
        yield _PII.get(found.settings.pii, "")
        yield ""


def _ceilings(found: Receipt) -> Iterator[str]:
    if not found.ceilings:
        return
    yield "## Settings that the platform limits"
    yield ""
    yield from (f"- {sentence}" for sentence in found.ceilings)
    yield ""


def _cost(cost: Cost | None) -> Iterator[str]:
    if cost is None:
        return
    yield "## Cost on Azure, estimated"
    yield ""
    yield f"- training: ${cost.training_usd:,.2f} ({cost.training_hours:g} h of {cost.training_sku})"
    day = cost.endpoint_usd_per_hour * _HOURS_A_DAY
    yield f"- endpoint: ${cost.endpoint_usd_per_hour:,.2f} an hour, ${day:,.2f} a day, on {cost.endpoint_sku}"
    yield ""
    yield f"Prices as of {cost.priced_on}. {cost.assumes}".rstrip()
    yield ""
