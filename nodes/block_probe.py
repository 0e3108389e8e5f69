"""What each block of a control is worth."""

from typing import get_args

from comfy_api.latest import io

from ..control.probe import Question, as_values, name
from ..control.weights import LayerWeights
from ..host.probing import bars, probed
from .applying import BlockWeights
from .probing import inputs, optional_inputs, runs


class BlockProbe(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureBlockProbe",
            display_name="Block Probe",
            category="Armature/measuring",
            description="How much each block of a control changes the result, as the paper of ControlNet-XS studies "
            "it: samples with the control, without it, and once for each block. A ControlNet of 13 blocks takes 15 "
            "runs, so a few steps and a small latent serve best. Blocks with weight 0 have no effect, and no run.",
            search_aliases=["sensitivity", "ablation", "block weights", "layer importance"],
            inputs=[
                *inputs(steps=10),
                io.Combo.Input(
                    "question",
                    options=list(get_args(Question)),
                    default="without it",
                    tooltip="What is compared. without it: the whole control and that without the block. with it "
                    "alone: no control and the block's alone.",
                ),
                io.Float.Input(
                    "lowest",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="In the weights, blocks with less than this share of the strongest one's effect have 0. "
                    "Behind the last block that is not 0 nothing is computed.",
                ),
                *optional_inputs(),
            ],
            outputs=[
                io.Image.Output(display_name="bars", tooltip="The effects as a picture; 1 is the whole control's."),
                BlockWeights.Output(display_name="weights", tooltip="For Apply Control: 1 for the strongest block."),
                io.Custom("FLOATS").Output(display_name="numbers", tooltip="The same weights as a list."),
                io.String.Output(display_name="effects", tooltip="The effects in words, a line for each block."),
            ],
        )

    @classmethod
    def execute(cls, question, lowest, **given) -> io.NodeOutput:
        found = probed(*runs(given), question)
        values = as_values(found, lowest)
        lines = "\n".join(f"{name(block)}: {effect:.4f}" for block, effect in found.items())
        return io.NodeOutput(bars(found, question), LayerWeights(values=values), list(values), lines)
