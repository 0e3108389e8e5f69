"""Rewrites workflows as ComfyUI's frontend saves them, subgraphs included."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import count
from typing import Any

from .declare import Conversion, Counterpart, Made, New, Old, Rule, read_values
from .specification import Specification

Node = dict[str, Any]
INPUT, OUTPUT = -10, -20  # of a subgraph: the nodes that stand for its own inputs and outputs


def convert(
    workflow: dict[str, Any], rules: Mapping[str, Rule], ours: Specification
) -> tuple[dict[str, Any], list[str]]:
    """The workflow with our nodes in the place of those that a rule is for, and what was done."""
    converted, report = deepcopy(workflow), []
    numbers = count(1 + max((node["id"] for scope in _scopes(converted) for node in scope["nodes"]), default=0))
    renamed: dict[tuple[str, str], str | None] = {}
    for scope in _scopes(converted):
        report += Graph(scope, rules, ours, numbers, renamed).convert()
    for scope in _scopes(converted):
        for node in scope["nodes"]:
            _rename_proxies(node.get("properties") or {}, renamed)
    if "last_node_id" in converted:
        converted["last_node_id"] = max([converted["last_node_id"], *(node["id"] for node in converted["nodes"])])
    return converted, report


def _scopes(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield workflow
    yield from (workflow.get("definitions") or {}).get("subgraphs") or ()


def _rename_proxies(properties: dict[str, Any], renamed: Mapping[tuple[str, str], str | None]) -> None:
    """Widgets that a subgraph shows on its outside are named with the node inside."""
    if proxies := properties.get("proxyWidgets"):
        names = [(str(node), renamed.get((str(node), name), name)) for node, name in proxies]
        properties["proxyWidgets"] = [[node, name] for node, name in names if name]


class Graph:
    """One level of a workflow. Links are lists here: id, origin, its output, target, its input, type."""

    def __init__(self, scope, rules, ours, numbers, renamed):
        self.scope, self.rules, self.ours, self.numbers, self.renamed = scope, rules, ours, numbers, renamed
        self.nodes: dict[int, Node] = {node["id"]: node for node in scope["nodes"]}
        self.links: dict[int, list] = {link[0]: link for link in map(_as_list, scope.get("links") or ())}
        self.as_objects = any(isinstance(link, dict) for link in scope.get("links") or ())

    def convert(self) -> list[str]:
        found = [node for node in self.scope["nodes"] if node["type"] in self.rules]
        if not found:
            return []
        report = []
        conversions = {node["id"]: self.rules[node["type"]].convert(self._old(node)) for node in found}
        for node in found:
            conversion, name = conversions[node["id"]], f"{node['id']} {node['type']}"
            becomes = ", ".join(new.type for new in conversion.nodes) or "nothing: its values are in other nodes"
            report += [f"{name} -> {becomes}", *(f"{name}: {note}" for note in conversion.notes)]
            self._replace(node, conversion)
        self._write()
        return report

    def _linked(self, node: Node) -> dict[str, list]:
        """The links into a node by the newest names of its inputs."""
        older = self.rules[node["type"]].older
        names = {index: older.get(slot["name"], slot["name"]) for index, slot in enumerate(node.get("inputs") or ())}
        return {names[link[4]]: link for link in self.links.values() if link[3] == node["id"] and link[4] in names}

    def _old(self, node: Node) -> Old:
        rule, linked = self.rules[node["type"]], self._linked(node)
        values = {
            name: value for name, value in read_values(rule, node.get("widgets_values")).items() if name not in linked
        }
        sources = {name: self.nodes.get(link[1], {"type": None}) for name, link in linked.items()}
        upstream = {name: self._old(source) for name, source in sources.items() if source["type"] in self.rules}
        return Old(node["type"], values, frozenset(linked), upstream)

    def _replace(self, node: Node, conversion: Conversion) -> None:
        linked, last = self._linked(node), len(conversion.nodes) - 1
        leaving = [link for link in self.links.values() if link[1] == node["id"]]
        made = [self._made(node, new, linked, n == last, last - n) for n, new in enumerate(conversion.nodes)]
        used = set()
        for new, own in zip(conversion.nodes, made):
            for socket, source in new.links.items():
                slot = [entry["name"] for entry in own["inputs"]].index(socket)
                if isinstance(source, Made):
                    kind = made[source.node]["outputs"][source.output]["type"]
                    self._link(made[source.node]["id"], source.output, own["id"], slot, kind)
                else:
                    used.add(linked[source][0])
                    linked[source][3:5] = own["id"], slot
        for link in leaving:
            target, passed = conversion.outputs.get(link[2]), linked.get(conversion.passes.get(link[2]))
            if target:
                link[1:3] = made[target.node]["id"], target.output
            elif passed:
                link[1:3] = passed[1:3]
            else:
                del self.links[link[0]]
        for link in linked.values():
            if link[0] not in used:
                self.links.pop(link[0], None)
        place = next(n for n, one in enumerate(self.scope["nodes"]) if one is node)
        self.scope["nodes"][place : place + 1] = made
        self._remember(node, conversion)

    def _made(self, node: Node, new: New, linked: Mapping[str, list], keeps: bool, before: int) -> Node:
        """A node of ours; the last of several has the number and the place of theirs."""
        entries = self.ours.nodes[new.type]
        values = {**self.ours.defaults(new.type), **new.values}
        shown = [entry for entry in entries["inputs"] if not entry["widget"] or entry["name"] in new.links]
        x, y = list(node.get("pos") or (0, 0))[:2] if not isinstance(node.get("pos"), dict) else node["pos"].values()
        made = {
            "id": node["id"] if keeps else next(self.numbers),
            "type": new.type,
            "pos": [x - 300 * before, y],
            "size": [300, 100],
            "flags": node.get("flags") or {},
            "order": node.get("order", 0),
            "mode": node.get("mode", 0),
            "inputs": [_slot(entry) for entry in shown],
            "outputs": [{**output, "links": []} for output in entries["outputs"]],
            "properties": {"Node name for S&R": new.type},
            "widgets_values": [values[entry["name"]] for entry in entries["inputs"] if entry["widget"]],
        }
        return made | ({"title": node["title"]} if node.get("title") else {})

    def _link(self, *ends: Any) -> None:
        number = 1 + max([*self.links, self.scope.get("last_link_id") or 0])
        self.links[number] = [number, *ends]
        if "last_link_id" in self.scope:
            self.scope["last_link_id"] = number

    def _remember(self, node: Node, conversion: Conversion) -> None:
        rule = self.rules[node["type"]]
        for name in rule.widgets:
            kept = rule.widgets[name] if isinstance(rule, Counterpart) else None
            self.renamed[str(node["id"]), name] = kept

    def _write(self) -> None:
        """Nodes and the sides of a subgraph name their links too."""
        for node in self.scope["nodes"]:
            for number, slot in enumerate(node.get("inputs") or ()):
                ids = [link[0] for link in self.links.values() if link[3:5] == [node["id"], number]]
                slot["link"] = ids[0] if ids else None
            for number, slot in enumerate(node.get("outputs") or ()):
                slot["links"] = [link[0] for link in self.links.values() if link[1:3] == [node["id"], number]]
        for side, position, end in (("inputs", 1, INPUT), ("outputs", 3, OUTPUT)):
            for number, slot in enumerate(self.scope.get(side) or ()):
                ends = [end, number]
                slot["linkIds"] = [link[0] for link in self.links.values() if link[position : position + 2] == ends]
        self.scope["links"] = [_as_object(link) if self.as_objects else link for link in self.links.values()]


KEYS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")


def _as_list(link: list | dict) -> list:
    return [link[key] for key in KEYS] if isinstance(link, dict) else list(link)


def _as_object(link: list) -> dict:
    return dict(zip(KEYS, link))


def _slot(entry: Mapping[str, Any]) -> dict[str, Any]:
    slot = {"name": entry["name"], "type": entry["type"], "link": None}
    return slot | ({"widget": {"name": entry["name"]}} if entry["widget"] else {})
