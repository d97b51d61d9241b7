"""HTTP requests: scoring, runs, decisions and health. All go to one FastAPI app, loaded with the first request."""

from functools import cache

import azure.functions as func

blueprint = func.Blueprint()


@cache
def _middleware() -> func.AsgiMiddleware:
    from shared.api.app import create_app

    return func.AsgiMiddleware(create_app())


@blueprint.function_name("score")
@blueprint.route(route="score/{project}", methods=["POST"])
async def score(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Score with a project's champion."""
    return await _middleware().handle_async(req, context)


@blueprint.function_name("runs")
@blueprint.route(route="runs/{run_id?}", methods=["GET"])
async def runs(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """List runs, or show a run with its timeline."""
    return await _middleware().handle_async(req, context)


@blueprint.function_name("decisions")
@blueprint.route(route="runs/{run_id}/{decision}", methods=["POST"])
async def decisions(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Approve, cancel or retry a run."""
    return await _middleware().handle_async(req, context)


@blueprint.function_name("health")
@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Show whether the app's settings are complete."""
    return await _middleware().handle_async(req, context)
