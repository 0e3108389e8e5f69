"""Shape the mask of where a control acts."""

from comfy_api.latest import io

from ..control.mask import shaped


class EffectMask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureEffectMask",
            display_name="Effect Mask",
            category="Armature/applying",
            description="Inverts and feathers a mask for Apply Control's mask, which says where the control acts.",
            search_aliases=["feather mask", "control mask"],
            inputs=[
                io.Mask.Input("mask", tooltip="One mask, or one for each image of the batch."),
                io.Int.Input(
                    "feather",
                    default=0,
                    min=0,
                    max=512,
                    tooltip="Pixels over which its border fades, inwards and outwards alike.",
                ),
                io.Boolean.Input("invert", default=False, tooltip="The control acts outside of it instead."),
            ],
            outputs=[io.Mask.Output(tooltip="For Apply Control, a stack or a Control Keyframe.")],
        )

    @classmethod
    def execute(cls, mask, feather, invert) -> io.NodeOutput:
        return io.NodeOutput(shaped(mask, feather, invert))
