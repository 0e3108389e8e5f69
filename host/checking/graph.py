"""A prompt as a graph to walk in: {id: {"class_type", "inputs"}}. What is malformed in it is left out."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Types = Callable[[str], tuple[str, ...]]
"""From a node's type to the types of its outputs; empty where it is unknown."""


LARGEST = 1e9  # beyond it a number is nothing that a node takes


class Link(NamedTuple):
    node: str
    output: int


@dataclass(frozen=True)
class Node:
    id: str
    type: str
    inputs: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        value = self.inputs.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        value = self.inputs.get(name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if is_number and abs(value) < LARGEST else None

    def link(self, name: str) -> Link | None:
        value = self.inputs.get(name)
        return value if isinstance(value, Link) else None


class Graph:
    """The nodes of a prompt, their links in both directions."""

    def __init__(self, prompt: Any, types: Types):
        given = prompt.items() if isinstance(prompt, Mapping) else ()
        self.nodes = {node.id: node for node in (_node(*entry) for entry in given) if node}
        self.types = types
        self.readers: dict[Link, list[tuple[Node, str]]] = {}
        for node in self.nodes.values():
            for name in node.inputs:
                if link := node.link(name):
                    self.readers.setdefault(link, []).append((node, name))

    def source(self, node: Node, name: str) -> Node | None:
        """What is connected to this input."""
        link = node.link(name)
        return self.nodes.get(link.node) if link else None

    def type_of(self, link: Link) -> str | None:
        """What flows through a link, as the node that it comes from declares."""
        node = self.nodes.get(link.node)
        kinds = self.types(node.type) if node else ()
        return kinds[link.output] if 0 <= link.output < len(kinds) else None

    def down(self, node: Node, kinds: Collection[str]) -> Iterator[tuple[Node, str]]:
        """Every input that these kinds of values reach from the node, through others that hand them on."""
        seen, waiting = {node.id}, [node]
        while waiting:
            current = waiting.pop()
            for output, kind in enumerate(self.types(current.type)):
                for reader, name in self.readers.get(Link(current.id, output), ()) if kind in kinds else ():
                    yield reader, name
                    if reader.id not in seen:
                        seen.add(reader.id)
                        waiting.append(reader)

    def up(self, node: Node, kinds: Collection[str]) -> Iterator[Node]:
        """The nodes behind the node's inputs of these kinds, and those behind theirs."""
        seen, waiting = {node.id}, [node]
        while waiting:
            current = waiting.pop()
            for name in current.inputs:
                link = current.link(name)
                source = self.nodes.get(link.node) if link and self.type_of(link) in kinds else None
                if source and source.id not in seen:
                    seen.add(source.id)
                    waiting.append(source)
                    yield source


def _node(name: Any, entry: Any) -> Node | None:
    if not isinstance(entry, Mapping):
        return None
    kind, inputs = entry.get("class_type"), entry.get("inputs")
    if not isinstance(kind, str) or not isinstance(inputs, Mapping):
        return None
    return Node(str(name), kind, {key: _value(value) for key, value in inputs.items()})


def _value(value: Any) -> Any:
    """Links, and literals that a check can read; nothing else is kept."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int:
        return Link(*value)
    return value if isinstance(value, (str, int, float, bool)) else None
