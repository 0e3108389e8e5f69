"""A slider for each block of a ControlNet."""

from comfy_api.latest import io

from ..control.weights import SD_DEPTH, LayerWeights
from .weights import both, middle_input, outputs, uncond_input

NAMES = (*(f"output_{n}" for n in range(SD_DEPTH)), "middle_0")


class BlockSliders(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureBlockSliders",
            display_name="Block Weights by Number",
            category="Armature/applying",
            description="The weight of each block of a ControlNet for Stable Diffusion 1.5. For SDXL the first nine "
            "and the middle one count, as in Advanced-ControlNet.",
            search_aliases=["controlnet custom weights", "controlnet soft weights"],
            inputs=[
                *(
                    io.Float.Input(
                        name,
                        default=1.0,
                        min=0.0,
                        max=10.0,
                        step=0.001,
                        tooltip=f"Encoder block {n}, from shallow to deep." if n < SD_DEPTH else "The middle block.",
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
