"""Rewrites a workflow made with other packs' nodes for ours, and says what it did.

    python3 quickstart.py run compatibility.convert WORKFLOW.json [OUTPUT.json] [--core]

Takes workflows as the frontend saves them and as the server runs them. Where the pack is installed, `python
custom_nodes/armature/standalone.py compatibility.convert ...` with COMFYUI_PATH set to ComfyUI's folder does the same.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from . import prompt, workflow
from .rules import all_packs, rules
from .specification import specification


def converted(given: dict[str, Any], core: bool = False) -> tuple[dict[str, Any], list[str]]:
    """A workflow in either form, and the report; nodes that are known and remain are named in it too."""
    form = workflow if isinstance(given.get("nodes"), list) else prompt
    found, report = form.convert(given, rules(core), specification())
    remaining = {name: why for pack in all_packs() for name, why in pack.remaining.items()}
    if form is prompt:
        types = [(name, node.get("class_type")) for name, node in given.items() if isinstance(node, dict)]
    else:
        scopes = [given, *((given.get("definitions") or {}).get("subgraphs") or ())]
        types = [(node["id"], node["type"]) for scope in scopes for node in scope["nodes"]]
    return found, [*report, *(f"{name} {kind} remains: {remaining[kind]}" for name, kind in types if kind in remaining)]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflow", type=Path)
    parser.add_argument("output", type=Path, nargs="?", help="default: beside the workflow, with .armature in its name")
    parser.add_argument("--core", action="store_true", help="ComfyUI's own control nodes too")
    options = parser.parse_args(arguments)
    found, report = converted(json.loads(options.workflow.read_text(encoding="utf-8")), options.core)
    output = options.output or options.workflow.with_suffix(".armature.json")
    output.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print("\n".join([*report, f"{len(report)} lines; written to {output}"]))


if __name__ == "__main__":
    main()
