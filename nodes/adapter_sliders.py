"""A slider for each place of a T2I-Adapter."""

from comfy_api.latest import io

from ..control.weights import LayerWeights
from .weights import both, middle_input, outputs, uncond_input

NAMES = tuple(f"input_{n}" for n in range(4))


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
            inputs=[
                *(
                    io.Float.Input(
                        name, default=1.0, min=0.0, max=10.0, step=0.001, tooltip=f"Place {n}, from shallow to deep."
                    )
                    for n, name in enumerate(NAMES)
                ),
                uncond_input(),
                middle_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, uncond_multiplier=1.0, middle_multiplier=1.0, **weights) -> io.NodeOutput:
        values = tuple(weights[name] for name in NAMES)
        return both(LayerWeights(values=values, middle=middle_multiplier, uncond=uncond_multiplier, adapts=True))
