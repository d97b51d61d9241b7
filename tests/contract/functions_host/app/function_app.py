"""An app with every kind of function, which records its calls in a journal."""

# mypy: disable-error-code="untyped-decorator"

import asyncio
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
together = asyncio.Barrier(2)
threads_together = threading.Barrier(2)


def record(function: str, **facts: Any) -> None:
    """Append a line to the journal."""
    with Path(os.environ["JOURNAL"]).open("a") as journal:
        journal.write(json.dumps({"function": function, **facts}) + "\n")


def described(req: func.HttpRequest, function: str) -> func.HttpResponse:
    """The request, as the function sees it."""
    document = {"function": function, "url": req.url, "params": dict(req.route_params), "query": dict(req.params)}
    return func.HttpResponse(json.dumps(document), mimetype="application/json", headers={"X-Seen": function})


@app.route(route="items/{n:int}", auth_level=func.AuthLevel.ANONYMOUS)
def numbered(req: func.HttpRequest) -> func.HttpResponse:
    return described(req, "numbered")


@app.route(route="items/{name}", methods=["GET", "PUT"], auth_level=func.AuthLevel.ANONYMOUS)
def named(req: func.HttpRequest) -> func.HttpResponse:
    return described(req, "named")


@app.route(route="items/all", auth_level=func.AuthLevel.ANONYMOUS)
def all_items(req: func.HttpRequest) -> func.HttpResponse:
    return described(req, "all_items")


@app.route(route="maybe/{id?}", auth_level=func.AuthLevel.ANONYMOUS)
def maybe(req: func.HttpRequest) -> func.HttpResponse:
    return described(req, "maybe")


@app.route(route="files/{*rest}", auth_level=func.AuthLevel.ANONYMOUS)
def files(req: func.HttpRequest) -> func.HttpResponse:
    return described(req, "files")


@app.route(route="guarded", methods=["POST"])
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.get_body(), status_code=201)


@app.route(route="masters", auth_level=func.AuthLevel.ADMIN)
def masters(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="fails", auth_level=func.AuthLevel.ANONYMOUS)
def fails(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("on purpose")


@app.route(route="silent", auth_level=func.AuthLevel.ANONYMOUS)
def silent(req: func.HttpRequest) -> None:
    return None


@app.route(route="endless", auth_level=func.AuthLevel.ANONYMOUS)
async def endless(req: func.HttpRequest) -> None:
    await asyncio.Event().wait()


@app.route(route="pair", auth_level=func.AuthLevel.ANONYMOUS)
def pair(req: func.HttpRequest, context: func.Context) -> str:
    """Answers only while another call of it runs too."""
    threads_together.wait(10)
    return threading.current_thread().name


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    """A bare ASGI application."""
    body = (await receive())["body"]
    text = json.dumps({"path": scope["path"], "method": scope["method"], "body": body.decode()})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 203, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


@app.route(route="asgi/{*rest}", auth_level=func.AuthLevel.ANONYMOUS)
async def asgi(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return await func.AsgiMiddleware(asgi_app).handle_async(req, context)


@app.event_grid_trigger(arg_name="event")
def on_event(event: func.EventGridEvent) -> None:
    record("on_event", id=event.id, subject=event.subject, type=event.event_type, data=event.get_json())
    if event.get_json().get("fail"):
        raise ValueError("on purpose")


@app.event_grid_trigger(arg_name="event")
async def on_pair(event: func.EventGridEvent) -> None:
    """Ends only while another call of it runs too."""
    await together.wait()


@app.event_grid_trigger(arg_name="event")
def on_cloud_event(event: func.CloudEvent) -> None:
    record("on_cloud_event", id=event.id, source=event.source)


@app.queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
def on_message(message: func.QueueMessage) -> None:
    body = message.get_json()
    record("on_message", id=message.id, dequeue_count=message.dequeue_count, body=body)
    if body.get("fail"):
        raise ValueError("on purpose")
    time.sleep(body.get("seconds", 0))
    while "gate" in body and not Path(body["gate"]).exists():
        time.sleep(0.05)
    record("on_message_done", id=message.id)


@app.timer_trigger(arg_name="timer", schedule="%TICK_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    record("tick", past_due=timer.past_due, second=int(time.time()))


@app.timer_trigger(arg_name="timer", schedule="0 0 3 * * *")
def nightly(timer: func.TimerRequest) -> None:
    record("nightly", past_due=timer.past_due)
