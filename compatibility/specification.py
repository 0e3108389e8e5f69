"""The inputs and outputs of our nodes, as far as other packs' nodes become them: written from their schemas."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("nodes.json")


@dataclass(frozen=True)
class Specification:
    """`nodes` has for each node its inputs in order, {"name", "type", "widget", "default"}, and its outputs."""

    nodes: dict[str, dict[str, Any]]

    def defaults(self, node: str) -> dict[str, Any]:
        """The values of the widgets of a new node."""
        return {entry["name"]: entry["default"] for entry in self.nodes[node]["inputs"] if entry["widget"]}


@cache
def specification() -> Specification:
    return Specification(json.loads(PATH.read_text(encoding="utf-8")))
