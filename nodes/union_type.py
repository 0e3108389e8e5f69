"""Tell a ControlNet Union what its hint shows."""

from comfy_api.latest import io

from ..host import union


class UnionType(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureUnionType",
            display_name="Union Type",
            category="Armature",
            description="Tells a ControlNet Union what its control map shows. Takes Unions for SDXL and, from "
            "ComfyUI's loader, for Flux; a type that the loaded file does not have is refused with those it has.",
            search_aliases=["set union controlnet type", "promax"],
            inputs=[
                io.ControlNet.Input("control_net", tooltip="A ControlNet Union or ProMax, from any loader."),
                io.Combo.Input(
                    "type",
                    options=union.type_names(),
                    default=union.AUTO,
                    tooltip="What the control map shows; auto leaves it to the network. SDXL has openpose to segment, "
                    "ProMax also tile and repaint; Flux has depth, tile, and canny to low quality.",
                ),
            ],
            outputs=[io.ControlNet.Output(tooltip="For Apply Control, or any node that takes a CONTROL_NET.")],
        )

    @classmethod
    def execute(cls, control_net, type) -> io.NodeOutput:
        return io.NodeOutput(union.with_type(control_net, type))
