"""What ComfyUI's frontend looks up when it shows a node in the user's language: nodeDefs.json of a locale.

Its label of an option of a method is `inputs.<method>_<option>.name`. Of such an option it looks up the tooltip only
where it is a socket, whatever the method is; a widget there shows the schema's (read in frontends 1.47.12 and 1.58.1).
"""

from collections.abc import Iterable, Iterator

from comfy_api.latest import io

Definition = dict[str, "str | Definition"]


def definition(schema: io.Schema) -> Definition:
    """A node's entry of nodeDefs.json, in English."""
    found: Definition = {"display_name": schema.display_name, "description": schema.description}
    found["inputs"] = {i.id: {"name": i.id, "tooltip": i.tooltip} for i in schema.inputs}
    for method in _methods(schema):
        for name, options in _by_name(method).items():
            tooltips = {option.tooltip for option in options if not is_widget(option)}
            text = {"tooltip": tooltips.pop()} if len(tooltips) == 1 else {}
            found["inputs"][f"{method.id}_{name}"] = {"name": name, **text}
    found["outputs"] = {str(index): _output(o) for index, o in enumerate(schema.outputs)}
    return found


def texts_without_entry(schemas: Iterable[io.Schema]) -> list[str]:
    """The tooltips that nodeDefs.json has no place for: those of the options of methods that are widgets."""
    found = (
        option.tooltip
        for schema in schemas
        for method in _methods(schema)
        for options in _by_name(method).values()
        for option in options
        if is_widget(option)
    )
    return list(dict.fromkeys(found))


def is_widget(i: io.Input) -> bool:
    return isinstance(i, io.WidgetInput) and not i.force_input


def _methods(schema: io.Schema) -> Iterator[io.DynamicCombo.Input]:
    return (i for i in schema.inputs if isinstance(i, io.DynamicCombo.Input))


def _by_name(method: io.DynamicCombo.Input) -> dict[str, list[io.Input]]:
    found: dict[str, list[io.Input]] = {}
    for option in method.options:
        for i in option.inputs:
            found.setdefault(i.id, []).append(i)
    return found


def _output(o: io.Output) -> Definition:
    """An output without a name of its own is shown by its type, which the frontend has translated."""
    name = {"name": o.display_name} if o.display_name not in (None, o.io_type) else {}
    return {**name, "tooltip": o.tooltip}
