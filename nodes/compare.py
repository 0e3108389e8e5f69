"""Source, control map and result, one over the other."""

from comfy_api.latest import io

from ..errors import MissingInput
from ..host.showing import shown


class Compare(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureCompare",
            display_name="Compare",
            category="Armature",
            description="Shows the source, its control map and the result over each other: with a slider between two, "
            "one after the other, or mixed; whole, or pixel for pixel. Connect any of them.",
            search_aliases=["image compare", "before after", "side by side", "slider"],
            is_output_node=True,
            inputs=[
                io.Image.Input("source", optional=True, tooltip="The image that the control map was made from."),
                io.Image.Input("map", optional=True, tooltip="The control map."),
                io.Image.Input("result", optional=True, tooltip="The image that was made. Several are a batch."),
                io.Custom("ARMATURE_COMPARE").Input(
                    "view",
                    optional=True,
                    tooltip="How they are shown; it changes nothing else.",
                    extra_dict={"default": {"v": 1}, "socketless": True},
                ),
            ],
        )

    @classmethod
    def execute(cls, source=None, map=None, result=None, view=None) -> io.NodeOutput:
        images = {"source": source, "map": map, "result": result}
        if all(image is None for image in images.values()):
            raise MissingInput("There is nothing to compare. Connect two of source, map and result.")
        return io.NodeOutput(ui=shown(images))
