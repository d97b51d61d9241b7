"""``python -m local.azureml``: runs the stand-in, and prints the environment that points a script at it."""

import asyncio
import logging
import shlex

from local.azureml.core.config import Config, parse
from local.azureml.server import running
from local.waiting import stop_on_signals


async def main(config: Config) -> None:
    """Run until SIGTERM or SIGINT."""
    async with running(config) as ready:
        print(f"# Azure ML stand-in: workspace {ready.workspace} in resource group {ready.resource_group},")
        print(f"# subscription {ready.subscription_id}. In the shell that runs your script:")
        for name, value in ready.exports.items():
            print(f"export {name}={shlex.quote(value)}")
        print("# Ctrl-C stops it; its state stays in", config.state, flush=True)
        await stop_on_signals().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(main(parse()))
