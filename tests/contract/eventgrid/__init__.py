"""The local Event Grid, with real webhooks and Azurite."""
