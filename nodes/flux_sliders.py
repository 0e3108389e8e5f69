"""A slider for each double block of a control model for Flux."""

from comfy_api.latest import io

from ..control.weights import FLUX_DOUBLE_BLOCKS
from .weights import by_number, outputs, sliders

PLACES = {f"input_{n}": f"Double block {FLUX_DOUBLE_BLOCKS - 1 - n}." for n in range(FLUX_DOUBLE_BLOCKS)}


class FluxSliders(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureFluxSliders",
            display_name="Flux Weights by Number",
            category="Armature/applying",
            description="The weight of each double block of a control model for Flux, from the last block to the "
            "first, as in Advanced-ControlNet. Its single blocks stay at 1.",
            search_aliases=["flux controlnet custom weights"],
            inputs=sliders(PLACES),
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, uncond_multiplier=1.0, middle_multiplier=1.0, **weights) -> io.NodeOutput:
        return by_number(PLACES, weights, uncond_multiplier, middle_multiplier)
