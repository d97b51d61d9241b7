"""Topics: an event that is published goes to all subscriptions whose filters it passes."""

import asyncio
from collections.abc import Sequence

from local.eventgrid.events import Event
from local.eventgrid.store import Store
from local.eventgrid.subscriptions import Subscription


class Grid:
    """Publishes events into the store and wakes up the dispatcher.

    Attributes:
        changed: set when there is a new delivery to make.
    """

    def __init__(self, store: Store, subscriptions: Sequence[Subscription]) -> None:
        self.store = store
        self.subscriptions = subscriptions
        self.changed = asyncio.Event()

    def publish(self, source: str, event: Event, checkpoint: tuple[str, str] | None = None) -> int:
        """Publish an event to a topic.

        Args:
            checkpoint: name and value of its source's checkpoint, set in the same transaction.

        Returns:
            The number of subscriptions that it goes to.
        """
        names = self._subscribers(source, event)
        self.store.publish(source, event, names, checkpoint)
        self.changed.set()
        return len(names)

    def redeliver(self, id: str, times: int) -> int | None:
        """Deliver an event again.

        Returns:
            The number of deliveries that were added, or None if there is no such event.
        """
        published = self.store.find(id)
        if published is None:
            return None
        names = self._subscribers(*published) * times
        self.store.redeliver(id, names)
        self.changed.set()
        return len(names)

    def endpoint(self, name: str) -> str:
        """The endpoint of a subscription."""
        return next(subscription.endpoint for subscription in self.subscriptions if subscription.name == name)

    def _subscribers(self, source: str, event: Event) -> list[str]:
        return [subscription.name for subscription in self.subscriptions if subscription.wants(source, event)]
