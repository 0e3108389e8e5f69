"""The photo that comes with the practice model."""

from comfy_api.latest import io

from ..host import practice


class PracticePhoto(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmaturePracticePhoto",
            display_name="Practice Photo",
            category="Armature",
            description="A photo of a coffee cup, 256 x 256, so that the first graph needs no file. "
            "By Rachel Michetti, CC0.",
            inputs=[],
            outputs=[io.Image.Output(tooltip="For a preprocessor such as Canny Edges.")],
        )

    @classmethod
    def execute(cls) -> io.NodeOutput:
        return io.NodeOutput(practice.load_photo())
