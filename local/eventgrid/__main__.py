"""``python -m local.eventgrid --state DIR --blob-uri URI --azureml-events FILE --subscriptions FILE``.

Writes ``STATE/ready.json`` (URL of the control API, process id) when it listens, and logs to stdout. Its exit status
is 0 after SIGTERM or SIGINT, and 1 if it cannot start.
"""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from local.eventgrid.retry import RetryPolicy
from local.eventgrid.server import Options, serve
from shared.core.errors import TunedropError
from shared.core.resources import UPLOADS

_DEFAULT_STORAGE_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
    "/providers/Microsoft.Storage/storageAccounts/devstoreaccount1"
)


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    options = _options()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("azure").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(options))
    except TunedropError as error:
        print(f"Event Grid did not start. {error}", file=sys.stderr)
        return 1
    return 0


def _options() -> Options:
    given = _parser().parse_args()
    return Options(
        state=given.state.resolve(),
        blob_uri=given.blob_uri,
        azureml_events=given.azureml_events.resolve(),
        subscriptions=given.subscriptions.resolve(),
        container=given.container,
        storage_id=given.storage_id,
        port=given.port,
        interval=given.interval,
        policy=RetryPolicy(given.retry_factor, given.max_attempts, given.ttl),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.eventgrid", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of its files")
    parser.add_argument("--blob-uri", required=True, help="URL of the blob service that is watched")
    parser.add_argument(
        "--azureml-events", type=Path, required=True, help="file to which the Azure ML stand-in appends events"
    )
    parser.add_argument("--subscriptions", type=Path, required=True, help="JSON file of the subscriptions")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the control API on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument("--container", default=UPLOADS, help="container that is watched (default: %(default)s)")
    parser.add_argument(
        "--storage-id",
        default=os.environ.get("TUNEDROP_STORAGE_ID") or _DEFAULT_STORAGE_ID,
        help="resource id of the storage account, which is its events' topic (default: TUNEDROP_STORAGE_ID)",
    )
    parser.add_argument("--interval", type=float, default=0.3, help="seconds between two polls (default: %(default)s)")
    _add_policy(parser)
    return parser


def _add_policy(parser: argparse.ArgumentParser) -> None:
    defaults = RetryPolicy()
    parser.add_argument(
        "--retry-factor",
        type=float,
        default=defaults.factor,
        help="multiplies Event Grid's retry delays (default: %(default)s)",
    )
    parser.add_argument(
        "--max-attempts",
        type=int,
        default=defaults.attempts,
        help="attempts to deliver an event (default: %(default)s)",
    )
    parser.add_argument(
        "--ttl",
        type=float,
        default=defaults.ttl,
        help="seconds after which an event is given up (default: %(default)s)",
    )


if __name__ == "__main__":
    sys.exit(main())
