"""Help pages from schemas: what a node shows in its help panel is what its schema says."""

from comfy_api.latest import io


def page(schema: io.Schema) -> str:
    """The Markdown of web/docs/<node_id>.md."""
    inputs = [f"| `{i.id}` | {i.get_io_type()} | {_range(i)} | {i.tooltip or ''} |" for i in schema.inputs]
    outputs = [f"| `{o.display_name or o.io_type}` | {o.io_type} | {o.tooltip or ''} |" for o in schema.outputs]
    parts = [f"# {schema.display_name}", schema.description]
    if inputs:
        parts += ["## Inputs", "\n".join(["| name | type | default, range | meaning |", "|---|---|---|---|", *inputs])]
    if outputs:
        parts += ["## Outputs", "\n".join(["| name | type | meaning |", "|---|---|---|", *outputs])]
    return "\n\n".join(parts) + "\n"


def _range(i: io.Input) -> str:
    default = getattr(i, "default", None)
    bounds = f", {i.min} to {i.max}" if getattr(i, "min", None) is not None else ""
    return "" if default is None else f"{default}{bounds}"
