"""Write a control network to a file."""

from comfy_api.latest import io, ui

from ..host.loading import DTYPES
from ..host.saving import LAYOUTS, save_control

WHOLE = [name for name in DTYPES if not name.startswith("fp8")]


class SaveControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureSaveControl",
            display_name="Save Control",
            category="Armature/training",
            description="Writes a control network into ComfyUI's output folder. Move the file to models/controlnet to "
            "load it. A loaded one can be saved too, in another layout or precision.",
            search_aliases=["save controlnet", "export controlnet", "convert controlnet"],
            is_output_node=True,
            inputs=[
                io.ControlNet.Input("control_net", tooltip="From Train Control, Create Control or Load Control."),
                io.String.Input(
                    "prefix",
                    default="controlnet/trained",
                    tooltip="Folder and name inside the output folder; a number is added.",
                ),
                io.Combo.Input(
                    "layout",
                    options=list(LAYOUTS),
                    tooltip="original: as the family's authors name the weights, for ComfyUI and most programs. "
                    "diffusers: a folder for that library, of a ControlNet, T2I-Adapter or ControlNet-XS of type B.",
                ),
                io.Combo.Input(
                    "dtype",
                    options=WHOLE,
                    default="fp16",
                    tooltip="How the weights are kept; auto keeps them as they are, fp32 where they were trained.",
                ),
                io.String.Input(
                    "title", default="", optional=True, tooltip="Written into the file, for programs that show it."
                ),
            ],
            outputs=[io.String.Output(display_name="file", tooltip="Where it was written.")],
        )

    @classmethod
    def execute(cls, control_net, prefix, layout, dtype, title="") -> io.NodeOutput:
        path = str(save_control(control_net, prefix, layout, dtype, title))
        return io.NodeOutput(path, ui=ui.PreviewText(path))
