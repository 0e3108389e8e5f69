"""The small graphs of the help pages are of nodes and inputs that there are."""

import pytest

from armature.benchmarks.node_graphs import GRAPHS
from armature.benchmarks.small_graphs import FIXED
from armature.nodes import node_classes

SCHEMAS = {cls.GET_SCHEMA().node_id: cls.GET_SCHEMA() for cls in node_classes()}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_shows_its_node_and_links_inputs_that_there_are(name):
    graph = GRAPHS[name]
    nodes = graph.nodes | graph.hidden
    assert f"Armature{name}" in {kind for kind, *_ in graph.nodes.values()}
    for source, slot, target, given in map(str.split, graph.links):
        start, end = SCHEMAS.get(nodes[source][0]), SCHEMAS.get(nodes[target][0])  # None where it is ComfyUI's own
        assert start is None or int(slot) < len(start.outputs), f"{source} {slot}"
        assert end is None or given in {i.id for i in end.inputs}, f"{target} {given}"


@pytest.mark.parametrize("name", GRAPHS)
def test_its_values_are_of_widgets_that_there_are(name):
    for kind, _, _, values in GRAPHS[name].nodes.values():
        if kind in SCHEMAS:
            assert values.keys() - FIXED.keys() <= {i.id for i in SCHEMAS[kind].inputs}, kind
