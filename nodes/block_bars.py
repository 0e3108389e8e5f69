"""How strongly a control acts in each block of the UNet, as bars that are drawn."""

from comfy_api.latest import io

from ..control.drawn import drawn_weights
from ..control.known_places import layouts
from ..control.ramp import as_list
from ..control.weights import LayerWeights
from .applying import float_list_input
from .drawn import problem
from .weights import both, middle_input, outputs, uncond_input


class BlockBars(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureBlockBars",
            display_name="Block Bars",
            category="Armature/applying",
            description="Draws how strongly a control acts in each block: a bar for every place in which the connected "
            "control model acts. Copy and paste reads and writes the list of Block Weights.",
            search_aliases=["block weights", "layer weights", "soft weights", "controlnet weights", "bar editor"],
            inputs=[
                io.Custom("ARMATURE_BLOCK_BARS").Input(
                    "bars",
                    tooltip="The weight of each block, in the order in which they run. Untouched, all are 1.",
                    extra_dict={"default": {"v": 1, "arch": "", "w": ""}, "socketless": True, "layouts": layouts()},
                ),
                float_list_input(
                    "numbers", "A list of weights, one for each block, instead of the bars.", optional=True
                ),
                uncond_input(),
                middle_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def validate_inputs(cls, bars=None) -> bool | str:
        return problem(drawn_weights, bars)

    @classmethod
    def execute(cls, bars, numbers=None, uncond_multiplier=1.0, middle_multiplier=1.0) -> io.NodeOutput:
        if numbers is None:
            return both(drawn_weights(bars, middle_multiplier, uncond_multiplier))
        values = tuple(as_list(numbers))
        return both(LayerWeights(values=values, middle=middle_multiplier, uncond=uncond_multiplier))
