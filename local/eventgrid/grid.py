"""Topics: what is published here goes to every subscription that wants it."""

import asyncio
from collections.abc import Sequence

from local.eventgrid.events import Event
from local.eventgrid.store import Store
from local.eventgrid.subscriptions import Subscription


class Grid:
    """Publishes into the store and wakes whoever delivers.

    Attributes:
        changed: set when there is something new to deliver.
    """

    def __init__(self, store: Store, subscriptions: Sequence[Subscription]) -> None:
        self.store = store
        self.subscriptions = subscriptions
        self.changed = asyncio.Event()

    def publish(self, source: str, event: Event, mark: tuple[str, str] | None = None) -> int:
        """Publish one event under a topic, and move its source's mark in the same transaction.

        Returns:
            How many subscriptions it goes to.
        """
        names = self._wanting(source, event)
        self.store.publish(source, event, names, mark)
        self.changed.set()
        return len(names)

    def repeat(self, id: str, times: int) -> int | None:
        """Deliver an event again, on purpose.

        Returns:
            How many deliveries were added; ``None`` if there is no such event.
        """
        found = self.store.find(id)
        if found is None:
            return None
        names = self._wanting(*found) * times
        self.store.repeat(id, names)
        self.changed.set()
        return len(names)

    def endpoint(self, name: str) -> str:
        """Where a subscription's events go."""
        return next(each.endpoint for each in self.subscriptions if each.name == name)

    def _wanting(self, source: str, event: Event) -> list[str]:
        return [each.name for each in self.subscriptions if each.wants(source, event)]
