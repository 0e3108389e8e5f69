"""Help pages from schemas: what a node shows in its help panel is what its schema says."""

from typing import Any

from comfy_api.latest import io

from .help import Help

NOTHING = Help()
MOST_TEMPLATES = 5


def page(schema: io.Schema, more: Help = NOTHING) -> str:
    """The Markdown of web/docs/<node_id>.md."""
    parts = [f"# {schema.display_name}", schema.description]
    if more.picture:
        parts.append(f"![{schema.display_name}]({more.picture})")
    if more.caption:
        parts.append(f"*{more.caption}*")
    if more.purpose:
        parts += ["## When to use it", more.purpose]
    if more.templates:
        parts.append(f"Templates with it: {', '.join(more.templates[:MOST_TEMPLATES])}.")
    if schema.inputs:
        parts += ["## Inputs", _inputs(schema.inputs)]
    for choice in [i for i in schema.inputs if isinstance(i, io.DynamicCombo.Input)]:
        for option in choice.options:
            parts += [f"### {option.key}", _inputs(option.inputs) if option.inputs else "No options."]
    if schema.outputs:
        outputs = [f"| `{o.display_name or o.io_type}` | {o.io_type} | {o.tooltip or ''} |" for o in schema.outputs]
        parts += ["## Outputs", "\n".join(["| name | type | meaning |", "|---|---|---|", *outputs])]
    return "\n\n".join(parts) + "\n"


def _inputs(inputs: list[io.Input]) -> str:
    rows = [f"| `{i.id}` | {_type(i)} | {_range(i)} | {i.tooltip or ''} |" for i in inputs]
    return "\n".join(["| name | type | default, range | meaning |", "|---|---|---|---|", *rows])


def _type(i: io.Input) -> str:
    return "one of those below" if isinstance(i, io.DynamicCombo.Input) else i.get_io_type()


def _range(i: io.Input) -> str:
    default = getattr(i, "default", None)
    bounds = f", {i.min} to {i.max}" if getattr(i, "min", None) is not None else ""
    choices = f"; {', '.join(i.options)}" if isinstance(i, io.Combo.Input) and default is not None else ""
    return "" if default is None else f"{default}{bounds}{choices}"


def specification(schema: io.Schema) -> dict[str, list[dict[str, Any]]]:
    """What the rewriting of workflows has to know of a node: its inputs in order, and its outputs."""
    outputs = [{"name": o.display_name or o.io_type, "type": o.io_type} for o in schema.outputs]
    return {"inputs": [_specified(i) for i in schema.inputs], "outputs": outputs}


def _specified(i: io.Input) -> dict[str, Any]:
    if not isinstance(i, io.WidgetInput) or i.force_input:
        return {"name": i.id, "type": i.get_io_type(), "widget": False}
    default = "" if i.default is None else i.default  # a file's name is this machine's
    return {"name": i.id, "type": i.get_io_type(), "widget": True, "default": default}
