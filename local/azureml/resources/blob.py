"""Handlers of blobs: enough of the Blob service's protocol for the SDK to upload, list and download."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from aiohttp import web

from local.azureml.core.errors import ApiError, not_covered
from local.azureml.core.http import Route
from local.azureml.core.tokens import Plane
from local.azureml.services import Services
from local.azureml.storage.disk import ACCOUNT, BlobFile

_VERSION = "2023-11-03"
_META = "x-ms-meta-"
_BLOCK = re.compile(r"<(?:Latest|Uncommitted|Committed)>([^<]+)</")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Blob:
    def __init__(self, services: Services) -> None:
        self._disk = services.disk

    def routes(self) -> list[Route]:
        container = f"/{ACCOUNT}.blob.localhost/{{container}}"
        blob = f"{container}/{{blob:.+}}"
        return [
            Route("GET", container, self.list, Plane.STORAGE),
            Route("HEAD", blob, self.properties, Plane.STORAGE),
            Route("GET", blob, self.get, Plane.STORAGE),
            Route("PUT", blob, self.put, Plane.STORAGE),
            Route("DELETE", blob, self.delete, Plane.STORAGE),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """Blobs of a container, by prefix and delimiter"""
        if request.query.get("comp") != "list":
            return web.Response(headers=_headers())
        prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
        container = request.match_info["container"]
        entries = dict.fromkeys(_entry(blob, prefix, delimiter) for blob in self._disk.list(container, prefix))
        text = (
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="{container}">'
            f"<Prefix>{escape(prefix)}</Prefix><Blobs>{''.join(entries)}</Blobs><NextMarker/></EnumerationResults>"
        )
        return web.Response(text=text, content_type="application/xml", headers=_headers())

    async def properties(self, request: web.Request) -> web.Response:
        """Properties and metadata of a blob"""
        blob = self._require(request)
        return web.Response(headers={**_headers(blob), "Content-Length": str(blob.size)})

    async def get(self, request: web.Request) -> web.Response:
        """A blob, or a range of it"""
        blob = self._require(request)
        data = blob.path.read_bytes()
        span = _RANGE.fullmatch(request.headers.get("x-ms-range") or request.headers.get("Range") or "")
        if span is None:
            return web.Response(body=data, headers=_headers(blob))
        first, last = int(span[1]), min(int(span[2] or len(data)), len(data) - 1)
        if first > last:
            raise ApiError(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
        content_range = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
        return web.Response(status=206, body=data[first : last + 1], headers=_headers(blob) | content_range)

    async def put(self, request: web.Request) -> web.Response:
        """Write a blob, a block, a list of blocks, or metadata"""
        container, name, part = request.match_info["container"], request.match_info["blob"], request.query.get("comp")
        metadata = _metadata(request.headers)
        if part == "metadata":
            self._require(request)
            self._disk.set_metadata(container, name, metadata)
            return web.Response(headers=_headers(self._require(request)))
        data = await request.read()
        if part == "block":
            self._disk.stage(container, name, request.query["blockid"], data)
            return web.Response(status=201, headers=_headers())
        if part == "blocklist":
            blob = self._disk.commit(container, name, _BLOCK.findall(data.decode()), metadata)
        elif part is None:
            blob = self._disk.put(container, name, data, metadata)
        else:
            raise not_covered(f"A blob's '{part}'")
        return web.Response(status=201, headers=_headers(blob))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a blob"""
        self._require(request)
        self._disk.delete(request.match_info["container"], request.match_info["blob"])
        return web.Response(status=202, headers=_headers())

    def _require(self, request: web.Request) -> BlobFile:
        blob = self._disk.get(request.match_info["container"], request.match_info["blob"])
        if blob is None:
            raise ApiError(404, "BlobNotFound", "The specified blob does not exist.")
        return blob


def _entry(blob: BlobFile, prefix: str, delimiter: str) -> str:
    """A blob's element in a listing, or its folder's if ``delimiter`` puts the blob in a folder below ``prefix``."""
    folder, is_inside, _ = blob.name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
    if is_inside:
        return f"<BlobPrefix><Name>{escape(prefix + folder + delimiter)}</Name></BlobPrefix>"
    metadata = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in blob.metadata.items())
    return (
        f"<Blob><Name>{escape(blob.name)}</Name><Properties><Content-Length>{blob.size}</Content-Length>"
        f"<Etag>{escape(blob.etag.strip(chr(34)))}</Etag><Last-Modified>{blob.modified}</Last-Modified>"
        f"<BlobType>BlockBlob</BlobType></Properties><Metadata>{metadata}</Metadata></Blob>"
    )


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    return {key[len(_META) :].lower(): value for key, value in headers.items() if key.lower().startswith(_META)}


def _headers(blob: BlobFile | None = None) -> dict[str, str]:
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    common = {"x-ms-version": _VERSION, "Date": now}
    if blob is None:
        return common
    own = {"ETag": blob.etag, "Last-Modified": blob.modified, "x-ms-blob-type": "BlockBlob"}
    kind = {"Content-Type": "application/octet-stream"}
    return common | own | kind | {f"{_META}{key}": value for key, value in blob.metadata.items()}
