"""A webhook that records its requests and returns the statuses that a test chooses."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Receiver:
    """The webhook.

    Attributes:
        statuses: statuses of the next responses; afterwards it returns 202.
        willing: whether it completes handshakes.
    """

    port: int = 0
    statuses: deque[int] = field(default_factory=deque)
    willing: bool = True
    handshakes: list[Received] = field(default_factory=list)
    deliveries: list[Received] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?code=secret"

    def ids(self) -> list[str]:
        """Ids of the delivered events, in the order of their arrival."""
        bodies = [delivery.body for delivery in self.deliveries]
        return [event["id"] for body in bodies for event in (body if isinstance(body, list) else [body])]


@contextmanager
def listening(receiver: Receiver) -> Iterator[Receiver]:
    """Serve a receiver; if it was served before, on the same port."""
    server = ThreadingHTTPServer(("127.0.0.1", receiver.port), _handler(receiver))
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self._received()
            if request.headers["aeg-event-type"] == "SubscriptionValidation":
                receiver.handshakes.append(request)
                code = request.body[0]["data"]["validationCode"] if receiver.willing else "another"
                self._answer(200, {"validationResponse": code})
                return
            receiver.deliveries.append(request)
            self._answer(receiver.statuses.popleft() if receiver.statuses else 202)

        def do_OPTIONS(self) -> None:
            receiver.handshakes.append(self._received())
            self.send_response(200)
            self.send_header("WebHook-Allowed-Origin", self.headers["WebHook-Request-Origin"])
            self.end_headers()

        def _received(self) -> Received:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Received(self.path, headers, json.loads(body) if body else None)

        def _answer(self, status: int, body: Any = None) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode() if body is not None else b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
