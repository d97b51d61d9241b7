"""A local Azure Functions host: runs a Python v2 app unchanged, over real HTTP and real storage.

request ─▶ front_end ─┬─▶ routes    HTTP triggers, keys, admin API
                      └─▶ webhook   Event Grid triggers
queue   ─▶ queues     ─┐
clock   ─▶ timers     ─┴─▶ invoker ─▶ the app's function

``docs/local-functions-host.md`` tells what differs from the real host.
"""
