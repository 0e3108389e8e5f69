"""The resolution at which a preprocessor sees what the sampler will see."""

from typing import get_args

from comfy_api.latest import io

from ..preprocessors.fitting import Mode, pixel_perfect


class PixelPerfect(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        side = {"default": 512, "min": 1, "max": 16384, "step": 8}
        return io.Schema(
            node_id="ArmaturePixelPerfect",
            display_name="Pixel Perfect Resolution",
            category="Armature/preprocessors",
            description="The resolution at which a preprocessor draws one pixel for each pixel of the image to be "
            "made. Connect it to a preprocessor's resolution.",
            inputs=[
                io.Image.Input("image", tooltip="The image that goes to the preprocessor."),
                io.Int.Input("width", tooltip="Of the image to be made.", **side),
                io.Int.Input("height", tooltip="Of the image to be made.", **side),
                io.Combo.Input(
                    "mode",
                    options=list(get_args(Mode)),
                    default="Crop and Resize",
                    tooltip="How the map is fitted to the image to be made; the same as in Fit Hint.",
                ),
            ],
            outputs=[io.Int.Output(display_name="resolution", tooltip="The short side, in pixels.")],
        )

    @classmethod
    def execute(cls, image, width, height, mode) -> io.NodeOutput:
        return io.NodeOutput(pixel_perfect(tuple(image.shape[1:3]), (height, width), mode))
