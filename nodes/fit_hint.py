"""A control map at the size of the image to be made."""

from typing import get_args

from comfy_api.latest import io

from ..host.fitting import fit_hint
from ..preprocessors.fitting import Content, Mode


class FitHint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureFitHint",
            display_name="Fit Hint",
            category="Armature/preprocessors",
            description="Brings a control map to the size of the image to be made, by what it shows. Without it, "
            "ComfyUI takes the nearest pixel, which tears thin lines and leaves steps in depth.",
            search_aliases=["enhance and resize hint images", "resize control map", "HintImageEnchance"],
            inputs=[
                io.Image.Input("image", tooltip="One or more control maps."),
                io.Int.Input("width", default=512, min=1, max=16384, step=8, tooltip="Of the image to be made."),
                io.Int.Input("height", default=512, min=1, max=16384, step=8, tooltip="Of the image to be made."),
                io.Combo.Input(
                    "mode",
                    options=list(get_args(Mode)),
                    default="Crop and Resize",
                    tooltip="Where the shapes differ: stretch the map, cut off what is too long, or fill up what is "
                    "too short with the colour of the border. ComfyUI itself cuts off.",
                ),
                io.Combo.Input(
                    "content",
                    options=list(get_args(Content)),
                    default="auto",
                    advanced=True,
                    tooltip="What the map shows. Shades are smoothed, labels keep their colours, thin lines stay thin, "
                    "black and white stays so; auto tells by the colours, and keeps the mark of an inpaint hint.",
                ),
            ],
            outputs=[io.Image.Output(tooltip="The control maps, width x height.")],
        )

    @classmethod
    def execute(cls, image, width, height, mode, content="auto") -> io.NodeOutput:
        return io.NodeOutput(fit_hint(image, width, height, mode, content))
