"""A local Event Grid: two system topics, subscriptions with filters, at-least-once delivery to webhooks.

Azurite's uploads ─▶ uploads ─┐
the stand-in's events.jsonl ─▶ runs ─┼─▶ grid ─▶ store (SQLite) ─▶ delivery ─▶ the subscription's webhook
POST /events ────────────────────────┘

May import ``local``'s own modules and ``shared.core``. Start with ``server.py``; ``docs/local-functions-host.md`` says
what differs from the cloud.
"""
