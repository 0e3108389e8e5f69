"""Apply a loaded control to a pair of conditionings."""

from comfy_api.latest import io

from ..host.applying import Application, apply
from ..host.readout import Panel, Readout
from .applying import (
    AS_OPTIONS_SAY,
    INPAINT_MASK,
    areas_input,
    control_inputs,
    latent_inputs,
    manner,
    manner_inputs,
    negative_input,
    node_id,
    outputs,
    range_inputs,
    vae_input,
)


class ApplyControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureApplyControl",
            display_name="Apply Control",
            category="Armature",
            description="Guides sampling by an image. Chain this node to use several controls at once. After a run it "
            "tells what the control did, or why it did nothing.",
            search_aliases=["apply controlnet", "controlnet"],
            inputs=[
                io.Conditioning.Input("positive", tooltip="The prompt. Gets the control."),
                *control_inputs(
                    "Cropped and resized to the latent's shape; a prompt for an area of the image sees that part of it."
                ),
                *range_inputs(),
                negative_input(),
                *manner_inputs(),
                io.Mask.Input("inpaint_mask", optional=True, tooltip=INPAINT_MASK),
                vae_input(),
                *latent_inputs(),
                io.Boolean.Input(
                    "every_prompt",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="Without a negative here, controls the negative prompt of the sampler too, as ComfyUI's "
                    "old Apply ControlNet does.",
                ),
                areas_input(),
            ],
            outputs=outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(
        cls,
        positive,
        control_net,
        image,
        strength,
        start_percent,
        end_percent,
        negative=None,
        weights=None,
        schedule=None,
        mask=None,
        options=None,
        inpaint_mask=None,
        vae=None,
        latent_strengths=None,
        batch=AS_OPTIONS_SAY,
        every_prompt=False,
        areas=AS_OPTIONS_SAY,
    ) -> io.NodeOutput:
        how = manner(weights, schedule, mask, options, latent_strengths, batch, areas)
        readout = Readout(Panel(node_id(cls)))
        percents = (start_percent, end_percent)
        application = Application(
            control_net, image, strength, percents, how, inpaint_mask, vae, readout, every_prompt and negative is None
        )
        return io.NodeOutput(*apply(positive, negative, application))
