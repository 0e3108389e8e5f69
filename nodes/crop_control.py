"""Crop controls to a box of the image, for tiles."""

from comfy_api.latest import io

from ..control.area import Size
from ..host.cropping import box, crop_controls


class CropControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        corner = {"default": 0, "min": 0, "max": 32768, "step": 8}
        side = {"default": 512, "min": 8, "max": 32768, "step": 8}
        return io.Schema(
            node_id="ArmatureCropControl",
            display_name="Crop Control",
            category="Armature/applying",
            description="For making a large image tile by tile: every control on the prompts, of any pack, sees the "
            "part of its map and mask that belongs to the tile.",
            search_aliases=["tile controlnet", "tiled upscale", "crop conditioning"],
            inputs=[
                io.Conditioning.Input("positive", tooltip="The prompt, with its controls for the whole image."),
                io.Int.Input("x", tooltip="Left side of the tile in the whole image, in pixels.", **corner),
                io.Int.Input("y", tooltip="Upper side of the tile in the whole image, in pixels.", **corner),
                io.Int.Input("width", tooltip="Of the tile, in pixels of the whole image.", **side),
                io.Int.Input("height", tooltip="Of the tile, in pixels of the whole image.", **side),
                io.Int.Input("image_width", tooltip="Of the whole image, in pixels.", **side | {"default": 1024}),
                io.Int.Input("image_height", tooltip="Of the whole image, in pixels.", **side | {"default": 1024}),
                io.Conditioning.Input("negative", optional=True, tooltip="The negative prompt; gets the same crop."),
            ],
            outputs=[
                io.Conditioning.Output(display_name="positive", tooltip="For sampling the tile alone."),
                io.Conditioning.Output(display_name="negative", tooltip="For sampling the tile alone."),
            ],
        )

    @classmethod
    def execute(cls, positive, x, y, width, height, image_width, image_height, negative=None) -> io.NodeOutput:
        part = box(x, y, width, height, Size(image_height, image_width))
        return io.NodeOutput(*crop_controls(part, positive, negative or []))
