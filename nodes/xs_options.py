"""Run a ControlNet-XS in part, or as its authors' script for Stable Diffusion does."""

from comfy_api.latest import io

from ..control.architectures.controlnet_xs import XSOptions
from ..host.xs_options import with_xs_options


class ControlNetXSOptions(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureXSOptions",
            display_name="ControlNet-XS Options",
            category="Armature",
            description="Runs a ControlNet-XS in part, or mixes its time embedding as its authors' script for Stable "
            "Diffusion does. The defaults change nothing. Other controls are refused.",
            search_aliases=["controlnet xs", "prune", "control scale"],
            inputs=[
                io.ControlNet.Input("control_net", tooltip="A ControlNet-XS from Load Control."),
                io.Int.Input(
                    "prune_until",
                    default=0,
                    min=0,
                    max=25,
                    tooltip="Run only so many blocks of the control network, counted from its input: 12 in the encoder "
                    "(9 for SDXL), then the middle one, then the decoder's in type C. Fewer are faster and control "
                    "less. 0 runs all.",
                ),
                io.Boolean.Input(
                    "reference_sd",
                    default=False,
                    tooltip="For files with a learned time embedding. Off: strength also mixes it with the base "
                    "model's, as the authors' script for SDXL does, so that low strength comes close to no control. "
                    "On: strength leaves it alone, as their script for Stable Diffusion and diffusers do. The same at "
                    "strength 1.",
                    advanced=True,
                ),
            ],
            outputs=[io.ControlNet.Output(tooltip="For Apply Control. The input stays as it was.")],
        )

    @classmethod
    def execute(cls, control_net, prune_until, reference_sd) -> io.NodeOutput:
        return io.NodeOutput(with_xs_options(control_net, XSOptions(prune_until or None, reference_sd)))
