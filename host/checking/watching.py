"""Checks every prompt that is queued, beside the queue: the request goes on at once and as it is."""

import logging
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from server import PromptServer

from .checks import check
from .graph import Graph
from .known_nodes import APPLIES

EVENT = "armature.warnings"


def register() -> None:
    """Check the prompts of the server, where there is one."""
    server = getattr(PromptServer, "instance", None)
    if server is not None:
        server.add_on_prompt_handler(Watcher(server))


class Watcher:
    """Tells the browser that queued a prompt what is wrong with it; an empty list says that nothing is."""

    def __init__(self, server: PromptServer):
        self.server = server
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="armature-check")

    def __call__(self, request: Any) -> Any:
        """The request, unchanged. Files are read in a thread of their own."""
        client = request.get("client_id") if isinstance(request, dict) else None
        if isinstance(client, str):
            graph = Graph(request.get("prompt"), output_types)
            if any(node.type in APPLIES for node in graph.nodes.values()):
                self.worker.submit(self.tell, graph, client).add_done_callback(_report)
        return request

    def tell(self, graph: Graph, client: str) -> None:
        found = [asdict(finding) for finding in check(graph)]
        self.server.send_sync(EVENT, {"v": 1, "findings": found}, client)


def output_types(name: str) -> tuple[str, ...]:
    """Of a node that is there."""
    there = sys.modules["nodes"].NODE_CLASS_MAPPINGS  # ComfyUI's module of that name; an import might find ours
    return tuple(map(str, getattr(there.get(name), "RETURN_TYPES", ())))


def _report(done: Future) -> None:
    if error := done.exception():
        logging.warning("Armature could not check a prompt: %r", error)
