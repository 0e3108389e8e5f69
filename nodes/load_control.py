"""Load any control model that the pack knows; the architecture is read from the file."""

from comfy_api.latest import io

from ..host import loading


class LoadControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLoadControl",
            display_name="Load Control",
            category="Armature",
            description="Loads a control model for Stable Diffusion 1.x, 2.x or SDXL. Its kind is read from the "
            "file; a file that is something else is refused with its name.",
            search_aliases=["controlnet", "load controlnet"],
            inputs=[
                io.Combo.Input(
                    "name",
                    options=loading.control_files(),
                    tooltip="A file of models/controlnet, or the built-in control of the practice model.",
                )
            ],
            outputs=[io.ControlNet.Output(tooltip="For Apply Control, or any node that takes a CONTROL_NET.")],
        )

    @classmethod
    def execute(cls, name) -> io.NodeOutput:
        return io.NodeOutput(loading.load_control(name))
