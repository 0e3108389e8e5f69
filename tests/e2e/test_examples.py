"""Every workflow that comes with the pack opens without a missing node, whole."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = sorted([*ROOT.glob("example_workflows/*.json"), *ROOT.glob("subgraphs/*.json")])
TYPES = """() => {
    const walk = graph => graph.nodes.flatMap(node => node.subgraph ? walk(node.subgraph) : [node.type]);
    return walk(app.rootGraph) }"""
UNKNOWN = "types => types.filter(type => !(type in LiteGraph.registered_node_types))"
LINKS = "() => app.rootGraph.links.size ?? Object.keys(app.rootGraph.links).length"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_it_opens_without_a_missing_node(frontend, file):
    workflow = json.loads(file.read_text(encoding="utf-8"))
    frontend.load(json.dumps(workflow))
    types = frontend.page.evaluate(TYPES)
    assert len(types) >= len(workflow["nodes"]) and any(kind.startswith("Armature") for kind in types)
    assert frontend.page.evaluate(UNKNOWN, types) == []
    assert frontend.page.evaluate(LINKS) == len(workflow["links"])
