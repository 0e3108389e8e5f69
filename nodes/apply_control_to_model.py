"""Apply a loaded control to a model: to every prompt that it is sampled with."""

from comfy_api.latest import io

from ..host.applying import Application
from ..host.model_control import apply_to_model
from ..host.readout import Panel, Readout
from .applying import (
    AS_OPTIONS_SAY,
    INPAINT_MASK,
    control_inputs,
    latent_inputs,
    manner,
    manner_inputs,
    node_id,
    range_inputs,
    vae_input,
)


class ApplyControlToModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureApplyControlToModel",
            display_name="Apply Control to Model",
            category="Armature/applying",
            description="Guides sampling by an image, for graphs that have no prompts to put a control on: every "
            "prompt that the model is sampled with gets it, as both prompts do in Apply Control. Chain this node to "
            "use several controls at once.",
            search_aliases=["lllite", "apply controlnet to model", "controlnet model"],
            inputs=[
                io.Model.Input("model", tooltip="The base model. Other uses of it stay as they are."),
                *control_inputs("Cropped and resized to the latent's shape."),
                *range_inputs(),
                *manner_inputs(),
                io.Mask.Input("inpaint_mask", optional=True, tooltip=INPAINT_MASK),
                vae_input(),
                *latent_inputs(),
            ],
            outputs=[io.Model.Output(tooltip="For a sampler: the model under the control.")],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(
        cls,
        model,
        control_net,
        image,
        strength,
        start_percent,
        end_percent,
        weights=None,
        schedule=None,
        mask=None,
        options=None,
        inpaint_mask=None,
        vae=None,
        latent_strengths=None,
        batch=AS_OPTIONS_SAY,
    ) -> io.NodeOutput:
        how = manner(weights, schedule, mask, options, latent_strengths, batch)
        readout = Readout(Panel(node_id(cls)))
        percents = (start_percent, end_percent)
        application = Application(control_net, image, strength, percents, how, inpaint_mask, vae, readout)
        return io.NodeOutput(apply_to_model(model, application))
