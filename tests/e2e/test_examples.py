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
# The newest frontend's ids are texts.
LINKED = """() => app.rootGraph.nodes.flatMap(node => node.inputs.filter(input => input.link != null).map(input => {
    const link = app.rootGraph.getLink(input.link);
    return [Number(node.id), input.name, Number(link.origin_id), link.origin_slot] }))"""


def linked(workflow):
    """[node, its input, the node that it comes from, that node's output] of every link, as the file has them."""
    origins = {link[0]: link[1:3] for link in workflow["links"]}
    inputs = [(node["id"], one) for node in workflow["nodes"] for one in node.get("inputs", [])]
    return [[node, one["name"], *origins[one["link"]]] for node, one in inputs if one.get("link") is not None]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_it_opens_without_a_missing_node(frontend, file):
    workflow = json.loads(file.read_text(encoding="utf-8"))
    frontend.load(json.dumps(workflow))
    types = frontend.page.evaluate(TYPES)
    assert len(types) >= len(workflow["nodes"]) and any(kind.startswith("Armature") for kind in types)
    assert frontend.page.evaluate(UNKNOWN, types) == []
    assert len(linked(workflow)) == len(workflow["links"])
    assert sorted(frontend.page.evaluate(LINKED)) == sorted(linked(workflow))
