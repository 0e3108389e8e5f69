"""Rewrites prompts: workflows in the form that ComfyUI's server runs, {id: {"class_type", "inputs"}}."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from .declare import Conversion, Made, Old, Rule
from .specification import Specification

Prompt = dict[str, dict[str, Any]]


def convert(
    prompt: Prompt, rules: Mapping[str, Rule], ours: Specification, present: Collection[str] = ()
) -> tuple[Prompt, list[str]]:
    """A prompt with our nodes in the place of those with a rule that are not `present`, and what was done."""
    found = {
        name: rules[node["class_type"]]
        for name, node in prompt.items()
        if node.get("class_type") in rules and node["class_type"] not in present
    }
    converted, report, moved = deepcopy(prompt), [], {}
    for name, rule in found.items():
        conversion = rule.convert(_old(name, prompt, rules))
        moved |= _replace(converted, name, conversion, prompt[name], rule, ours)
        becomes = ", ".join(node.type for node in conversion.nodes) or "nothing: its values are in other nodes"
        report += [f"{name} {rule.id} -> {becomes}", *(f"{name} {rule.id}: {note}" for note in conversion.notes)]
    for node in converted.values():
        node["inputs"] = {name: _moved(value, moved) for name, value in node["inputs"].items()}
    return converted, report


def _is_link(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


def _named(inputs: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    return {rule.older.get(name, name): value for name, value in inputs.items()}


def _old(name: str, prompt: Prompt, rules: Mapping[str, Rule]) -> Old:
    """The node with those of theirs that it is linked to, as far as they go."""
    node = prompt[name]
    inputs = _named(node["inputs"], rules[node["class_type"]])
    links = {name: value for name, value in inputs.items() if _is_link(value)}
    upstream = {
        name: _old(source, prompt, rules)
        for name, (source, _) in links.items()
        if prompt.get(source, {}).get("class_type") in rules
    }
    return Old(node["class_type"], {k: v for k, v in inputs.items() if k not in links}, frozenset(links), upstream)


def _replace(
    converted: Prompt, name: str, conversion: Conversion, old: dict[str, Any], rule: Rule, ours: Specification
) -> dict[tuple[str, int], Any]:
    """Put the new nodes in; where links to the old one lead from now on."""
    inputs = _named(old["inputs"], rule)
    del converted[name]
    last = len(conversion.nodes) - 1
    ids = [name if n == last else _free(converted, f"{name}_{n}") for n in range(last + 1)]
    for node, own in zip(conversion.nodes, ids):
        links = {
            socket: [ids[source.node], source.output] if isinstance(source, Made) else inputs[source]
            for socket, source in node.links.items()
        }
        values = {**ours.defaults(node.type), **node.values, **links}
        converted[own] = {"class_type": node.type, "inputs": values, "_meta": old.get("_meta", {"title": node.type})}
    moved = {(name, theirs): [ids[made.node], made.output] for theirs, made in conversion.outputs.items()}
    return moved | {(name, theirs): inputs.get(socket) for theirs, socket in conversion.passes.items()}


def _free(prompt: Prompt, wanted: str) -> str:
    while wanted in prompt:
        wanted += "_"
    return wanted


def _moved(value: Any, moved: Mapping[tuple[str, int], Any]) -> Any:
    while _is_link(value) and tuple(value) in moved:
        target = moved[tuple(value)]
        if target == value:
            break
        value = target
    return value
