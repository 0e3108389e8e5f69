"""Soft block weights that differ from place to place."""

from comfy_api.latest import io

from ..control.weights import masked_soft
from .weights import both, outputs, uncond_input


class MaskedSoftWeights(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        limit = {"min": 0.0, "max": 1.0, "step": 0.001}
        return io.Schema(
            node_id="ArmatureMaskedSoftWeights",
            display_name="Masked Soft Weights",
            category="Armature/applying",
            description="Scaled soft weights whose base is read from a mask: where it is dark, only deep blocks are "
            "controlled, where it is white, all are.",
            search_aliases=["scaled soft masked weights"],
            inputs=[
                io.Mask.Input("mask", tooltip="Its darkest place gets the lowest base, its brightest the highest."),
                io.Float.Input("lowest", default=0.0, tooltip="Base where the mask is darkest.", **limit),
                io.Float.Input("highest", default=1.0, tooltip="Base where the mask is brightest.", **limit),
                uncond_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, mask, lowest, highest, uncond_multiplier=1.0) -> io.NodeOutput:
        return both(masked_soft(mask, lowest, highest, uncond_multiplier))
