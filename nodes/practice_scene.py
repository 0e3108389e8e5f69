"""A scene of the practice model's world, and what is known of it."""

from comfy_api.latest import io

from ..host.practice_scene import load_scene


class PracticeScene(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmaturePracticeScene",
            display_name="Practice Scene",
            category="Armature",
            description="Draws a scene as the practice model knows them, with its true depth and segments, for trying "
            "controls without a file or a depth model. None of these scenes was trained on.",
            search_aliases=["depth map", "segmentation", "example image"],
            inputs=[
                io.Int.Input(
                    "number",
                    default=0,
                    min=0,
                    max=999_999_999,
                    tooltip="Which scene. Each number is always the same one.",
                ),
                io.Int.Input("side", default=256, min=64, max=1024, step=8, tooltip="Width and height in pixels."),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The scene."),
                io.Image.Output(
                    display_name="depth", tooltip="Near is white: the ground is black, and things lie on each other."
                ),
                io.Image.Output(
                    display_name="segments", tooltip="One flat colour for each shape, in the order of ADE20K's classes."
                ),
                io.Mask.Output(display_name="nearest", tooltip="The thing that lies on all others."),
                io.String.Output(display_name="caption", tooltip="What is there, as the practice model was taught it."),
            ],
        )

    @classmethod
    def execute(cls, number, side) -> io.NodeOutput:
        found = load_scene(number, side)
        return io.NodeOutput(found.image, found.depth, found.segments, found.nearest, found.caption)
