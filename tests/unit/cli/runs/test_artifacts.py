import pytest

from cli.runs import artifacts
from shared.core.errors import NotFoundError
from shared.core.resources import UPLOADS
from tests.contract.ports.samples import run as sample
from tests.doubles.memory import memory_ports


def test_an_upload_is_put_under_its_path() -> None:
    ports = memory_ports()
    artifacts.upload(ports, "lumo/rows.jsonl", b"{}\n")
    assert ports.blobs.read(UPLOADS, "lumo/rows.jsonl") == b"{}\n"


def test_a_receipt_that_was_deleted_is_named_with_its_container() -> None:
    with pytest.raises(NotFoundError, match=r"The file '.*\.json' is missing from the container 'receipts'"):
        artifacts.receipt(memory_ports(), sample("lumo"))


def test_an_endpoint_that_has_not_been_deleted_has_no_bill() -> None:
    assert artifacts.bill(memory_ports(), sample("lumo")) is None
