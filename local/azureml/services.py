"""All services of one stand-in, built and connected."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from local.azureml.core.addresses import Addresses
from local.azureml.core.config import Config
from local.azureml.core.events import Events
from local.azureml.core.faults import Faults
from local.azureml.core.http import RequestLog
from local.azureml.core.operations import Operations
from local.azureml.core.store import Store
from local.azureml.core.throttle import Throttle
from local.azureml.hosting.endpoints import Endpoints
from local.azureml.hosting.rules import Rules
from local.azureml.hosting.servers import Servers
from local.azureml.storage.assets import Assets
from local.azureml.storage.datastores import Datastores
from local.azureml.storage.disk import Disk
from local.azureml.training.jobs import Jobs
from local.azureml.training.run_history import Runs
from local.azureml.training.steps import StepRunner
from local.tls import Certificates


@dataclass(frozen=True)
class Services:
    """The services that the handlers call."""

    config: Config
    addresses: Addresses
    store: Store
    log: RequestLog
    faults: Faults
    throttle: Throttle | None
    operations: Operations
    disk: Disk
    datastores: Datastores
    assets: Assets
    runs: Runs
    jobs: Jobs
    servers: Servers
    endpoints: Endpoints
    account_key: str

    @classmethod
    def build(cls, config: Config, base: str) -> Self:
        """Build the services of a stand-in that listens at ``base``, without starting anything."""
        names = (config.subscription_id, config.resource_group, config.workspace, config.location)
        addresses = Addresses(base, *names)
        store, disk = Store(config.state / "store"), Disk(config.state)
        faults, operations = Faults(store), Operations(store, config.transitions)
        datastores = Datastores(addresses, disk, config.blob_uri, Certificates.at(config.certs).ca)
        assets = Assets(store, addresses, datastores)
        runs = Runs(store, Events(config.state / "events.jsonl", addresses), datastores, config.state)
        transitions = config.transitions
        runner = StepRunner(assets, faults, config.step_command, config.base_model_dir)
        servers = Servers(config.serve_command, config.state / "deployments")
        rules = Rules(store, assets, operations, config.quotas, config.taken)
        return cls(
            config=config,
            addresses=addresses,
            store=store,
            log=RequestLog(config.state / "requests.jsonl"),
            faults=faults,
            throttle=Throttle() if config.throttled else None,
            operations=operations,
            disk=disk,
            datastores=datastores,
            assets=assets,
            runs=runs,
            jobs=Jobs(store, runs, runner, transitions),
            servers=servers,
            endpoints=Endpoints(rules, store, assets, operations, servers, faults, transitions, config.base_model_dir),
            account_key=_account_key(store),
        )

    async def start(self) -> None:
        """Go on where the last process stopped."""
        self.endpoints.register()
        await self.endpoints.resume()
        self.operations.resume()
        self.jobs.resume()

    async def stop(self) -> None:
        """End all child processes; jobs and operations go on at the next start."""
        await self.operations.stop()
        await self.jobs.stop()
        await self.servers.stop()


def _account_key(store: Store) -> str:
    """Key of the workspace's own storage account: random, and the same after a restart."""
    secret = store.get("secrets", "account")
    if secret is None:
        secret = {"key": b64encode(secrets.token_bytes(64)).decode()}
        store.put("secrets", "account", secret)
    return str(secret["key"])
