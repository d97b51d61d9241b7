"""Builds the local Event Grid from its parts, and runs it until SIGTERM or SIGINT."""

import json
import logging
import os
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import ClientSession, web
from azure.identity.aio import DefaultAzureCredential
from azure.storage.blob.aio import ContainerClient

from local.eventgrid import control, subscriptions
from local.eventgrid.delivery import Dispatcher
from local.eventgrid.grid import Grid
from local.eventgrid.journal import Journal
from local.eventgrid.retry import RetryPolicy
from local.eventgrid.runs import Runs
from local.eventgrid.store import Store
from local.eventgrid.uploads import Uploads
from local.eventgrid.webhook import Webhook
from local.files import write_atomically
from local.waiting import run_until, stop_on_signals

_GRACE: Final = 5.0
_log = logging.getLogger("eventgrid")


@dataclass(frozen=True)
class Options:
    """Options of an Event Grid.

    Attributes:
        state: folder of ready.json, deliveries.jsonl, deadletter.jsonl and the database.
        blob_uri: URL of the blob service that is watched.
        azureml_events: file to which the Azure ML stand-in appends its events.
        subscriptions: JSON file of the subscriptions.
        container: container that is watched.
        storage_id: resource id of the storage account, which is its events' topic.
        port: port of the control API; 0 for a free one.
        interval: seconds between two polls of the sources.
    """

    state: Path
    blob_uri: str
    azureml_events: Path
    subscriptions: Path
    container: str
    storage_id: str
    port: int = 0
    interval: float = 0.3
    policy: RetryPolicy = field(default_factory=RetryPolicy)


async def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigError: the subscriptions cannot be read.
    """
    stopping = stop_on_signals()
    ready = options.state / "ready.json"
    ready.unlink(missing_ok=True)
    subscribed = subscriptions.load(options.subscriptions)
    log = Journal(options.state / "deliveries.jsonl")
    async with AsyncExitStack() as stack:
        grid = Grid(stack.enter_context(closing(Store(options.state / "eventgrid.db"))), subscribed)
        session = await stack.enter_async_context(ClientSession())
        uploads = await _uploads(stack, options, grid)
        webhooks = {subscription.name: Webhook(session, subscription) for subscription in subscribed}
        dispatcher = Dispatcher(grid, webhooks, options.policy, log, Journal(options.state / "deadletter.jsonl"))
        url = await _listen(stack, control.application(grid, log), options.port)
        write_atomically(ready, json.dumps({"url": url, "pid": os.getpid()}))
        stack.callback(ready.unlink, missing_ok=True)
        _log.info("Listening at %s with %d subscriptions", url, len(subscribed))
        sources = [uploads.run(stopping), Runs(options.azureml_events, grid, options.interval).run(stopping)]
        handshakes = [dispatcher.validate(name, stopping) for name in webhooks]
        await run_until(stopping, [*sources, *handshakes, dispatcher.run(stopping)], _GRACE)


async def _uploads(stack: AsyncExitStack, options: Options, grid: Grid) -> Uploads:
    credential = await stack.enter_async_context(DefaultAzureCredential())
    # The next poll comes soon: the SDK's own retries would only delay it.
    client = ContainerClient(options.blob_uri, options.container, credential=credential, retry_total=0)
    await stack.enter_async_context(client)
    return Uploads(client, options.storage_id, grid, options.interval)


async def _listen(stack: AsyncExitStack, application: web.Application, port: int) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
