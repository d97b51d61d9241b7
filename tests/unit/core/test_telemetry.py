"""The counter of dropped events."""

from collections import Counter
from collections.abc import Iterator

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from shared.core import telemetry
from tests.doubles.world import World


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    monkeypatch.setattr(metrics, "get_meter", provider.get_meter)
    telemetry._dropped.cache_clear()
    yield reader
    telemetry._dropped.cache_clear()
    provider.shutdown()


def dropped(reader: InMemoryMetricReader) -> Counter[tuple[str, str]]:
    """Dropped events by source and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    data = reader.get_metrics_data()
    for resource in data.resource_metrics if data else ():
        for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
            assert metric.name == "tunedrop.events.dropped"
            for point in metric.data.data_points:
                attributes = point.attributes or {}
                counts[str(attributes["source"]), str(attributes["why"])] += int(point.value)  # type: ignore[union-attr]
    return counts


def test_foreign_and_unknown_events_are_counted_as_dropped_but_the_apps_own_are_not(
    reader: InMemoryMetricReader,
) -> None:
    world = World()
    upload = world.upload("support/faq.jsonl")
    run_id = world.deliver(upload)
    world.round()
    for event in ({**upload, "topic": "/spoofed"}, {**upload, "subject": "/blobServices/default/containers/x/blobs/y"}):
        world.deliver(event)
    world.deliver({**world.job_event(f"{run_id}-1"), "topic": "/spoofed"})
    for job in (f"{run_id}-1", f"{run_id}-2", "7f0c9f6e-0000-0000-0000-000000000000", f"{run_id}-1"):
        world.deliver(world.job_event(job))
    assert dropped(reader) == {("uploads", "foreign"): 2, ("runs", "foreign"): 1, ("runs", "unknown"): 2}
