"""What is declared of another pack: which of its nodes is which of ours, and what stays behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Made(NamedTuple):
    """An output of one of the nodes that a conversion makes, by their number."""

    node: int
    output: int = 0


@dataclass(frozen=True)
class Old:
    """A node of theirs in a workflow: its literal values by widget, and the names of the inputs that are linked.

    `upstream` are the nodes of theirs at the other end of its links, where they are known.
    """

    type: str
    values: Mapping[str, Any]
    linked: frozenset[str] = frozenset()
    upstream: Mapping[str, "Old"] = field(default_factory=dict)


@dataclass(frozen=True)
class New:
    """A node of ours to be made; inputs have literal values, their links (by the name there), or come from another."""

    type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, "str | Made"] = field(default_factory=dict)


@dataclass(frozen=True)
class Conversion:
    """The nodes in the place of one of theirs.

    `outputs` says what stands for each of its outputs; `passes` which of them only hand on what is connected to an
    input. `notes` tell what is ignored, and why.
    """

    nodes: tuple[New, ...]
    outputs: Mapping[int, Made]
    passes: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counterpart:
    """A node of theirs that is one of ours.

    `widgets` are its widgets in the order in which workflows hold their values, each with the input of ours that takes
    it, or None; `sockets` are its connections likewise. `fixed` are values of ours besides, `names` other words for
    the values of a widget, `older` the names that inputs had in earlier versions. `ignored` says why an input without
    one of ours makes no difference, or which. `outputs` are numbers of theirs and of ours.
    """

    id: str
    ours: str
    difference: str = "none"
    widgets: Mapping[str, str | None] = field(default_factory=dict)
    sockets: Mapping[str, str | None] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[int, int] = field(default_factory=lambda: {0: 0})
    passes: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    older: Mapping[str, str] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)
    adjust: Callable[[Old, dict[str, Any]], tuple[str, ...]] | None = None

    @property
    def flat(self) -> bool:
        """Whether ComfyUI's own replacement of nodes can do it, which carries values as they are."""
        return not self.names

    def convert(self, old: Old) -> Conversion:
        values, links, notes = dict(self.fixed), {}, []
        for name, ours in (*self.widgets.items(), *self.sockets.items()):
            if name in old.linked:
                if ours:
                    links[ours] = name
                    values.pop(ours, None)
                elif self.ignored.get(name):
                    notes.append(f"{name} is connected and ignored: {self.ignored[name]}")
            elif ours and name in old.values:
                value = old.values[name]
                values[ours] = self.names.get(name, {}).get(value, value)
            elif name in old.values and self.ignored.get(name):
                notes.append(f"{name} ({old.values[name]!r}) is ignored: {self.ignored[name]}")
        if self.adjust:
            notes += self.adjust(old, values)
        outputs = {theirs: Made(0, ours) for theirs, ours in self.outputs.items()}
        return Conversion((New(self.ours, values, links),), outputs, self.passes, tuple(notes))


@dataclass(frozen=True)
class Rewritten:
    """A node of theirs that several of ours stand for, or one whose values have to be computed."""

    id: str
    becomes: str
    rewrite: Callable[[Old], Conversion]
    difference: str = "none"
    widgets: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)
    flat = False

    def convert(self, old: Old) -> Conversion:
        return self.rewrite(old)


@dataclass(frozen=True)
class Absorbed:
    """A node of theirs whose values go into the nodes that it is connected to; none of ours stands for it."""

    id: str
    becomes: str
    widgets: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)
    flat = False
    difference = "none"

    def convert(self, old: Old) -> Conversion:
        return Conversion((), {})


Rule = Counterpart | Rewritten | Absorbed


@dataclass(frozen=True)
class Pack:
    """Another pack: its nodes that become ours, and those that do not, with the reason.

    `on_request`: its nodes are not missing where ours are, and are rewritten only if that is asked for.
    """

    id: str
    nodes: tuple[Rule, ...]
    remaining: Mapping[str, str] = field(default_factory=dict)
    on_request: bool = False


def read_values(rule: Rule, positional: Any) -> dict[str, Any]:
    """The values of a node in a saved workflow by the names of its widgets."""
    if isinstance(positional, Mapping):
        return dict(positional)
    return dict(zip(rule.widgets, positional or ()))
