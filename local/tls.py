"""A throwaway certificate authority, so that Azure's SDKs can use TLS on loopback."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files of a certificate authority and of the certificate that it issued for 127.0.0.1 and localhost.

    Args:
        ca: the authority's certificate, for ``REQUESTS_CA_BUNDLE`` and ``SSL_CERT_FILE``.
        cert: the server's certificate, with its chain.
        key: the server's private key.
    """

    ca: Path
    cert: Path
    key: Path

    @classmethod
    def at(cls, folder: Path) -> "Certificates":
        """The certificates in ``folder``; they are issued if they do not exist."""
        paths = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key")
        if not paths.key.exists():
            paths._issue()
        return paths

    def server_context(self) -> ssl.SSLContext:
        """The TLS context of a server with this certificate."""
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
