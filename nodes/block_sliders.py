"""A slider for each block of a ControlNet."""

from comfy_api.latest import io

from ..control.weights import SD_DEPTH
from .weights import by_number, outputs, sliders

PLACES = {f"output_{n}": f"Encoder block {n}, from shallow to deep." for n in range(SD_DEPTH)}
PLACES["middle_0"] = "The middle block."


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
            inputs=sliders(PLACES),
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, uncond_multiplier=1.0, middle_multiplier=1.0, **weights) -> io.NodeOutput:
        return by_number(PLACES, weights, uncond_multiplier, middle_multiplier)
