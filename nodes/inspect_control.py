"""Tell what a control file is, without using it."""

from comfy_api.latest import io, ui

from ..host.control_files import control_files
from ..host.loading import inspect_control


class InspectControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureInspectControl",
            display_name="Inspect Control",
            category="Armature",
            description="Tells what a file is: its family, variant and layout, the base model that it is for, its "
            "size and precision. Of a file that is no control model it says what it is and which node loads it.",
            search_aliases=["controlnet info", "what is this file"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "name",
                    options=list(control_files()),
                    tooltip="A file that Load Control offers. Of a safetensors file only the header is read.",
                )
            ],
            outputs=[io.String.Output(tooltip="One fact a line.")],
        )

    @classmethod
    def execute(cls, name) -> io.NodeOutput:
        text = inspect_control(name)
        return io.NodeOutput(text, ui=ui.PreviewText(text))
