"""See what the network sees."""

from comfy_api.latest import io

from ..control.options import Options
from ..host.preview import latent_size, preview
from .applying import INPAINT_MASK, ControlOptions


class HintPreview(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        side = {"default": 512, "min": 16, "max": 16384, "step": 8}
        return io.Schema(
            node_id="ArmatureHintPreview",
            display_name="Hint Preview",
            category="Armature/applying",
            description="The image exactly as the control network will get it for a latent of that size: cropped, "
            "resized, in its channels, with the hole for inpainting. Where a VAE reads it, as the VAE gets it.",
            search_aliases=["preview control image", "pixel perfect"],
            inputs=[
                io.ControlNet.Input("control_net", tooltip="The control that the image is for."),
                io.Image.Input("image", tooltip="The image that goes into Apply Control."),
                io.Int.Input("width", tooltip="Of the image to be made, in pixels.", **side),
                io.Int.Input("height", tooltip="Of the image to be made, in pixels.", **side),
                io.Latent.Input("latent", optional=True, tooltip="The latent to be sampled, instead of a size."),
                ControlOptions.Input("options", optional=True, tooltip="What goes into Apply Control's options."),
                io.Mask.Input("inpaint_mask", optional=True, tooltip=INPAINT_MASK),
            ],
            outputs=[io.Image.Output(tooltip="For Preview Image. A hole of -1 is shown black.")],
        )

    @classmethod
    def execute(cls, control_net, image, width, height, latent=None, options=None, inpaint_mask=None) -> io.NodeOutput:
        size = latent_size(width, height) if latent is None else tuple(latent["samples"].shape[-2:])
        return io.NodeOutput(preview(control_net, image, size, options or Options(), inpaint_mask))
