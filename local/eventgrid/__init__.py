"""A local Event Grid: two system topics, subscriptions with filters, at-least-once delivery over webhooks.

Azurite's uploads ─▶ uploads ─┐
the stand-in's events.jsonl ─▶ runs ─┼─▶ grid ─▶ store (SQLite) ─▶ delivery ─▶ the subscription's webhook
POST /events ────────────────────────┘
"""
