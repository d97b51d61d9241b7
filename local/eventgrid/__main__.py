"""``python -m local.eventgrid --state DIR --blob-uri URI --azureml-events FILE --subscriptions FILE``.

Writes ``STATE/ready.json`` (url of the control API, pid) when it listens and logs to stdout. Exit status: 0
after SIGTERM or SIGINT, 1 if it cannot start.
"""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from local.eventgrid.retry import Policy
from local.eventgrid.server import Options, serve
from shared.core.errors import TunedropError
from shared.core.resources import UPLOADS

_SOMEWHERE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
    "/providers/Microsoft.Storage/storageAccounts/devstoreaccount1"
)


def main() -> int:
    """Run until it is told to stop."""
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
        policy=Policy(given.retry_factor, given.max_attempts, given.ttl),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.eventgrid", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for its files")
    parser.add_argument("--blob-uri", required=True, help="blob service whose container is watched")
    parser.add_argument("--azureml-events", type=Path, required=True, help="file that the stand-in appends events to")
    parser.add_argument("--subscriptions", type=Path, required=True, help="subscriptions.json")
    parser.add_argument("--port", type=int, default=0, help="of the control API on 127.0.0.1 (default: a free one)")
    parser.add_argument("--container", default=UPLOADS, help="container to watch (default: %(default)s)")
    parser.add_argument(
        "--storage-id",
        default=os.environ.get("TUNEDROP_STORAGE_ID") or _SOMEWHERE,
        help="resource id of the storage account, the topic of its events (default: TUNEDROP_STORAGE_ID)",
    )
    parser.add_argument("--interval", type=float, default=0.3, help="seconds between two looks (default: %(default)s)")
    _add_policy(parser)
    return parser


def _add_policy(parser: argparse.ArgumentParser) -> None:
    usual = Policy()
    parser.add_argument(
        "--retry-factor", type=float, default=usual.factor, help="scales Event Grid's delays (default: %(default)s)"
    )
    parser.add_argument("--max-attempts", type=int, default=usual.attempts, help="tries (default: %(default)s)")
    parser.add_argument("--ttl", type=float, default=usual.ttl, help="seconds an event lives (default: %(default)s)")


if __name__ == "__main__":
    sys.exit(main())
