"""Nodes of other packs that open as ours where their pack is missing.

ComfyUI's own replacement serves its frontend. Its server can map only inputs that every prompt has, so prompts are
rewritten by `compatibility` before, at ComfyUI's hook for them.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from comfy_api.latest import ComfyAPI, io
from server import PromptServer

from ..compatibility import prompt
from ..compatibility.declare import Counterpart, Rule
from ..compatibility.rules import rules
from ..compatibility.specification import specification


async def register() -> None:
    """Tell ComfyUI what replaces what; it uses that only for nodes that are not there."""
    known = rules()
    for rule in known.values():
        if isinstance(rule, Counterpart) and rule.flat:
            await ComfyAPI().node_replacement.register(replacement(rule))
    server = getattr(PromptServer, "instance", None)
    if server is not None:
        server.add_on_prompt_handler(lambda request: rewritten(request, known))


def replacement(rule: Counterpart) -> io.NodeReplace:
    carried = {ours: theirs for theirs, ours in (*rule.widgets.items(), *rule.sockets.items()) if ours}
    return io.NodeReplace(
        new_node_id=rule.ours,
        old_node_id=rule.id,
        old_widget_ids=list(rule.widgets),
        input_mapping=[
            *({"new_id": ours, "old_id": theirs} for ours, theirs in carried.items()),
            *({"new_id": ours, "set_value": value} for ours, value in rule.fixed.items() if ours not in carried),
        ],
        output_mapping=[{"old_idx": theirs, "new_idx": ours} for theirs, ours in rule.outputs.items()],
    )


def rewritten(request: dict[str, Any], known: Mapping[str, Rule]) -> dict[str, Any]:
    """A request to run a prompt, with our nodes in it for those that are missing; what that ignores is logged."""
    there = sys.modules["nodes"].NODE_CLASS_MAPPINGS  # ComfyUI's module of that name; an import might find ours
    given = request.get("prompt")
    if not isinstance(given, dict) or all(node.get("class_type") in there for node in given.values()):
        return request
    found, report = prompt.convert(given, known, specification(), there)
    for line in report:
        logging.info("Armature, in the place of a node that is missing: %s", line)
    return {**request, "prompt": found}
