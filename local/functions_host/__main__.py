"""``python -m local.functions_host --app DIR --state DIR``: serves an app, with the environment as its app settings.

Writes ``STATE/ready.json`` (URL, keys, process id) when it listens, and logs to stdout. Its exit status is 0 after
SIGTERM or SIGINT, and 1 if the app cannot be served.
"""

import argparse
import asyncio
import logging
import os
import sys
import traceback
from pathlib import Path

from local.functions_host.host import Host, Options
from shared.core.errors import TunedropError


def main() -> int:
    """Run the host until SIGTERM or SIGINT; return the exit status."""
    options = _options()
    _log_to_stdout()
    os.chdir(options.app)  # As on Azure: the app's folder is the working directory.
    try:
        ended = asyncio.run(Host(options).serve())
    except TunedropError as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        print(f"The functions host did not start. {error}", file=sys.stderr)
        return 1
    if not ended:
        logging.warning("A function still runs; its thread is abandoned")
        logging.shutdown()
        os._exit(0)
    return 0


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--state", type=Path, required=True, help="folder for keys.json and ready.json")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--lease",
        type=float,
        default=30.0,
        help="seconds until a queue message is visible again after the host died (default: %(default)s)",
    )
    parser.add_argument(
        "--grace", type=float, default=10.0, help="seconds that functions have to end on stop (default: %(default)s)"
    )
    given = parser.parse_args()
    return Options(given.app.resolve(), given.state.resolve(), given.port, given.lease, given.grace)


def _log_to_stdout() -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("azure").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
