"""What the pack's scripts in the browser ask the server, under /armature/v1."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from server import PromptServer

from ..compatibility.convert import converted
from .checking.inspecting import inspected

KEYS = ("folder", "name", "base_folder", "base_name")
Answer = tuple[dict[str, Any], int]
"""JSON, and the status of HTTP that it comes with."""


def register() -> None:
    """Serve them, where there is a server; hosts without these routes lose hints in the browser and nothing else."""
    server = getattr(PromptServer, "instance", None)
    if server is not None:
        server.routes.get("/armature/v1/inspect")(inspect)
        server.routes.post("/armature/v1/convert")(convert)


async def inspect(request: web.Request) -> web.Response:
    """What a model file is, by its header: `folder` and `name`; whether it fits `base_folder` and `base_name`."""
    asked = request.rel_url.query
    return await _answered(lambda: inspected(*(asked.get(key, "") for key in KEYS)))


async def convert(request: web.Request) -> web.Response:
    """{"workflow", "core"} -> {"workflow", "report"}, as `compatibility.convert` does it."""
    try:
        asked = await request.json()
    except json.JSONDecodeError as error:
        return web.json_response({"error": f"This is no JSON: {error}"}, status=400)
    return await _answered(lambda: conversion(asked))


def conversion(asked: Any) -> Answer:
    """The same, or what is wrong with what was asked."""
    try:
        found, report = converted(asked["workflow"], bool(asked.get("core", False)))
    except (KeyError, IndexError, AttributeError, TypeError, ValueError) as error:
        return {"error": f"This is no workflow as ComfyUI saves it: {error!r}"}, 400
    return {"v": 1, "workflow": found, "report": report}, 200


async def _answered(compute: Callable[[], Answer]) -> web.Response:
    """Computed in a thread, because files are read and graphs rewritten while others wait for the server."""
    found, status = await asyncio.to_thread(compute)
    return web.json_response(found, status=status)
