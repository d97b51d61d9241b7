"""The local Functions host, driven over HTTP and through Azurite."""
