"""How strongly a control acts in each block of the UNet."""

from comfy_api.latest import io

from ..control.weights import PRESETS, SOFT_BASE, LayerWeights, parse
from .weights import both, middle_input, outputs, uncond_input


class BlockWeights(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureBlockWeights",
            display_name="Block Weights",
            category="Armature/applying",
            description="Weighs the blocks that a control acts in. Presets adapt to the control model; a list of your "
            "own must have as many values as it has blocks, and if not, Apply Control names them in order.",
            search_aliases=["soft weights", "controlnet weights", "layer weights", "advanced weighting"],
            inputs=[
                io.Combo.Input(
                    "preset",
                    options=list(PRESETS),
                    default="flat",
                    tooltip="flat: all alike. soft: less in shallow blocks, as sd-webui's control modes; the others of "
                    "that name are other programs' lists. composition and detail rise and fall with depth; early, "
                    "late and only middle switch blocks off, and early saves their time.",
                ),
                io.Float.Input(
                    "base",
                    default=SOFT_BASE,
                    min=0.0,
                    max=1.0,
                    step=0.001,
                    advanced=True,
                    tooltip="What a soft preset is multiplied by from each block to the next shallower one. The lists "
                    "of T2I-Adapters and of diffusers have fixed values.",
                ),
                io.String.Input(
                    "values",
                    default="",
                    multiline=True,
                    advanced=True,
                    tooltip="Weights of your own instead of the preset, like 1, .8, 0.6: encoder blocks first, from "
                    "shallow to deep, the middle block, then the decoder's. A ControlNet has 13 (SDXL: 10), a "
                    "T2I-Adapter 4.",
                ),
                uncond_input(),
                middle_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, preset, base, values, uncond_multiplier=1.0, middle_multiplier=1.0) -> io.NodeOutput:
        return both(LayerWeights(preset, base, parse(values), middle_multiplier, uncond_multiplier))
