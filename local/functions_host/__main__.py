"""``python -m local.functions_host --app DIR --state DIR``: serve an app, with the environment as its settings.

Writes ``STATE/ready.json`` (url, keys, pid) when it listens and logs to stdout. Exit status: 0 after SIGTERM
or SIGINT, 1 if the app cannot be served.
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
    """Run the host until it is told to stop."""
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
        logging.warning("A function still ran; its thread is cut off")
        logging.shutdown()
        os._exit(0)
    return 0


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder of function_app.py and host.json")
    parser.add_argument("--state", type=Path, required=True, help="folder for keys.json and ready.json")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--lease",
        type=float,
        default=30.0,
        help="seconds a queue message stays hidden after the host died (default 30)",
    )
    parser.add_argument("--grace", type=float, default=10.0, help="seconds for running functions on stop (default 10)")
    given = parser.parse_args()
    return Options(given.app.resolve(), given.state.resolve(), given.port, given.lease, given.grace)


def _log_to_stdout() -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("azure").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
