"""Apply a loaded control to a pair of conditionings."""

from comfy_api.latest import io

from ..host.applying import apply_control


class ApplyControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        percent = {"min": 0.0, "max": 1.0, "step": 0.001, "advanced": True}
        return io.Schema(
            node_id="ArmatureApplyControl",
            display_name="Apply Control",
            category="Armature",
            description="Guides sampling by an image. Chain this node to use several controls at once.",
            search_aliases=["apply controlnet", "controlnet"],
            inputs=[
                io.Conditioning.Input("positive", tooltip="The prompt. Gets the control."),
                io.ControlNet.Input("control_net", tooltip="From Load Control, or from any other loader."),
                io.Image.Input(
                    "image", tooltip="The control map: edges, depth, a pose. Cropped and resized to the latent's shape."
                ),
                io.Float.Input(
                    "strength", default=1.0, min=0.0, max=10.0, step=0.01, tooltip="1 is as trained, 0 is no control."
                ),
                io.Float.Input(
                    "start_percent", default=0.0, tooltip="Part of sampling at which the control begins.", **percent
                ),
                io.Float.Input(
                    "end_percent", default=1.0, tooltip="Part of sampling at which the control ends.", **percent
                ),
                io.Conditioning.Input(
                    "negative",
                    optional=True,
                    tooltip="The negative prompt. Gets the same control. Leave it out for models sampled without one.",
                ),
            ],
            outputs=[
                io.Conditioning.Output(display_name="positive", tooltip="The prompt with its control."),
                io.Conditioning.Output(display_name="negative", tooltip="The negative prompt with its control."),
            ],
        )

    @classmethod
    def execute(
        cls, positive, control_net, image, strength, start_percent, end_percent, negative=None
    ) -> io.NodeOutput:
        return io.NodeOutput(
            *apply_control(positive, negative, control_net, image, strength, (start_percent, end_percent))
        )
