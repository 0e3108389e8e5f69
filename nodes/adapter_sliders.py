"""A slider for each place of a T2I-Adapter."""

from comfy_api.latest import io

from .weights import by_number, outputs, sliders

PLACES = {f"input_{n}": f"Place {n}, from shallow to deep." for n in range(4)}


class AdapterSliders(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureAdapterSliders",
            display_name="Adapter Weights by Number",
            category="Armature/applying",
            description="The weight of each of the four places of a T2I-Adapter. For SDXL the last three go to the "
            "first three places, and the deepest is full, as in Advanced-ControlNet.",
            search_aliases=["t2i adapter custom weights", "t2i adapter soft weights"],
            inputs=sliders(PLACES),
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, uncond_multiplier=1.0, middle_multiplier=1.0, **weights) -> io.NodeOutput:
        return by_number(PLACES, weights, uncond_multiplier, middle_multiplier)
