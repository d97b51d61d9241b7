"""A local Azure Functions host: runs an app of Python's v2 model unchanged, over real HTTP and storage.

request ─▶ front_end ─┬─▶ routes    HTTP triggers, keys, admin API
                      └─▶ webhook   Event Grid triggers
queue   ─▶ queues     ─┐
clock   ─▶ timers     ─┴─▶ invoker ─▶ the app's function

May import ``local``'s own modules and ``shared.core``. Start with ``host.py``; ``docs/local-functions-host.md`` says
what differs from the real host.
"""
