"""What is wrong with the controls of a prompt, as far as it can be known before the run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ...control.schedule import Basis
from ...errors import UnreadableFile
from ...preprocessors.appearance import Kind, kind_named, sentence, verdict
from ..control_files import path_of
from ..practice import PRACTICE_MODEL
from .graph import Graph, Node
from .headers import BaseHeader, base_header, control_header, find, wrong_base
from .known_nodes import APPLIES, BASE_LOADERS, CONTROL_LOADERS, PICTURES, SAME_NOISE, TYPES, Row
from .pictures import seen_in
from .sampler import SAMPLERS, covers_a_step, sigmas

Trouble = Literal["file", "base", "inverted", "photograph", "window"]

MODEL, GUIDER, SIGMAS = "MODEL", "GUIDER", "SIGMAS"


@dataclass(frozen=True)
class Finding:
    """`node` is the id that it has in the prompt, which in a subgraph has several parts."""

    node: str
    trouble: Trouble
    text: str


def check(graph: Graph) -> list[Finding]:
    """Every finding once, in the order of the nodes."""
    found = [finding for node in graph.nodes.values() if node.type in APPLIES for finding in _of(node, graph)]
    return list(dict.fromkeys(found))


def _of(node: Node, graph: Graph) -> Iterator[Finding]:
    if node.number("strength") == 0:
        return
    rows = [row for row in APPLIES[node.type] if _acts(node, row)]
    samplers = _samplers(node, graph)
    for row in rows:
        yield from _control(node, row, graph, samplers)
        yield from _image(node, row, graph)
    if rows:
        yield from _window(node, rows, graph, samplers)


def _acts(node: Node, row: Row) -> bool:
    connected = node.link(row.control) and node.link(row.image)
    return bool(connected) and node.number(row.strength) != 0 and node.inputs.get(row.enabled) is not False


def _samplers(node: Node, graph: Graph) -> list[Node]:
    reached = graph.down(node, (*graph.types(node.type), GUIDER))
    return list({reader.id: reader for reader, _ in reached if reader.type in SAMPLERS}.values())


def _control(node: Node, row: Row, graph: Graph, samplers: list[Node]) -> Iterator[Finding]:
    loader = _loader(node, row, graph)
    name = loader and loader.text(CONTROL_LOADERS[loader.type])
    if name is None:
        return
    try:
        header = control_header(path_of(name))
    except UnreadableFile as missing:
        yield Finding(loader.id, "file", str(missing))
        return
    if header is None:
        return
    if header.problem:
        yield Finding(loader.id, "file", header.problem)
    for base in (_base(sampler, graph) for sampler in samplers):
        if base and (wrong := wrong_base(header, base)):
            yield Finding(node.id, "base", row.name + wrong)


def _loader(node: Node, row: Row, graph: Graph) -> Node | None:
    """The node that loads the control of this row."""
    source = graph.source(node, row.control)
    for _ in graph.nodes:  # not for ever, where nodes are linked in a ring
        if source is None or source.type not in TYPES:
            break
        source = graph.source(source, "control_net")
    return source if source and source.type in CONTROL_LOADERS else None


def _base(sampler: Node, graph: Graph) -> BaseHeader | None:
    """The model that a sampler runs; None where it has several, or one of unknown origin."""
    behind = list(graph.up(sampler, (MODEL, GUIDER)))
    first = [node for node in behind if not any(True for _ in graph.up(node, (MODEL, GUIDER)))]
    if len(first) != 1 or first[0].type not in BASE_LOADERS:
        return None
    folder, widget = BASE_LOADERS[first[0].type]
    name = first[0].text(widget) if widget else PRACTICE_MODEL.name
    path = find(folder, name) if name is not None else None
    return base_header(path) if path else None


def _image(node: Node, row: Row, graph: Graph) -> Iterator[Finding]:
    """Of a picture that goes straight into the control, with no preprocessor between."""
    kind, path = _kind(node, row, graph), _picture(graph.source(node, row.image))
    seen = seen_in(path) if kind and path else None
    found = verdict(kind, seen) if seen else None
    if found:
        yield Finding(node.id, found, row.name + sentence(kind, found))


def _kind(node: Node, row: Row, graph: Graph) -> Kind | None:
    """What maps the control takes, by the type that was chosen for it or the name of its file."""
    source = graph.source(node, row.control)
    said = node.text(row.type) or (source.text(TYPES[source.type]) if source and source.type in TYPES else None)
    loader = _loader(node, row, graph)
    return kind_named(said or (loader and Path(loader.text(CONTROL_LOADERS[loader.type]) or "").stem) or "")


def _picture(node: Node | None) -> Path | None:
    if node is None or node.type not in PICTURES:
        return None
    return PICTURES[node.type](node)


def _window(node: Node, rows: list[Row], graph: Graph, samplers: list[Node]) -> Iterator[Finding]:
    start, end = node.number("start_percent"), node.number("end_percent")
    if start is None or end is None:
        return
    if start > end:
        text = f"It starts at {start:g} and ends at {end:g}, before it starts. Exchange the two."
        yield Finding(node.id, "window", text)
        return
    basis = _basis(node, rows, graph)
    runs = [_usual_run(sampler, graph) for sampler in samplers]
    if basis and runs and all(runs) and not any(covers_a_step((start, end), basis, run) for run in runs):
        steps = " or ".join(str(len(run) - 1) for run in runs)
        text = f"None of the {steps} steps lies between {start:g} and {end:g}, so it does nothing. Widen the range."
        yield Finding(node.id, "window", text)


def _basis(node: Node, rows: list[Row], graph: Graph) -> Basis | None:
    """What start and end are parts of; None where a schedule from elsewhere decides it."""
    loaders = [loader for row in rows if (loader := _loader(node, row, graph))]
    schedules = [one for one in (node, *loaders) if one.link("schedule")]
    if not schedules:
        return "timestep"
    source = graph.source(schedules[0], "schedule")
    basis = source.text("basis") if source and source.type == "ArmatureSchedule" else None
    return basis if basis in get_args(Basis) and len(schedules) == 1 else None


def _usual_run(sampler: Node, graph: Graph) -> tuple[float, ...] | None:
    """The sigmas of a sampler whose model has the noise that is expected of it."""
    behind, base = graph.up(sampler, (MODEL, GUIDER, SIGMAS)), _base(sampler, graph)
    usual = base is not None and base.usual and all(node.type in (*SAME_NOISE, *BASE_LOADERS) for node in behind)
    return sigmas(sampler, graph) if usual else None
