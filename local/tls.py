"""A throwaway certificate authority, so that Azure's SDKs can speak TLS to loopback."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files of a CA and of one certificate it issued for 127.0.0.1 and localhost.

    ``ca`` goes into ``REQUESTS_CA_BUNDLE`` and ``SSL_CERT_FILE``; ``cert`` (with its chain) and ``key``
    into a server.
    """

    ca: Path
    cert: Path
    key: Path

    @classmethod
    def at(cls, folder: Path) -> "Certificates":
        """The certificates in ``folder``, issued if they are not there yet."""
        paths = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key")
        if not paths.key.exists():
            paths._issue()
        return paths

    def server_context(self) -> ssl.SSLContext:
        """TLS context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context

    def _issue(self) -> None:
        self.ca.parent.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(str(self.ca))
        self.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(self.key))
        self.key.chmod(0o600)
