"""Preparation from blob to blob through Azurite (in memory): read ahead and staged by threads, or step after step."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

from benchmarks import chats
from benchmarks.ratio import Ratio, in_turn, speeds
from local.azurite import Azurite
from local.azurite.provision import LaptopCredential, provision
from local.tls import Certificates
from shared.core.resources import PREPARED, UPLOADS
from shared.core.settings import Settings
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.reading import streams
from shared.gateways.blobs import AzureBlobs
from shared.models.config import ProjectConfig
from shared.uploads.staging import Staging

SIZE: Final = 200 * 10**6
"""Bytes of the upload."""
ROUNDS: Final = 5
AT_LEAST: Final = 1.4
_PATH: Final = "benchmark/chats.jsonl"


def measure() -> list[Ratio]:
    """How many times as fast a preparation is whose reading, sorting and writing go on at once."""
    with _azurite() as blobs:
        assert _pipelined(blobs) == _in_turn(blobs), "they write other rows"
        pairs = in_turn(lambda: _seconds(_pipelined, blobs), lambda: _seconds(_in_turn, blobs), ROUNDS)
    return [speeds("blob to blob, pipelined", "the same steps one after the other", pairs, AT_LEAST)]


def _seconds(work: Callable[[AzureBlobs], str], blobs: AzureBlobs) -> float:
    began = time.perf_counter()
    work(blobs)
    return time.perf_counter() - began


def _pipelined(blobs: AzureBlobs) -> str:
    with Staging(blobs, "1") as staging:
        return _prepared(blobs, staging)


def _in_turn(blobs: AzureBlobs) -> str:
    with patch.object(streams, "prefetch", _read_in_turn), _OneByOne(blobs, "1") as staging:
        return _prepared(blobs, staging)


class _OneByOne(Staging):
    """Stages each block before the caller goes on."""

    def later(self, stage: Callable[[], None]) -> None:
        stage()


def _read_in_turn(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return iter(chunks)


def _prepared(blobs: AzureBlobs, staging: Staging) -> str:
    """The digest of the rows that were written."""
    info = blobs.info(UPLOADS, _PATH)
    assert info is not None
    outputs = {name: staging.open(PREPARED, f"benchmark/{name}.jsonl") for name in (*splits.NAMES, REJECTED)}
    prepare([UploadFile(blobs.chunks(UPLOADS, _PATH, info.etag))], ProjectConfig(), outputs)
    for rows in outputs.values():
        rows.commit()
    return ".".join(rows.digest() for rows in outputs.values())


@contextmanager
def _azurite() -> Iterator[AzureBlobs]:
    """Blobs of an Azurite that holds the upload."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        certificates = Certificates.at(folder / "certs")
        trust = {"REQUESTS_CA_BUNDLE": str(certificates.ca), "NO_PROXY": "127.0.0.1"}
        with Azurite(folder / "azurite", certificates, in_memory=True) as storage, patch.dict(os.environ, trust):
            provision(storage, certificates.ca)
            blobs = AzureBlobs(_settings(storage), LaptopCredential())
            chats.write(folder / "chats.jsonl", SIZE)
            blobs.write(UPLOADS, _PATH, [(folder / "chats.jsonl").read_bytes()], "application/jsonl")
            yield blobs


def _settings(storage: Azurite) -> Settings:
    return Settings(
        blob_uri=storage.blob_uri,
        queue_uri=storage.queue_uri,
        table_uri=storage.table_uri,
        storage_id="none",
        subscription_id="none",
        resource_group="none",
        workspace="none",
    )
