"""Nodes of comfyui_controlnet_aux that open as ours where that pack is missing."""

from collections.abc import Iterable

from comfy_api.latest import ComfyAPI, io

from ..preprocessors.declare import Preprocessor, Replaced

LIKE_THEIRS = {"keep_working_size": True, "alpha": "white"}  # they give the map at the working size


async def register(preprocessors: Iterable[Preprocessor]) -> None:
    """Tell ComfyUI what replaces what; it uses that only for nodes that are not there."""
    for preprocessor in preprocessors:
        for replaced in preprocessor.replaces:
            await ComfyAPI().node_replacement.register(replacement(preprocessor, replaced))


def replacement(preprocessor: Preprocessor, replaced: Replaced) -> io.NodeReplace:
    carried = {ours: theirs for theirs, ours in replaced.widgets.items() if ours}
    return io.NodeReplace(
        new_node_id=f"Armature{preprocessor.id}",
        old_node_id=replaced.id,
        old_widget_ids=list(replaced.widgets),
        input_mapping=[
            *({"new_id": ours, "old_id": theirs} for theirs, ours in replaced.sockets.items()),
            *({"new_id": ours, "old_id": theirs} for ours, theirs in carried.items()),
            *({"new_id": ours, "set_value": value} for ours, value in (LIKE_THEIRS | replaced.fixed).items()),
        ],
        output_mapping=[{"old_idx": index, "new_idx": index} for index in range(len(preprocessor.outputs))],
    )


def page(preprocessors: Iterable[Preprocessor]) -> str:
    """The Markdown of docs/replaced_nodes.md."""
    rows = sorted(
        (replaced.id, preprocessor.title, replaced.difference)
        for preprocessor in preprocessors
        for replaced in preprocessor.replaces
    )
    return "\n".join(
        [
            "# Workflows made with comfyui_controlnet_aux",
            "",
            "Where that pack is missing, ComfyUI opens these nodes as ours with the same values. The maps are compared",
            "at the same working size; theirs are 8-bit, and extend an image to multiples of 64 pixels first.",
            "",
            "| node | opens as | difference of the map |",
            "|---|---|---|",
            *(f"| {theirs} | {ours} | {difference} |" for theirs, ours, difference in rows),
            "",
        ]
    )
